"""Redis answers, and says no: each refusal is a clear error of its own, said once and waited for: F25."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from redis.asyncio import Redis

from tests.faults.case import Case, fault
from tests.faults.line import ALWAYS, line, lines_since
from tests.faults.world import World, logged
from tests.support.daemon import eventually
from tests.support.redis import RedisServer, bundled_binary

HOLD_S = 30.0
"""How long each is kept up, for the log to be counted: it may say less than a line a second."""
LINES = 24
"""Lines at most of one that is soon over: one for each loop when it begins and when it ends."""
KEY = "{alertd}:events"
PASSWORD = "another"


@dataclass(frozen=True)
class Refusal:
    """One way to be refused."""

    name: str
    begin: Callable[[RedisServer], Awaitable[None]]
    end: Callable[[RedisServer], Awaitable[None]]
    words: str
    """What the error says; nothing where it is mended at once, and nobody need hear of it."""


def _sends(*commands: tuple[str, ...]) -> Callable[[RedisServer], Awaitable[None]]:
    async def send(redis: RedisServer) -> None:
        for command in commands:
            await asyncio.to_thread(redis.command, *command)

    return send


async def _lock(redis: RedisServer) -> None:
    """Ask for a password from now on, and have everybody come in again."""
    client = Redis.from_url(redis.url, single_connection_client=True)
    await client.config_set("requirepass", PASSWORD)
    await client.client_kill_filter(_type="normal", skipme=True)
    await client.aclose()


async def _unlock(redis: RedisServer) -> None:
    client = Redis.from_url(redis.url, password=PASSWORD)
    await client.config_set("requirepass", "")
    await client.aclose()


REFUSALS = [
    Refusal(
        "READONLY",
        _sends(("REPLICAOF", "127.0.0.1", "1")),
        _sends(("REPLICAOF", "NO", "ONE")),
        "read-only replica, not the primary",
    ),
    Refusal(
        "NOAUTH",
        _lock,
        _unlock,
        "Redis refuses us",
    ),
    Refusal(
        "WRONGTYPE",
        _sends(("RENAME", KEY, KEY + ".aside"), ("SET", KEY, "not ours")),
        _sends(("DEL", KEY), ("RENAME", KEY + ".aside", KEY)),
        "rename or delete that key",
    ),
    Refusal("NOSCRIPT", _sends(("SCRIPT", "FLUSH")), _sends(), ""),
]


@fault("F25", "redis-says-no", slow=True)
@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.name)
async def test_each_refusal_is_said_clearly_once_and_waited_for(case: Case, refusal: Refusal) -> None:
    async with line(case) as (w, _, redis):
        await w.delivered(await w.publish(10))
        began = time.time()
        await refusal.begin(redis)
        tokens = await w.publish(20)
        if refusal.words:
            await eventually(says(w, began, refusal.words), f"it says {refusal.words!r}")
            await asyncio.sleep(HOLD_S)
            assert not set(tokens) <= w.sink.tokens, "it goes on as if nothing were"
            said, held_s = lines_since(case.folder, began), time.time() - began
            await refusal.end(redis)
            await w.delivered(tokens)
        else:
            await refusal.end(redis)
            await w.delivered(tokens)
            said, held_s = lines_since(case.folder, began), time.time() - began
        figures = f"{refusal.name}: {len(said)} lines in {held_s:.0f} s"
        await w.settled(note=figures)
        if refusal.words:
            assert len(said) < held_s, figures
        else:
            assert said == [], figures
        assert logged(case.folder, "process_died") == []
        assert logged(case.folder, "loop_died") == []


@fault("F25", "redis-is-loading", slow=True)
async def test_a_redis_that_loads_for_long_is_waited_for(case: Case) -> None:
    async with line(case) as (w, _, redis):
        await w.delivered(await w.publish(60))
        began = time.time()
        await asyncio.to_thread(redis.kill)
        tokens = await w.publish(20)
        slow = RedisServer(bundled_binary(), ALWAYS | {"key-load-delay": "2000"}, folder=redis.folder)
        await asyncio.to_thread(slow.start)
        try:
            await eventually(says(w, began, "still loading its data"), "it says that Redis is loading")
            await w.delivered(tokens)
            said, held_s = lines_since(case.folder, began), time.time() - began
            figures = f"LOADING: {len(said)} lines in {held_s:.0f} s"
            await w.settled(bound=4, note=figures)
        finally:
            await asyncio.to_thread(slow.kill)
        assert len(said) <= LINES, figures


def says(w: World, began: float, words: str) -> Callable[[], Awaitable[bool]]:
    """Make a check: some loop says what is wrong in these words."""

    async def check() -> bool:
        return any(words in str(entry) for entry in lines_since(w.case.folder, began))

    return check
