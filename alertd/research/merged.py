"""Which of two parties is bought, where an agreement says it by what becomes of one of them.

Tidewater will become a wholly owned subsidiary of Harbor             Tidewater is the target, Harbor buys it
the Company surviving as a wholly owned subsidiary of Parent          who files it is the target
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from alertd.model import Event, Party, ReportedType
from alertd.research.study import Study
from alertd.research.titled import filer

_READ = 4_000
_OWNED = re.compile(
    r"\b(?:become|be|becoming|continu\w+ as|surviv\w+[^.;]{0,40}\bas|remain\w* as)\s(?:an?\s)?(?:(?:indirect"
    r"|direct)[, ]+){0,2}"
    r"wholly[- ]owned (?:\w+ )?subsidiary of\s(?:the\s)?",
    re.IGNORECASE,
)
_REACH = 120
"""Characters before such words in which the one that is bought is named last."""
_FILER = re.compile(r"\b[Tt]he Company\b(?![^.;]*\b[Tt]he Company\b)")


def with_buyer(study: Study) -> Study:
    """Give an event in which the parties of a merger have their roles, where its text says who becomes whose."""
    event = study.event
    types = [_merged(event, found) if found.type == "acquisition" else found for found in event.event_types]
    return study.with_types(types)


def _merged(event: Event, found: ReportedType) -> ReportedType:
    if len(found.parties) != 2 or any(party.role for party in found.parties):
        return found
    bought = _bought(event, {party.company for party in found.parties})
    if bought is None:
        return found
    roles = [
        Party(company=one.company, role="target" if one.company == bought else "acquirer") for one in found.parties
    ]
    return replace(found, parties=roles)


def _bought(event: Event, parties: set[str]) -> str | None:
    """Give which of the parties is named last before the words that say whose it becomes; None where nobody is."""
    for owned in _OWNED.finditer(event.body[:_READ]):
        begin = max(owned.start() - _REACH, 0)
        places = [
            (span.start, one.id)
            for one in event.companies
            for span in one.evidence
            if span.field == "body" and begin <= span.start < owned.start()
        ]
        company = _FILER.search(event.body, begin, owned.start())
        files = filer(event)
        if company is not None and files is not None:
            at = [one.id for one in event.companies for span in one.evidence
                  if span.field == "title" and span.start < files.end and files.start < span.end]  # fmt: skip
            places += [(company.start(), one) for one in at]
        _, last = max(places, default=(0, ""))
        if last in parties:
            return last
    return None
