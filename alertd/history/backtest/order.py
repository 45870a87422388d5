"""The order in which the daemon decided, which a few lines of its journal are not in.

Events of one batch are decided one after the other, and journalled together, in any order; those of several processes
are decided at the same time. So lines within two seconds are put in the order of their own times and places in their
batches. Where two are about the same alert its revisions say which was first, whoever decided them; where these
contradict each other (one was first for one alert, the other for another) the order of the times stands.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
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
    """Its place in the order of the times."""
    together: tuple[Item, ...] = ()
    """On the first of lines that are decided in another order: all of them, by their numbers."""

    @property
    def at_ms(self) -> int:
        """When it happened, by the clock that was given with it."""
        return self.found.at_ms or self.raw.at_ms


def as_decided(items: Iterable[Item]) -> Iterator[Item]:
    """Give lines in the order in which they were decided, as far as their alerts tell.

    Rules over time asked about those of a batch before any was decided: `together` says in which order.
    """
    block: list[Item] = []
    last = 0
    moved = _in_time(items)
    for item in _in_order(item._replace(number=number) for number, item in enumerate(moved, 1)):
        block.append(item)
        if max(one.number for one in block) - last == len(block):
            last += len(block)
            if len(block) > 1:
                block[0] = block[0]._replace(together=tuple(sorted(block, key=lambda one: one.number)))
            yield from block
            block = []


def _in_time(items: Iterable[Item]) -> Iterator[Item]:
    """Give lines by the times that they state, as far as these are within two seconds of the latest before them."""
    latest = 0
    held: list[tuple[int, int, int, Item]] = []
    for number, item in enumerate(items):
        latest = max(latest, item.at_ms)
        while held and (held[0][0] < latest - TOGETHER_MS or len(held) >= MOST):
            yield heappop(held)[3]
        near = item.at_ms >= latest - TOGETHER_MS
        heappush(held, (item.at_ms if near else latest, item.found.turn if near else 0, number, item))
    while held:
        yield heappop(held)[3]


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
