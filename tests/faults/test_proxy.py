"""The proxy itself: what passes, what does not, and what each side gets to see."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from alertd.errors import StoreUnavailable
from alertd.store.client import Link
from alertd.store.keys import Keys
from tests.faults.proxy import Proxy
from tests.faults.resp import Frames, name_of, words
from tests.support.redis import namespace, redis_server, redis_url  # noqa: F401


@pytest_asyncio.fixture
async def proxy(redis_url: str) -> AsyncIterator[Proxy]:  # noqa: F811
    async with Proxy(redis_url) as proxy:
        yield proxy


@pytest_asyncio.fixture
async def link(proxy: Proxy, namespace: str) -> AsyncIterator[Link]:  # noqa: F811
    link = Link(proxy.url, Keys(namespace), name="test", max_connections=2)
    yield link
    await link.aclose()


async def plug(proxy: Proxy) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", proxy.port)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_messages_are_cut_wherever_they_were_torn(size: int) -> None:
    sent = [
        b"+OK\r\n",
        b"$3\r\na\r\n\r\n",
        b"*2\r\n*1\r\n:1\r\n$-1\r\n",
        b"*0\r\n",
        b"*-1\r\n",
        b"-ERR no\r\n",
        b"PING\r\n",
    ]
    frames = Frames()
    stream = b"".join(sent)
    found = [message for at in range(0, len(stream), size) for message in frames.feed(stream[at : at + size])]
    assert found == sent


def test_commands_and_scripts_are_known_by_name() -> None:
    assert words(b"*2\r\n$6\r\nxgroup\r\n$6\r\ncreate\r\n") == [b"xgroup", b"create"]
    assert name_of([b"xgroup", b"create", b"s"]) == "XGROUP CREATE"
    assert name_of([b"get", b"a"]) == "GET"
    assert name_of([b"EVAL", b"return 1"]) == "EVAL"


async def test_everything_passes_and_is_counted(proxy: Proxy, link: Link) -> None:
    big = "x" * 200_000
    assert await link.pipeline([["SET", link.keys("a"), big], ["GET", link.keys("a")]]) == [b"OK", big.encode()]
    await link.call("SCRIPT", "FLUSH")  # the server is the run's: another test may have sent it this script
    assert await link.run("wake", ["wake"], "r") is not None
    assert proxy.calls["GET"] == proxy.replies["GET"] == 1
    assert proxy.calls["wake"] == 2, "EVALSHA, which was refused, and EVAL"
    assert proxy.replies["wake"] == 1


async def test_a_dropped_reply_is_of_a_command_that_was_done(proxy: Proxy, link: Link) -> None:
    proxy.drop_reply("INCR", nth=2)
    assert await link.call("INCR", link.keys("n")) == 1
    with pytest.raises(StoreUnavailable):
        await link.call("INCR", link.keys("n"))
    await proxy.dropping()
    assert proxy.dropped == ["INCR"]
    assert await link.call("INCR", link.keys("n")) == 3


async def test_of_a_pipeline_the_replies_before_it_still_pass(proxy: Proxy) -> None:
    proxy.drop_reply("TIME")
    reader, writer = await plug(proxy)
    writer.write(b"PING\r\nTIME\r\nPING\r\n")
    assert await reader.read() == b"+PONG\r\n"
    writer.close()


async def test_what_a_black_hole_swallowed_passes_when_it_is_gone(proxy: Proxy) -> None:
    old_reader, old = await plug(proxy)
    old.write(b"PING\r\n")
    assert await old_reader.readline() == b"+PONG\r\n"
    proxy.blackhole()
    new_reader, new = await plug(proxy)
    for writer in (old, new):
        writer.write(b"PING\r\n")
    for reader in (old_reader, new_reader):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.1)
    proxy.heal()
    for reader in (old_reader, new_reader):
        assert await reader.readline() == b"+PONG\r\n"
    for writer in (old, new):
        writer.close()


async def test_a_black_hole_may_swallow_old_connections_alone(proxy: Proxy) -> None:
    old_reader, old = await plug(proxy)
    old.write(b"PING\r\n")
    await old_reader.readline()
    proxy.blackhole(new=False)
    reader, writer = await plug(proxy)
    writer.write(b"PING\r\n")
    assert await reader.readline() == b"+PONG\r\n"
    old.close()
    writer.close()


async def test_a_half_closed_connection_still_takes_commands(proxy: Proxy, link: Link) -> None:
    reader, writer = await plug(proxy)
    writer.write(b"PING\r\n")
    await reader.readline()
    proxy.half_close()
    assert await reader.read() == b"", "our side is told that nothing comes"
    writer.write(b"INCR %b\r\n" % link.keys("n").encode())
    while await link.call("GET", link.keys("n")) != b"1":  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    writer.close()


async def test_a_reset_ends_connections_with_an_error_and_lets_new_ones_in(proxy: Proxy) -> None:
    reader, writer = await plug(proxy)
    writer.write(b"PING\r\n")
    await reader.readline()
    proxy.reset()
    with pytest.raises(ConnectionResetError):
        await reader.read()
    writer.close()
    reader, writer = await plug(proxy)
    writer.write(b"PING\r\n")
    assert await reader.readline() == b"+PONG\r\n"
    writer.close()


async def test_delays_and_narrow_lines_take_their_time(proxy: Proxy, link: Link) -> None:
    loop = asyncio.get_running_loop()
    await link.call("SET", link.keys("a"), "x" * 1000)
    proxy.delay(100)
    began = loop.time()
    await link.call("PING")
    assert loop.time() - began >= 0.1
    proxy.heal()
    proxy.slow(5_000)
    began = loop.time()
    assert await link.call("GET", link.keys("a")) == b"x" * 1000
    assert loop.time() - began >= 0.15
    proxy.heal()


async def test_it_can_listen_on_a_unix_socket_before_a_server_on_tcp(proxy: Proxy, tmp_path: Path) -> None:
    async with Proxy(f"127.0.0.1:{proxy.port}", at=tmp_path / "s") as second:
        link = Link(second.url, Keys("t"), name="test", max_connections=1)
        assert await link.call("PING") == b"PONG"
        assert (proxy.open, second.open) == (1, 1)
        await link.aclose()


async def test_a_target_that_is_away_is_a_closed_connection(tmp_path: Path) -> None:
    async with Proxy(f"unix://{tmp_path}/nobody") as proxy:
        reader, writer = await plug(proxy)
        assert await reader.read() == b""
        writer.close()
