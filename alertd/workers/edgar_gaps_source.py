"""Fills the gaps of one EDGAR source and reconciles its days, one thing after the other.

    a gap     submissions of the companies held, at once -> the index of each of its days, when it is there -> closed
    a night   the index of the day, from 22:30 in New York -> what is missing comes late

Nothing of it is written here: what has come about is told to the poller with the next poll (`settle`), which is the
only one to write the source's state. Until then a crash means that it is done again, and finds everything known.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import structlog

from alertd import telemetry
from alertd.base.clock import Clock
from alertd.errors import FetchPermanent, FetchTemporary, ParseFailed, ParseKilled, StoreUnavailable
from alertd.sources.edgar import EdgarConfig
from alertd.sources.edgar_places import business_days, filing_days, index_due_ms, last_index_day
from alertd.sources.sec_day import day_of
from alertd.workers.edgar_gap import Gap, open_gaps, with_gaps
from alertd.workers.edgar_gaps_day import REMEMBERED_MS, Reconciler, too_old
from alertd.workers.edgar_gaps_fetch import Brief, LateFilings
from alertd.workers.edgar_gaps_ledger import Ledger, read_ledger, watching, with_spell, write_ledger
from alertd.workers.edgar_gaps_retry import Retries
from alertd.workers.edgar_gaps_telling import Telling

log = structlog.get_logger(__name__)

FAULT_S = 60.0
STORE_AWAY_S = 5.0
TELL_AFTER_MS = 6 * 3_600_000
"""So long after its time the operator is told that a day could not be reconciled."""
NO_INDEX_MS = 72 * 3_600_000
"""So long after its time there is no index of a day: EDGAR was closed, or will not make one."""
IDLE_S = 600.0
UNSETTLED_MS = 1_800_000
"""So long after the last poll nobody takes what comes of the work: another daemon may poll the source now."""

TROUBLE = (FetchTemporary, FetchPermanent, ParseFailed, ParseKilled)


@dataclass(slots=True)
class _Open:
    """A gap that is being filled."""

    gap: Gap
    begun: bool = False
    asked: bool = False
    """The submissions of the companies held have been read, or are not needed."""
    told: bool = False
    proved: bool = False
    """Closed, and the index of each of its days was reconciled."""
    late: int = 0


class SourceGaps:
    """One source's gaps and days."""

    def __init__(
        self,
        source: EdgarConfig,
        late: LateFilings,
        telling: Telling,
        clock: Clock,
        held: Callable[[], frozenset[str]],
    ) -> None:
        """`held` gives the CIKs of the companies held, ten digits each."""
        self.source = source
        self._late = late
        self._reconciler = Reconciler(late)
        self._telling = telling
        self._clock = clock
        self._held = held
        self._ledger: Ledger | None = None
        self._open: dict[Gap, _Open] = {}
        self._closed: dict[Gap, _Open] = {}
        self._done: set[date] = set()
        """Days that are reconciled, or given up, and not yet written down as such."""
        self._given_up: set[date] = set()
        """Days of which it will not be known what was missed."""
        self._told: set[date] = set()
        """Days of which the operator knows that they could not be reconciled yet."""
        self._retries = Retries(source.id)
        self._wake = asyncio.Event()
        self._settled_ms = clock()

    # --- what the poller calls ----------------------------------------------------------------------

    def settle(self, cursor: Mapping[str, Any]) -> dict[str, Any]:
        """Give the cursor with what has come about, and take in the gaps that are open in it."""
        now, before = self._clock(), self._settled_ms
        self._settled_ms = now
        if self._ledger is None or now - before > UNSETTLED_MS:
            self._wake.set()
        ledger = watching(read_ledger(cursor), self.source.facts().forms, day_of(now))
        in_cursor = open_gaps(cursor)
        for gap in in_cursor:
            self.add(gap)
        pointer = date.fromisoformat(ledger.reconciled)
        for day in business_days(pointer, last_index_day(now)):
            if day not in self._done:
                break
            pointer = day
        self._done = {day for day in self._done if day > pointer}
        spells = ledger.spells
        for one in (*self._open.values(), *self._closed.values()):
            spells = with_spell(spells, one.gap, filled=one.proved, late=one.late)
        left = [gap for gap in in_cursor if gap not in self._closed]
        self._closed = {gap: one for gap, one in self._closed.items() if gap in in_cursor}
        self._ledger = Ledger(watched=ledger.watched, reconciled=pointer.isoformat(), spells=spells)
        telemetry.GAPS_OPEN.labels(source=self.source.id).set(len(left))
        telemetry.RECONCILED_DAY.labels(source=self.source.id).set(_midnight_s(pointer))
        return write_ledger(with_gaps(cursor, left), self._ledger)

    def add(self, gap: Gap) -> None:
        """Take a gap that is written down, or about to be; one that is known already changes nothing."""
        if gap not in self._open and gap not in self._closed:
            self._open[gap] = _Open(gap)
            self._wake.set()

    # --- the loop -----------------------------------------------------------------------------------

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._wake.clear()
            try:
                pause_s = await self._turn()
            except StoreUnavailable as error:
                log.debug("edgar_gaps_wait_for_store", source=self.source.id, error=str(error))
                pause_s = STORE_AWAY_S
            except Exception as error:
                log.error("edgar_gaps_raised", source=self.source.id, exc_info=error)
                pause_s = FAULT_S
                await asyncio.sleep(pause_s)  # a fault of ours: a poll must not make it come faster
            # Not wait_for: before Python 3.12 it swallows a cancellation that comes as what it waits for does.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._wake.wait()

    async def _turn(self) -> float:
        """Do what can be done now; gives the seconds until there may be more."""
        ledger, now = self._ledger, self._clock()
        if ledger is None or now - self._settled_ms > UNSETTLED_MS:
            return IDLE_S
        for one in list(self._open.values()):
            await self._begin(one)
            if not one.asked and self._retries.may(one.gap, now):
                await self._ask(one, now)
        due = business_days(date.fromisoformat(ledger.reconciled), last_index_day(now))
        await self._forget([day for day in due if day not in self._done and too_old(day, now)])
        for day in due:
            if day not in self._done and self._retries.may(day, now):
                await self._reconcile(day, ledger, now)
        for one in list(self._open.values()):
            if all(self._is_done(day) for day in self._days(one.gap)):
                await self._close(one)
        return self._pause_s(self._clock())

    def _pause_s(self, now: int) -> float:
        """Give the seconds until the next day is due, or something is tried again."""
        last = last_index_day(now)
        next_day = business_days(last, last + timedelta(days=10))[0]
        moments = [index_due_ms(next_day), *self._retries.moments()]
        return min(max((min(moments) - now) / 1000, 1.0), IDLE_S)

    def _days(self, gap: Gap) -> list[date]:
        """Give the days whose indexes list what was filed in a gap, as far back as what was seen is remembered."""
        first = max(gap.since_ms, gap.until_ms - REMEMBERED_MS)
        return filing_days(first if gap.since_ms else gap.until_ms, gap.until_ms)

    def _is_done(self, day: date) -> bool:
        assert self._ledger is not None
        return day in self._done or day.isoformat() <= self._ledger.reconciled

    # --- the steps ----------------------------------------------------------------------------------

    async def _begin(self, one: _Open) -> None:
        """Leave a record of a gap, once."""
        if not one.begun:
            await self._telling.opened(one.gap, one.late)
            one.begun = True

    async def _ask(self, one: _Open, now: int) -> None:
        """Find what was missed of the companies held: at once, while the index is not there yet."""
        days = [day for day in self._days(one.gap) if index_due_ms(day) > now and not self._is_done(day)]
        failed = ""
        unread: list[str] = []
        held = sorted(self._held()) if days else []
        try:
            for cik in held:
                if lacking := await self._company(one, cik):
                    log.warning("edgar_submissions_unread", source=self.source.id, cik=cik, reason=lacking)
                    unread.append(lacking)
        except TROUBLE as error:
            failed = telemetry.safe_text(str(error))
            self._retries.failed(one.gap, error, now)
        else:
            one.asked = True
            self._retries.done(one.gap)
        if days and not one.told:
            await self._telling.begun(one.gap, len(held), unread, one.late, failed, days)
            one.told = True

    async def _company(self, one: _Open, cik: str) -> str:
        """Take in what was missed of a company; gives why that may not be all, which only the index tells then."""
        gap = one.gap
        since = gap.since_ms or gap.until_ms
        listed, lacking = await self._late.submissions(self.source, cik, since, gap.until_ms)
        for candidate in await self._late.missing(self.source, listed):
            brief = await self._late.take(self.source, candidate, "submissions", lambda brief: True)
            if brief is not None:
                self._came(brief)
        return lacking

    def _came(self, brief: Brief) -> None:
        """Count a late filing for the gap in which it was missed."""
        ms = brief.accepted_ms
        log.info("late_filing", source=self.source.id, accession=brief.accession, form=brief.form)
        for one in self._open.values():
            if ms is not None and one.gap.since_ms <= ms <= one.gap.until_ms:
                one.late += 1
                return

    async def _reconcile(self, day: date, ledger: Ledger, now: int) -> None:
        why = ""
        try:
            report = await self._reconciler.day(self.source, day, ledger, list(self._open), came=self._came)
        except TROUBLE as error:
            report, why = None, telemetry.safe_text(str(error))
            self._retries.failed(day, error, now)
        else:
            if report is not None:
                self._end(day)
                await self._telling.reconciled(day, report)
                return
            self._retries.not_there(day, now)
        if not why and now - index_due_ms(day) > NO_INDEX_MS:
            self._end(day, given_up=True)
            await self._telling.not_done([day], "EDGAR has no index of that day; was it closed?", given_up=True)
        elif day not in self._told and now - index_due_ms(day) > TELL_AFTER_MS:
            self._told.add(day)
            await self._telling.not_done([day], why or "EDGAR's index of that day is not there yet", given_up=False)

    async def _forget(self, days: list[date]) -> None:
        """Give up days that are too long ago."""
        for day in days:
            self._end(day, given_up=True)
        if days:
            await self._telling.not_done(days, "what was seen then may be forgotten by now", given_up=True)

    def _end(self, day: date, *, given_up: bool = False) -> None:
        self._done.add(day)
        if given_up:
            self._given_up.add(day)
        self._told.discard(day)
        self._retries.done(day)

    async def _close(self, one: _Open) -> None:
        """End a gap: it is filled, or as far as it ever will be."""
        one.proved = self._given_up.isdisjoint(self._days(one.gap)) and not _is_long(one.gap)
        await self._telling.closed(one.gap, one.late, proved=one.proved)
        del self._open[one.gap]
        self._closed[one.gap] = one
        self._retries.done(one.gap)


def _is_long(gap: Gap) -> bool:
    """Say whether a gap begins before what was seen is remembered."""
    return 0 < gap.since_ms < gap.until_ms - REMEMBERED_MS


def _midnight_s(day: date) -> float:
    return datetime.combine(day, time(), UTC).timestamp()
