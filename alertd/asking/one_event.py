"""What became of one event, as somebody may see it: what was found in it, what was decided, and why.

Reads the journal, the archive and the rules of then; blocks for as long as that takes, so it is done in a thread.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from msgspec import convert

from alertd.asking.across import in_a_thread
from alertd.asking.again import Again
from alertd.asking.desk_view import DeskView
from alertd.asking.kept import kept_of
from alertd.asking.past import PATIENCE
from alertd.asking.story import Asked, story
from alertd.asking.warnings import logged
from alertd.asking.why_look import Line, Looking
from alertd.history.walls import cards_of, only
from alertd.model import Event, JournalRecord, Match, event_from_dict
from alertd.store.redis import RedisStore

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


async def event_seen(
    store: RedisStore, view: DeskView, event: str, portfolios: Collection[str] | None, asked: str | None
) -> EventSeen | None:
    """Give it; None: nothing is known of it, or it is not for them.

    `portfolios` are those that whoever asks may see, None: all; `asked` is the one whose rules are asked again.
    """
    found: EventSeen | None = await in_a_thread(store, lambda there: _look(there, view, event, portfolios, asked))
    return found


async def _look(
    store: RedisStore, view: DeskView, event: str, portfolios: Collection[str] | None, asked: str | None
) -> EventSeen | None:
    reach = view.books.reach
    kept = kept_of(reach, logged, patience=PATIENCE)
    history = kept.history
    try:
        found = await Looking(reach, store, kept, view.desk, view.books).find(event)
    finally:
        if history is not None:
            history.close()
    lines = found.lines if portfolios is None else _for(found.lines, portfolios)
    records = [record for _, record in lines]
    about = [one for one in records if one.kind == "event" and one.data.get("event", {}).get("id") == event]
    if not about:
        return None
    newest = about[-1]
    again = Again(view.books, found.view) if asked is not None else None
    told = []
    for line in story(records, Asked(event, asked, again)):
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
