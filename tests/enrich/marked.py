"""Sentences whose companies stand in brackets, as drafts: `[Vega Grid] leases Orion to [Lumen Labs]`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from alertd.companies.mentions import Mention
from alertd.enrich.draft import Draft, Field
from alertd.enrich.roles import Roles, frames_of
from alertd.enrich.status import Statuses
from alertd.model import Event, ReportedType
from alertd.rules.book import EventTypeRule
from alertd.rules.tree import Always
from alertd.text.fold import Tokens

_MARKED = re.compile(r"\[([^\]]+)\]")
AT = "2026-03-02T14:30:00.000Z"


def id_of(name: str) -> str:
    """Give the id of a marked company."""
    return name.lower().split()[0]


def rule(*frames: str, roles: Sequence[str] = ("lessor", "lessee"), name: str = "lease") -> EventTypeRule:
    """Make an event type with frames."""
    return EventTypeRule(id=name, title=name, when=Always(), roles=tuple(roles), frames=frames)


def draft_of(title: str, body: str = "", at: str = "", field: Field = "title", **more: object) -> Draft:
    """Read marked texts; the type `lease` is reported by the words `at` in one of them."""
    (title, in_title), (body, in_body) = _unmarked(title), _unmarked(body)
    event = Event(id="ev_1", title=title, body=body, event_at=AT, **more)  # type: ignore[arg-type]
    draft = Draft(event, {"title": Tokens(title), "body": Tokens(body)})
    draft.mentions = (*_mentions("title", title, in_title), *_mentions("body", body, in_body))
    if at:
        start = draft.text(field).index(at)
        draft.reported = [ReportedType(type="lease", evidence=[draft.evidence(field, start, start + len(at))])]
    return draft


def _mentions(field: Field, text: str, spans: list[tuple[int, int]]) -> list[Mention]:
    return [Mention(company=id_of(text[a:b]), field=field, start=a, end=b, way="name") for a, b in spans]


def _unmarked(text: str) -> tuple[str, list[tuple[int, int]]]:
    plain, spans = "", []
    for number, part in enumerate(_MARKED.split(text)):
        if number % 2:
            spans.append((len(plain), len(plain) + len(part)))
        plain += part
    return plain, spans


def with_roles(draft: Draft, kind: EventTypeRule) -> Draft:
    """Let roles be told."""
    types = {kind.id: kind}
    Roles(types, frames_of(types))(draft)
    return draft


def with_status(draft: Draft, kind: EventTypeRule | None = None) -> Draft:
    """Let the status be told."""
    types = {"lease": kind or rule()}
    Statuses(types, frames_of(types))(draft)
    return draft
