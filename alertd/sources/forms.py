"""The forms whose fields are read as facts: one table, from a form's name to its reader.

read_form("SC 13D/A", body) -> FormFacts(title, facts)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from alertd.errors import ParseFailed
from alertd.model import Struct
from alertd.rules.filing import base_form
from alertd.sources import beneficial_facts, ownership_facts
from alertd.sources.beneficial_stake import stake_of
from alertd.sources.ownership import read_ownership
from alertd.sources.proposed_sale import read_proposed_sale

_SHOWN = re.compile(r"/xsl[A-Za-z0-9_]{1,30}/(?=[^/]{1,200}$)")


class FormFacts(Struct, frozen=True):
    """What a form says: for an event's `title` and `facts`."""

    title: str
    facts: dict[str, Any]


def _ownership(body: bytes, before: bytes) -> FormFacts:
    form = read_ownership(body)
    return FormFacts(ownership_facts.title_of(form), ownership_facts.facts_of(form))


def _schedule(body: bytes, before: bytes) -> FormFacts:
    form = beneficial_facts.read_schedule(body)
    held = _percent_of(before, form.subject_cik) if before else None
    return FormFacts(beneficial_facts.title_of(form, held), beneficial_facts.facts_of(form, held))


def _proposed_sale(body: bytes, before: bytes) -> FormFacts:
    title, facts = read_proposed_sale(body)
    return FormFacts(title, facts)


def _percent_of(body: bytes, subject_cik: str) -> Decimal | None:
    """Give the percent of another schedule about the same company; none if it does not say, or cannot be read."""
    try:
        form = beneficial_facts.read_schedule(body)
    except ParseFailed:
        return None
    return stake_of(form).percent if form.subject_cik == subject_cik else None


READERS: Mapping[str, Callable[[bytes, bytes], FormFacts]] = {
    "3": _ownership,
    "4": _ownership,
    "5": _ownership,
    "144": _proposed_sale,
    "SCHEDULE 13D": _schedule,
    "SCHEDULE 13G": _schedule,
}
"""By the form without `/A`, by its name of today."""


def has_facts(form: str) -> bool:
    """Whether the fields of a form are read; SC 13D is SCHEDULE 13D, and amendments are read too."""
    return base_form(form) in READERS


def read_form(form: str, body: bytes, before: bytes = b"") -> FormFacts:
    """Read a form from its primary document or its full submission.

    `before` is the filing that a Schedule 13D/A or 13G/A amends, where the caller has it: what the stake was.

    Raises ParseFailed, in words for a person, for bytes that are not this form, and for a form without facts.
    """
    reader = READERS.get(base_form(form))
    if reader is None:
        raise ParseFailed(f"of a form {form[:40]} no facts are read")
    found = reader(body, before)
    if base_form(str(found.facts["form"])) != base_form(form):
        raise ParseFailed(f"filed as {form[:40]}, and yet it is a {found.facts['form']}")
    return found


def raw_address(url: str) -> str:
    """Give the address of a form's XML: EDGAR's index names a page that shows it, in a folder `xsl…` below."""
    return _SHOWN.sub("/", url)
