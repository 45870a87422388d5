"""What became of an alert, with what only the archive has of it; asked apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from alertd.alerts.trail import EVERYBODY, Eyes, Report, Trail, eyes_of_a_desk, trail_of, under_way
from alertd.asking.caller import Caller
from alertd.asking.room import Room
from alertd.asking.why_look import in_time
from alertd.model import AlertState, Delivery, JournalRecord
from alertd.store.redis import RedisStore

MOST_UNDER_WAY = 40
"""Deliveries that are looked up."""
MOST = 100
"""Reports and messages that are given, the newest: a page shows fewer."""


async def trail_by(store: RedisStore, state: AlertState, lines: Sequence[JournalRecord], eyes: Eyes) -> Trail:
    """Read a trail from lines about an alert, oldest first, and from its deliveries as they stand.

    Raises StoreUnavailable, Corrupt.
    """
    names = under_way(lines, state.alert.id)[-MOST_UNDER_WAY:]
    there: list[Delivery] = [one for name in names if (one := await store.delivery(name)) is not None]
    return trail_of(state, lines, there, eyes)


@dataclass(frozen=True, slots=True)
class TrailAsked:
    """The trail of an alert, which is as whoever asks sees it; None: nothing is kept."""

    caller: Caller
    state: AlertState

    async def answer(self, room: Room) -> Trail | None:
        """Answer it. Raises StoreUnavailable, Corrupt."""
        alert, store = self.state.alert.id, await room.store()
        with room.kept() as kept:
            lines = dict(kept.trace(alert))
            if kept.history is None:
                return None
        lines |= dict(await store.trace(alert))
        policies = room.scope.setup.policies.values()
        eyes = EVERYBODY if self.caller.all_desks else eyes_of_a_desk(self.state, self.caller.desk, policies)
        records = [record for _, record in sorted(lines.items(), key=in_time)]
        found = await trail_by(store, self.state, records, eyes)
        return replace(found, reports=[*map(self._short, found.reports[-MOST:])], sent=found.sent[-MOST:])

    def _short(self, one: Report) -> Report:
        """Leave out texts, but that of the event of which the alert carries an excerpt."""
        event, told = one.event, self.state.event
        if told is not None and (event.id, event.revision) == (told.id, told.revision):
            return one
        return replace(one, event=replace(event, body=""))
