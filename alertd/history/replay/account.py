"""What a replay came to, and how that compares with what the archive says was decided then."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from alertd.alerts.outcome import outcomes
from alertd.history.past import PastEvent
from alertd.model import Decision, JournalRecord, Struct

MOST_DIFFERENCES = 100
"""That are remembered; all are counted."""
MOST_TIMES = 100_000
ENDED = frozenset({"sent", "dead", "superseded", "expired"})

Verdicts = frozenset[str]
"""What was decided about an event, without ids: `ai-desk first: pm sent`."""


class Difference(Struct, frozen=True, kw_only=True):
    """An event about which the replay decided otherwise than the daemon did then."""

    event: str
    """As it is called in the archive."""
    revision: int
    at: str
    title: str
    then: list[str]
    now: list[str]


class Summary(Struct, frozen=True, kw_only=True):
    """What `alertd replay` says at its end."""

    events: int
    answers: int
    """Answers and silences of then that were given again."""
    alerts: int
    """Raised; one that was updated counts once."""
    told: dict[str, int]
    """Receiver -> messages that it got, or would have got."""
    failed: dict[str, int]
    """Receiver -> messages that it did not take, or that were too old by the time."""
    dead_events: int
    held: int
    """Alerts that still wait at its end: for a digest, for the end of quiet hours."""
    compared: int
    """Events about which the archive says what was decided."""
    same: int
    differs: int
    differences: list[Difference]
    latency_p50_s: float
    latency_p99_s: float
    latency_max_s: float
    """From taken in to delivered, in real seconds, of what was not held back."""


@dataclass(slots=True)
class Account:
    """Hears what the replay brings in and what its journal says of it."""

    events: int = 0
    answers: int = 0
    """Answers and silences of then that were given again."""
    _open: dict[tuple[str, int], tuple[PastEvent, float]] = field(default_factory=dict)
    """(event, revision) of the replay -> what it was in the past, when it was taken in (s)."""
    _queued: dict[str, float] = field(default_factory=dict)
    """Delivery -> when what it is about was taken in."""
    _alerts: set[str] = field(default_factory=set)
    _now: dict[str, str] = field(default_factory=dict)
    """What an alert was called then -> what it is called now."""
    _told: Counter[str] = field(default_factory=Counter)
    _failed: Counter[str] = field(default_factory=Counter)
    _latencies: list[float] = field(default_factory=list)
    _dead: int = 0
    _same: int = 0
    _differs: int = 0
    _differences: list[Difference] = field(default_factory=list)

    @property
    def waiting(self) -> int:
        """How many events were taken in and are not decided yet."""
        return len(self._open)

    def undecided(self) -> set[str]:
        """Give the events that were taken in and are not decided yet, as they are called in the archive."""
        return {past.event.id for past, _ in self._open.values()}

    @property
    def alerts(self) -> int:
        """How many were raised so far."""
        return len(self._alerts)

    @property
    def told(self) -> int:
        """How many messages were sent, or would have been."""
        return self._told.total()

    def alert_of(self, then: str) -> str:
        """Say what an alert of then is called now; empty if it was not raised again."""
        return self._now.get(then, "")

    def took(self, event: str, revision: int, past: PastEvent, at_s: float) -> None:
        """Note that an event was taken in, at a moment of any clock in seconds."""
        self.events += 1
        self._open[event, revision] = (past, at_s)

    def hear(self, record: JournalRecord, at_s: float) -> None:
        """Take a line of the journal of the replay."""
        if record.kind == "event":
            self._event(record)
        elif record.kind == "delivery" and record.reason in ENDED:
            self._delivery(record, at_s)
        elif record.kind == "dead_event":
            self._dead += 1
            for key in [key for key in self._open if key[0] in record.ids]:  # nobody is to wait for it
                del self._open[key]

    def summary(self, held: int = 0) -> Summary:
        """Say what it came to; `held`: alerts that still wait."""
        times = sorted(self._latencies)
        return Summary(
            events=self.events,
            answers=self.answers,
            alerts=len(self._alerts),
            told=dict(sorted(self._told.items())),
            failed=dict(sorted(self._failed.items())),
            dead_events=self._dead,
            held=held,
            compared=self._same + self._differs,
            same=self._same,
            differs=self._differs,
            differences=self._differences,
            latency_p50_s=round(statistics.median(times), 3) if times else 0.0,
            latency_p99_s=round(times[int(len(times) * 0.99)], 3) if times else 0.0,
            latency_max_s=round(times[-1], 3) if times else 0.0,
        )

    def _event(self, record: JournalRecord) -> None:
        event = record.data["event"]
        decisions = msgspec.convert(record.data.get("decisions", []), list[Decision])
        self._alerts.update(one.alert for one in decisions if one.reason == "first")
        found = self._open.pop((event["id"], event["revision"]), None)
        if found is None:
            return
        past, taken_s = found
        self._queued |= {name: taken_s for name in record.ids if name.startswith("dl_")}
        self._now |= _same_alerts(past.decisions, decisions)
        if not past.decided:
            return
        then, now = verdicts(past.decisions), verdicts(decisions)
        if then == now:
            self._same += 1
            return
        self._differs += 1
        if len(self._differences) < MOST_DIFFERENCES:
            self._differences.append(_difference(past, record.at, then, now))

    def _delivery(self, record: JournalRecord, at_s: float) -> None:
        name = next((one for one in record.ids if one.startswith("dl_")), "")
        taken_s = self._queued.pop(name, None)
        receiver = str(record.data.get("receiver", ""))
        if record.reason == "sent":
            self._told[receiver] += 1
            if taken_s is not None and len(self._latencies) < MOST_TIMES:
                self._latencies.append(max(0.0, at_s - taken_s))
        elif record.reason != "superseded":
            self._failed[receiver] += 1


def verdicts(decisions: Iterable[Decision]) -> Verdicts:
    """Say what was decided, in words that two runs have in common."""
    said = set()
    for one in decisions:
        told = ", ".join(
            f"{receiver} {word}" for receiver, word in sorted(zip(one.receivers, outcomes(one), strict=True))
        )
        said.add(f"{one.portfolio} {one.reason}{': ' if told else ''}{told}")
    return frozenset(said)


def _same_alerts(then: Sequence[Decision], now: Sequence[Decision]) -> dict[str, str]:
    """Pair the alerts that one event was taken into: those of a portfolio, where there are as many as then."""
    found: dict[str, str] = {}
    for portfolio in {one.portfolio for one in then}:
        before, after = ([one.alert for one in side if one.portfolio == portfolio] for side in (then, now))
        if len(before) == len(after):
            found |= zip(before, after, strict=True)
    return found


def _difference(past: PastEvent, at: str, then: Verdicts, now: Verdicts) -> Difference:
    return Difference(
        event=past.event.id,
        revision=past.event.revision,
        at=at,
        title=past.event.title,
        then=sorted(then - now),
        now=sorted(now - then),
    )
