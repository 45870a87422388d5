"""The work of `alertd sources reconcile`: over the daemon's store, within the limit that its processes share."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from typing import Any

from alertd import __version__
from alertd.base.clock import system_clock
from alertd.cli.connect import command_store, reach_from
from alertd.cli.progress import Advance, progress
from alertd.net.client import HttpClient
from alertd.settings import Settings
from alertd.sources.edgar import EdgarConfig
from alertd.sources.parsepool import ParsePool
from alertd.workers.intake import Intake
from alertd.workers.notices import Notices
from alertd.workers.reconciling import Reconciling
from alertd.workers.sec_requests import SecRequests
from alertd.workers.source_health import SourceHealth


async def reconcile_days(settings: Settings, source_id: str, days: Sequence[date]) -> list[dict[str, Any]]:
    """Reconcile days, one row for each. Raises NotThere, StoreUnavailable."""
    source = next(one for one in settings.sources if one.id == source_id and isinstance(one, EdgarConfig))
    agent = f"alertd/{__version__}" + (f" {settings.contact}" if settings.contact else "")
    async with (
        command_store(reach_from(settings)) as store,
        HttpClient(user_agent=agent) as http,
        ParsePool(1) as pool,
    ):
        # Who calls the command is told by it: nobody else is.
        notices = Notices(store, {}, system_clock)
        health = SourceHealth(store, notices, system_clock)
        intake = Intake(store, notices, system_clock, health, epoch=await store.epoch())
        requests = SecRequests(http, store, notices, system_clock)
        with _Bar() as bar:
            return await Reconciling(requests, pool, store, intake, notices, system_clock).days(source, days, bar)


class _Bar:
    """A progress bar for the missing filings of each day, begun when they are counted."""

    def __init__(self) -> None:
        self._day = date.min
        self._stack = ExitStack()
        self._advance: Advance | None = None

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def day(self, day: date) -> None:
        self._stack.close()
        self._day, self._advance = day, None

    def missing(self, count: int) -> None:
        self._advance = self._stack.enter_context(progress(f"missing of {self._day}", count, silent=True))

    def fetched(self) -> None:
        if self._advance is not None:
            self._advance(1)
