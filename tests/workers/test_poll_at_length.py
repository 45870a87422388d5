"""Polling for days: what would go wrong, or pile up, only with time."""

from __future__ import annotations

import pytest

from tests.support.http import answer
from tests.workers.make import feed
from tests.workers.polling import Wire

pytestmark = pytest.mark.asyncio(loop_scope="module")

DAY_S = 86_400


async def test_a_feed_that_is_odd_at_each_poll_is_told_once_a_day(wire: Wire) -> None:
    wire.clock.now -= wire.clock.now % (DAY_S * 1000)
    wire.serve(*(answer(feed(f"Only {n}")) for n in range(5)))
    for _ in range(4):
        await wire.poll()
    assert await wire.reasons("notice") == ["gap_suspected"]
    wire.clock.pass_by(DAY_S)
    await wire.poll()
    assert await wire.reasons("notice") == ["gap_suspected"] * 2
    assert len(await wire.titles()) == 5
