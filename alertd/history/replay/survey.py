"""What a stretch of the past holds, before it is replayed: how much, from when to when. Pure, in flat memory but for
the ids of events whose text came later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from alertd.alerts.lanes import DELIVERED
from alertd.history.past import Past, PastEvent

_HELD = ("quiet_until", "folded_into")


@dataclass(slots=True)
class Survey:
    """What there is to replay."""

    events: int = 0
    first_ms: int = 0
    last_ms: int = 0
    completed: set[str] = field(default_factory=set)
    """Events that came without their full text at first."""


def survey(pasts: Iterable[Past], *, as_notified: bool) -> Survey:
    """Look through the past once."""
    found = Survey()
    for past in chosen(pasts, as_notified=as_notified, people=False):
        assert isinstance(past, PastEvent)
        found.first_ms = min(found.first_ms or past.at_ms, past.at_ms)
        found.last_ms = max(found.last_ms, past.at_ms)
        found.events += 1
        if past.event.revision_reason == "full_text" and past.event.revision == 2:
            found.completed.add(past.event.id)
    return found


def chosen(pasts: Iterable[Past], *, as_notified: bool, people: bool) -> Iterator[Past]:
    """Give the events, with `as_notified` only those of which somebody was told then, or was to be told later; with
    `people` also answers and silences.
    """
    for past in pasts:
        if not isinstance(past, PastEvent):
            if people and past.kind in ("answer", "silence"):
                yield past
        elif not as_notified or was_told(past):
            yield past


def was_told(past: PastEvent) -> bool:
    """Tell whether a message came of it then, at once or with what else waited."""
    answers = [answer for decision in past.decisions for answer in decision.receivers.values()]
    return any(answer.startswith(DELIVERED) or answer.partition(":")[0] in _HELD for answer in answers)
