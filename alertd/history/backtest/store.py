"""The store of a backtest: MemoryStore, of which only as much grows as alerts live on the archive's clock.

Nothing is sent, so no delivery is kept; nobody asks what was, so of the journal only the newest lines are given on.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence

from alertd.base.clock import Clock
from alertd.model import (
    AlertState,
    Effects,
    Hold,
    JournalRecord,
    KnownStory,
    NewDelivery,
    StoredAlert,
    Timer,
    Told,
    Window,
)
from alertd.store.effects import timer_of
from alertd.store.memory import MemoryStore

STATES = 4_096
"""Alerts that are kept as they are, beside their JSON: what is told again is told soon."""
MERGED = 50_000
"""Stories that became part of older ones, of which this is remembered."""
_GIVEN_ON = frozenset({"answer", "silence", "release", "timer"})


class PastStore(MemoryStore):
    """See `alertd.store.protocol.Store` for what each method promises."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._told_lines: list[JournalRecord] = []
        self._due: list[tuple[int, int, str]] = []
        """A heap: when it is looked at, when it was due, name of a window or timer. What has changed since is passed
        over."""
        self._ripe: dict[str, int] = {}
        """Windows and timers whose time has come -> when that was."""
        self.waits: set[str] = set()
        """Those of them that are not to be seen yet."""
        self._into: OrderedDict[str, str] = OrderedDict()
        self._states_kept: OrderedDict[str, tuple[int, AlertState]] = OrderedDict()

    # --- clocks -----------------------------------------------------------------------------------------------

    def next_due(self) -> int | None:
        """Give when something may be due next."""
        return self._due[0][0] if self._due else None

    def ripen(self, now: int) -> bool:
        """Let come to hand what is due by now; tells whether anything is there to be seen."""
        while self._due and self._due[0][0] <= now:
            _, due, name = heapq.heappop(self._due)
            if self._is_due(name, due):
                self._ripe[name] = due
        self._ripe = {name: due for name, due in self._ripe.items() if self._is_due(name, due)}
        return any(name not in self.waits for name in self._ripe)

    def put_off(self, until: int) -> None:
        """Look again later at what was seen and is still there: what it needs was not to be had."""
        for name, due in list(self._ripe.items()):
            if name not in self.waits:
                del self._ripe[name]
                if self._is_due(name, due):
                    heapq.heappush(self._due, (until, due, name))

    def _is_due(self, name: str, due: int) -> bool:
        return due in (self._life.timers.get(name), self._life.windows.get(name))

    def _seen(self, kept: Mapping[str, int]) -> list[tuple[int, str]]:
        found = ((due, name) for name, due in self._ripe.items() if name not in self.waits)
        return sorted((due, name) for due, name in found if kept.get(name) == due)

    async def windows(self, now: int, limit: int) -> list[Window]:
        """Give the windows that are over and have alerts in them, the one that ended first first."""
        return self._windows([name for _, name in self._seen(self._life.windows)][: max(limit, 0)])

    async def timers_due(self, now: int, limit: int) -> list[Timer]:
        """Give the timers whose time has come, the oldest first."""
        due = self._seen(self._life.timers)[: max(limit, 0)]
        return [timer for at, name in due if (timer := timer_of(name, at))]

    def _bring_about(self, alert_id: str, version: int, effects: Effects, now: int) -> None:
        super()._bring_about(alert_id, version, effects, now)
        for hold in effects.holds:
            heapq.heappush(self._due, (hold.until_ms, hold.until_ms, hold.window))
        self._wind(effects.timers)

    async def release(
        self,
        window: str,
        members: Sequence[Hold],
        deliveries: Sequence[NewDelivery],
        record: JournalRecord,
        now: int,
        *,
        lanes: Mapping[str, Told] | None = None,
        timers: Sequence[Timer] = (),
        part: int = -1,
        versions: Mapping[str, int] | None = None,
    ) -> bool:
        """Take members out of a window, and let the timers run that this sets."""
        done = await super().release(
            window, members, deliveries, record, now, lanes=lanes, timers=timers, part=part, versions=versions
        )
        if done:
            self._wind(timers)
        return done

    def _wind(self, timers: Iterable[Timer]) -> None:
        for timer in timers:
            heapq.heappush(self._due, (timer.due_ms, timer.due_ms, timer.name))

    # --- what would pile up -----------------------------------------------------------------------------------

    def told(self) -> list[JournalRecord]:
        """Give the lines of the journal that were written since this was asked last."""
        lines, self._told_lines = self._told_lines, []
        return lines

    def _write_journal(self, record: JournalRecord, behind: str = "") -> None:
        if record.kind in _GIVEN_ON:
            self._told_lines.append(record)

    def _queue_all(self, deliveries: Sequence[NewDelivery], now: int) -> list[str]:
        return [new.id for new in deliveries]

    # --- stories of the archive -------------------------------------------------------------------------------

    def merged(self, younger: str, older: str) -> None:
        """Remember that a story became part of another, which the archive says."""
        self._into[younger] = older
        if len(self._into) > MERGED:
            self._into.popitem(last=False)

    async def load_stories(self, ids: Sequence[str]) -> dict[str, KnownStory]:
        """Give stories as they are."""
        found = await super().load_stories(ids)
        known = ((name, self._into[name]) for name in found if name in self._into)
        return found | {name: KnownStory(version=1, into=into) for name, into in known}

    # --- alerts as they are -----------------------------------------------------------------------------------

    def _load_alert(self, alert_id: str) -> StoredAlert:
        kept, known = self._alerts.get(alert_id), self._states_kept.get(alert_id)
        if kept is None or known is None or known[0] != kept.version or kept.lanes or kept.expires <= self.clock():
            return super()._load_alert(alert_id)
        self._states_kept.move_to_end(alert_id)
        return StoredAlert(version=kept.version, state=known[1])

    async def commit(
        self,
        alert_id: str,
        expected_version: int,
        state: AlertState,
        deliveries: Sequence[NewDelivery],
        now: int,
        *,
        effects: Effects | None = None,
        answer: bool = False,
    ) -> StoredAlert | None:
        """Write an alert and what follows."""
        conflict = await super().commit(
            alert_id, expected_version, state, deliveries, now, effects=effects, answer=answer
        )
        if conflict is None:
            self._states_kept[alert_id] = (expected_version + 1, state)
            self._states_kept.move_to_end(alert_id)
            if len(self._states_kept) > STATES:
                self._states_kept.popitem(last=False)
        return conflict
