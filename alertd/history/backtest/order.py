"""The order in which the daemon decided, which a few lines of its journal are not in.

Events of one batch, and those of several processes, are decided at the same time and journalled a moment later. Where
two are about the same alert, its revisions say which was first. Lines within two seconds are put right by that; where
they contradict each other (one was first for one alert, the other for another) the archive's order stands.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from alertd.history.backtest.examine import Examined
from alertd.history.past_line import RawPast

TOGETHER_MS = 2_000
MOST = 512
"""Lines that are looked at together."""


class Item(NamedTuple):
    """A line on its way."""

    raw: RawPast
    found: Examined
    number: int = 0
    """Its place in the past as it is written."""
    together: tuple[Item, ...] = ()
    """On the first of lines that are decided in another order: all of them, in the order as written."""

    @property
    def at_ms(self) -> int:
        """When it happened, by the clock that was given with it."""
        return self.found.at_ms or self.raw.at_ms


def as_decided(items: Iterable[Item]) -> Iterator[Item]:
    """Give lines in the order in which they were decided, as far as their alerts tell.

    Rules over time asked about them in the order in which they are written: `together` says that order.
    """
    block: list[Item] = []
    last = 0
    for item in _in_order(item._replace(number=number) for number, item in enumerate(items, 1)):
        block.append(item)
        if max(one.number for one in block) - last == len(block):
            last += len(block)
            if len(block) > 1:
                block[0] = block[0]._replace(together=tuple(sorted(block, key=lambda one: one.number)))
            yield from block
            block = []


def _in_order(items: Iterable[Item]) -> Iterator[Item]:
    held: deque[Item] = deque()
    for item in items:
        while held and (len(held) >= MOST or held[0].at_ms < item.at_ms - TOGETHER_MS):
            yield held.popleft()
        held.insert(_place(held, item), item) if item.found.order else held.append(item)
    yield from held


def _place(held: deque[Item], item: Item) -> int:
    """Give where a line belongs: before those that it was decided before, if none forbids that."""
    own = {one.alert: (one.revision, one.unchanged) for one in item.found.order}
    place = len(held)
    for at in range(len(held) - 1, -1, -1):
        shared = [(own[o.alert], (o.revision, o.unchanged)) for o in held[at].found.order if o.alert in own]
        if any(theirs <= ours for ours, theirs in shared):
            break
        if shared:
            place = at
    return place
