"""Redis loses its memory while the daemon runs: no storm of old news, no silence about new news."""

from __future__ import annotations

import shutil
import time
from email.utils import formatdate
from pathlib import Path

from redis.asyncio import Redis

from alertd.store.embedded import socket_url
from tests.app.test_daemon import _fired, _told, messages, write_settings
from tests.support.daemon import Daemon, eventually
from tests.support.http import FaultServer, answer


def dated(*entries: tuple[str, float]) -> bytes:
    """Make a feed of (title, published) entries."""
    items = "".join(
        f"<item><guid>{t}</guid><title>{t}</title><pubDate>{formatdate(at, usegmt=True)}</pubDate></item>"
        for t, at in entries
    )
    return f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode()


async def _flush(daemon: Daemon) -> None:
    url = socket_url(daemon.state_dir)
    assert url
    client = Redis.from_url(url)
    await client.flushall()
    await client.aclose()


async def test_a_flushed_redis_makes_old_items_a_baseline_and_still_tells_what_is_new(tmp_path: Path) -> None:
    hour_ago = time.time() - 3600
    with FaultServer() as world:
        world.script("/hook", answer(status=204))
        world.script("/feed", answer(dated(("Vega leases Orion", hour_ago), ("Lyra leases Atlas", hour_ago))))
        async with write_settings(tmp_path, world) as daemon:
            await eventually(lambda: _fired(world, 2), "both alerts arrive")
            await eventually(daemon.quiet, "all is quiet")
            await _flush(daemon)
            # Published after the last poll, so it cannot have been told.
            fresh = ("Cygnus leases Delta", time.time() + 2)
            world.script(
                "/feed", answer(dated(fresh, ("Vega leases Orion", hour_ago), ("Lyra leases Atlas", hour_ago)))
            )
            await eventually(lambda: _fired(world, 3), "the new one arrives")
            await eventually(lambda: _told(world, "store_lost"), "the operator is told")
            await eventually(daemon.quiet, "all is quiet again")
    titles = [m["data"]["alert"]["title"] for m in messages(world, "alert.fired")]
    assert sorted(titles) == ["Cygnus leases Delta", "Lyra leases Atlas", "Vega leases Orion"]


async def test_a_redis_emptied_between_two_runs_is_noticed(tmp_path: Path) -> None:
    hour_ago = time.time() - 3600
    with FaultServer() as world:
        world.script("/hook", answer(status=204))
        world.script("/feed", answer(dated(("Vega leases Orion", hour_ago))))
        daemon = write_settings(tmp_path, world)
        async with daemon:
            await eventually(lambda: _fired(world, 1), "the alert arrives")
        shutil.rmtree(tmp_path / "var/redis")
        async with daemon:
            await eventually(lambda: _told(world, "store_lost"), "the operator is told")
            await eventually(daemon.quiet, "all is quiet")
    assert len(messages(world, "alert.fired")) == 1
