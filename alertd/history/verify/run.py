"""The audit: every kind of record is read, judged, and what seems wrong is looked at again.

    events: marks -> stream -> journal -> what is left: traces, the archive's database -> lost, or not to be told
    deliveries, chains, queues, windows, timers, notes, full texts, alerts: each with its counterparts

In this order an event that moves on while it is read is seen where it goes to. Everything else that moves is wrong
for a moment only: a fault is what is wrong in each of three looks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from alertd.history.verify import judge
from alertd.history.verify.events import Archived, look_at_events
from alertd.history.verify.model import Fault, Limits, Report, Tally, Verdict
from alertd.store.audit_facts import DeliveryFact
from alertd.store.records import CLOSED_MS
from alertd.store.redis import RedisStore

LOOKS = 3
PENDING = 1_000
"""Events handed out that are looked at, the oldest."""

F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at one kind."""

    store: RedisStore
    limits: Limits
    archived: Archived | None
    report: Report


async def verify(
    store: RedisStore,
    limits: Callable[[], Limits],
    pause: Callable[[], Awaitable[None]],
    *,
    archived: Archived | None = None,
    step: Callable[[str], None] = lambda kind: None,
) -> Report:
    """Audit everything. Raises StoreUnavailable.

    `limits` gives them with the time that it is, `pause` waits a little before another look, `step` is told which
    kind was looked at.
    """
    report = Report({})
    for kind, look in KINDS.items():
        report.kinds |= await look(_Look(store, limits(), archived, report))
        step(kind)
    for _ in range(LOOKS - 1):
        doubtful = {_LED.get(kind, kind) for kind, tally in report.kinds.items() if tally.faults}
        if not doubtful:
            break
        await pause()
        for kind in (kind for kind in KINDS if kind in doubtful):
            found = await KINDS[kind](_Look(store, limits(), archived, report))
            for name, tally in found.items():
                _settle(tally, report.kinds[name].faults)
            report.kinds |= found
    return report


def _settle(tally: Tally, before: Mapping[str, Fault]) -> None:
    """Leave out what was not wrong before: it is in motion."""
    moving = tally.faults.keys() - before.keys()
    tally.under_way += len(moving)
    tally.faults = {name: fault for name, fault in tally.faults.items() if name not in moving}


async def _events(look: _Look) -> dict[str, Tally]:
    events, stream, ledger = await look_at_events(look.store, look.limits, look.archived)
    look.report.repeats = ledger.repeats
    sent = Tally(fine=len(ledger.sent) - len(ledger.twice))
    for name in ledger.twice:
        sent.fault(Fault("sent", name, "the journal says twice that it was sent", judge.REPORT))
    return {"events": events, "stream": stream, "sent": sent}


async def _pending(look: _Look) -> dict[str, Tally]:
    stale = await look.store.pending(None, look.limits.patience_ms, PENDING)
    tally = Tally()
    for fact in stale:
        tally.take(judge.judge_pending(fact, look.limits))
    tally.under_way += max((await look.store.backlog()).pending - len(stale), 0)
    return {"pending": tally}


async def _deliveries(look: _Look) -> dict[str, Tally]:
    """Judge each by itself, then those that are due by whether anybody comes for them, and the counts of each."""
    limits, tally = look.limits, Tally()
    moved: dict[str, int] = defaultdict(int)
    late: list[DeliveryFact] = []
    look.report.dead_letters = 0
    async for facts in look.store.audit_deliveries(limits.since_ms):
        for fact in facts:
            tally.take(judge.judge_delivery(fact, limits))
            if (record := fact.record) is None:
                continue
            look.report.dead_letters += record.state == "dead"
            moved[record.receiver] = max(moved[record.receiver], record.started_ms, record.finished_ms)
            if fact.due_ms is not None and fact.due_ms < limits.now - limits.patience_ms:
                late.append(fact)
    health = await look.store.receiver_health()
    for fact in late:
        receiver = fact.record.receiver if fact.record is not None else ""
        paused = health[receiver].paused_until_ms if receiver in health else 0
        fault = judge.overdue(fact, limits, moved[receiver], paused)
        if fault is not None and fault.id not in tally.faults:
            tally.under_way -= 1
            tally.fault(fault)
    return {"deliveries": tally}


async def _chains(look: _Look) -> dict[str, Tally]:
    return {"chains": await _tallied(look.store.audit_chains(), judge.judge_chain)}


async def _queues(look: _Look) -> dict[str, Tally]:
    return {"queues": await _tallied(look.store.audit_queues(), judge.judge_queue)}


async def _windows(look: _Look) -> dict[str, Tally]:
    tally = Tally()
    for fact in await look.store.audit_windows():
        tally.take(judge.judge_window(fact, look.limits))
    return {"windows": tally}


async def _timers(look: _Look) -> dict[str, Tally]:
    return {"timers": await _tallied(look.store.audit_timers(), lambda f: judge.judge_timer(f, look.limits))}


async def _notes(look: _Look) -> dict[str, Tally]:
    return {"notes": await _tallied(look.store.audit_notes(), lambda f: judge.judge_note(f, look.limits))}


async def _texts(look: _Look) -> dict[str, Tally]:
    return {"texts": await _tallied(look.store.audit_fetches(), lambda f: judge.judge_fetch(f, look.limits))}


async def _alerts(look: _Look) -> dict[str, Tally]:
    facts = look.store.audit_alerts(look.limits.since_ms, look.limits.now)
    return {"alerts": await _tallied(facts, lambda f: judge.judge_alert(f, look.limits, CLOSED_MS))}


async def _tallied(batches: AsyncIterator[Iterable[F]], verdict: Callable[[F], Verdict]) -> Tally:
    tally = Tally()
    async for facts in batches:
        for fact in facts:
            tally.take(verdict(fact))
    return tally


KINDS: Mapping[str, Callable[[_Look], Awaitable[dict[str, Tally]]]] = {
    "events": _events,
    "pending": _pending,
    "deliveries": _deliveries,
    "chains": _chains,
    "queues": _queues,
    "windows": _windows,
    "timers": _timers,
    "notes": _notes,
    "texts": _texts,
    "alerts": _alerts,
}
"""What is looked at, in this order."""

_LED = {"stream": "events", "sent": "events"}
"""Kinds that are counted with another."""
