"""What the operator is told when Redis went back to an older state. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alertd.model import JournalRecord
from alertd.workers.archive_lines import time_of
from alertd.workers.archive_past import Lost

NAMED = 10
"""Events and words of people that are named; the archive names all."""
KINDS = {"event": "events", "delivery": "messages' steps", "answer": "answers", "silence": "silences"}


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What became of what was lost."""

    again: frozenset[str] = frozenset()
    """Events that were lost, and were taken in again from what sources still show."""
    restored: int = 0
    """Answers and silences of people that were put back out of the archive."""
    unrestored: Sequence[JournalRecord] = ()
    """Those that could not be."""


def told(back_ms: int | None, lost: Lost | None, after: Aftermath) -> str:
    """Say what is known of it: how far it went back, what is lost, what came again, what a person has to do."""
    parts = [f"Redis went back to an older state{_how_far(back_ms, lost)}: a failover, or a copy that was restored."]
    if lost is None:
        parts.append("There is no archive here to say what was lost. What the sources still show was taken in again.")
        return " ".join(parts)
    if not lost.lines:
        parts.append("It still has all that was archived; what came in its last second may be lost, where no source")
        parts.append("shows it any more.")
        return " ".join(parts)
    counted = ", ".join(f"{count} {KINDS.get(kind, kind)}" for kind, count in lost.kinds.most_common())
    parts.append(f"{lost.lines} lines of the archive were not in it any more ({counted}).")
    parts += _events(lost, after)
    if lost.sent:
        parts.append(
            f"{len(lost.sent)} messages that had been sent may come again, under the same id and marked as repeats."
        )
    if after.restored:
        parts.append(f"{after.restored} answers and silences were put back out of the archive.")
    if after.unrestored:
        words = "; ".join(_said(record) for record in after.unrestored[:NAMED])
        more = f" and {len(after.unrestored) - NAMED} more" if len(after.unrestored) > NAMED else ""
        parts.append(f"Not put back, to be said again: {words}{more}.")
    return " ".join(parts)


def missing(lost: Lost, after: Aftermath) -> list[str]:
    """Give the events that were lost and did not come again."""
    return [event for event in lost.events if event not in after.again]


def _how_far(back_ms: int | None, lost: Lost | None) -> str:
    if lost is not None and lost.lines and lost.since:
        return f", that of {time_of(lost.since)}"
    return f", by about {max(round(back_ms / 1000), 1)} s" if back_ms is not None else ""


def _events(lost: Lost, after: Aftermath) -> list[str]:
    if not lost.events:
        return []
    gone = missing(lost, after)
    said = [f"Of {len(lost.events)} events {len(lost.events) - len(gone)} were taken in again."]
    if gone:
        names = "; ".join(f"{event} {lost.events[event][:80]}".rstrip() for event in gone[:NAMED])
        more = f"; and {len(gone) - NAMED} more" if len(gone) > NAMED else ""
        said.append(f"No source shows these any more, only the archive has them (`alertd why ID`): {names}{more}.")
    return said


def _said(record: JournalRecord) -> str:
    who = str(record.data.get("who", "")) or "somebody"
    return f"{record.reason} by {who[:80]} of {record.ids[0] if record.ids else '?'} at {record.at}"
