"""Stratum 0: the event types that an event reports, found before any portfolio's rule is asked.

A type that the event already reports is left as it is: whoever said so knew more than its words.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from alertd.model import Evidence, Party, ReportedType
from alertd.rules.book import EventTypeRule
from alertd.rules.logic import Reading, Scope
from alertd.rules.tree import All, Condition, Not
from alertd.rules.understanding import ByFrame

MAX_EVIDENCE = 5
"""Spans that show a reported type."""
MAX_OF_KIND = 2
"""Spans, beside these, that show its kind: `suspends` of a buyback."""
BY_FRAME = 0.9
"""How sure a type is that only a frame shows, as a part of how sure it is where its condition holds."""


def recognised(
    kind: EventTypeRule, reading: Reading, scope: Scope, shown: ByFrame | None = None
) -> ReportedType | None:
    """Say what an event reports of a type, with its status; None if it does not report it.

    Its condition decides; where it does not hold, a frame that shows the type does, unless an exception holds.
    """
    found: Iterable[Evidence]
    if kind.when.truth(reading, scope):
        confidence, found = kind.confidence, kind.when.result(reading, scope).evidence
    elif shown is not None and not is_excepted(kind.when, reading, scope):
        confidence, found = round(kind.confidence * BY_FRAME, 2), shown.evidence
    else:
        return None
    evidence: list[Evidence] = list(dict.fromkeys(found))[:MAX_EVIDENCE]
    status = next((name for name, condition in kind.statuses if condition.truth(reading, scope)), "announced")
    sort, of_kind = next(((name, one) for name, one in kind.kinds if one.truth(reading, scope)), (None, None))
    if of_kind is not None:
        evidence += of_kind.result(reading, scope).evidence[:MAX_OF_KIND]
    parties = [
        Party(company=mention.id, role=mention.role)
        for mention in reading.event.companies
        if mention.role and mention.role in kind.roles
    ]
    return ReportedType(
        type=kind.id,
        confidence=confidence,
        status=status,
        kind=sort,
        parties=parties,
        evidence=list(dict.fromkeys(evidence)),
    )


def is_excepted(when: Condition, reading: Reading, scope: Scope) -> bool:
    """Whether one of the `not` holds that stand in the `all` of a condition: what it rules out, no frame shows."""
    parts = when.parts if isinstance(when, All) else (when,)
    return any(isinstance(part, Not) and part.truth(reading, scope) is False for part in parts)


def told(found: Iterable[tuple[EventTypeRule, ReportedType]]) -> list[ReportedType]:
    """Give what was recognised, or what stands alone, if some of it does."""
    all_found = list(found)
    alone = [reported for kind, reported in all_found if kind.alone]
    return alone or [reported for _, reported in all_found]


def with_types(reading: Reading, types: Iterable[ReportedType]) -> Reading:
    """Give the reading of the same event with more event types, in the order of their names."""
    found = sorted(types, key=lambda reported: reported.type)
    event = msgspec.structs.replace(reading.event, event_types=[*reading.event.event_types, *found])
    return Reading(event, reading.found)
