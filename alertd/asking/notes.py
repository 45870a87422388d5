"""Notes on what an event means for a portfolio: those that alerts carry, and those that are written now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from alertd.asking.desk_view import DeskView
from alertd.asking.note_given import Given, past_of
from alertd.base.clock import rfc3339, system_clock
from alertd.errors import NotThere
from alertd.model import Event, Note, Row, event_from_dict
from alertd.research.exposure import gather, gather_open
from alertd.research.facts_note import facts_note
from alertd.research.material import Material
from alertd.rules.book import Portfolio
from alertd.rules.match import Matcher
from alertd.ruletests.stream import Stream
from alertd.store.redis import RedisStore


@dataclass(frozen=True, slots=True)
class Noted:
    """A note for one portfolio."""

    portfolio: str
    note: Note
    alert: str = ""
    """The alert that carries it; empty of one that was written just now."""

    def document(self) -> Mapping[str, Any]:
        """Give it for machines."""
        return {"portfolio": self.portfolio, "alert": self.alert or None, "note": msgspec.to_builtins(self.note)}


# --- notes that alerts carry ----------------------------------------------------------------------------------


async def notes_of(store: RedisStore, view: DeskView, event: str, portfolio: str | None) -> list[Noted]:
    """Give the notes that the alerts about an event carry, as a desk may see them. Raises NotThere."""
    desk = view.desk
    alerts = (await store.alerts_of([event])).get(event, [])
    states = [one.state for one in (await store.load_alerts(alerts)).values() if one.state is not None]
    there = [state.alert for state in states if desk is None or view.sees_alert(state)]
    there = [alert for alert in there if portfolio in (None, alert.portfolio)]
    noted = [Noted(alert.portfolio, alert.note, alert.id) for alert in there if alert.note is not None]
    noted = [one for one in noted if desk is None or view.may_be_told(one.note.rights)]
    if not noted:
        if not there:
            whose = (f" of {portfolio}" if portfolio else "") + (f" for desk {desk}" if desk else "")
            raise NotThere(f"no alert{whose} is about {event}; alertd why {event} says more")
        raise NotThere(
            f"the alert {there[0].id} carries no note: nothing follows from its facts, or its rules want none"
        )
    return noted


async def event_noted(store: RedisStore, view: DeskView, name: str) -> tuple[Event, list[Row]]:
    """Give the newest revision of an event of the journal, as it was understood, and the past of its parties.

    Raises NotThere.
    """
    found = [await view.of(record) for _, record in await store.trace(name) if record.kind == "event"]
    raw = [one.data["event"] for one in found if one is not None and one.data.get("event", {}).get("id") == name]
    if not raw:
        whose = f" for desk {view.desk}" if view.desk else ""
        raise NotThere(f"nothing is known{whose} of {name}: the journal has no such event")
    event = event_from_dict(raw[-1])
    return event, await past_of(event, store)


# --- notes that are written now -------------------------------------------------------------------------------


def understood(matcher: Matcher, events: Sequence[Event], whose: Sequence[Portfolio]) -> Given:
    """Understand events by what matches, one after the other."""
    with Stream(matcher) as stream:
        return Given(matcher, [stream.take(one).event for one in events], whose)


def written(given: Given, hops: int) -> list[Noted]:
    """Write the notes for each portfolio that the event touches; for the first where it touches none."""
    noted = [Noted(one.id, _note(given, one, hops)) for one in given.whose]
    touching = [one for one in noted if any(said.holding is not None for said in one.note.statements)]
    return touching or noted[:1]


def _note(given: Given, portfolio: Portfolio, hops: int) -> Note:
    world, held = given.matcher.worlds.of(portfolio.desk), portfolio.holdings.positions
    last, earlier = given.seen_by(portfolio.desk), given.earlier(portfolio.desk)
    material = gather(last, held, world.graph, world.labels, hops=hops, earlier=earlier)
    return facts_note(material, rfc3339(system_clock()))


def open_to_models(given: Given, portfolio: Portfolio) -> Material:
    """Gather what a model may be shown, as the daemon does."""
    world = given.matcher.worlds.of(None)
    last, earlier = given.seen_by(portfolio.desk), given.earlier(portfolio.desk, only_open=True)
    return gather_open(last, world.graph, world.related, earlier=earlier)
