"""What has to happen now and then, at a pace at which a test need not wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from alertd import telemetry
from alertd.errors import Corrupt, StoreUnavailable
from alertd.store.memory import MemoryStore
from alertd.store.types import Finding
from alertd.workers import timers
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress
from alertd.workers.timers import Timers
from tests.store.make import delivery, new, record
from tests.support.daemon import eventually
from tests.support.http import DEADLINE_S
from tests.workers.make import HandClock, until

DAY_S = 86_400


class Server(MemoryStore):
    """A store whose server has faults when told, and counts what is asked of it."""

    def __init__(self, clock: HandClock) -> None:
        super().__init__(clock)
        self.away = False
        self.corrupt = False
        self.findings: list[Finding] = []
        self.pings = 0
        self.checks = 0
        self.sweeps = 0

    async def ping(self) -> float:
        self.pings += 1
        if self.away:
            raise StoreUnavailable("away")
        return 1.5

    async def check_server(self, *, relaxed: bool = False) -> list[Finding]:
        self.checks += 1
        return self.findings

    async def sweep(self, now: int) -> dict[str, int]:
        self.sweeps += 1
        if self.corrupt:
            raise Corrupt("a record does not decode")
        return await super().sweep(now)


@pytest.fixture(autouse=True)
def pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "MEASURE_S", 0.005)
    monkeypatch.setattr(timers, "SWEEP_S", 0.01)
    monkeypatch.setattr(timers, "CONTRACT_S", 0.01)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def store(clock: HandClock) -> Server:
    return Server(clock)


@asynccontextmanager
async def timing(store: Server, clock: HandClock, keep_s: float = 14 * DAY_S) -> AsyncIterator[Timers]:
    running = Timers(store, Notices(store, {"ops": "every"}, clock), clock, Progress(), keep_s)
    task = asyncio.create_task(running.run())
    try:
        yield running
    finally:
        running.stop()
        await task


def metric(name: str, **labels: str) -> float | None:
    return telemetry.REGISTRY.get_sample_value(f"alertd_{name}", labels)


async def rounds(store: Server, count: int = 2) -> None:
    """Wait until housekeeping has come round as often."""
    sweeps = store.sweeps
    await until(lambda: store.sweeps >= sweeps + count, "it comes round")


async def test_what_waits_is_measured(store: Server, clock: HandClock) -> None:
    await store.ingest("wire", [new("a"), new("b")], clock.now)
    await store.read_events("me", 1, 0)
    expires = clock.now + DAY_S * 1000
    queued = [delivery(name, chain=chain, expires=expires) for name, chain in ("1a", "2a", "3b")]
    await store.enqueue(queued, clock.now)
    clock.pass_by(90)
    async with timing(store, clock):
        await rounds(store)
    assert (metric("stream_backlog"), metric("stream_pending"), metric("stream_oldest_seconds")) == (2, 1, 90)
    assert metric("queue_depth", receiver="desk", state="queued") == 2
    assert metric("queue_depth", receiver="desk", state="waiting") == 1
    assert metric("keys", kind="deliveries") == 3
    assert metric("redis_up") == 1


async def test_a_redis_that_goes_and_comes_back_is_one_line_each(store: Server, clock: HandClock) -> None:
    with capture_logs() as logs:
        async with timing(store, clock) as running:
            await until(lambda: running.redis_up, "it is up")
            store.away = True
            await until(lambda: not running.redis_up, "it is away")
            assert metric("redis_up") == 0
            pings = store.pings
            await until(lambda: store.pings > pings + 3, "it stays away")
            store.away = False
            await until(lambda: running.redis_up, "it is back")
    lines = [(line["event"], line["loop"]) for line in logs if line["event"].startswith("redis_")]
    told = [("redis_unavailable", "timers"), ("redis_available", "timers")]
    assert lines == told, "none at the start: it was not away"


async def test_a_danger_to_the_store_is_told_once(store: Server, clock: HandClock) -> None:
    store.findings = [Finding(level="warn", code="fsync", text="appendfsync is everysec")]
    async with timing(store, clock):
        await rounds(store, 4)
    due, _ = await store.due("ops", clock.now, 10)
    assert [item.message.notice.text for item in due if item.message.notice] == ["appendfsync is everysec"]


async def test_a_danger_that_comes_back_is_told_again_but_not_twice_a_day(store: Server, clock: HandClock) -> None:
    clock.now -= clock.now % (DAY_S * 1000)
    memory = Finding(level="warn", code="memory", text="80 % are in use")
    async with timing(store, clock):
        for told, wait_s in [(1, 3600), (1, DAY_S), (2, 0)]:
            store.findings = [memory]
            await rounds(store)
            notices = [line for _, line in await store.read_journal("", 100, 0) if line.kind == "notice"]
            assert len(notices) == told
            store.findings = []
            await rounds(store)
            clock.pass_by(wait_s)


async def test_the_journal_is_kept_as_long_as_the_settings_say(store: Server, clock: HandClock) -> None:
    async def left() -> int:
        return len(await store.read_journal("", 10, 0))

    await store.journal(record("ev_old"))
    clock.pass_by(3 * DAY_S)
    await store.journal(record("ev_new"))
    clock.pass_by(DAY_S)
    dropped = metric("journal_dropped_total") or 0
    async with timing(store, clock, keep_s=5 * DAY_S) as running:
        await rounds(store)
        assert await left() == 2
        running.keep_journal(2 * DAY_S)
        await eventually(lambda: _is(left, 1), "the old line is dropped")
        running.keep_journal(DAY_S / 2)
        await eventually(lambda: _is(left, 0), "the other too")
    assert (metric("journal_dropped_total") or 0) - dropped == 2


async def _is(count: object, expected: int) -> bool:
    return bool(await count() == expected)  # type: ignore[operator]


async def test_what_was_sent_long_ago_is_forgotten(store: Server, clock: HandClock) -> None:
    await store.enqueue([delivery("1", due=clock.now, expires=clock.now + DAY_S * 1000)], clock.now)
    await store.claim("desk", "dl_1", "token", clock.now, 1000, 0, b"")
    await store.finish("dl_1", "token", clock.now, "204")
    async with timing(store, clock):
        await rounds(store)
        assert await store.delivery("dl_1") is not None
        clock.pass_by(8 * DAY_S)
        await rounds(store)
        assert await store.delivery("dl_1") is None


async def test_a_record_that_does_not_decode_ends_neither_measuring_nor_the_loop(
    store: Server, clock: HandClock
) -> None:
    store.corrupt = True
    with capture_logs() as logs:
        async with timing(store, clock) as running:
            await rounds(store)
            pings = store.pings
            await until(lambda: store.pings > pings + 2, "measuring goes on")
            assert running.redis_up
            store.corrupt = False
            await rounds(store)
    assert "timers_failed" in [line["event"] for line in logs]


async def test_stopping_does_not_wait_for_the_next_turn(
    store: Server, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers, "MEASURE_S", 3600)
    async with asyncio.timeout(DEADLINE_S), timing(store, clock):
        await until(lambda: store.pings == 1, "it has measured")
