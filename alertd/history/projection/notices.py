"""What the operator was told, out of the projection: lines of the archive, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alertd.history.projection.query import Value, utf8
from alertd.history.projection.read import History
from alertd.history.projection.schema import DAY
from alertd.model import JournalRecord

DAY_MS = 86_400_000
MOST_LINES = 1_000_000
"""Lines that one list looks through, the newest: of a busy day there may be more, few of them notices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFilter:
    """Which notices; what is None does not matter."""

    since_ms: int
    """They were told on the day of this moment in UTC, or later."""
    kind: str | None = None
    subject: str | None = None
    """What they are about: a source, a receiver, a portfolio."""
    before: int | None = None
    """Only what comes behind this line."""


@dataclass(frozen=True, slots=True)
class NoticesRead:
    """Some of them."""

    records: Sequence[JournalRecord]
    """Those that pruning took out of the archive are left out."""
    next: int | None
    """The line behind which there is more, or may be."""


def notices(history: History, wanted: NoticeFilter, limit: int) -> NoticesRead:
    """Give notices, as far as so many lines reach. Raises HistoryUnavailable, HistoryRefused, and what the archive
    raises.
    """
    lines, values = "main.lines l", list[Value]()
    if wanted.subject is not None:
        lines, values = "main.ids i JOIN main.lines l ON l.seq = i.seq AND i.id = ?", [utf8(wanted.subject)]
    place = "i.seq" if wanted.subject is not None else "l.seq"
    condition = f"{place} >= ?"
    values.append(wanted.since_ms // DAY_MS * DAY)
    if wanted.before is not None:
        condition += f" AND {place} < ?"
        values.append(wanted.before)
    looked = f"FROM {lines} WHERE {condition} ORDER BY {place} DESC LIMIT"
    query = f"SELECT seq FROM (SELECT l.seq, l.kind, l.reason {looked} ?) WHERE kind = 'notice'"
    of_kind: list[Value] = []
    if wanted.kind is not None:
        query, of_kind = f"{query} AND reason = ?", [utf8(wanted.kind)]
    found = [
        seq
        for (seq,) in history.query(f"{query} ORDER BY seq DESC LIMIT ?", [*values, MOST_LINES, *of_kind, limit + 1])
    ]
    shown = found[:limit]
    if len(found) > limit:
        return NoticesRead(_read(history, shown), shown[-1])
    left = history.query(f"SELECT l.seq {looked} 1 OFFSET ?", [*values, MOST_LINES - 1])
    return NoticesRead(_read(history, shown), left[0][0] if left else None)


def _read(history: History, lines: Sequence[int]) -> list[JournalRecord]:
    """Read lines of the archive, which gives them as they stand there: the oldest first."""
    return history.records(lines)[::-1]
