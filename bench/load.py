"""What the whole daemon bears on one machine, beside its own Redis with a sync for each write.

    .venv/bin/python -m bench load                         all parts, each for a minute
    .venv/bin/python -m bench load ingest --minutes 10
    .venv/bin/python -m bench load repoll latency backlog recovery memory

Text and rules are those of bench/load_text.py, as in `bench scale`; every row says how large an item is and how many
of 100 alert. Feeds and receiver are another process on the same machine, which takes its share of it. Beside every
part stands how long a sync of this disk takes (p50).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alertd.store.embedded import socket_url
from alertd.store.redis import open_store
from bench.feeds import Machine
from bench.fsync import fsync_ms, percentiles
from bench.load_text import FULL_TEXT, HEADLINE, TEXT, fill, portfolio, prepared, said
from bench.load_world import Outside, Plan
from bench.report import Row, percentile, print_table
from tests.support.daemon import Daemon, eventually
from tests.support.processes import descendants
from tests.support.redis import RedisServer, bundled_binary

LOOK_S = 0.5
BACKLOG = 100_000
KEPT = 500
WIDE = 7
"""A table with more columns than this is printed with its rows side by side."""


@dataclass
class Rig:
    """A daemon under load."""

    daemon: Daemon
    outside: Outside
    url: str = ""
    most: dict[str, float] = field(default_factory=dict)
    """Role -> most memory that was resident, MiB."""
    whole: float = 0.0
    """The most of all roles together."""

    async def flow(self) -> tuple[int, int]:
        """Give how many events went into the stream and how many out of it, finished."""
        url = self.url or socket_url(self.daemon.state_dir) or ""
        store = await open_store(url, "alertd", name="bench")
        try:
            went_in, out = await store.link.call("HMGET", store.keys("flow"), "in", "out")
            return int(went_in or 0), int(out or 0)
        finally:
            await store.aclose()

    def look(self) -> None:
        """Take in what the processes use now."""
        mib = Machine(self.daemon.pid).mib()
        self.most = {role: max(size, self.most.get(role, 0.0)) for role, size in mib.items()}
        self.whole = max(self.whole, sum(mib.values()))

    def cpu_s(self) -> dict[str, float]:
        """Give the seconds of CPU of each role so far."""
        return Machine(self.daemon.pid).cpu_s()

    async def watch(self, seconds: float) -> None:
        """Let time pass, looking at the memory."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a process that has just ended
                self.look()
            await asyncio.sleep(LOOK_S)

    def memory(self) -> Row:
        """Give the peaks."""
        return {**{f"{role} MiB": size for role, size in self.most.items()}, "MiB in all": self.whole}


@asynccontextmanager
async def rig(plan: Plan, *, redis: str = "") -> AsyncIterator[Rig]:
    """Set a daemon up beside feeds and a receiver; it works when the block begins, unless Redis is given."""
    outside = Outside(plan)
    try:
        with tempfile.TemporaryDirectory(prefix="bench-load-") as name:
            folder = Path(name)
            (folder / "rules/portfolios").mkdir(parents=True)
            (folder / "rules/portfolios/bench.yaml").write_text(json.dumps(portfolio(["sink"])))
            settings = {"state_dir": "./var", "rules": "./rules", "web": {"bind": "127.0.0.1:0"}, "operator": []}
            more: dict[str, Any] = {"redis": redis} if redis else {}
            (folder / "alertd.yaml").write_text(json.dumps(settings | outside.settings() | more))
            daemon = Daemon(folder)
            try:
                if not redis:
                    await daemon.start()
                yield Rig(daemon, outside, redis)
            finally:
                await daemon.__aexit__()
    finally:
        outside.end()


async def ingest(minutes: float) -> list[Row]:
    """New events for so long, at more than is asked for: what is taken, what is matched, what is left."""
    return [await _ingest(text, minutes) for text in (HEADLINE, TEXT)]


async def _ingest(text: str, minutes: float) -> Row:
    async with rig(Plan(rate=1_250, text=text)) as r:
        r.outside.ask("go")
        await r.watch(5)
        began, (in_0, out_0), cpu_0 = time.monotonic(), await r.flow(), r.cpu_s()
        await r.watch(minutes * 60)
        took, (in_1, out_1), cpu_1 = time.monotonic() - began, await r.flow(), r.cpu_s()
        # of what each role has done: the match process stands among the others, with the supervisor
        done = {role: (out_1 - out_0 if role == "others" else in_1 - in_0) or 1 for role in cpu_1}
        seen = r.outside.ask("stop")
        return said(text) | {
            "minutes": took / 60, "published/s": seen.published / (took + 5), "taken in/s": (in_1 - in_0) / took,
            "finished/s": (out_1 - out_0) / took, "backlog": in_1 - out_1, "alerts sent": seen.delivered,
            **{f"{role} CPU ms/event": (cpu_1[role] - cpu_0[role]) * 1000 / done[role] for role in cpu_1},
            **r.memory(),
        }  # fmt: skip


async def repoll(minutes: float) -> list[Row]:
    """Pages of items that are known, each time in other bytes: how many are checked a second."""
    plan = Plan(sources=40, rate=0.0, still=500, alerting=0)
    async with rig(plan) as r:
        known = plan.sources * plan.still

        async def all_known() -> bool:
            return (await r.flow())[0] >= known

        await eventually(all_known, "all items are known", 300)
        before, began = r.outside.ask("?").polls, time.monotonic()
        await r.watch(minutes * 60)
        polls = r.outside.ask("?").polls - before
        took = time.monotonic() - began
        new = (await r.flow())[0] - known
        figures: Row = {"polls/s": polls / took, "checks/s": polls * plan.still / took, "taken for new": new}
        return [said(plan.text, plan.alerting) | figures | r.memory()]


async def latency(minutes: float) -> list[Row]:
    """A hundred events a second that all alert: from the page's last byte to the request."""
    return [await _latency(text, minutes) for text in (HEADLINE, TEXT)]


async def _latency(text: str, minutes: float) -> Row:
    async with rig(Plan(sources=10, rate=100, text=text, alerting=100)) as r:
        r.outside.ask("go")
        await r.watch(5)
        r.outside.ask("?")
        await r.watch(minutes * 60)
        found = r.outside.ask("stop").latencies
        return said(text, 100) | {
            "events": len(found), "events/s": len(found) / (minutes * 60), "p50 ms": percentile(found, 0.5) * 1000,
            "p90 ms": percentile(found, 0.9) * 1000, "p99 ms": percentile(found, 0.99) * 1000,
            "max ms": max(found) * 1000,
        }  # fmt: skip


async def backlog(minutes: float) -> list[Row]:
    """A hundred thousand events that wait when the daemon starts; `minutes` bounds how many there are."""
    count = min(BACKLOG, int(BACKLOG * minutes)) if minutes < 1 else BACKLOG
    with RedisServer(bundled_binary(), {"appendfsync": "always", "maxmemory": "2gb"}) as redis:
        store = await prepared(redis)
        await fill(store, TEXT, count)
        async with rig(Plan(sources=1, rate=0.0), redis=redis.url) as r:
            began = time.monotonic()
            await r.daemon.start()
            started = time.monotonic() - began
            while (await store.backlog()).events:
                await r.watch(LOOK_S)
            took = time.monotonic() - began
            used = (await store.memory()).used / 2**20
            await store.aclose()
            return [said(TEXT) | {
                "events": count, "ready after s": started, "drained after s": took, "events/s": count / took,
                **r.memory(), "redis MiB": used,
            }]  # fmt: skip


async def recovery(minutes: float) -> list[Row]:
    """Everything is killed under load, three times: how long until the next message is delivered."""
    rows: list[Row] = []
    async with rig(Plan(sources=10, rate=100, alerting=100)) as r:
        r.outside.ask("go")
        for _ in range(3):
            await r.watch(min(minutes * 20, 10))
            for pid in descendants(r.daemon.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            await r.daemon.wait()
            r.outside.ask("?")
            began = time.monotonic()
            await r.daemon.start(wait=False)
            first = 0.0
            while not first:
                await asyncio.sleep(0.05)
                first = r.outside.ask("?").first_at
            rows.append({"killed": "everything", **said(TEXT, 100), "first delivery after s": first - began})
        r.outside.ask("stop")
    return rows


async def memory(minutes: float) -> list[Row]:
    """What Redis keeps of an event that waits, and of one that was told, by size; `minutes` changes nothing."""
    return [await _memory(text) for text in (HEADLINE, TEXT, FULL_TEXT)]


async def _memory(text: str) -> Row:
    with RedisServer(bundled_binary(), {"appendfsync": "everysec", "maxmemory": "2gb"}) as redis:
        store = await prepared(redis)
        empty = (await store.memory()).used
        await fill(store, text, KEPT, alerting=100)
        waiting = (await store.memory()).used
        async with rig(Plan(sources=1, rate=0.0), redis=redis.url) as r:
            await r.daemon.start()

            async def all_told() -> bool:
                # two that happen to be one story are told once
                return not (await store.backlog()).events and not await store.link.call("HLEN", store.keys("chains"))

            await eventually(all_told, "all are told", 1_800)
            told, alerts = (await store.memory()).used, r.outside.ask("?").delivered
        await store.aclose()
    return said(text, 100) | {
        "events": KEPT, "alerts": alerts, "waiting event bytes": (waiting - empty) // KEPT,
        "told alert bytes": (told - empty) // alerts,
    }  # fmt: skip


PARTS: dict[str, tuple[str, Callable[[float], Coroutine[Any, Any, list[Row]]]]] = {
    "ingest": ("new events", ingest),
    "repoll": ("pages of known items", repoll),
    "latency": ("from the page to the request, 100 events/s", latency),
    "backlog": ("a backlog at the start", backlog),
    "recovery": ("everything killed under load", recovery),
    "memory": ("what Redis keeps", memory),
}


def measure(parts: Sequence[str], minutes: float) -> dict[str, list[Row]]:
    """Measure these parts, each beside the time of a sync."""
    found = {}
    for name in parts:
        with tempfile.TemporaryDirectory() as folder:
            before = fsync_ms(Path(folder))
            rows = asyncio.run(PARTS[name][1](minutes))
            disk = percentiles(before + fsync_ms(Path(folder)))["p50"]
        found[name] = [row | {"fsync p50 ms": disk} for row in rows]
    return found


def measure_all() -> dict[str, list[Row]]:
    """Measure every part for a minute."""
    return measure(list(PARTS), 1.0)


def show(found: dict[str, list[Row]]) -> None:
    """Print a table for each part; one with very many columns lies on its side."""
    for name, rows in found.items():
        title, names = PARTS[name][0], list(dict.fromkeys(key for row in rows for key in row))
        if len(names) > WIDE:
            heads = [str(row["text"]) for row in rows]
            rows = [{"": key, **{head: row.get(key, "") for head, row in zip(heads, rows, strict=True)}}
                    for key in names if key != "text"]  # fmt: skip
        print_table(f"{name}: {title}", rows)


def main(words: Sequence[str]) -> None:
    """Measure the parts that are named."""
    parser = argparse.ArgumentParser(
        prog="python -m bench load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)}; all if none is named")
    parser.add_argument("--minutes", type=float, default=1.0, help="how long each part lasts (1)")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of tables")
    options = parser.parse_args(words)
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    for name in options.parts or PARTS:
        found = measure([name], options.minutes)
        if options.json:
            print(json.dumps(found), flush=True)
        else:
            show(found)


if __name__ == "__main__":
    main(sys.argv[1:])
