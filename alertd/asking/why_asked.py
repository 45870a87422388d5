"""What became of something, asked apart: it reads the journal, the archive and the rules of then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alertd.asking.again import Again
from alertd.asking.caller import Caller
from alertd.asking.kept_back import Line, without_kept_back
from alertd.asking.room import Room
from alertd.asking.story import Asked, as_json, ids_of, story, under_way
from alertd.asking.why_look import Found, Looking
from alertd.asking.why_now import standing_lines
from alertd.base.clock import system_clock
from alertd.model import AlertState
from alertd.store.types import ReceiverHealth


@dataclass(frozen=True, slots=True)
class Told:
    """What became of something."""

    thing: str
    """The whole id."""
    text: list[str]
    """Line by line, in order of time."""
    records: list[dict[str, Any]]
    carries_on: list[str]


@dataclass(frozen=True, slots=True)
class WhyAsked:
    """What became of an event, an alert, a delivery, a silence, a source or a receiver; None: nothing is known of it.

    `portfolio` is one that whoever asks may see.
    """

    caller: Caller
    thing: str
    portfolio: str | None
    full: bool

    async def answer(self, room: Room) -> Told | None:
        """Answer it. Raises NotThere, Temporary."""
        found, lines = await _found(room, self.caller, self.thing)
        if not lines and not found.now:
            return None
        of_one = found.thing.startswith("ev_") or self.portfolio is not None
        again = Again(room.books(), found.view) if of_one else None
        asked = Asked(found.thing, self.portfolio, again, full=self.full)
        text = list(story([record for _, record in lines], asked))
        text += self._under_way(found, lines, asked) + self._standing(room, found)
        return Told(found.thing, text, as_json(lines, full=self.full), list(found.carried))

    def _under_way(self, found: Found, lines: Sequence[Line], asked: Asked) -> list[str]:
        """Tell of the deliveries that have not come to their end."""
        shown, now = {*ids_of(lines), found.thing}, system_clock()
        there = [one for one in found.delivery if self.caller.all_desks or one.id in shown]
        return [
            line
            for one in there
            for line in under_way(one, asked, found.health.get(one.receiver, ReceiverHealth()), now)
        ]

    def _standing(self, room: Room, found: Found) -> list[str]:
        """Tell how the thing itself stands."""
        text, now = list[str](), system_clock()
        for one in found.now:
            seen = self.caller.shown(one, room.scope.setup.policies.values()) if isinstance(one, AlertState) else one
            text += standing_lines(seen, now, full=self.full) if seen is not None else ()
        return text


@dataclass(frozen=True, slots=True)
class EventAsked:
    """An event as it was understood, with what was decided: its newest record; None: nothing is known of it."""

    caller: Caller
    event: str

    async def answer(self, room: Room) -> Mapping[str, Any] | None:
        """Answer it. Raises NotThere, Temporary."""
        found, lines = await _found(room, self.caller, self.event)
        raw = [one.data for _, one in lines if one.data.get("event", {}).get("id") == found.thing]
        return raw[-1] if raw else None


async def _found(room: Room, caller: Caller, thing: str) -> tuple[Found, list[Line]]:
    """Look for something; what rights keep from a desk is left out. Raises NotThere, Temporary."""
    store = await room.store()
    with room.kept() as kept:
        view = await room.view(caller, kept)
        found = await Looking(room.reach, store, kept, view.desk, view.books, view).find(thing)
        if view.desk is None:
            return found, found.lines
        alerts = [name for name in ids_of(found.lines) if name.startswith("al_")]
        there = await store.load_alerts(alerts)
        states = {name: one.state for name, one in there.items() if one.state is not None}
        older = [name for name in alerts if name not in states]
        open_ = kept.history.open_to_all(older) if kept.history is not None else set()
    policies = room.scope.setup.policies.values()
    return found, without_kept_back(found.lines, states, lambda state: caller.shown(state, policies), open_)
