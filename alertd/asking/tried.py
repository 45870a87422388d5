"""What rules would make of an event that is given, asked apart: whether one holds, who would be told, and how.

An event is matched in a thread: a stream of events (`ruletests/stream.py`) runs a loop of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from alertd.alerts.policy import ReceiverPolicy
from alertd.asking.events import EventReader
from alertd.asking.explain import Named, document, explained
from alertd.asking.preview import Rendering, message_of, sample_for
from alertd.asking.room import Room
from alertd.asking.route import Coming, Routing, coming
from alertd.errors import NotThere
from alertd.model import Event, Message, MessageType
from alertd.notify.config import ReceiverConfig
from alertd.notify.shown import NotShown, Shape
from alertd.rules.loaded import Loaded
from alertd.rules.match import Matcher

Fields = Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""An event as somebody writes it down, or a timeline of several: of these the last is meant."""


def events_of(loaded: Loaded, fields: Fields) -> list[Event]:
    """Read what is given. Raises ParseFailed."""
    return EventReader.of(loaded).timeline(msgspec.json.encode(fields))


@dataclass(frozen=True, slots=True)
class ExplainAsked:
    """Why a rule holds for an event, or does not, leaf by leaf."""

    walls: str | None
    portfolio: str
    rule: str
    event: Fields

    async def answer(self, room: Room) -> dict[str, Any]:
        """Answer it. Raises ParseFailed, NotThere, Permanent where the rule fails."""
        return await asyncio.to_thread(self._explained, room)

    def _explained(self, room: Room) -> dict[str, Any]:
        loaded = room.loaded([self.portfolio])
        asked = Named(room.rule(loaded, self.portfolio, self.rule))
        return _document(room, loaded, asked, self.event, self.walls)


@dataclass(frozen=True, slots=True)
class ExplainTypeAsked:
    """Why an event reports an event type, or does not."""

    walls: str | None
    event_type: str
    event: Fields

    async def answer(self, room: Room) -> dict[str, Any]:
        """Answer it. Raises ParseFailed, NotThere."""
        return await asyncio.to_thread(self._explained, room)

    def _explained(self, room: Room) -> dict[str, Any]:
        loaded = room.loaded([])
        found = next((one for one in loaded.book.event_types if one.id == self.event_type), None)
        if found is None:
            raise NotThere(f"there is no event type {self.event_type}")
        return _document(room, loaded, Named(event_type=found), self.event, self.walls)


def _document(room: Room, loaded: Loaded, asked: Named, fields: Fields, walls: str | None) -> dict[str, Any]:
    return document(explained(loaded, asked, events_of(loaded, fields), room.enricher, walls=walls))


@dataclass(frozen=True, slots=True)
class RouteAsked:
    """Whom an event would be told if it came now, for portfolios that whoever asks may see."""

    walls: str | None
    portfolios: Sequence[str]
    event: Mapping[str, Any]
    now: int

    async def answer(self, room: Room) -> list[dict[str, Any]]:
        """Answer it. Raises ParseFailed, Temporary."""
        matcher, found = await asyncio.to_thread(self._coming, room)
        routing = Routing(room.scope.setup.policies, matcher, found.event, self.now)
        routed = await routing.decided(found.concerns, await room.store())
        return [one.document(self.now) for one in routed]

    def _coming(self, room: Room) -> tuple[Matcher, Coming]:
        loaded = room.loaded(self.portfolios)
        matcher = room.matcher(loaded)
        return matcher, coming(matcher, events_of(loaded, self.event)[-1], set(self.portfolios), self.walls)


@dataclass(frozen=True, slots=True)
class Previewed:
    """A message as it would be sent."""

    text: str
    faults: list[str]
    """What templates failed at."""


@dataclass(frozen=True, slots=True)
class PreviewAsked:
    """The message that a receiver would get of an event, or of a sample."""

    config: ReceiverConfig
    policy: ReceiverPolicy
    portfolios: Sequence[str]
    """Those that whoever asks may see."""
    event: Mapping[str, Any] | None
    sample: str
    type: MessageType
    shape: Shape | None
    now: int

    async def answer(self, room: Room) -> Previewed:
        """Answer it. Raises ParseFailed, ConfigError, NotThere: nothing is told there, or not in this shape."""
        return await asyncio.to_thread(self._shown, room)

    def _shown(self, room: Room) -> Previewed:
        rendering = Rendering(self.config, room.scope.setup.smtp)
        try:
            return Previewed(rendering.text(self._message(room), self.shape), list(rendering.faults))
        except NotShown as error:
            raise NotThere(str(error)) from error

    def _message(self, room: Room) -> Message:
        if self.event is None:
            return sample_for(self.sample, self.policy, self.now)
        loaded = room.loaded(self.portfolios)
        return message_of(room.matcher(loaded), self.policy, events_of(loaded, self.event)[-1], self.type, self.now)
