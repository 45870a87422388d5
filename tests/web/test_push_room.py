"""Very much that is pushed at once: what lies in memory is bounded, senders keep the rest, nothing taken is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest_asyncio
from structlog.testing import capture_logs

from alertd import telemetry
from alertd.sources.push import MAX_BYTES
from alertd.web.push_room import MOST
from tests.support.http import DEADLINE_S
from tests.support.redis import namespace, redis_server, redis_url  # noqa: F401
from tests.web.conftest import problem
from tests.web.test_push import INBOX, OTHER, HeldPool, Inbox, serving
from tests.workers.make import until

LARGE = MAX_BYTES - 100_000
FULL = MOST // 2 // LARGE
"""So many large ones of one source fit."""
BUSY = problem(503, "too much is being pushed at once")


def large(title: str) -> bytes:
    return b'{"title": "%s"}' % title.encode() + b" " * (LARGE - 50)


def there() -> float:
    return telemetry.REGISTRY.get_sample_value("alertd_push_bytes") or 0.0


def busy() -> float:
    return telemetry.REGISTRY.get_sample_value("alertd_pushes_total", {"source": "inbox", "outcome": "busy"}) or 0.0


@dataclass
class Filled:
    """An inbox whose source has all the room that it may have, with batches that are stored once `open` is set."""

    inbox: Inbox
    pool: HeldPool
    under_way: list[asyncio.Task[tuple[int, dict[str, object]]]]


@pytest_asyncio.fixture
async def filled(redis_url: str, namespace: str) -> AsyncIterator[Filled]:  # noqa: F811
    pool = HeldPool()
    async with serving(redis_url, namespace, pool) as inbox:
        held = [asyncio.create_task(inbox.push(large(f"Item {n}"))) for n in range(FULL)]
        await until(lambda: there() > FULL * (LARGE - 100), "their bodies are there")
        yield Filled(inbox, pool, held)
    await pool.aclose()


async def test_what_finds_no_room_is_kept_by_its_sender_and_what_was_begun_is_taken(filled: Filled) -> None:
    inbox, before = filled.inbox, busy()
    with capture_logs() as logs:
        for _ in range(3):
            assert await inbox.push(large("Too much")) == (503, BUSY)
    assert inbox.headers["Retry-After"] == "2"
    refused = [line["source"] for line in logs if line["event"] == "push_refused"]
    assert refused == ["inbox"], "said once, however often it is sent again"
    assert busy() == before + 3
    filled.pool.open.set()
    assert [status for status, _ in await asyncio.gather(*filled.under_way)] == [202] * FULL
    assert (await inbox.push(large("Too much")))[0] == 202, "sent again, it is taken"
    assert there() == 0
    titles = {event.title for event in await inbox.events()}
    assert titles == {"Too much", *(f"Item {n}" for n in range(FULL))}, "whatever got its 202 is in the stream"


async def test_one_source_leaves_room_for_another(filled: Filled) -> None:
    assert (await filled.inbox.push(large("Another pusher's"), to="other", token=OTHER))[0] == 202
    filled.pool.open.set()
    await asyncio.gather(*filled.under_way)


async def test_a_body_that_does_not_say_how_long_it_is_is_cut_off_where_there_is_no_more_room(filled: Filled) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(LARGE // 50_000):
            yield b" " * 50_000

    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {INBOX}"}
    async with filled.inbox.client.post("/v1/push/inbox", data=body(), headers=headers) as answer:
        assert (answer.status, await answer.json()) == (503, BUSY)
    filled.pool.open.set()
    assert [status for status, _ in await asyncio.gather(*filled.under_way)] == [202] * FULL


async def test_who_announces_much_and_sends_little_keeps_nobody_out_and_leaves_nothing(
    redis_url: str,  # noqa: F811
    namespace: str,  # noqa: F811
) -> None:
    pool = HeldPool()
    pool.open.set()
    head = (
        f"POST /v1/push/inbox HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {INBOX}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {MAX_BYTES}\r\n\r\n "
    )
    async with serving(redis_url, namespace, pool) as inbox:
        port = inbox.client._base_url.port  # type: ignore[union-attr]
        lines = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for _ in range(2 * FULL)))
        for _, writer in lines:
            writer.write(head.encode())
        async with asyncio.timeout(DEADLINE_S):
            await until(lambda: there() == len(lines), "a byte of each is there")
            assert (await inbox.push(large("Taken all the same")))[0] == 202
            for _, writer in lines:
                writer.transport.abort()
            await until(lambda: there() == 0, "of those who left nothing is there any more")
    await pool.aclose()
