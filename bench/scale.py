"""How far more processes carry on this machine: 1, 2, 4 that match, 1, 2 that deliver, over one Redis.

    .venv/bin/python -m bench scale
    .venv/bin/python -m bench.scale [--events 8000] [--messages 4000]

Redis is one of its own with `appendonly yes` and `appendfsync always`, over its socket. Events are on the stream
before the daemons start, messages come due when all are in the queue; measured is from the first that is done to the
last. Text and rules are those of bench/load_text.py, as in `bench load`. The receivers answer at once. Daemons,
Redis, receivers and this program share the machine's cores: `stops at` says what was used up. `ms each` and `ms of
Redis` are the processor time of one event or message, which depends little on what else the machine does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from alertd.base.clock import system_clock
from alertd.model import Message, NewDelivery
from alertd.model import Notice as Note
from alertd.store.redis import RedisStore
from bench.fsync import fsync_ms, percentiles
from bench.load_text import HEADLINE, TEXT, fill, portfolio, prepared, said
from bench.report import Row, print_table
from tests.faults.nemesis import kind_of
from tests.faults.sink import SECRET
from tests.support.daemon import Daemon, eventually
from tests.support.processes import cpu_s, descendants
from tests.support.redis import RedisServer, bundled_binary

EVENTS, MESSAGES = 8_000, 4_000
MATCHERS, DELIVERERS = (1, 2, 4), (1, 2)
ENOUGH = 1_000
"""Batches of 60 events are taken in hand at once."""
RECEIVERS = 8
DUE_MS = 5_000
CHUNK = 200
BUSY = 0.85
"""Of one core: what computes for so much of the time is what holds the others up."""


def _settings(folder: Path, redis: str, port: int, match: int) -> None:
    (folder / "rules/portfolios").mkdir(parents=True)
    names = [f"sink-{n}" for n in range(RECEIVERS)]
    (folder / "rules/portfolios/p.yaml").write_text(json.dumps(portfolio(names[:1])))
    receivers = [
        {"id": name, "type": "webhook", "url": f"http://127.0.0.1:{port}/{name}", "secret": SECRET,
         "allow_private": True, "updates": "all"}
        for name in names
    ]  # fmt: skip
    settings: dict[str, Any] = {
        "state_dir": "./var", "rules": "./rules", "redis": redis, "operator": [], "sources": [],
        "receivers": receivers, "processes": {"match": match, "parse": 1}, "log": {"format": "json"},
    }  # fmt: skip
    (folder / "alertd.yaml").write_text(json.dumps(settings))


def _used(daemons: list[Daemon], redis: int) -> dict[tuple[str, int], float]:
    """Give the processor time of each process that counts, by kind and id."""
    found = {("redis", redis): cpu_s(redis)}
    for daemon in daemons:
        for pid, words in descendants(daemon.pid).items():
            if (kind := kind_of(pid, words, daemon.pid)) in ("io", "match"):
                found[kind, pid] = cpu_s(pid)
    return found


def _busy_s() -> float:
    """Give the time that all cores of the machine have computed, for whomever."""
    user, nice, system, _, _, *rest = map(int, Path("/proc/stat").read_text().partition("\n")[0].split()[1:])
    return (user + nice + system + sum(rest[:3])) / os.sysconf("SC_CLK_TCK")


def _limit(shares: Mapping[str, float], ours: float, machine: float) -> str:
    """Say what holds the throughput where it is."""
    busiest = max(shares, key=lambda kind: shares[kind])
    if shares["redis"] >= BUSY:
        return "Redis, which computes on one core"
    if machine >= BUSY * (os.cpu_count() or 1):
        return f"all cores of this machine; others had {max(machine - ours, 0.0):.1f} of them"
    if shares[busiest] >= BUSY:
        return f"the {busiest} process, which computes on one core"
    return "waiting: for the disk, or for answers"


async def _timed(
    left: Callable[[], Awaitable[int]], total: int, daemons: list[Daemon], redis: int
) -> tuple[float, int, dict[tuple[str, int], float]]:
    """Wait until nothing is left; gives seconds, how much was done in them, and the cores that each process used, and
    all of the machine."""

    async def begun() -> bool:
        return await left() < total

    await eventually(begun, "the first is done")
    began, before, first = time.perf_counter(), _used(daemons, redis), await left()
    machine = _busy_s()

    async def done() -> bool:
        return await left() == 0

    await eventually(done, "all is done", 1_800)
    seconds, after = time.perf_counter() - began, _used(daemons, redis) | {("machine", 0): _busy_s()}
    before["machine", 0] = machine
    return seconds, first, {key: (after[key] - before.get(key, 0.0)) / seconds for key in after}


def _row(what: str, processes: int, seconds: float, done: int, used: Mapping[tuple[str, int], float]) -> Row:
    kinds = {kind: [share for (k, _), share in used.items() if k == kind] for kind in ("redis", "match", "io")}
    shares = {kind: max(found, default=0.0) for kind, found in kinds.items()}
    machine = used["machine", 0]
    ours = sum(used.values()) - machine
    costs = {kind: 1000 * sum(found) * seconds / done for kind, found in kinds.items()}
    worker = "match" if costs["match"] > costs["io"] else "io"
    return {
        what: processes, "a second": round(done / seconds), "cores": ours, "of it Redis": shares["redis"],
        "busiest": shares[worker], "ms each": costs[worker], "ms of Redis": costs["redis"],
        "stops at": _limit(shares, ours, machine),
    }  # fmt: skip


async def _fill_messages(store: RedisStore, count: int) -> None:
    """Queue messages that are due when all of them are there."""
    now = system_clock()
    for start in range(0, count, CHUNK):
        numbers = range(start, min(start + CHUNK, count))
        await store.enqueue([_message(n, now + DUE_MS) for n in numbers], now)


def _message(number: int, now: int) -> NewDelivery:
    name, receiver = f"dl_n{number}", f"sink-{number % RECEIVERS}"
    note = Note(kind="bench", subject=name, text="x" * 500, at="2026-03-02T14:30:00.000Z")
    message = Message(type="notice", delivery=name, receiver=receiver, at=note.at, notice=note)
    return NewDelivery(
        id=name, receiver=receiver, lane="normal", mode="every", chain=name, due_ms=now, expires_ms=now + 86_400_000,
        message=message,
    )  # fmt: skip


async def _matching(folder: Path, port: int, text: str, processes: int, events: int) -> Row:
    with RedisServer(bundled_binary(), {"appendfsync": "always"}) as redis:
        _settings(folder, redis.url, port, processes)
        store = await prepared(redis)
        await fill(store, text, events)

        async def left() -> int:
            return (await store.backlog()).events

        async with Daemon(folder, words=("--only", "match")) as daemon:
            seconds, done, used = await _timed(left, events, [daemon], redis.pid)
        await store.aclose()
    return said(text) | _row("match processes", processes, seconds, done, used)


async def _delivering(folder: Path, port: int, processes: int, messages: int) -> Row:
    with RedisServer(bundled_binary(), {"appendfsync": "always"}) as redis:
        store = await prepared(redis)

        async def left() -> int:
            return int(await store.link.call("HLEN", store.keys("chains")))

        daemons = []
        for number in range(processes):
            own = folder / f"d{number}"
            _settings(own, redis.url, port, 1)
            daemons.append(Daemon(own, words=("--only", "deliver")))
        try:
            await asyncio.gather(*(daemon.start() for daemon in daemons))
            await _fill_messages(store, messages)
            seconds, done, used = await _timed(left, messages, daemons, redis.pid)
        finally:
            await asyncio.gather(*(daemon.__aexit__() for daemon in daemons))
        await store.aclose()
    return _row("deliver processes", processes, seconds, done, used)


async def measure(events: int = EVENTS, messages: int = MESSAGES) -> dict[str, Any]:
    """Give a row for each number of processes, and what the disk took for a sync, in ms."""
    sink = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.scale_sink", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert sink.stdout is not None
    port = int(await sink.stdout.readline())
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            disk = fsync_ms(folder)
            matching = [
                await _matching(folder / f"m{n}-{words}", port, text, n, events)
                for words, text in enumerate((HEADLINE, TEXT))
                for n in MATCHERS
            ]
            delivering = [await _delivering(folder / f"s{n}", port, n, messages) for n in DELIVERERS]
            disk += fsync_ms(folder)
    finally:
        sink.terminate()
        await sink.wait()
    return {"matching": matching, "delivering": delivering, "fdatasync": percentiles(disk)}


def show(found: dict[str, Any]) -> None:
    """Print the figures."""
    print_table("events matched", found["matching"])
    print_table(f"messages sent to {RECEIVERS} webhooks", found["delivering"])
    print(f"\nfdatasync of this disk: p50 {found['fdatasync']['p50']:.2f} ms; {os.cpu_count()} cores")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    options = parser.parse_args()
    if min(options.events, options.messages) < ENOUGH:
        parser.error(f"fewer than {ENOUGH} are done before their time can be taken")
    show(asyncio.run(measure(options.events, options.messages)))
