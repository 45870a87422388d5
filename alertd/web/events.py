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
from alertd.asking.again import Again
from alertd.asking.house import House
from alertd.asking.kept import Kept, kept_of
from alertd.asking.kept_back import Line, without_kept_back
from alertd.asking.notes import notes_of
from alertd.asking.past import PATIENCE
from alertd.asking.story import Asked as StoryAsked
from alertd.asking.story import as_json, ids_of, story, under_way
from alertd.asking.warnings import logged
from alertd.asking.why_look import Found, Looking
from alertd.asking.why_now import standing_lines
from alertd.base.ids import usable_id
from alertd.errors import HistoryUnavailable
from alertd.history.projection import lists
from alertd.history.projection.lists import EventFilter
from alertd.history.projection.search import NotSearchable
from alertd.model import AlertState
from alertd.store.types import ReceiverHealth
from alertd.web import cursors
from alertd.web.alerts import MAX_LIMIT, AlertReader, seen_by
from alertd.web.event_types import (
    EventInFull,
    EventList,
    NoteList,
    StoryTold,
    WhichEvents,
    Why,
    WhyAsked,
)
from alertd.web.eyes import Eyes, eyes_of
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
            ),
            Operation(
                name="listNotes", method="GET", path="/v1/events/{event}/notes",
                summary="What an event means for portfolios: the notes that its alerts carry",
                does=self._notes, query=Nothing, body=Nothing, answer=NoteList, fails=gone, parameters=event,
            ),
            Operation(
                name="tellWhy", method="GET", path="/v1/why/{thing}", summary="What became of something, and why",
                does=self._why, query=WhyAsked, body=Nothing, answer=Why, fails=gone,
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
        which, eyes = asked.query, await eyes_of(self._house, asked.caller)
        if which.company in eyes.hidden():
            return EventList(events=[], next=None)
        wanted = EventFilter(
            text=which.text, source=which.source, event_type=which.event_type, company=which.company,
            since_ms=gone_by(which.since, self._house.clock()) if which.since else None,
            before=cursors.read(which.cursor) if which.cursor else None,
        )  # fmt: skip
        found = await self._events(eyes, wanted, which.limit + 1)
        shown = found[: which.limit]
        end = (shown[-1][0], shown[-1][1]["id"]) if len(found) > which.limit else None
        return {"events": [one for _, one in shown], "next": cursors.written(end) if end else None}

    async def _events(self, eyes: Eyes, wanted: EventFilter, limit: int) -> Sequence[tuple[int, dict[str, Any]]]:
        def look(kept: Kept) -> Sequence[tuple[int, dict[str, Any]]]:
            if kept.history is None:
                raise HistoryUnavailable(f"there is no history: {kept.trouble}")
            return lists.events(kept.history, wanted, limit)

        try:
            return await self._house.past.ask(look, eyes.desk, eyes.hidden())
        except NotSearchable as error:
            raise Refusal(400, f"text: {error}") from error

    async def _one(self, asked: Asked[Nothing, Nothing]) -> object:
        eyes, name = await eyes_of(self._house, asked.caller), asked.path["event"]
        found, lines = await self._found(eyes, name if name.startswith("ev_") else "")
        raw = [one.data for _, one in lines if one.data.get("event", {}).get("id") == found.thing]
        if not raw:
            raise Refusal(404, NOT_THERE)
        return EventInFull(
            event=raw[-1]["event"], matches=raw[-1].get("matches", []), decisions=raw[-1].get("decisions", [])
        )

    async def _notes(self, asked: Asked[Nothing, Nothing]) -> object:
        eyes, name = await eyes_of(self._house, asked.caller), asked.path["event"]
        if not (name.startswith("ev_") and usable_id(name)):
            raise Refusal(404, NOT_THERE)
        found = await notes_of(self._house.store, eyes.view(), name, None)
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
        eyes, query = await eyes_of(self._house, asked.caller), asked.query
        if query.portfolio is not None:
            eyes.portfolio(query.portfolio)
        found, lines = await self._found(eyes, asked.path["thing"])
        if not lines and not found.now:
            raise Refusal(404, NOT_THERE)
        again = Again(found.view.books, found.view)
        of_one = found.thing.startswith("ev_") or query.portfolio is not None
        told = StoryAsked(found.thing, query.portfolio, again if of_one else None, full=query.full)
        return Why(
            thing=found.thing,
            text=await self._house.apart(self._told, eyes, found, lines, told),
            records=as_json(lines),
            carries_on=list(found.carried),
        )

    def _told(self, eyes: Eyes, found: Found, lines: Sequence[Line], asked: StoryAsked) -> list[str]:
        """Tell it; rules are asked again, which takes a while: in a thread."""
        now = self._house.clock()
        text = list(story([record for _, record in lines], asked))
        shown = {*ids_of(lines), found.thing}
        for one in found.delivery:
            if eyes.caller.all_desks or one.id in shown:
                text += under_way(one, asked, found.health.get(one.receiver, ReceiverHealth()), now)
        for standing in found.now:
            if (
                isinstance(standing, AlertState)
                and (seen := seen_by(self._reader, standing, eyes.caller)) is not None
            ):
                text += standing_lines(seen, now, full=asked.full)
            elif not isinstance(standing, AlertState):
                text += standing_lines(standing, now, full=asked.full)
        return text

    async def _found(self, eyes: Eyes, thing: str) -> tuple[Found, list[Line]]:
        """Look for something; what rights keep from a desk is left out. Raises Refusal, NotThere, Temporary."""
        if not usable_id(thing):
            raise Refusal(404, NOT_THERE)
        kept = kept_of(self._house.past.reach, logged, patience=PATIENCE)
        history = kept.history
        try:
            view = eyes.view(kept.owners)
            looking = Looking(self._house.past.reach, self._house.store, kept, eyes.desk, view.books, view)
            found = await looking.find(thing)
            if eyes.desk is None:
                return found, found.lines
            alerts = [name for name in ids_of(found.lines) if name.startswith("al_")]
            there = await self._house.store.load_alerts(alerts)
            states = {name: one.state for name, one in there.items() if one.state is not None}
            older = [name for name in alerts if name not in states]
            open_ = history.open_to_all(older) if history is not None else set()
        finally:
            if history is not None:
                history.close()

        def sees(state: AlertState) -> AlertState | None:
            return seen_by(self._reader, state, eyes.caller)

        return found, without_kept_back(found.lines, states, sees, open_)

    async def _story(self, asked: Asked[Nothing, Nothing]) -> object:
        eyes, name = await eyes_of(self._house, asked.caller), asked.path["story"]
        if not (name.startswith("st_") and usable_id(name)):
            raise Refusal(404, NOT_THERE)
        found = await self._events(eyes, EventFilter(story=name), MAX_LIMIT)
        alerts = await self._house.past.ask(
            lambda kept: lists.alerts_of_story(kept.history, name) if kept.history is not None else []
        )
        there = await self._house.store.load_alerts(alerts[:MOST_ALERTS])
        states = [seen_by(self._reader, one.state, asked.caller) for one in there.values()]
        rows = [row(state) for state in states if state is not None]
        if not found and not rows:
            raise Refusal(404, NOT_THERE)
        return {"story": name, "events": [one for _, one in found], "alerts": rows}
