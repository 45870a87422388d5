"""A world whose Redis is reached through a proxy, and what the log says about when it went and came back."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.faults.case import Case
from tests.faults.proxy import Proxy
from tests.faults.world import World, logged, world
from tests.support.daemon import eventually
from tests.support.redis import RedisServer, bundled_binary

ALWAYS = {"appendfsync": "always"}
AWAY = "redis_unavailable"
HEALED = ("redis_available", "intake_goes_on")
"""Good news about Redis: a loop that spins between away and there would write them again and again."""


@asynccontextmanager
async def line(
    case: Case, *, flags: Mapping[str, str] | None = None, **more: Any
) -> AsyncIterator[tuple[World, Proxy, RedisServer]]:
    """Set up a world over a Redis of the test's own. The daemon is behind the proxy, the test itself is not."""
    with RedisServer(bundled_binary(), ALWAYS | dict(flags or {})) as redis:
        async with Proxy(redis.url) as proxy:
            settings = {"redis": proxy.url} | more.pop("settings", {})
            async with world(case, redis=redis, settings=settings, **more) as w:
                yield w, proxy, redis


def at(entry: Mapping[str, Any]) -> float:
    """Give when a line was logged, as time.time()."""
    return datetime.fromisoformat(entry["ts"]).timestamp()


def lines_since(folder: Path, began: float, event: str = "") -> list[dict[str, Any]]:
    """Give what all daemons have logged since then: of one event, or whatever there is but what tells of the work."""
    return [
        entry
        for entry in logged(folder, event)
        if at(entry) >= began and (event or entry["level"] != "info" or entry["event"] in HEALED)
    ]


async def noticed(folder: Path, began: float, timeout: float = 60) -> float:
    """Wait until a loop says that Redis is away; gives the seconds that took."""

    async def said() -> list[dict[str, Any]]:
        return lines_since(folder, began, AWAY)

    found = await eventually(said, "it notices that Redis is away", timeout)
    return max(min(at(entry) for entry in found) - began, 0.0)


async def resumed(w: World, began: float, timeout: float = 120) -> float:
    """Publish one item and wait until it is delivered; gives the seconds since `began`, as time.time()."""
    await w.delivered(await w.publish(1), timeout)
    return time.time() - began
