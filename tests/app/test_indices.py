"""The daemon works out what the news about a company has been doing, and its rules know it."""

from __future__ import annotations

import time
from pathlib import Path

from alertd.store.redis import RedisStore, open_store
from tests.app.test_daemon import feed, messages, world, write_rule, write_settings  # noqa: F401
from tests.day.world import MovedClock
from tests.support.daemon import Daemon, command, eventually
from tests.support.http import FaultServer, answer
from tests.support.redis import namespace, redis_server, redis_url, shared_server  # noqa: F401

NVIDIA = "cik-0001045810"
BEFORE = [
    "Nvidia shares plunge on weak demand",
    "Nvidia hit by lawsuit over faulty graphics chips",
    "Nvidia cuts revenue forecast as losses mount",
]
RULE = '{id: mood, title: Bad news for weeks, severity: high, when: {sentiment_index: "<= -0.2"}}'
MINUTE_MS = 60_000


async def test_a_rule_knows_how_the_news_of_the_weeks_before_was(
    tmp_path: Path,
    world: FaultServer,  # noqa: F811
    redis_url: str,  # noqa: F811
    namespace: str,  # noqa: F811
) -> None:
    clock = MovedClock(tmp_path / "clock", time.time_ns() // 1_000_000)
    world.script("/feed", answer(feed(*BEFORE)))
    write_settings(tmp_path, world, redis=redis_url, namespace=namespace)
    write_rule(tmp_path, RULE)
    store = await open_store(redis_url, namespace, name="test")
    async with Daemon(tmp_path, clock.env) as daemon:
        await eventually(lambda: _archived(daemon, store, clock), "three events are in the history")
        clock.move(clock() + 2 * MINUTE_MS)
        await eventually(lambda: _known(store, clock), "the index is known")
        assert messages(world, "alert.fired") == []
        world.script("/feed", answer(feed("Nvidia opens an office in Lyon", *BEFORE)))
        await eventually(lambda: _fired(world, clock), "the alert arrives")
        metrics = await daemon.metrics()
    await store.aclose()
    (message,) = messages(world, "alert.fired")
    (named,) = message["data"]["event"]["companies"]
    assert (named["id"], named["index"]["stories"], named["index"]["day"]) == (NVIDIA, 3, 3)
    (match,) = message["data"]["alert"]["matches"]
    assert match["company"] == NVIDIA
    assert match["evidence"][0]["quote"].startswith(f"NVDA {named['index']['sentiment']:+.2f}, 3 stories in 30 days")
    assert "alertd_indices_seconds_count" in metrics
    code, out, _ = await command("why", message["data"]["event"]["id"], folder=tmp_path, env=clock.env)
    assert code == 0 and "mood" in out


async def _archived(daemon: Daemon, store: RedisStore, clock: MovedClock) -> bool:
    clock.move(clock() + 500)  # so that feeds are polled
    status = await daemon.status()
    end = await store.journal_end()
    records = await store.read_journal("", 1_000, 0)
    there = sum(record.kind == "event" for _, record in records) >= len(BEFORE)
    return there and status["history"]["position"] == end


async def _known(store: RedisStore, clock: MovedClock) -> bool:
    found = await store.indices([NVIDIA], clock())
    return NVIDIA in found and found[NVIDIA].sentiment is not None


async def _fired(world: FaultServer, clock: MovedClock) -> bool:  # noqa: F811
    clock.move(clock() + 500)
    return len(messages(world, "alert.fired")) == 1
