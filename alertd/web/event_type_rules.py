"""`/v1/event-types`: the event types in force, and one of them tried on a text.

GET  /v1/event-types                 a line for each
POST /v1/event-types/TYPE/explain    why an event reports it, or does not: {"event": {"title": "…"}}
"""

from __future__ import annotations

from typing import Any

from alertd.asking.house import House
from alertd.asking.tried import ExplainTypeAsked
from alertd.base import suggest
from alertd.errors import NotThere
from alertd.model import Struct
from alertd.rules.book import EventTypeRule
from alertd.web.given_event import asked_of_event, given
from alertd.web.operations import Asked, Nothing, Operation
from alertd.web.problems import Refusal
from alertd.web.rules import Tried

NO_TYPE = "there is no such event type"
NAMED_TYPE = {"type": "The id of an event type."}


class TypeRow(Struct, frozen=True, kw_only=True):
    """What a list says of an event type."""

    id: str
    title: str
    severity: str | None
    """With which `severity: auto` begins."""
    confidence: float
    roles: list[str]
    """Those that its parties may play."""
    statuses: list[str]
    """Those that are told by their own conditions."""
    kinds: list[str]


class TypeList(Struct, frozen=True, kw_only=True):
    """Event types, by id."""

    event_types: list[TypeRow]


class EventTypeRoutes:
    """What can be asked about event types; they are everybody's."""

    def __init__(self, house: House) -> None:
        self._house = house

    def operations(self) -> list[Operation[Any, Any]]:
        """Give it."""
        return [
            Operation(
                name="listEventTypes", method="GET", path="/v1/event-types", summary="List the event types in force",
                does=self._all, query=Nothing, body=Nothing, answer=TypeList,
            ),
            Operation(
                name="explainEventType", method="POST", path="/v1/event-types/{type}/explain", reads=True,
                summary="Say why an event reports an event type, or does not, leaf by leaf",
                does=self._explain, query=Nothing, body=Tried, answer=dict[str, Any],
                fails={404: NO_TYPE}, parameters=NAMED_TYPE, slow=True,
            ),
        ]  # fmt: skip

    async def _all(self, asked: Asked[Nothing, Nothing]) -> object:
        return TypeList(event_types=[_row(one) for one in await _in_force(self._house)])

    async def _explain(self, asked: Asked[Nothing, Tried]) -> object:
        kind = await named_type(self._house, asked.path["type"])
        question = ExplainTypeAsked(asked.caller.walls, kind.id, given(asked.body.event))
        try:
            return await asked_of_event(self._house, question)
        except NotThere as error:
            raise Refusal(404, NO_TYPE) from error


async def named_type(house: House, name: str) -> EventTypeRule:
    """Give the event type that a path names. Raises Refusal, Temporary."""
    there = {one.id: one for one in await _in_force(house)}
    if name not in there:
        raise Refusal(404, f"{NO_TYPE}; {suggest.hint(name[:100], there)}".removesuffix("; "))
    return there[name]


async def _in_force(house: House) -> tuple[EventTypeRule, ...]:
    return (await house.in_force.needed(())).event_types


def _row(one: EventTypeRule) -> TypeRow:
    return TypeRow(
        id=one.id, title=one.title, severity=one.severity, confidence=one.confidence, roles=list(one.roles),
        statuses=[status for status, _ in one.statuses], kinds=[kind for kind, _ in one.kinds],
    )  # fmt: skip
