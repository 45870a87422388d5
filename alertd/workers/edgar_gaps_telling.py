"""What is said of a source's gaps and days: to the log, the journal and the operator, each once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

import structlog

from alertd.base.clock import Clock, rfc3339
from alertd.model import JournalRecord
from alertd.workers.edgar_gap import Gap
from alertd.workers.edgar_gaps_day import DayReport
from alertd.workers.edgar_gaps_text import day_missing, day_not_done, gap_begun, gap_closed, span
from alertd.workers.notices import Notices

log = structlog.get_logger(__name__)


class JournalStore(Protocol):
    """What telling needs of the store."""

    async def journal(self, record: JournalRecord, once: str = "") -> bool:
        """Write a line to the journal."""
        ...


class Telling:
    """Says it of one source. Raises StoreUnavailable."""

    def __init__(self, source_id: str, store: JournalStore, notices: Notices, clock: Clock) -> None:
        self._source = source_id
        self._store = store
        self._notices = notices
        self._clock = clock

    async def opened(self, gap: Gap, late: int) -> None:
        """Leave a record of a gap that is begun."""
        log.warning("edgar_gap_open", source=self._source, since=_at(gap.since_ms), until=_at(gap.until_ms))
        await self._blind(gap, late, f"EDGAR may not have been seen {span(gap.since_ms, gap.until_ms)}", filled=False)

    async def closed(self, gap: Gap, late: int, *, proved: bool) -> None:
        """Leave a record of a gap that is closed, and tell the operator."""
        log.info("edgar_gap_closed", source=self._source, since=_at(gap.since_ms), late=late, proved=proved)
        text = gap_closed(gap, late, proved=proved)
        await self._blind(gap, late, text, filled=proved)
        await self._notices.tell("edgar_gap_filled", self._source, text, _episode(gap))

    async def _blind(self, gap: Gap, late: int, reason: str, *, filled: bool) -> None:
        data = {"from_ms": gap.since_ms, "to_ms": gap.until_ms, "filled": filled, "late": late}
        await self._journal(reason, {"blind": data}, f"blind:{_episode(gap)}:{reason}")

    async def begun(
        self, gap: Gap, held: int, unread: Sequence[str], late: int, failed: str, days: Sequence[date]
    ) -> None:
        """Tell the operator of a gap whose indexes are awaited."""
        text = gap_begun(gap, held, unread, late, failed, days)
        await self._notices.tell("edgar_gap", self._source, text, _episode(gap))

    async def reconciled(self, day: date, report: DayReport) -> None:
        """Leave a record of a day; tell the operator if something was missing."""
        log.info("edgar_reconciled", source=self._source, day=report.day, seen=report.seen, late=report.late)
        data: dict[str, Any] = {name: getattr(report, name) for name in report.__struct_fields__}
        data["forms"] = list(report.forms)
        await self._journal(
            f"reconciled: {report.text}", {"reconciled": data}, f"reconciled:{report.day}:{report.text}"
        )
        if report.missing:
            await self._notices.tell("edgar_missing", self._source, day_missing(report), report.day)

    async def not_done(self, days: Sequence[date], why: str, *, given_up: bool) -> None:
        """Tell the operator of days that could not be reconciled."""
        log.warning("edgar_not_reconciled", source=self._source, days=_span(days), reason=why, given_up=given_up)
        data = {"days": [day.isoformat() for day in days], "given_up": given_up}
        await self._journal(f"not reconciled: {why}", {"not_reconciled": data}, f"unreconciled:{_span(days)}:{why}")
        text = day_not_done(_span(days), why, given_up=given_up)
        await self._notices.tell("edgar_not_reconciled", self._source, text, f"{_span(days)}:{given_up}")

    async def _journal(self, reason: str, data: dict[str, Any], once: str) -> None:
        record = JournalRecord(kind="source", at=rfc3339(self._clock()), ids=[self._source], reason=reason, data=data)
        await self._store.journal(record, once=f"edgar:{self._source}:{once}")


def _at(ms: int) -> str:
    return rfc3339(ms) if ms else "the beginning"


def _episode(gap: Gap) -> str:
    return f"{gap.since_ms}-{gap.until_ms}"


def _span(days: Sequence[date]) -> str:
    first, last = days[0].isoformat(), days[-1].isoformat()
    return first if first == last else f"{first} to {last}"
