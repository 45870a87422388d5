"""Bodies and headers that never end, lie or explode: each is one failed poll, within its time and memory."""

import asyncio
import gzip
import hashlib
import random
import time
import tracemalloc
from collections.abc import AsyncIterator, Iterator

import pytest

from alertd.errors import FetchTemporary
from alertd.net.budget import HostBudget, HostLimit
from alertd.net.client import AddressPolicy, GetOptions, HttpClient
from tests.net.lag import LoopLag
from tests.support.http import FaultServer, answer, drip, endless, gzip_bomb, hang, raw

INSIDE = AddressPolicy(private=True)
MIB = 1 << 20
SMALL = GetOptions(allow=INSIDE, max_bytes=MIB, max_wire_bytes=MIB // 4)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    async with HttpClient("test") as client:
        yield client


async def failure(client: HttpClient, url: str, options: GetOptions = SMALL) -> str:
    with pytest.raises(FetchTemporary) as caught:
        await client.get(url, options, 0)
    return str(caught.value).removeprefix("127.0.0.1: ")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw-deflate"])
async def test_a_compressed_body_is_decoded(server: FaultServer, client: HttpClient, encoding: str) -> None:
    body = b"<rss>" + b"words " * 9999 + b"</rss>"
    server.script("/feed", answer(body, encoding=encoding))
    response = await client.get(server.url("/feed"), SMALL, 0)
    assert response.body == body
    assert response.sha256 == hashlib.sha256(body).hexdigest()
    assert response.wire_bytes < len(body) / 10


async def test_a_chunked_body_is_put_together(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", answer(b"<rss/>", chunked=True, encoding="gzip"))
    assert (await client.get(server.url("/feed"), SMALL, 0)).body == b"<rss/>"


async def test_a_body_of_exactly_the_limit_passes(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", answer(bytes(MIB), encoding="gzip"))
    assert len((await client.get(server.url("/feed"), SMALL, 0)).body) == MIB
    server.script("/feed", answer(bytes(MIB + 1), encoding="gzip"))
    assert await failure(client, server.url("/feed")) == "sends more than 1 MiB once decoded"


async def test_a_gzip_bomb_stops_at_the_limit_and_costs_no_memory(server: FaultServer, client: HttpClient) -> None:
    server.script("/bomb", gzip_bomb(200 * MIB))
    tracemalloc.start()
    try:
        assert await failure(client, server.url("/bomb")) == "sends more than 1 MiB once decoded"
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip"])
async def test_bombs_in_other_encodings_are_not_even_opened(
    server: FaultServer, client: HttpClient, encoding: str
) -> None:
    server.script("/bomb", answer(b"\x1b" * 800, headers={"Content-Encoding": encoding}))
    why = await failure(client, server.url("/bomb"))
    assert why == f"answered in the encoding {encoding.replace(' ', '')}, which was not asked for"


async def test_a_gzip_body_of_very_many_members_is_refused(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", answer(gzip.compress(b"") * 5000, headers={"Content-Encoding": "gzip"}))
    assert await failure(client, server.url("/feed")) == "its gzip body has more than 1024 members"


async def test_a_damaged_gzip_body_is_called_damaged(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", answer(b"<rss/>", headers={"Content-Encoding": "gzip"}))
    assert await failure(client, server.url("/feed")) == "its compressed body is damaged"


async def test_a_gzip_body_that_ends_early_is_no_document(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", answer(gzip.compress(b"<rss/>" * 99)[:-4], headers={"Content-Encoding": "gzip"}))
    assert await failure(client, server.url("/feed")) == "its compressed body ends early"


async def test_a_body_shorter_than_announced_is_no_document(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", answer(b"<rss/>", length=600))
    assert await failure(client, server.url("/feed")) == "its body ended early, 6 bytes came"


async def test_a_chunked_body_without_its_end_is_no_document(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n<rss/>\r\n"))
    assert await failure(client, server.url("/feed")) == "its body ended early, 6 bytes came"


async def test_a_body_longer_than_announced_ends_where_it_was_announced(
    server: FaultServer, client: HttpClient
) -> None:
    server.script(
        "/feed", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<rss/>HTTP/1.1 200 OK\r\n\r\n"), answer(b"next")
    )
    assert (await client.get(server.url("/feed"), SMALL, 0)).body == b"<rss/>"
    assert (await client.get(server.url("/feed"), SMALL, 0)).body == b"next"


async def test_a_body_announced_too_large_is_not_read_at_all(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", hang(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n"))
    assert await failure(client, server.url("/feed")) == "sends more than 256 KiB"
    await server.until(lambda: server.open == 0)


async def test_an_endless_body_stops_at_the_limit(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", endless())
    assert await failure(client, server.url("/feed")) == "sends more than 256 KiB"
    await server.until(lambda: server.open == 0)


async def test_a_dripping_body_meets_the_total_time(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", drip(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 10_000, every_s=0.005))
    options = GetOptions(allow=INSIDE, timeout_s=2.0, read_timeout_s=1.5)
    why = await failure(client, server.url("/feed"), options)
    assert why.startswith("not done within 2 s, ")
    assert why.endswith(" bytes came")


async def test_a_dripping_header_meets_the_total_time(server: FaultServer, client: HttpClient) -> None:
    server.script("/feed", drip(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: x\r\n" * 1000, every_s=0.005))
    options = GetOptions(allow=INSIDE, timeout_s=2.0, read_timeout_s=1.5)
    assert await failure(client, server.url("/feed"), options) == "not done within 2 s"


async def test_a_failed_body_leaves_a_connection_that_is_not_used_again(
    server: FaultServer, client: HttpClient
) -> None:
    server.script("/feed", gzip_bomb(4 * MIB), answer(b"<rss/>"))
    await failure(client, server.url("/feed"), GetOptions(allow=INSIDE, max_bytes=1000))
    assert (await client.get(server.url("/feed"), SMALL, 0)).body == b"<rss/>"


async def test_sixteen_megabytes_are_read_without_holding_the_loop(server: FaultServer, client: HttpClient) -> None:
    body = random.Random(5).randbytes(MIB) * 15
    server.script("/feed", answer(body), answer(body, encoding="gzip"), answer(bytes(len(body)), encoding="gzip"))
    lags = []
    for _ in range(3):
        async with LoopLag() as lag:
            response = await client.get(server.url("/feed"), GetOptions(allow=INSIDE), 0)
        assert len(response.body) == len(body)
        assert response.sha256 == hashlib.sha256(response.body).hexdigest()
        lags.append(lag.busy_s)
    assert min(lags) < 0.05


async def test_two_hundred_hanging_servers_do_not_disturb_another(server: FaultServer) -> None:
    crowd = HostBudget(inside=HostLimit(concurrency=300, spacing_s=0.0))
    server.script("/hang", hang())
    server.script("/feed", answer(b"<rss/>"))
    async with HttpClient("test", budget=crowd) as client:
        options = GetOptions(allow=INSIDE, read_timeout_s=30)
        hanging = [asyncio.create_task(client.get(server.url("/hang"), options, 0)) for _ in range(200)]
        await server.seen(200)
        took = []
        for _ in range(20):
            began = time.perf_counter()
            assert (await client.get(server.url("/feed"), options, 0)).body == b"<rss/>"
            took.append(time.perf_counter() - began)
        assert min(took) < 0.05  # waiting for one of the others would take thirty seconds
        assert not any(task.done() for task in hanging)
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)
    await server.until(lambda: server.open == 0)
