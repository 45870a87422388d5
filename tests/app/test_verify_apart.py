"""The look at everything from within the daemon: a process of its own, and what becomes of it when something dies."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from alertd.app.verify_apart import Order, verified_apart
from alertd.errors import StoreUnavailable
from alertd.history.verify.model import Fault, Report, Tally
from alertd.store.memory import MemoryStore
from alertd.store.redis import open_store
from alertd.workers import verifying
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress
from alertd.workers.verifying import Verifying
from tests.store.make import NOW, delivery
from tests.support.processes import descendants
from tests.support.redis import RedisServer, bundled_binary
from tests.workers.make import HandClock, until


def order(redis: RedisServer, folder: Path, **more: Any) -> Order:
    return Order(
        redis_url=redis.url, namespace="test", archive=str(folder / "archive"), database=str(folder / "history.db"),
        patience_ms=10**15, again_s=0.05, **more,
    )  # fmt: skip


async def test_it_finds_in_another_process_what_has_no_end(tmp_path: Path) -> None:
    with RedisServer(bundled_binary()) as redis:
        store = await open_store(redis.url, "test", name="test")
        await store.prepare()
        await store.enqueue([delivery("a", chain="a"), delivery("b", chain="b")], NOW)
        found = (await verified_apart(order(redis, tmp_path))).kinds["deliveries"]
        assert (found.count, found.faults) == (2, {})
        await store.link.call("HDEL", store.keys("bodies"), "dl_a")
        report = await verified_apart(order(redis, tmp_path))
        assert [(fault.kind, fault.id) for fault in report.faults] == [("deliveries", "dl_a")]
        await store.aclose()


async def test_a_redis_that_is_away_is_an_outage_and_no_fault(tmp_path: Path) -> None:
    with RedisServer(bundled_binary()) as redis:
        asked = order(redis, tmp_path)
    with pytest.raises(StoreUnavailable):
        await verified_apart(asked)


async def test_a_process_that_dies_says_how_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with RedisServer(bundled_binary()) as redis:
        redis.freeze()
        looking = asyncio.create_task(verified_apart(order(redis, tmp_path)))
        found: list[int] = []

        def started() -> bool:
            found[:] = [pid for pid, words in descendants(os.getpid()).items() if "alertd.app.verify_apart" in words]
            return bool(found)

        await until(started, "it looks")
        looking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await looking
        assert not [pid for pid, words in descendants(os.getpid()).items() if "alertd.app.verify_apart" in words]
        redis.thaw()


async def test_a_process_that_cannot_look_says_why() -> None:
    nonsense = Order(redis_url="nonsense://", namespace="test", archive="", database="", patience_ms=1)
    with pytest.raises(RuntimeError, match="ended with 1: "):
        await verified_apart(nonsense)


class Looking:
    """A look at everything that gives what the test says."""

    def __init__(self, *answers: Report | Exception) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self) -> Report:
        self.asked += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_after_an_outage_it_looks_again_later_and_then_tells_the_operator(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, store = HandClock(NOW), MemoryStore()
    await store.prepare()
    lost = Tally(faults={"ev_a": Fault("events", "ev_a", "is gone")})
    looking = Looking(StoreUnavailable("away"), Report({"events": lost}))
    monkeypatch.setattr(verifying, "FIRST_S", 0.0)
    worker = Verifying(looking, Notices(store, {"ops": "latest"}, clock), clock, Progress())
    with pytest.raises(StoreUnavailable):
        await worker.look()
    await worker.look()
    await worker.look()
    assert looking.asked == 2, "once more after the outage, and then not before tomorrow"
    due, _ = await store.due("ops", clock() + 100, 10)
    assert [one.message.notice.text[:44] for one in due if one.message.notice is not None] == [
        "Records without an end or a counterpart: 1 e"
    ]


async def test_after_an_outage_it_does_not_look_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = HandClock(NOW)
    looking = Looking(StoreUnavailable("away"))
    monkeypatch.setattr(verifying, "FIRST_S", 0.0)
    worker = Verifying(looking, Notices(MemoryStore(), {}, clock), clock, Progress())
    monkeypatch.setattr(verifying, "FIRST_S", 900.0)
    with pytest.raises(StoreUnavailable):
        await worker.look()
    await worker.look()
    assert looking.asked == 1
