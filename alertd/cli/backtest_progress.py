"""How far a backtest is: by the archive's clock, with the rate and the time that is left."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Group
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from alertd.base.clock import utc_day
from alertd.cli.output import stderr
from alertd.history.backtest.happened import Progress as Backtested
from alertd.history.backtest.plan import Plan


class _Watching(Progress):
    """Looks at the figures each time it is drawn: whoever makes them does not wait for a terminal."""

    def __init__(self, plan: Plan, runs: Sequence[Backtested]) -> None:
        self._plan, self._runs, self._began = plan, runs, time.monotonic()
        super().__init__(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[how]}", markup=False),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=stderr(),
            transient=True,
            redirect_stdout=False,
        )
        self._first = 0
        """When the first event came: there may be none for long after where reading begins."""
        self._task = self.add_task("backtest", total=None, how="")

    def get_renderable(self) -> Group:
        """Take the figures as they are now."""
        if hasattr(self, "_task"):
            at = min((run.until_ms for run in self._runs), default=0)
            events = sum(run.events for run in self._runs)
            rate = events / max(time.monotonic() - self._began, 0.1)
            self._first = self._first or at
            whole = self._plan.until_ms - self._first if at and self._plan.until_ms < _ENDLESS else None
            how = f"{events:,} events  {rate:,.0f}/s"
            where = utc_day(at) if at else "begins"
            self.update(self._task, description=where, total=whole, completed=at - self._first, how=how)
        return Group(*self.get_renderables())


_ENDLESS = 4_000_000_000_000
"""A time in ms after which nobody asks: the end is open."""


@contextmanager
def bar(plan: Plan, runs: Sequence[Backtested]) -> Iterator[None]:
    """Show a bar on a terminal while the runs go on; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield
        return
    with _Watching(plan, runs):
        yield
