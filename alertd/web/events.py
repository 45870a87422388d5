"""`/v1/events`, `/v1/why` and `/v1/stories`: what came in, and what became of it.

GET /v1/events              headlines, the last one first, page by page
GET /v1/events/EVENT        one as it was understood, with what was decided
GET /v1/events/EVENT/notes  the notes that its alerts carry
GET /v1/why/THING           what became of an event, an alert, a delivery, a silence, a source or a receiver
GET /v1/stories/STORY       its reports, and the alerts about it
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alertd.alerts.rows import row
from alertd.asking.house import House
from alertd.asking.kept import Kept
from alertd.asking.notes import notes_of
from alertd.asking.why_asked import EventAsked
from alertd.asking.why_asked import WhyAsked as ThingAsked
from alertd.base.ids import usable_id
from alertd.history.projection import lists
from alertd.history.projection.lists import EventFilter
from alertd.history.projection.search import NotSearchable
from alertd.web import cursors
from alertd.web.alert_types import MAX_LIMIT
from alertd.web.alerts import AlertReader, seen_by
from alertd.web.event_types import (
    EventInFull,
    EventList,
    NoteList,
    StoryTold,
    WhichEvents,
    Why,
    WhyAsked,
)
from alertd.web.eyes import Eyes
from alertd.web.moments import gone_by
from alertd.web.operations import Asked, Nothing, Operation
from alertd.web.problems import Refusal

NOT_THERE = (
    "nothing is known of it: it was never seen here, is another desk's, or the archive does not reach back to it"
)
MOST_ALERTS = 100
"""Alerts of a story that are given."""


class EventRoutes:
    """What can be asked about events."""

    def __init__(self, house: House, reader: AlertReader) -> None:
        self._house = house
        self._reader = reader

    def operations(self) -> list[Operation[Any, Any]]:
        """Give it."""
        event, gone = {"event": "The id of an event."}, {404: NOT_THERE}
        return [
            Operation(
                name="listEvents", method="GET", path="/v1/events",
                summary="List events, the one that was decided on last first",
                does=self._all, query=WhichEvents, body=Nothing, answer=EventList,
            ),
            Operation(
                name="getEvent", method="GET", path="/v1/events/{event}",
                summary="One event as it was understood, with what was decided",
                does=self._one, query=Nothing, body=Nothing, answer=EventInFull, fails=gone, parameters=event,
                slow=True,
            ),
            Operation(
                name="listNotes", method="GET", path="/v1/events/{event}/notes",
                summary="What an event means for portfolios: the notes that its alerts carry",
                does=self._notes, query=Nothing, body=Nothing, answer=NoteList, fails=gone, parameters=event,
            ),
            Operation(
                name="tellWhy", method="GET", path="/v1/why/{thing}", summary="What became of something, and why",
                does=self._why, query=WhyAsked, body=Nothing, answer=Why, fails=gone, slow=True,
                parameters={"thing": "An event, an alert, a delivery, a silence, a source or a receiver."},
            ),
            Operation(
                name="getStory", method="GET", path="/v1/stories/{story}",
                summary="The reports of a story, and the alerts about it",
                does=self._story, query=Nothing, body=Nothing, answer=StoryTold, fails=gone,
                parameters={"story": "The id of a story."},
            ),
        ]  # fmt: skip

    async def _all(self, asked: Asked[WhichEvents, Nothing]) -> object:
        which, eyes = asked.query, Eyes(asked.caller, self._house)
        hidden = await eyes.hidden()
        if which.company in hidden:
            return EventList(events=[], next=None)
        wanted = EventFilter(
            text=which.text, source=which.source, event_type=which.event_type, company=which.company,
            since_ms=gone_by(which.since, self._house.clock()) if which.since else None,
            before=cursors.read(which.cursor) if which.cursor else None,
        )  # fmt: skip
        found = await self._events(eyes, hidden, wanted, which.limit + 1)
        shown = found[: which.limit]
        end = (shown[-1][0], shown[-1][1]["id"]) if len(found) > which.limit else None
        return {"events": [one for _, one in shown], "next": cursors.written(end) if end else None}

    async def _events(
        self, eyes: Eyes, hidden: Sequence[str], wanted: EventFilter, limit: int
    ) -> Sequence[tuple[int, dict[str, Any]]]:
        def look(kept: Kept) -> Sequence[tuple[int, dict[str, Any]]]:
            return lists.events(kept.needed(), wanted, limit)

        try:
            return await self._house.past.ask(look, eyes.desk, hidden)
        except NotSearchable as error:
            raise Refusal(400, f"text: {error}") from error

    async def _one(self, asked: Asked[Nothing, Nothing]) -> object:
        name = asked.path["event"]
        if not (name.startswith("ev_") and usable_id(name)):
            raise Refusal(404, NOT_THERE)
        found = await self._house.apart.ask(EventAsked(asked.caller, name))
        if found is None:
            raise Refusal(404, NOT_THERE)
        return EventInFull(
            event=found["event"], matches=found.get("matches", []), decisions=found.get("decisions", [])
        )

    async def _notes(self, asked: Asked[Nothing, Nothing]) -> object:
        name = asked.path["event"]
        if not (name.startswith("ev_") and usable_id(name)):
            raise Refusal(404, NOT_THERE)
        view = await Eyes(asked.caller, self._house).view()
        found = await notes_of(self._house.store, view, name, None)
        there = await self._house.store.load_alerts([one.alert for one in found])
        seen = {name: seen_by(self._reader, one.state, asked.caller) for name, one in there.items()}
        notes = [
            {"portfolio": one.portfolio, "alert": one.alert, "note": state.alert.note}
            for one in found
            if (state := seen.get(one.alert)) is not None and state.alert.note is not None
        ]
        if not notes:
            raise Refusal(404, NOT_THERE)
        return {"notes": notes}

    async def _why(self, asked: Asked[WhyAsked, Nothing]) -> object:
        eyes, query, thing = Eyes(asked.caller, self._house), asked.query, asked.path["thing"]
        if query.portfolio is not None:
            eyes.named(query.portfolio)
        if not usable_id(thing):
            raise Refusal(404, NOT_THERE)
        question = ThingAsked(asked.caller, thing, query.portfolio, full=query.full)
        told = await self._house.apart.ask(question)
        if told is None:
            raise Refusal(404, NOT_THERE)
        return Why(thing=told.thing, text=told.text, records=told.records, carries_on=told.carries_on)

    async def _story(self, asked: Asked[Nothing, Nothing]) -> object:
        eyes, name = Eyes(asked.caller, self._house), asked.path["story"]
        if not (name.startswith("st_") and usable_id(name)):
            raise Refusal(404, NOT_THERE)
        found = await self._events(eyes, await eyes.hidden(), EventFilter(story=name), MAX_LIMIT)
        alerts = await self._house.past.ask(
            lambda kept: lists.alerts_of_story(kept.history, name) if kept.history is not None else []
        )
        there = await self._house.store.load_alerts(alerts[:MOST_ALERTS])
        states = [seen_by(self._reader, one.state, asked.caller) for one in there.values()]
        rows = [row(state) for state in states if state is not None]
        if not found and not rows:
            raise Refusal(404, NOT_THERE)
        return {"story": name, "events": [one for _, one in found], "alerts": rows}
