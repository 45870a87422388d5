"""What became of an alert, from the journal: its reports, what was decided of each and why, what was sent to whom.
Pure.

A desk sees of it what its alert shows (`alerts/looking.py`): reports that one of its receivers may be told of, and
the receivers that its alert names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec.structs import replace

from alertd.alerts.lanes import lanes
from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.rights import closed_to, limits
from alertd.model import AlertState, Decision, Delivery, Event, JournalRecord, Struct, event_from_dict

DELIVERED = "dl_"
"""Begins what a decision says of a receiver that is told: the delivery."""
ENDED = frozenset({"sent", "dead", "superseded", "expired"})


@dataclass(frozen=True, slots=True)
class Eyes:
    """What is there of a trail for whoever looks."""

    event: Callable[[Event, str | None], bool]
    """Tells it of an event, and the desk of its source."""
    receiver: Callable[[str], bool]
    all_desks: bool = False


EVERYBODY = Eyes(lambda _event, _desk: True, lambda _receiver: True, all_desks=True)


class Report(Struct, frozen=True, kw_only=True):
    """One event that the alert has to do with, and what was decided of it."""

    at: str
    """When it was decided."""
    event: Event
    decision: Decision
    because: str = ""
    """Why it belongs to its story, in words; it may name what another desk looks at, so it is for who sees all."""


class Sent(Struct, frozen=True, kw_only=True):
    """One delivery, as far as it is known."""

    id: str
    receiver: str
    state: str
    """Of `DeliveryState`, or how the last attempt ended: `retry`."""
    at: str = ""
    """Since when, or when it was tried last; empty: it was not tried yet."""
    attempts: int = 0
    detail: str = ""


class Trail(Struct, frozen=True, kw_only=True):
    """All of it, oldest first."""

    reports: Sequence[Report] = ()
    sent: Sequence[Sent] = ()
    begins_late: bool = False
    """The journal does not reach back to the first report any more, or more happened than is read of it."""

    def whole(self, event: Event) -> Event:
        """Give an event whose body is an excerpt with its body, where the journal has it."""
        for one in reversed(self.reports):
            full = one.event
            if (full.id, full.revision) == (event.id, event.revision) and len(full.body) > len(event.body):
                return replace(event, body=full.body, truncated=full.truncated)
        return event


def trail_of(state: AlertState, lines: Iterable[JournalRecord], now: Sequence[Delivery], eyes: Eyes) -> Trail:
    """Read it, as `eyes` see it. `now` are its deliveries as they stand."""
    found, told = list[Report](), dict[str, Sent]()
    first = False
    for record in lines:
        if record.kind == "event":
            first = first or _is_first(state, record)
            found += _reports(state, record, eyes)
        elif record.kind == "delivery" and eyes.receiver(str(record.data.get("receiver"))):
            sent = _ended(record)
            told[sent.id] = sent
    for one in now:
        if eyes.receiver(one.receiver) and (one.id not in told or one.state not in ENDED):
            told[one.id] = _standing(one, told.get(one.id))
    return Trail(reports=found, sent=list(told.values()), begins_late=not first)


def under_way(lines: Iterable[JournalRecord], alert: str) -> list[str]:
    """Name the deliveries about an alert that lines of the journal speak of and whose end they do not tell, oldest
    first.
    """
    found: dict[str, None] = {}
    ended = set[str]()
    for record in lines:
        if record.kind == "delivery" and record.reason in ENDED:
            ended.add(str(record.data.get("delivery")))
        answers = [one for one in record.data.get("decisions", []) if one.get("alert") == alert]
        for told in [record.data, *answers]:
            receivers = told.get("receivers")
            names = receivers.values() if isinstance(receivers, dict) else ()
            found.update(dict.fromkeys(name for name in names if str(name).startswith(DELIVERED)))
    return [name for name in found if name not in ended]


def eyes_of_a_desk(state: AlertState, desk: str | None, policies: Iterable[ReceiverPolicy]) -> Eyes:
    """Give what is there of an alert's trail for whoever looks on for a desk."""
    theirs = [one for one in policies if one.desk == desk] or [ReceiverPolicy("", accepts="public")]

    def sees(event: Event, owner: str | None) -> bool:
        rights = limits(event)
        return owner in (None, desk) and any(not closed_to(one, rights) for one in theirs)

    names = {*lanes(state), *(one.id for one in theirs)}
    return Eyes(sees, names.__contains__)


def _is_first(state: AlertState, record: JournalRecord) -> bool:
    """Tell whether a line is that of the first report, also where it is kept from whoever looks."""
    try:
        decisions = msgspec.convert(record.data.get("decisions", []), list[Decision])
    except msgspec.ValidationError:
        return False
    return any(one.alert == state.alert.id and one.alert_revision <= 1 for one in decisions)


def _reports(state: AlertState, record: JournalRecord, eyes: Eyes) -> Iterator[Report]:
    data = record.data
    try:
        event = event_from_dict(data["event"])
        decisions = msgspec.convert(data.get("decisions", []), list[Decision])
    except (AttributeError, KeyError, TypeError, msgspec.ValidationError):
        return  # of another version, or without its event
    if not eyes.event(event, data.get("source_desk")):
        return
    because = str(_dict(data.get("story")).get("because", "")) if eyes.all_desks else ""
    for decision in decisions:
        if decision.alert == state.alert.id:
            told = {name: what for name, what in decision.receivers.items() if eyes.receiver(name)}
            yield Report(at=record.at, event=event, decision=replace(decision, receivers=told), because=because)


def _ended(record: JournalRecord) -> Sent:
    data = record.data
    return Sent(
        id=str(data.get("delivery", "")),
        receiver=str(data.get("receiver", "")),
        state=record.reason,
        at=record.at,
        attempts=int(data.get("attempts") or 0),
        detail=str(data.get("detail") or ""),
    )


def _standing(one: Delivery, before: Sent | None) -> Sent:
    return Sent(
        id=one.id,
        receiver=one.receiver,
        state=one.state,
        at=before.at if before is not None else "",
        attempts=one.attempts,
        detail=one.error,
    )


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
