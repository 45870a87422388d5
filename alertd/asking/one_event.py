"""What became of one event, as somebody may see it: what was found in it, what was decided, and why.

Reads the journal, the archive and the rules of then: it is asked apart.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from msgspec import convert

from alertd.asking.again import Again
from alertd.asking.desk_view import DeskView
from alertd.asking.room import Room
from alertd.asking.story import Asked, story
from alertd.asking.why_look import Found, Line, Looking
from alertd.history.walls import cards_of, only
from alertd.model import Event, JournalRecord, Match, event_from_dict

MOST_LINES = 1_000
"""Of what is told; an event of many portfolios has many."""


@dataclass(frozen=True, slots=True)
class EventSeen:
    """An event and what became of it."""

    event: Event
    """Its newest revision."""
    matches: list[Match]
    alerts: list[str]
    """Those that it raised or changed."""
    told: list[str]
    """Line by line, in order of time."""


@dataclass(frozen=True, slots=True)
class EventPageAsked:
    """One event and what became of it; None: nothing is known of it, or it is not for them."""

    walls: str | None
    """The desk with whose eyes is looked; None: those that see all."""
    event: str
    portfolios: Collection[str] | None
    """Those that whoever asks may see; None: all."""
    again: str | None
    """The one of these whose rules are asked again."""

    async def answer(self, room: Room) -> EventSeen | None:
        """Answer it. Raises Temporary."""
        store = await room.store()
        with room.kept() as kept:
            view = DeskView(self.walls, room.names, store.load_alerts, kept.owners)
            found = await Looking(room.reach, store, kept, view.desk, view.books, view).find(self.event)
        return _seen(found, self, Again(room.books(), view) if self.again is not None else None)


def _seen(found: Found, asked: EventPageAsked, again: Again | None) -> EventSeen | None:
    event, portfolios = asked.event, asked.portfolios
    lines = found.lines if portfolios is None else _for(found.lines, portfolios)
    records = [record for _, record in lines]
    about = [one for one in records if one.kind == "event" and one.data.get("event", {}).get("id") == event]
    if not about:
        return None
    newest = about[-1]
    told = []
    for line in story(records, Asked(event, asked.again, again)):
        told.append(line)
        if len(told) == MOST_LINES:
            told.append("…")
            break
    alerts = dict.fromkeys(one["alert"] for record in about for one in record.data.get("decisions", []))
    return EventSeen(
        event=event_from_dict(newest.data["event"]),
        matches=convert(newest.data.get("matches", []), list[Match]),
        alerts=[name for name in alerts if name],
        told=told,
    )


def _for(lines: list[Line], portfolios: Collection[str]) -> list[Line]:
    """Leave out what is about other portfolios: of an event's line a part, of others the whole line."""
    kept: list[tuple[str, JournalRecord]] = []
    alerts: set[str] = set()
    for name, record in lines:
        if record.kind == "event" and "event" in record.data:
            cards = [card for card in cards_of(record) if card.get("portfolio") in portfolios]
            seen = only(record, set(portfolios), cards)
            alerts.update(one["alert"] for one in seen.data.get("decisions", []))
            kept.append((name, seen))
        else:
            kept.append((name, record))
    return [(name, record) for name, record in kept if record.kind in ("event", "entry") or _about(record, alerts)]


def _about(record: JournalRecord, alerts: Collection[str]) -> bool:
    named = {one for one in (*record.ids, record.data.get("alert")) if isinstance(one, str) and one.startswith("al_")}
    return bool(named) and named <= set(alerts)
