"""Whether one record has its end or its counterparts. Pure.

Each judge answers a word: `fine`, `under_way`, or a fault. What is in motion looks wrong for a moment: who asks looks
again before a fault counts.
"""

from __future__ import annotations

from alertd.history.verify.model import Fault, Limits, Verdict
from alertd.store.audit_facts import (
    AlertFact,
    ChainFact,
    DeliveryFact,
    FetchFact,
    NoteFact,
    QueueFact,
    StreamFact,
    TimerFact,
    WindowFact,
)
from alertd.store.types import PendingEvent

ENDED = frozenset(("sent", "dead", "superseded", "expired"))
REPORT = "nothing of alertd's does this: report it, with this line and the log"
SWEPT = "the daemon's sweep drops it within minutes; if it comes again, report it"
MATCHING = "see whether a daemon with the role `match` runs (alertd status), and what its log says"
DELIVERING = "see whether a daemon with the role `deliver` runs (alertd status), and what its log says"
TIMING = "see whether a daemon with the role `timers` runs (alertd status), and what its log says"
POLLING = "see whether a daemon with the role `poll` runs (alertd status), and what its log says"
NOTE_MS = 3_600_000
"""How long past its time a note may be: models may be out of reach for a while."""
_SPAN = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s"))


def long(ms: int) -> str:
    """Write a length of time for people."""
    size, unit = next((pair for pair in _SPAN if ms >= 2 * pair[0]), _SPAN[-1])
    return f"{ms // size} {unit}"


def judge_stream(fact: StreamFact, limits: Limits) -> Verdict:
    """An event in the stream is matched within seconds."""
    age = limits.machine - fact.stored_ms
    if age <= limits.patience_ms:
        return "under_way"
    return Fault("stream", fact.event or fact.stream_id, f"not matched since {long(age)}", MATCHING)


def judge_pending(fact: PendingEvent, limits: Limits) -> Verdict:
    """What was handed out is finished, or taken over by another."""
    if fact.idle_ms <= limits.patience_ms:
        return "under_way"
    what = f"handed out to {fact.consumer} and not taken over since {long(fact.idle_ms)}"
    return Fault("pending", fact.stream_id, what, MATCHING)


def judge_delivery(fact: DeliveryFact, limits: Limits) -> Verdict:
    """A delivery has ended and is filed, or stands in its chain, the head of which is in the queue."""
    record = fact.record
    if record is None:
        return _delivery(fact, "its record cannot be read", DELIVERING)
    if record.state in ENDED:
        return "fine" if fact.filed else _delivery(fact, f"{record.state}, and never forgotten", REPORT)
    if fact.place < 0:
        return _delivery(fact, f"{record.state}, and in no chain: it is never sent", REPORT)
    if not fact.body:
        return _delivery(fact, f"{record.state}, and its message is missing", DELIVERING)
    if 0 < record.expires_ms < limits.now - limits.patience_ms:
        return _delivery(
            fact, f"expired {long(limits.now - record.expires_ms)} ago, and still {record.state}", TIMING
        )
    if record.state == "waiting":
        return "under_way" if fact.place > 0 else _delivery(fact, "waits at the head of its chain", REPORT)
    if fact.due_ms is None:
        return _delivery(fact, f"{record.state}, and not in the queue: it is never sent", REPORT)
    if fact.place > 0:
        return _delivery(fact, f"{record.state} behind another of its chain", REPORT)
    return "under_way"


def overdue(fact: DeliveryFact, limits: Limits, moved_ms: int, paused_until_ms: int) -> Fault | None:
    """Tell whether nobody comes for a delivery that is due: its receiver's lane does not come round.

    `moved_ms`: when an attempt for that receiver last began or ended. A lane at its pace is not late, however long
    its queue, nor one whose receiver rests.
    """
    record = fact.record
    if record is None or record.state in ENDED or fact.due_ms is None:
        return None
    late = limits.now - fact.due_ms
    resting = paused_until_ms > limits.now - limits.patience_ms
    gone = limits.receivers is not None and record.receiver not in limits.receivers
    if late <= limits.patience_ms or resting or gone or moved_ms > limits.now - limits.patience_ms:
        return None
    what = "its lease ended" if record.state in ("sending", "in_doubt") else "it was due"
    return _delivery(fact, f"{record.state} for {record.receiver}: {what} {long(late)} ago", DELIVERING)


def _delivery(fact: DeliveryFact, what: str, do: str) -> Fault:
    return Fault("deliveries", fact.id, what, do)


def judge_chain(fact: ChainFact) -> Verdict:
    """A chain holds deliveries that have not ended, the head of which is at work."""
    if not fact.ids:
        return Fault("chains", fact.name, "empty", REPORT)
    for name, state in zip(fact.ids, fact.states, strict=True):
        if not state:
            return Fault("chains", fact.name, f"{name} in it has no record", DELIVERING)
        if state in ENDED:
            return Fault("chains", fact.name, f"{name} in it is {state}: those behind it wait for ever", REPORT)
    return "fine"


def judge_queue(fact: QueueFact) -> Verdict:
    """An entry of a queue has a record that belongs there."""
    if not fact.there:
        return Fault("queues", fact.id, f"in {fact.where} without a record", SWEPT)
    record = fact.record
    if record is None:
        return Fault("queues", fact.id, f"in {fact.where}, and its record cannot be read", DELIVERING)
    if fact.where in ("done", "dead"):
        right = record.state in ENDED and (record.state == "dead") == (fact.where == "dead")
    else:
        right = fact.where == f"q:{record.receiver}:{record.lane}" and record.state in (
            "queued",
            "sending",
            "in_doubt",
        )
    return "fine" if right else Fault("queues", fact.id, f"{record.state} stands in {fact.where}", REPORT)


def judge_window(fact: WindowFact, limits: Limits) -> Verdict:
    """A window holds alerts until its end, and no longer."""
    if not fact.members:
        return Fault("windows", fact.name, "nothing waits in it", TIMING)
    if fact.lost:
        return Fault("windows", fact.name, f"{', '.join(fact.lost[:5])} in it are not known any more", TIMING)
    late = limits.now - fact.until_ms
    if late > limits.patience_ms:
        return Fault("windows", fact.name, f"ended {long(late)} ago, and {fact.members} alerts wait in it", TIMING)
    return "under_way"


def judge_timer(fact: TimerFact, limits: Limits) -> Verdict:
    """A timer rings in time, and its alert is there."""
    late = limits.now - fact.due_ms
    if late <= limits.patience_ms:
        return "under_way"
    what = f"was due {long(late)} ago" if fact.alert else f"was due {long(late)} ago, and its alert is gone"
    return Fault("timers", fact.name, what, TIMING)


def judge_note(fact: NoteFact, limits: Limits) -> Verdict:
    """A note is written, or given up, soon after its alert went out, which is there."""
    if not fact.alert:
        return Fault("notes", fact.id, "a note is due, and its alert is gone", DELIVERING)
    late = limits.now - fact.due_ms
    if late <= max(limits.patience_ms, NOTE_MS):
        return "under_way"
    return Fault("notes", fact.id, f"its note was due {long(late)} ago", DELIVERING)


def judge_fetch(fact: FetchFact, limits: Limits) -> Verdict:
    """A full text comes, or is given up, within its time."""
    if fact.job is None:
        return Fault("texts", fact.event, "scheduled without a job", POLLING)
    if fact.due_ms is None or not fact.header:
        return Fault(
            "texts", fact.event, "nobody is due to fetch it" if fact.header else "its header is gone", REPORT
        )
    late = max(limits.now - (fact.end_ms if fact.end_ms is not None else limits.now), limits.now - fact.due_ms)
    if late > limits.patience_ms:
        return Fault("texts", fact.event, f"past its time since {long(late)}", POLLING)
    return "under_way"


def judge_alert(fact: AlertFact, limits: Limits, kept_ms: int) -> Verdict:
    """What an alert says was queued or held about it is to be found. `kept_ms`: how long alerts are kept at least."""
    if not fact.there:
        if fact.changed_ms < limits.now - kept_ms:
            return "fine"
        return Fault(
            "alerts", fact.id, "known, and its state is gone or cannot be read", "restore a backup, or report it"
        )
    if fact.deliveries:
        named = ", ".join(fact.deliveries[:5])
        return Fault("alerts", fact.id, f"queued, and nowhere: {named}", f"alertd why {fact.id}; report it")
    if fact.holds:
        return Fault("alerts", fact.id, f"waits in {fact.holds[0]}, which does not hold it", REPORT)
    return "fine"
