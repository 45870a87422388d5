"""Days of EDGAR held against what was seen, because somebody asks for it: by a command, or over the API.

days -> for each: may it be asked for? -> its index against what was seen -> what is missing comes late -> a row
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

import msgspec

from alertd import telemetry
from alertd.base.clock import Clock
from alertd.errors import FetchPermanent, FetchTemporary, NotThere, ParseFailed, ParseKilled
from alertd.model import SourceState
from alertd.sources.edgar import EdgarConfig
from alertd.sources.edgar_places import index_due_ms
from alertd.sources.sec_day import is_business_day
from alertd.workers.edgar_gap import open_gaps
from alertd.workers.edgar_gaps_day import DayReport, Reconciler, too_old
from alertd.workers.edgar_gaps_fetch import LateFilings, MarkStore, Requests
from alertd.workers.edgar_gaps_ledger import read_ledger
from alertd.workers.edgar_gaps_telling import JournalStore, Telling
from alertd.workers.intake import Intake
from alertd.workers.notices import Notices
from alertd.workers.parsing import Parser


class ReconcilingStore(MarkStore, JournalStore, Protocol):
    """What is asked of the store."""

    async def source_state(self, source: str) -> SourceState | None:
        """Give what is remembered of a source."""
        ...


class Watched(Protocol):
    """Whoever is told how far it is."""

    def day(self, day: date) -> None:
        """Hear that a day is begun."""
        ...

    def missing(self, count: int) -> None:
        """Hear how many filings of it are to be fetched."""
        ...

    def fetched(self) -> None:
        """Hear that one of these was."""
        ...


class Reconciling:
    """Does it for one source after the other."""

    def __init__(
        self,
        requests: Requests,
        parser: Parser,
        store: ReconcilingStore,
        intake: Intake,
        notices: Notices,
        clock: Clock,
    ) -> None:
        self._reconciler = Reconciler(LateFilings(requests, parser, store, intake, clock))
        self._store = store
        self._notices = notices
        self._clock = clock

    async def days(self, source: EdgarConfig, days: Sequence[date], watched: Watched) -> list[dict[str, Any]]:
        """Reconcile days, one row for each: a DayReport, whether it is `done`, and a `note`.

        Raises NotThere for a source that was never polled; StoreUnavailable.
        """
        state = await self._store.source_state(source.id)
        if state is None or not state.cursor.get("watched"):
            raise NotThere(f"{source.id} has not been polled yet: nothing of it can have been seen")
        ledger, gaps = read_ledger(state.cursor), open_gaps(state.cursor)
        telling = Telling(source.id, self._store, self._notices, self._clock)
        rows = []
        for day in days:
            watched.day(day)
            report, why = None, self._not_to_ask(day)
            if not why:
                try:
                    report = await self._reconciler.day(
                        source, day, ledger, gaps, total=watched.missing, advance=watched.fetched
                    )
                except (FetchTemporary, FetchPermanent, ParseFailed, ParseKilled) as error:
                    why = telemetry.safe_text(str(error))
                else:
                    why = "" if report is not None else "EDGAR has no index of this day (yet)"
            if report is not None and report.forms:
                await telling.reconciled(day, report)
            rows.append(_row(day, report, why))
        return rows

    def _not_to_ask(self, day: date) -> str:
        now = self._clock()
        if not is_business_day(day):
            return "no business day of EDGAR"
        if index_due_ms(day) > now:
            return "its index is there from 22:30 in New York on"
        return "too long ago: what was seen may be forgotten" if too_old(day, now) else ""


def _row(day: date, report: DayReport | None, why: str) -> dict[str, Any]:
    shown = report or DayReport(day=day.isoformat(), forms=(), index=0)
    note = why or ("no form was watched all of this day" if not shown.forms else "")
    done = bool(shown.forms) or not is_business_day(day)
    return {**msgspec.to_builtins(shown), "done": done, "note": note}
