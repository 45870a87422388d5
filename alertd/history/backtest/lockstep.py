"""Two backtests over the same past, side by side: what came of each event by both, in the order of the past."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal, NamedTuple

from alertd.history.backtest.happened import Happened, Rang

Stream = AsyncIterator[Happened | Rang]


class Pair(NamedTuple):
    """What came of one event; None: nothing worth telling by that version."""

    new: Happened | None
    old: Happened | None


class Aside(NamedTuple):
    """What a clock or a person brought about by one version."""

    side: Literal["new", "old"]
    rang: Rang


async def in_step(new: Stream, old: Stream) -> AsyncIterator[Pair | Aside]:
    """Go through both; of one that is ahead nothing is taken until the other has come as far.

    Both must read the same past from the same beginning: events are told by their number there.
    """
    ahead: dict[Literal["new", "old"], Happened | None] = {}
    streams: dict[Literal["new", "old"], Stream] = {"new": new, "old": old}

    async def step(side: Literal["new", "old"]) -> AsyncIterator[Aside]:
        async for one in streams[side]:
            if isinstance(one, Happened):
                ahead[side] = one
                return
            yield Aside(side, one)
        ahead[side] = None

    for side in streams:
        async for rang in step(side):
            yield rang
    while ahead["new"] is not None or ahead["old"] is not None:
        left, right = ahead["new"], ahead["old"]
        first = min(one.number for one in (left, right) if one is not None)
        left = left if left is not None and left.number == first else None
        right = right if right is not None and right.number == first else None
        yield Pair(left, right)
        for side, taken in (("new", left), ("old", right)):
            if taken is not None:
                async for rang in step(side):
                    yield rang
