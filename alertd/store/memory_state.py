"""MemoryStore's state of rules over time: what scripts/observe.lua does, in Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest

import msgspec

from alertd.model import Observation, Row, Version
from alertd.store.memory_base import MemoryBase
from alertd.store.records import PLACED_MS, checked_member, clean
from alertd.store.state import sets_of

AHEAD_MS = 300_000
"""How far ahead of the clock an event's own time may be."""
VERSIONS = 3
"""Earlier versions of a row that are kept."""


@dataclass(slots=True)
class _Set:
    rows: dict[str, Row] = field(default_factory=dict)
    last: int = 0
    """The last order that was given."""
    expires: int = 0


@dataclass(slots=True)
class _Placed:
    """Where an event is, and the newest revision of it that is known."""

    revision: int = 0
    sets: dict[str, int] = field(default_factory=dict)
    """Set -> the revision that was put into it, or left out of it."""
    expires: int = 0


class MemoryState(MemoryBase):
    """`observe` and `remembered`."""

    _sets: dict[str, _Set]
    _states: dict[str, int]
    """Set -> when it expires, until it is swept."""
    _placed: dict[str, _Placed]

    async def observe(
        self, observations: Sequence[Observation], now: int, *, revised: Mapping[str, int] | None = None
    ) -> list[list[Row]]:
        """Put events into their sets and give the rows of each set that is read."""
        for one in observations:
            checked_member(one.key), checked_member(one.event)
        for event, revision in (revised or {}).items():
            self._take_out(event, revision, sets_of(observations, event, revision))
        return [self._put_and_read(one, now) for one in observations]

    async def remembered(self, sets: Sequence[str]) -> list[list[Row]]:
        """Give the rows of sets as they are."""
        return [list(self._set_of(checked_member(name)).rows.values()) for name in sets]

    def _take_out(self, event: str, revision: int, kept: Sequence[str]) -> None:
        placed = self._place_of(event)
        if revision < placed.revision:
            return
        for key in placed.sets.keys() - set(kept):
            if key in self._sets:
                self._sets[key].rows.pop(event, None)
            del placed.sets[key]
        if revision > placed.revision:
            placed.revision, placed.expires = revision, self.clock() + PLACED_MS

    def _place_of(self, event: str) -> _Placed:
        placed = self._placed.get(event)
        if placed is None or placed.expires <= self.clock():
            placed = self._placed[event] = _Placed(expires=self.clock() + PLACED_MS)
        return placed

    def _set_of(self, key: str) -> _Set:
        found = self._sets.get(key)
        if found is None or 0 < found.expires <= self.clock():
            found = self._sets[key] = _Set()
        return found

    def _put_and_read(self, one: Observation, now: int) -> list[Row]:
        found = self._set_of(one.key)
        if one.revision >= self._place_of(one.event).revision and self._put(
            found, one, min(one.at_ms, now + AHEAD_MS)
        ):
            self._states[one.key] = now + one.keep_ms
        return list(found.rows.values()) if one.read else []  # in their order: a row keeps its place

    def _put(self, found: _Set, one: Observation, at: int) -> bool:
        old = found.rows.get(one.event)
        if old is not None and one.revision <= old.revision:
            return False
        if old is None and found.last and self._place_of(one.event).sets.get(one.key, 0) >= one.revision:
            return False  # it was left out before
        new = Row(
            event=one.event,
            revision=one.revision,
            at_ms=at,
            order=old.order if old else 0,
            changed=old.changed if old else 0,
            distinct=clean(one.distinct),
            value=one.value,
            data=clean(one.data),
            earlier=old.earlier if old else [],
        )
        if old != msgspec.structs.replace(new, revision=old.revision if old else 0):
            found.rows[one.event] = new
            _trim(found, one)
            if one.event not in found.rows:
                self._know(one)
                return False
            found.last += 1
            earlier = [*old.earlier, _version(old)] if old else []
            if len(earlier) > VERSIONS:
                del earlier[1]
            new = msgspec.structs.replace(new, order=new.order or found.last, changed=found.last, earlier=earlier)
        found.rows[one.event] = new
        found.expires = self.clock() + one.keep_ms
        self._know(one)
        return True

    def _know(self, one: Observation) -> None:
        placed = self._place_of(one.event)
        placed.revision, placed.expires = one.revision, self.clock() + PLACED_MS
        placed.sets[one.key] = one.revision

    def _forget_sets(self, now: int) -> int:
        """Drop the sets and places whose time is over."""
        for key in [key for key, found in self._sets.items() if found.expires <= self.clock()]:
            del self._sets[key]
        for event in [event for event, placed in self._placed.items() if placed.expires <= self.clock()]:
            del self._placed[event]
        over = [key for key, expires in self._states.items() if expires <= now]
        for key in over:
            del self._states[key]
        return len(over)


def _version(row: Row) -> Version:
    order = row.changed if row.earlier else row.order
    return Version(order=order, at_ms=row.at_ms, distinct=row.distinct, value=row.value, data=row.data)


def _trim(found: _Set, one: Observation) -> None:
    """Keep the newest; of those that are too old only the last, which tells how long the set has been there."""
    horizon = max(row.at_ms for row in found.rows.values()) - one.keep_ms
    old = sum(row.at_ms < horizon for row in found.rows.values())
    over = max(old - 1, len(found.rows) - one.most)
    for row in nsmallest(over, found.rows.values(), key=lambda row: (row.at_ms, row.event)):
        del found.rows[row.event]
