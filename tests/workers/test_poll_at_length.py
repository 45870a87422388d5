"""Polling for days: what would go wrong, or pile up, only with time."""

from __future__ import annotations

import msgspec
import pytest

from alertd.model import ParsedFeed, Rejected
from alertd.net.client import HttpClient
from alertd.sources.feed_xml import NO_TIME
from alertd.sources.parsepool import ParseJob
from alertd.store.memory import MemoryStore
from tests.support.http import FaultServer, answer
from tests.workers.make import feed
from tests.workers.polling import CountingPool, Wire

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


class HurriedPool(CountingPool):
    """Runs out of time before the last entry of the first document."""

    async def parse(self, job: ParseJob) -> ParsedFeed:
        page = await super().parse(job)
        if self.parsed > 1:
            return page
        last = page.candidates[-1]
        rejected = [Rejected(position=last.position, reason=NO_TIME, title=last.title)]
        return msgspec.structs.replace(page, candidates=page.candidates[:-1], rejected=rejected)


@pytest.mark.parametrize("etag", ["", '"1"'])
async def test_an_entry_that_no_time_was_left_for_is_read_at_the_next_poll(
    http: HttpClient, server: FaultServer, etag: str
) -> None:
    async with HurriedPool(1) as pool:
        wire = Wire(MemoryStore(), http, pool, server)
        wire.serve(answer(feed("B", "A"), etag=etag))
        await wire.poll()
        assert await wire.titles() == ["B"]
        await wire.poll()
        assert await wire.titles() == ["A"]
        assert (await wire.poll()).outcome == "unchanged"
