"""Requests to EDGAR: in turns over all processes, silence after a refusal, and what EDGAR says in one sentence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
import pytest_asyncio

from alertd.base.clock import Clock, system_clock
from alertd.errors import FetchPermanent, FetchTemporary
from alertd.net.address import AddressPolicy
from alertd.net.client import GetOptions, HttpClient
from alertd.store.memory import MemoryStore
from alertd.store.protocol import Store
from alertd.store.redis import open_store
from alertd.workers.notices import Notices
from alertd.workers.sec_requests import SHORT_WAIT_S, SecRequests
from tests.support.edgar import EdgarSite
from tests.support.http import FaultServer, answer
from tests.workers.make import HandClock

pytestmark = pytest.mark.asyncio(loop_scope="module")

INSIDE = GetOptions(allow=AddressPolicy(private=True))


@pytest_asyncio.fixture(loop_scope="module")
async def site() -> AsyncIterator[EdgarSite]:
    async with EdgarSite() as running:
        running.files["/Archives/a.txt"] = b"text"
        yield running


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def make(store: Store, http: HttpClient, clock: Clock) -> SecRequests:
    return SecRequests(http, store, Notices(store, {"ops": "every"}, clock), clock)


async def told(store: Store) -> list[str]:
    return [r.data["text"] for _, r in await store.read_journal("", 1000, 0) if r.kind == "notice"]


async def test_two_processes_together_send_no_more_than_eight_a_second(
    http: HttpClient, site: EdgarSite, redis_url: str, namespace: str
) -> None:
    stores = [await open_store(redis_url, namespace, name=f"test{n}") for n in range(2)]
    async with HttpClient("alertd other") as other:
        both = [make(stores[0], http, system_clock), make(stores[1], other, system_clock)]
        url = f"{site.url}/Archives/a.txt"
        got = await asyncio.gather(*(one.get(url, INSIDE) for one in both for _ in range(8)))
    assert [response.body for response in got] == [b"text"] * 16
    moments = sorted(asked.at for asked in site.asked)
    # The moments are 125 ms apart; a busy machine may send one late, and so nearer to the next.
    assert moments[-1] - moments[0] > 15 * 0.125 - 0.1
    apart = [later - earlier for earlier, later in pairwise(moments)]
    assert sum(apart) / len(apart) > 0.115
    for store in stores:
        await store.aclose()


@pytest.mark.parametrize("status", [403, 429])
async def test_after_a_refusal_nobody_asks_for_ten_minutes_and_the_operator_hears_of_it_once(
    http: HttpClient, site: EdgarSite, clock: HandClock, status: int
) -> None:
    store = MemoryStore()
    one, other = make(store, http, clock), make(store, http, clock)
    site.answer(0, status=status, times=2)
    url = f"{site.url}/cgi-bin/browse-edgar?start=0"
    with pytest.raises(FetchTemporary, match="it says that more requests came from here than it allows") as caught:
        await one.get(url, INSIDE)
    assert (caught.value.status, caught.value.retry_after) == (status, 600)
    for requests in (one, other):
        with pytest.raises(FetchTemporary, match="is left alone until") as caught:
            await requests.get(url, INSIDE)
        assert caught.value.retry_after == 600
    assert len(site.asked) == 1
    clock.pass_by(600)
    with pytest.raises(FetchTemporary, match=str(status)):
        await one.get(url, INSIDE)
    assert len(site.asked) == 2
    (text,) = await told(store)
    assert text.startswith("EDGAR refuses requests from here")
    assert "left alone for 10 minutes" in text
    clock.pass_by(600)
    assert (await one.get(url, INSIDE)).status == 200
    site.answer(0, status=status)
    with pytest.raises(FetchTemporary):
        await one.get(url, INSIDE)
    assert len(await told(store)) == 2


async def test_a_longer_silence_that_edgar_asks_for_is_kept(http: HttpClient, clock: HandClock) -> None:
    store = MemoryStore()
    with FaultServer() as server:
        url = server.script("/x", answer(b"", status=429, headers={"Retry-After": "1800"}))
        with pytest.raises(FetchTemporary) as caught:
            await make(store, http, clock).get(url, INSIDE)
    assert caught.value.retry_after == 1800


async def test_a_file_that_is_not_there_is_no_refusal(http: HttpClient, site: EdgarSite, clock: HandClock) -> None:
    store = MemoryStore()
    requests = make(store, http, clock)
    with pytest.raises(FetchTemporary) as caught:
        await requests.get(f"{site.url}/Archives/none.idx", INSIDE)
    assert (caught.value.status, caught.value.retry_after) == (403, None)
    assert (await requests.get(f"{site.url}/Archives/a.txt", INSIDE)).status == 200
    assert await told(store) == []


async def test_a_503_says_what_edgar_says_and_is_no_refusal(
    http: HttpClient, site: EdgarSite, clock: HandClock
) -> None:
    store = MemoryStore()
    site.answer(0, status=503)
    with pytest.raises(
        FetchTemporary, match="down for maintenance, or was asked for a page after the last"
    ) as caught:
        await make(store, http, clock).get(f"{site.url}/cgi-bin/browse-edgar?start=0", INSIDE)
    assert (caught.value.status, caught.value.retry_after) == (503, None)
    assert b"File Unavailable" in caught.value.page
    assert await told(store) == []


async def test_who_is_not_in_a_hurry_does_not_stand_in_line(
    http: HttpClient, site: EdgarSite, clock: HandClock
) -> None:
    store = MemoryStore()
    for n in range(20):
        await store.take_turn("edgar", f"t{n}", clock.now, 125, 60_000)
    with pytest.raises(FetchTemporary, match="too many requests") as caught:
        await make(store, http, clock).get(f"{site.url}/Archives/a.txt", INSIDE, longest_s=SHORT_WAIT_S)
    assert caught.value.retry_after == 2.5
    assert site.asked == []


async def test_a_silence_that_begins_while_one_waits_for_a_turn_counts(
    http: HttpClient, site: EdgarSite, clock: HandClock
) -> None:
    store = MemoryStore()
    await store.take_turn("edgar", "another", clock.now + 300, 125, 60_000)
    waiting = asyncio.create_task(make(store, http, clock).get(f"{site.url}/Archives/a.txt", INSIDE))
    await asyncio.sleep(0)
    await store.keep_quiet("edgar", clock.now + 600_000, clock.now)
    with pytest.raises(FetchTemporary, match="left alone"):
        await waiting
    assert site.asked == []


async def test_what_is_gone_or_forbidden_stays_so(http: HttpClient, clock: HandClock) -> None:
    with pytest.raises(FetchPermanent):
        await make(MemoryStore(), http, clock).get("http://127.0.0.1:1/x", GetOptions())
