"""What is due in the life of alerts: windows of held alerts that are over, and timers. Several processes may do it.

    window over  -> its members, their alerts as they are now -> decided again (`alerts/release.py`) -> one script
    timer due    -> its alert as it is now -> what that brings about (`alerts/ring.py`)              -> one commit

Everything is compare-and-set: who is slower finds it done. A crash before the script leaves all as it was; after it
nothing is left to do.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence

import structlog

from alertd import telemetry
from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.ring import ring
from alertd.base.clock import Clock
from alertd.base.failpoints import Failpoint, failpoint
from alertd.errors import AlertdError, StoreUnavailable
from alertd.model import Silence, StoredAlert, Timer
from alertd.workers.due_store import DueStore, readable
from alertd.workers.looks import Looks
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress
from alertd.workers.windows import AGAIN_MS, Windows

log = structlog.get_logger(__name__)

LOOK_S = 0.5
LOOK_STAGED_S = 0.02
WINDOWS = 50
TIMERS = 100
MEASURE_MS = 5_000


class Due(Looks):
    """Releases windows and rings timers, twice a second."""

    def __init__(
        self,
        store: DueStore,
        policies: Mapping[str, ReceiverPolicy],
        notices: Notices,
        clock: Clock,
        progress: Progress,
        *,
        staged: bool = False,
        cautious: Callable[[int], int] = int,
    ) -> None:
        """`staged`: in a replay, whose clock waits for this. `cautious` gives the time by which something may end,
        where the clock is in doubt."""
        self._cautious = cautious
        super().__init__("due", LOOK_STAGED_S if staged else LOOK_S, progress)
        self._store = store
        self._policies = policies
        self._windows = Windows(store, policies, notices, clock)
        self._clock = clock
        self._measured = 0
        self._resting: dict[str, int] = {}
        """What failed, or waits for a receiver -> when it is looked at again."""

    def serve(self, policies: Mapping[str, ReceiverPolicy]) -> None:
        """Take the receivers of a reload."""
        self._policies = policies
        self._windows.serve(policies)

    async def look(self) -> None:
        """Do what is due now. Raises StoreUnavailable."""
        now = self._clock()
        if now >= self._measured + MEASURE_MS:
            self._measured = now
            await self._windows.measure()
        while await self._turn() and not self._stop.is_set():
            self._progress.tick("due")

    async def _turn(self) -> bool:
        """Do a part of what is due; tells whether there may be more."""
        now = self._clock()
        self._resting = {name: until for name, until in self._resting.items() if until > now}
        resting = len(self._resting)
        over = self._cautious(now)
        windows = await self._store.windows(over, WINDOWS + resting)
        timers = await self._store.timers_due(over, TIMERS + resting)
        due = [window for window in windows if window.name not in self._resting]
        rings = [timer for timer in timers if timer.name not in self._resting]
        if not due and not rings:
            return False
        silences = await self._store.silences(now)
        for timer, stored in await self._alerts_of(rings, TIMERS + resting):
            await self._guard(timer.name, self._timer(timer, stored, silences))
        for window in due:
            await self._guard(window.name, self._windows.release(window, silences))
        return len(windows) >= WINDOWS + resting or len(timers) >= TIMERS + resting

    async def _alerts_of(self, timers: Sequence[Timer], limit: int) -> list[tuple[Timer, StoredAlert | None]]:
        """Give timers with their alerts, None for one that cannot be read; without those that another has rung.

        Only a commit of its alert cancels a timer. So one that is there after its alert was read has not been rung
        before: and if it is before the commit that comes now, that commit conflicts.
        """
        if not timers:
            return []
        states = await readable(self._store, list(dict.fromkeys(timer.alert for timer in timers)))
        there = await self._store.timers_due(self._cautious(self._clock()), limit)
        return [(timer, states.get(timer.alert)) for timer in timers if timer in there]

    async def _guard(self, name: str, work: Coroutine[None, None, int]) -> None:
        """Let one that fails rest, so that the others go on. Raises StoreUnavailable."""
        try:
            until = await work
        except (StoreUnavailable, Failpoint):
            raise
        except AlertdError as error:
            log.error("due_failed", what=name, error=str(error))
            until = self._clock() + AGAIN_MS
        except Exception as error:  # one alert that the code cannot take must not stop all clocks
            log.error("due_failed", what=name, exc_info=error)
            until = self._clock() + AGAIN_MS
        if until:
            self._resting[name] = until

    async def _timer(self, timer: Timer, stored: StoredAlert | None, silences: Sequence[Silence]) -> int:
        """Ring a timer; gives until when it need not be looked at, 0: it may be at once."""
        if stored is None:
            return self._clock() + AGAIN_MS
        if stored.state is None:
            await self._store.drop_timer(timer.name, timer.due_ms)
            return 0
        now = self._clock()
        rung = ring(timer, stored.state, self._policies, silences, now)
        failpoint("due.rang")
        conflict = await self._store.commit(
            stored.state.alert.id, stored.version, rung.state, rung.deliveries, now, effects=rung.effects, answer=True
        )
        if conflict is not None:
            return 0  # the next turn decides from what won
        if rung.outcome == "escalated":
            for delivery in rung.deliveries:
                telemetry.ESCALATIONS.labels(receiver=delivery.receiver).inc()
        log.info(
            "timer",
            kind=timer.kind,
            alert=timer.alert,
            receiver=timer.receiver or None,
            outcome=rung.outcome,
            told=[delivery.receiver for delivery in rung.deliveries],
        )
        return 0
