"""Looks for what became of something: in the journal, in what is kept of it, and in how things stand now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from alertd.asking.desk_view import DeskView, load_nothing, owners_of
from alertd.asking.journal_text import payload_bytes
from alertd.asking.kept import Kept
from alertd.asking.named_alerts import beginning, one_of
from alertd.asking.past_rules import Books
from alertd.asking.reach import Reach
from alertd.asking.story import ids_of
from alertd.asking.why_now import ReceiverStanding, Standing
from alertd.base.clock import system_clock
from alertd.history.walls import cards_of
from alertd.model import Delivery, JournalRecord, SourceState
from alertd.store.redis import RedisStore
from alertd.store.types import ReceiverHealth

Line = tuple[str, JournalRecord]
MOST_LOOKED_AT = 1000
"""Alerts whose ids begin with what was typed, and of which is looked whether a desk may see them."""

MOST_CARRIED = 100
"""Alerts that one carries on and whose records are shown."""


@dataclass(slots=True)
class Found:
    """What is known of a thing, as a desk sees it."""

    thing: str
    """What is meant: the whole id."""
    view: DeskView
    lines: list[Line]
    delivery: list[Delivery] = field(default_factory=list)
    """The deliveries that the story speaks of."""
    health: Mapping[str, ReceiverHealth] = field(default_factory=dict)
    """How the receivers of these do."""
    now: list[Standing] = field(default_factory=list)
    """What is asked about, as it stands: an alert, a silence, a source, a receiver."""
    carried: list[str] = field(default_factory=list)
    """The alerts that the one asked about carries on: their records are here too."""


@dataclass(slots=True)
class Looking:
    """Looks for one desk; without a store only in what is kept."""

    reach: Reach
    store: RedisStore | None
    kept: Kept
    desk: str | None
    books: Books
    view: DeskView | None = None
    """As it is seen; None: by the walls of the desk."""

    async def find(self, thing: str) -> Found:
        """Give what is known of a thing; of an alert its beginning will do. Raises NotThere: that fits several."""
        load = self.store.load_alerts if self.store is not None else load_nothing
        view = self.view or DeskView(self.desk, self.books, load, self.kept.owners)
        thing = await self._whole(thing, view)
        lines = dict(await self._trace(thing))
        carried = await self._carry_on(thing, lines) if thing.startswith("al_") else []
        related = ids_of(list(lines.items()))
        if thing.startswith("ev_"):  # its record names its alerts and deliveries: their own records tell the rest
            for other in related:
                lines |= {i: r for i, r in await self._trace(other) if _belongs(r, thing, related)}
        seen = {i: record for i, found in lines.items() if (record := await view.of(found)) is not None}
        if thing.startswith(
            ("al_", "dl_", "si_")
        ):  # a record may be for the desk, and not what it has to do with this
            seen = {i: record for i, record in seen.items() if not {thing, *carried}.isdisjoint(record.ids)}
        here = {i for record in seen.values() for i in record.ids}
        found = Found(thing, view, sorted(seen.items(), key=in_time), carried=[i for i in carried if i in here])
        if self.store is not None:
            visible = ids_of(list(seen.items())) if view.desk is not None else [thing, *related]
            names = [i for i in dict.fromkeys(visible) if i.startswith("dl_")]
            found.delivery = [one for i in names if (one := await self.store.delivery(i)) is not None]
            found.now = await self._now(self.store, thing, view)
            found.health = await self.store.receiver_health() if names else {}
        return found

    async def _carry_on(self, alert: str, lines: dict[str, JournalRecord]) -> list[str]:
        """Add the records of the alerts that this one carries on, and of what these carry on; gives their ids."""
        found = [alert]
        for into in found:  # it grows meanwhile
            cards = [card for record in lines.values() for card in cards_of(record)]
            merged = [str(card["id"]) for card in cards if card.get("merged_into") == into and "id" in card]
            older = self.kept.history.carried_on_by(into) if self.kept.history is not None else []
            for name in dict.fromkeys([*merged, *older]):
                if name not in found and len(found) <= MOST_CARRIED:
                    found.append(name)
                    lines.update(await self._trace(name))
        return found[1:]

    async def _trace(self, id: str) -> list[Line]:
        """Give what the journal has and what is kept of it, each record once.

        The journal's counts, but where what is kept says more: the message as it was sent.
        """
        lines = dict(self.kept.trace(id))
        for journal_id, record in await self.store.trace(id) if self.store is not None else ():
            if journal_id not in lines or payload_bytes(lines[journal_id].data) is None:
                lines[journal_id] = record
        return list(lines.items())

    async def _whole(self, thing: str, view: DeskView) -> str:
        """Give the whole id of an alert of which the beginning was typed, among those that the desk may see."""
        if not thing.startswith("al_"):
            return thing
        fitting = await beginning(self.store, thing) if self.store is not None else []
        if view.desk is not None and thing not in fitting:
            there = await view.load(fitting[:MOST_LOOKED_AT])
            states = {name: found.state for name, found in there.items()}
            fitting = [name for name, state in states.items() if state is not None and view.sees_alert(state)]
        if thing not in fitting and self.kept.history is not None:
            older = self.kept.history.beginning(thing, MOST_LOOKED_AT)
            owners = self.kept.owners(older)
            fitting += [name for name in older if name not in fitting and view.may_see(owners[name][1])]
        return one_of(thing, fitting) if fitting else thing

    async def _now(self, store: RedisStore, thing: str, view: DeskView) -> list[Standing]:
        """Give how the thing itself stands; nothing where it is not for the desk."""
        if thing.startswith("al_"):
            found = (await store.load_alerts([thing])).get(thing)
            state = found.state if found is not None else None
            return [state] if state is not None and view.sees_alert(state) else []
        if thing.startswith("si_"):
            silences = await store.silences(system_clock())
            return [one for one in silences if one.id == thing and view.may_see(one.desk)]
        if thing not in (owners := owners_of(self.reach)) or not view.may_see(owners[thing]):
            return []
        told: list[Standing] = []
        if thing in {source.id for source in self.reach.sources}:
            told.append(await store.source_state(thing) or SourceState(source=thing))
        if thing in {receiver.id for receiver in self.reach.receivers}:
            health = (await store.receiver_health()).get(thing, ReceiverHealth())
            waiting = await store.waiting_in([thing])
            held = sum([len(await store.held(window.name)) for window in waiting])
            told.append(ReceiverStanding(thing, health, waiting, held))
        return told


def _belongs(record: JournalRecord, event: str, related: Sequence[str]) -> bool:
    """Tell whether a record of an alert is about this event: the alert may be about others too."""
    if record.kind == "event":
        return event in record.ids
    return record.kind != "delivery" or record.data.get("delivery") in related


def in_time(line: Line) -> tuple[str, int, int]:
    """Order by when something happened; it may be written down later than what came of it."""
    ms, _, sequence = line[0].partition("-")
    return line[1].at, int(ms), int(sequence or 0)
