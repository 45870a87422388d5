"""Windows of held alerts that are over: decided again, and sent as one message by one script of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog

from alertd import telemetry
from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.release import LISTED_IN, MEMBERS, Release, Released, loudness
from alertd.base.clock import Clock, rfc3339
from alertd.base.failpoints import failpoint
from alertd.model import AlertState, Hold, Silence, Window
from alertd.workers.due_store import DueStore, followed
from alertd.workers.notices import Notices

log = structlog.get_logger(__name__)

LOADED = 50
"""Alerts that are read at once."""
AGAIN_MS = 60_000
"""When a window is looked at again of which nothing can be read."""
PATIENCE_MS = 60_000
"""How long a window waits for a receiver that these settings do not know: a reload may be under way."""


class Windows:
    """Releases windows, and says how much waits in those to come."""

    def __init__(
        self, store: DueStore, policies: Mapping[str, ReceiverPolicy], notices: Notices, clock: Clock
    ) -> None:
        self._store = store
        self._policies = policies
        self._notices = notices
        self._clock = clock

    def serve(self, policies: Mapping[str, ReceiverPolicy]) -> None:
        """Take the receivers of a reload."""
        self._policies = policies

    async def measure(self) -> None:
        """Say how many alerts wait for each receiver."""
        waiting = dict.fromkeys(self._policies, 0)
        for window in await self._store.waiting_in(list(self._policies)):
            waiting[window.receiver] += window.members
        for receiver, count in waiting.items():
            telemetry.HELD.labels(receiver=receiver).set(count)

    async def release(self, window: Window, silences: Sequence[Silence]) -> int:
        """Release a window: one message, or several parts if more waits than one can be about.

        Gives until when (ms) it need not be looked at; 0: it may be at once.
        """
        policy, now = self._policies.get(window.receiver), self._clock()
        if policy is None and now < window.until_ms + PATIENCE_MS:
            return window.until_ms + PATIENCE_MS
        holds = sorted(await self._store.held(window.name), key=loudness)
        for start in range(0, len(holds), MEMBERS):
            windows = await self._store.waiting_in([window.receiver])
            known = next((one for one in windows if one.name == window.name), None)  # with the part that comes next
            part = holds[start : start + MEMBERS]
            done = await self._part(known, part, policy, silences) if known is not None else False
            if not done:
                return 0 if done is False else self._clock() + AGAIN_MS
        return 0

    async def _part(
        self, window: Window, holds: Sequence[Hold], policy: ReceiverPolicy | None, silences: Sequence[Silence]
    ) -> bool | None:
        """Release some members of a window with one message; False: others were faster; None: unreadable, all."""
        release = Release(window, policy, silences, self._clock())
        versions: dict[str, int] = {}
        for start in range(0, len(holds), LOADED):
            states = await followed(self._store, [hold.item.alert for hold in holds[start : start + LOADED]])
            for hold in holds[start : start + LOADED]:
                stored = states.get(hold.item.alert)
                if stored is not None and _added(release, hold, stored.state) and stored.state is not None:
                    versions[stored.state.alert.id] = stored.version
        made = release.made()
        if not made.members:
            return None
        failpoint("due.decided")
        now = self._clock()
        done = await self._store.release(
            window.name,
            made.members,
            made.deliveries,
            made.record,
            now,
            lanes=made.lanes,
            timers=made.timers,
            part=window.part,
            versions=_of_single(made, versions),
        )
        failpoint("due.released")
        if done:
            await self._say(window, made)
        return done

    async def _say(self, window: Window, made: Released) -> None:
        removed = window.receiver not in self._policies
        outcome = "sent" if made.deliveries else "removed" if removed else "nothing"
        telemetry.RELEASES.labels(kind=window.kind, outcome=outcome).inc()
        listed = sum(fate.startswith((LISTED_IN, "expired")) for fate in made.fates.values())
        log.info(
            "released",
            receiver=window.receiver,
            kind=window.kind,
            until=rfc3339(window.until_ms),
            alerts=len(made.members),
            told=listed,
            delivery=made.deliveries[0].id if made.deliveries else None,
        )
        if removed:
            await self._tell_removed(window, len(made.members), made.record.data["desk"])

    async def _tell_removed(self, window: Window, count: int, desk: str | None) -> None:
        held = "1 alert was" if count == 1 else f"{count} alerts were"
        text = (
            f"{held} held for {window.receiver} until {rfc3339(window.until_ms)}, which is not in the "
            f"settings any more: nobody was told of them there; alertd why {window.receiver} names them"
        )
        await self._notices.tell("receiver_removed", window.receiver, text, window.name, desk=desk)


def _added(release: Release, hold: Hold, state: AlertState | None) -> bool:
    """Decide about a member; one that the code cannot take stays, and the others go out without it."""
    try:
        release.add(hold, state)
    except Exception as error:
        log.error("hold_failed", window=hold.window, alert=hold.item.alert, exc_info=error)
        return False
    return True


def _of_single(made: Released, versions: Mapping[str, int]) -> dict[str, int]:
    """Give the version of the alert that goes out as itself: were it older than what is queued by then, it would take
    that one's place in the chain. A digest has a chain of its own, and must not wait for a thousand to stand still.
    """
    alone = [one.message.alert.id for one in made.deliveries if one.message.alert is not None]
    return {alert: versions[alert] for alert in alone}
