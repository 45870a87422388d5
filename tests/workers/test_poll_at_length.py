"""Polling for days: what would go wrong, or pile up, only with time."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from alertd.model import ParsedFeed, Rejected
from alertd.net.client import HttpClient
from alertd.sources.feed_xml import NO_TIME
from alertd.sources.parsepool import ParseJob, ParsePool
from alertd.store.memory import MemoryStore
from alertd.workers.feed_poll import IN_HAND
from tests.support.daemon import eventually
from tests.support.http import FaultServer, answer
from tests.workers.make import feed, item
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


@pytest.mark.parametrize("etag", ["", '"1"'])
async def test_what_a_quiet_feed_showed_till_now_is_no_news_when_a_stale_copy_shows_it_again(
    wire: Wire, etag: str
) -> None:
    before, after = answer(feed("B", "A"), etag=etag), answer(feed("C", "B"))
    wire.serve(before)
    for _ in range(20):
        await wire.poll()
        wire.clock.pass_by(DAY_S)
    wire.serve(after, before, after)
    for _ in range(3):
        await wire.poll()
    assert sorted(await wire.titles()) == ["A", "B", "C"]


async def test_a_page_that_does_not_change_is_read_once_a_day(wire: Wire) -> None:
    wire.serve(answer(feed("A"), etag='"1"'))
    await wire.poll()
    parsed = wire.pool.parsed
    for _ in range(2):
        await wire.poll()
        assert wire.conditional()
    assert wire.pool.parsed == parsed
    wire.clock.pass_by(DAY_S)
    assert (await wire.poll()).outcome == "nothing_new"
    assert wire.pool.parsed == parsed + 1
    await wire.poll()
    assert wire.conditional()


async def test_a_feed_with_random_guids_leaves_one_line_a_day_for_each_entry(wire: Wire) -> None:
    date = "Tue, 03 Jun 2025 14:00:01 GMT"
    wire.serve(*(answer(feed(*(item(title, guid=f"{title}{n}", pubDate=date) for title in "AB"))) for n in range(9)))
    for _ in range(9):
        await wire.poll()
    assert sorted(await wire.titles()) == ["A", "B"]
    assert len(await wire.reasons("entry")) == 2


class HeldPool(CountingPool):
    """Begins to read, and waits until it may end."""

    def __init__(self) -> None:
        super().__init__(1)
        self.may_end = asyncio.Event()

    async def parse(self, job: ParseJob) -> ParsedFeed:
        self.parsed += 1
        await self.may_end.wait()
        return await ParsePool.parse(self, job)


async def test_of_many_documents_that_come_at_once_a_few_are_in_memory_with_their_entries(
    http: HttpClient, server: FaultServer
) -> None:
    names = [f"/many-{n}" for n in range(IN_HAND * 2)]
    async with HeldPool() as pool:
        wire = Wire(MemoryStore(), http, pool, server)
        for name in names:
            server.script(name, answer(feed(f"Only {name}")))
        before = len(server.requests)
        polls = [asyncio.create_task(wire.poll(name)) for name in names]

        async def fetched() -> bool:
            return len(server.requests) - before == len(names) and pool.parsed >= IN_HAND

        await eventually(fetched, "all are fetched")
        assert pool.parsed == IN_HAND
        pool.may_end.set()
        await asyncio.gather(*polls)
        assert pool.parsed == len(names)
