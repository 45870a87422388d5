"""The filler of EDGAR's gaps: for each source a loop of its own (`edgar_gaps_source.py`), begun by its first poll."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from alertd.base.clock import Clock
from alertd.sources.edgar import EdgarConfig
from alertd.workers.edgar_gap import Gap
from alertd.workers.edgar_gaps_fetch import LateFilings
from alertd.workers.edgar_gaps_source import SourceGaps
from alertd.workers.edgar_gaps_telling import JournalStore, Telling
from alertd.workers.notices import Notices


class EdgarGaps:
    """Implements `edgar_gap.GapFiller`. Belongs to the loop in which it is made."""

    def __init__(
        self,
        late: LateFilings,
        store: JournalStore,
        notices: Notices,
        clock: Clock,
        *,
        held: Iterable[str] = (),
    ) -> None:
        """`held`: the CIKs of the companies that are held, ten digits each."""
        self._late = late
        self._store = store
        self._notices = notices
        self._clock = clock
        self._held = frozenset(held)
        self._sources: dict[str, SourceGaps] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def serve(self, sources: Sequence[object]) -> None:
        """Take the sources of the settings: those of EDGAR are watched over, others that were are left alone."""
        wanted = {source.id: source for source in sources if isinstance(source, EdgarConfig)}
        for gone in self._sources.keys() - wanted.keys():
            self._sources.pop(gone)
            self._tasks.pop(gone).cancel()
        for source in wanted.values():
            if source.id in self._sources:
                self._sources[source.id].source = source
            else:
                self._begin(source)

    def hold(self, held: Iterable[str]) -> None:
        """Take the companies that are held from now on."""
        self._held = frozenset(held)

    async def gap(self, source: EdgarConfig, gap: Gap) -> None:
        """Take a gap that is written down; it is filled beside the polls.

        Its source counts as `serve` was told last: a reload may have overtaken the poll.
        """
        if (one := self._sources.get(source.id)) is not None:
            one.add(gap)

    def settle(self, source_id: str, cursor: Mapping[str, Any]) -> dict[str, Any]:
        """Give the cursor without the gaps that are closed, and with what is remembered of completeness."""
        one = self._sources.get(source_id)
        return dict(cursor) if one is None else one.settle(cursor)

    async def aclose(self) -> None:
        """Stop. What is under way is done again after the next start."""
        tasks = list(self._tasks.values())
        self._tasks.clear()
        self._sources.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, source: EdgarConfig) -> None:
        telling = Telling(source.id, self._store, self._notices, self._clock)
        one = SourceGaps(source, self._late, telling, self._clock, lambda: self._held)
        self._sources[source.id] = one
        self._tasks[source.id] = asyncio.create_task(one.run(), name=f"edgar-gaps:{source.id}")
