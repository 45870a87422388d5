"""The work of `alertd sources reconcile`: over the daemon's store, within the limit that its processes share."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from typing import Any

import msgspec

from alertd import __version__, telemetry
from alertd.base.clock import system_clock
from alertd.cli.connect import command_store, reach_from
from alertd.cli.progress import Advance, progress
from alertd.errors import FetchPermanent, FetchTemporary, ParseFailed, ParseKilled, StoreUnavailable
from alertd.net.client import HttpClient
from alertd.settings import Settings
from alertd.sources.edgar import EdgarConfig
from alertd.sources.edgar_places import index_due_ms
from alertd.sources.parsepool import ParsePool
from alertd.sources.sec_day import is_business_day
from alertd.store.redis import RedisStore
from alertd.workers.edgar_gap import open_gaps
from alertd.workers.edgar_gaps_day import DayReport, Reconciler, too_old
from alertd.workers.edgar_gaps_fetch import LateFilings
from alertd.workers.edgar_gaps_ledger import read_ledger
from alertd.workers.edgar_gaps_telling import Telling
from alertd.workers.intake import Intake
from alertd.workers.notices import Notices
from alertd.workers.sec_requests import SecRequests
from alertd.workers.source_health import SourceHealth


async def reconcile_days(settings: Settings, source_id: str, days: Sequence[date]) -> list[dict[str, Any]]:
    """Reconcile days, one row for each: a DayReport, whether it is `done`, and a `note`. Raises StoreUnavailable."""
    source = next(one for one in settings.sources if one.id == source_id and isinstance(one, EdgarConfig))
    agent = f"alertd/{__version__}" + (f" {settings.contact}" if settings.contact else "")
    async with (
        command_store(reach_from(settings)) as store,
        HttpClient(user_agent=agent) as http,
        ParsePool(1) as pool,
    ):
        return await _Work(store, http, pool, source).all(days)


class _Work:
    def __init__(self, store: RedisStore, http: HttpClient, pool: ParsePool, source: EdgarConfig) -> None:
        self._store = store
        self._http = http
        self._pool = pool
        self._source = source

    async def all(self, days: Sequence[date]) -> list[dict[str, Any]]:
        state = await self._store.source_state(self._source.id)
        if state is None or not state.cursor.get("watched"):
            raise StoreUnavailable(f"{self._source.id} has not been polled yet: nothing of it can have been seen")
        # Who calls the command is told by it: nobody else is.
        notices = Notices(self._store, {}, system_clock)
        health = SourceHealth(self._store, notices, system_clock)
        intake = Intake(self._store, notices, system_clock, health, epoch=await self._store.epoch())
        requests = SecRequests(self._http, self._store, notices, system_clock)
        reconciler = Reconciler(LateFilings(requests, self._pool, self._store, intake, system_clock))
        telling = Telling(self._source.id, self._store, notices, system_clock)
        ledger, gaps = read_ledger(state.cursor), open_gaps(state.cursor)
        rows = []
        for day in days:
            report, why = None, _not_to_ask(day)
            if not why:
                try:
                    with _Bar(day) as bar:
                        report = await reconciler.day(
                            self._source, day, ledger, gaps, total=bar.begin, advance=bar.advance
                        )
                except (FetchTemporary, FetchPermanent, ParseFailed, ParseKilled) as error:
                    why = telemetry.safe_text(str(error))
                else:
                    why = "" if report is not None else "EDGAR has no index of this day (yet)"
            if report is not None and report.forms:
                await telling.reconciled(day, report)
            rows.append(_row(day, report, why))
        return rows


def _not_to_ask(day: date) -> str:
    now = system_clock()
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


class _Bar:
    """A progress bar for the missing filings of a day, begun when they are counted."""

    def __init__(self, day: date) -> None:
        self._day = day
        self._stack = ExitStack()
        self._advance: Advance | None = None

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def begin(self, count: int) -> None:
        self._advance = self._stack.enter_context(progress(f"missing of {self._day}", count, silent=True))

    def advance(self) -> None:
        if self._advance is not None:
            self._advance(1)
