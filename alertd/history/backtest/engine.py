"""Backtests rules over the past: the same code as the daemon, on the archive's clock.

    the past -> [worker processes: read, understand, match] -> in order -> decide, ring, answer -> Happened, Rang

Workers say of most lines that no rule is concerned. One process decides the others, one after the other, because what
becomes of an event hangs on all that was before it: alerts, cooldowns, storms, stories. So the same past and the same
rules give the same, with one process or many.
"""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager, suppress

from alertd.errors import ParseFailed
from alertd.history.backtest.ahead import Ahead
from alertd.history.backtest.clockwork import Clockwork
from alertd.history.backtest.decide import Decider
from alertd.history.backtest.happened import FAULTS, MAX_FAULTS, Happened, Progress, Rang
from alertd.history.backtest.order import Item, as_decided
from alertd.history.backtest.plan import Plan
from alertd.history.backtest.pool import Alone, Crew
from alertd.history.past import PastRecord
from alertd.history.past_archive import silences_before
from alertd.history.past_line import RawPast, past_of, unreadable
from alertd.history.past_read import read_raw
from alertd.history.past_skips import Why
from alertd.model import JournalRecord


@contextmanager
def _unmoved() -> Iterator[None]:
    """Keep what was loaded, rules above all, from being looked through for garbage again and again."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


class Engine:
    """One run over the past."""

    def __init__(self, plan: Plan, clockwork: Clockwork, decider: Decider | None = None) -> None:
        """`decider` is the one that decides; None: one is made."""
        self._plan = plan
        self._decider = decider or Decider(plan, clockwork)
        self.progress = Progress()

    async def run(self) -> AsyncIterator[Happened | Rang]:
        """Give what came of the past, in its order.

        Raises ConfigError: the past cannot be read; BacktestFailed: a worker died or hung. Close it (`aclosing`) to
        end it early: worker processes end with it.
        """
        decider = self._decider
        self.progress.differs = decider.differs
        crew = Crew(self._plan) if self._plan.jobs > 1 else Alone(self._plan)
        with crew, _unmoved():
            for raw in silences_before(self._plan.paths, self._plan.begin_ms) if self._plan.people else ():
                await self._silence(decider, raw)
            lines = read_raw(self._plan.paths, self._plan.begin_ms, self._plan.until_ms, skipped=self._skipped)
            ahead = Ahead(as_decided(self._examined(crew, lines)))
            decider.store.waits = ahead.to_come
            number = 0
            while (item := ahead.next()) is not None:
                for one in await self._ring_until(decider, item.at_ms):
                    yield one
                number += item.found.what != "record"
                self.progress.until_ms = item.at_ms
                if item.found.what == "record":
                    for record in await self._record(decider, ahead, item):
                        yield self._rang(item.at_ms, record)
                    continue
                ahead.take()
                self.progress.events += 1
                if (happened := await decider.event(item, number)) is not None:
                    yield happened
                await decider.sweep()
        for one in await self._ring_until(decider, self._plan.until_ms):
            yield one

    def _examined(self, crew: Crew | Alone, lines: Iterator[RawPast]) -> Iterator[Item]:
        for chunk in crew.examined(lines):
            self.progress.covered.merge(chunk.covered)
            for raw, found in zip(chunk.lines, chunk.found, strict=True):
                if found.what != "skip":
                    yield Item(raw, found)
                elif found.why:
                    self._skipped("unreadable", unreadable(raw, found.why))

    async def _record(self, decider: Decider, ahead: Ahead, item: Item) -> Iterable[JournalRecord]:
        """Take a line that is no event: what somebody said, or what a clock of the daemon did then."""
        ahead.take()
        if not item.found.name:
            past = past_of(item.raw)
            return await decider.people(past) if isinstance(past, PastRecord) else ()
        held = item.found.name in ahead.to_come  # it comes again: a window of several parts
        ahead.to_come.discard(item.found.name)
        rung = await decider.ring(item.at_ms)
        if held:
            ahead.to_come.add(item.found.name)
        return rung

    async def _silence(self, decider: Decider, raw: RawPast) -> None:
        """Take a line about a silence from before the time that is read."""
        with suppress(ParseFailed):
            if isinstance(past := past_of(raw), PastRecord) and past.kind == "silence":
                await decider.people(past)

    async def _ring_until(self, decider: Decider, at_ms: int) -> list[Rang]:
        """Let ring what is due, each at its time."""
        rung: list[Rang] = []
        while (due := decider.store.next_due()) is not None and due <= at_ms:
            rung += [self._rang(due, record) for record in await decider.ring(due)]
        return rung

    def _rang(self, at_ms: int, record: JournalRecord) -> Rang:
        return Rang(at_ms, record, counted=at_ms >= self._plan.since_ms)

    def _skipped(self, why: Why, where: str, /) -> None:
        self.progress.skipped[why] = self.progress.skipped.get(why, 0) + 1
        if why in FAULTS and len(self.progress.faults) < MAX_FAULTS:
            self.progress.faults.append(where)
