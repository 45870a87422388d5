"""A long run: events at a rate, a random kill now and then, and a line a minute.

    .venv/bin/python -m tests.faults.soak --minutes 20 [--rate 100] [--kill-every 60] [--seed N]

In the last part (--steady, 0.4 of the time) only parse workers and Redis are killed: the others must live long enough
for their memory to say something. Ends with 1 if anything was lost or doubled, or if memory, descriptors or tasks
grow.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp

from alertd.errors import StoreUnavailable
from tests.faults.case import Case
from tests.faults.ledger import under_way
from tests.faults.load import allowed_repeats, kill_at_random, publishing
from tests.faults.nemesis import KINDS
from tests.faults.pushes import INBOX
from tests.faults.watched import WARM_S, Life, life_slope, read_process, rises, sum_slope, tasks_in
from tests.faults.world import World, logged_badly, world
from tests.support.processes import child_name, descendants

SOURCES, EVERY_S, WINDOW = 10, 20, 1_800
"""At 100 events a second a page shows three minutes: a large Redis takes its time to load, and nothing is missed. It
is not asked more often, because most of what is parsed is known."""
LOOK_S = 10.0
CACHED = 10_000
"""Events until caches are full: the 32 MB of pages that SQLite keeps of history.db are, with some 6,500."""
ALLOWED_MB_H = 1.0


class Watcher:
    """Looks at the processes every few seconds, and prints a line a minute."""

    def __init__(self, w: World, rate: float) -> None:
        self._w = w
        self._warm_s = max(WARM_S, CACHED / rate)
        self.lives: dict[int, Life] = {}
        self._began = time.monotonic()

    async def run(self) -> None:
        """Look until cancelled."""
        looks = 0
        while True:
            await self._look()
            looks += 1
            if looks % round(60 / LOOK_S) == 0:
                print(await self._line(), flush=True)
            await asyncio.sleep(LOOK_S)

    def living(self) -> list[Life]:
        """Give the processes that were there at the last look, Redis and parse workers among them."""
        newest = max((life.samples[-1].at for life in self.lives.values()), default=0.0)
        return [life for life in self.lives.values() if life.samples[-1].at == newest]

    async def _look(self) -> None:
        daemon, at = self._w.daemon, time.monotonic() - self._began
        if not daemon.running:
            return
        try:
            tasks = tasks_in(await daemon.metrics())
        except (aiohttp.ClientError, OSError, KeyError):
            tasks = {}
        for pid, words in descendants(daemon.pid).items():
            name = name_of(pid, words, daemon.pid)
            sample = read_process(pid, at, tasks.get(name)) if name else None
            if sample is not None:
                life = self.lives.setdefault(pid, Life(pid, name, warm_s=self._warm_s))
                life.samples.append(sample)

    async def _line(self) -> str:
        w, minute = self._w, (time.monotonic() - self._began) / 60
        try:
            store = await w.store()
            await w.ledger.read_on(store)
            backlog = f"{(await under_way(store, w.clock()))['events not finished']:,}"
        except (StoreUnavailable, OSError):
            backlog = "unknown"  # Redis is away just now
        published, delivered = len(w.feeds.published), len(w.sink.tokens)
        receipts = list(w.sink.receipts)  # the sink, in a thread of its own, goes on taking them
        repeats = len(receipts) - len({receipt.id for receipt in receipts})
        held = " ".join(
            f"{life.name} {life.samples[-1].rss / 1e6:.1f} MB {life.samples[-1].fds} fds"
            + (f" {life.samples[-1].tasks} tasks" if life.samples[-1].tasks is not None else "") + ","
            for life in sorted(self.living(), key=lambda life: life.name)
        ).rstrip(",")  # fmt: skip
        return (
            f"{minute:5.1f} min  published {published:>7,}  delivered {delivered:>7,}  under way "
            f"{published - delivered:>6,}  backlog {backlog:>7}  repeats {repeats}  killed "
            f"{w.nemesis.kills.total()}  | {held}"
        )


def name_of(pid: int, words: str, root: int) -> str:
    """Name a process as its metrics do."""
    if pid == root:
        return "supervisor"
    if name := child_name(words):
        return name
    return "redis" if "redis-server" in words else "parse" if "parse_worker" in words else ""


async def soak(case: Case, minutes: float, rate: float, kill_every: float, steady: float) -> int:
    """Run it; gives the exit code."""
    settings = {"processes": {"match": 1, "parse": 2}, "redis_maxmemory": "8gb"}
    source = {"every": f"{EVERY_S}s"}
    async with world(
        case, sources=SOURCES, pushed=True, settings=settings, source=source, window=round(WINDOW * rate / 100),
        keep=False,
    ) as w:  # fmt: skip
        watcher = Watcher(w, rate)
        print(_said_at_first(case, minutes, rate, kill_every, steady), flush=True)
        looking = asyncio.create_task(watcher.run())
        async with publishing(w, rate):
            await kill_at_random(w, minutes * 60 * (1 - steady), kill_every, KINDS)
            await kill_at_random(w, minutes * 60 * steady, kill_every, ("parse", "redis"))
        lives = watcher.living()
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        verdict = await w.settled(bound=allowed_repeats(w), timeout=600, strict=False)
        pushed = list(w.feeds.published.values()).count(INBOX)
        kills = ", ".join(f"{count} {kind}" for kind, count in sorted(w.nemesis.kills.items()))
        print(f"\n{minutes:g} minutes at {rate:g} events a second, seed {case.seed}; killed: {kills}")
        print(
            f"published {verdict.published:,}, {pushed:,} of them pushed, in the ledger {verdict.recorded:,},"
            f" delivered {verdict.delivered:,},"
            f" lost {verdict.lost}, repeats {verdict.repeats} (bound {verdict.bound}), under another id or body"
            f" {verdict.other_ids}: {verdict.verdict}"
        )
        verified = await w.verified()
        print(verified or "alertd verify finds nothing wrong")
        memory = await (await w.store()).memory()
        print(f"Redis holds {memory.used / max(verdict.published, 1) / 1000:.1f} kB for each event of the run")
        wrong = [*verdict.faults, *filter(None, [verified]), *growing(lives), *logged_badly(case.folder)]
    flat = (
        "all flat, nothing lost"
        if any(map(life_slope, lives))
        else "nothing lost; too short for memory to say anything"
    )
    print("\n".join(f"WRONG: {text}" for text in wrong) or flat)
    return 1 if wrong else 0


def _said_at_first(case: Case, minutes: float, rate: float, kill_every: float, steady: float) -> str:
    end = datetime.now() + timedelta(minutes=minutes)
    return (
        f"{minutes:g} minutes of {rate:g} events a second, until {end:%H:%M}, and what it takes to settle then;"
        f" a kill each {kill_every:g} s, of everything for {minutes * (1 - steady):g} minutes, then of parse workers"
        f" and Redis alone; seed {case.seed}"
    )


def growing(lives: list[Life]) -> list[str]:
    """Print what the living processes hold, and say what grows."""
    wrong = []
    ours = [life for life in lives if life.name != "redis"]
    for life in sorted(ours, key=lambda life: life.name):
        found = life_slope(life)
        print(f"{life.name}: {life.samples[-1].rss / 1e6:.1f} MB after {_age(life):.0f} s, memory {_said(found)}")
        if found is not None and found.grows(ALLOWED_MB_H):
            wrong.append(f"memory of {life.name} grows by {found}")
        for what, values in (
            ("descriptors", [sample.fds for sample in life.warm]),
            ("tasks", [sample.tasks for sample in life.warm if sample.tasks is not None]),
        ):
            if rises(values, 10):
                wrong.append(f"{what} of {life.name} rise from {values[0]} to {values[-1]}")
    long_lived = [life for life in ours if life_slope(life) is not None]
    total = sum_slope(long_lived)
    print(f"{', '.join(life.name for life in long_lived) or 'none'} together: memory {_said(total)}")
    if total is not None and total.grows(ALLOWED_MB_H):
        wrong.append(f"memory of all processes grows by {total}")
    return wrong


def _age(life: Life) -> float:
    return life.samples[-1].at - life.samples[0].at


def _said(found: object | None) -> str:
    return str(found) if found is not None else "not looked at: it has not lived long enough"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--rate", type=float, default=100, help="events a second")
    parser.add_argument("--kill-every", type=float, default=60, help="seconds")
    parser.add_argument("--steady", type=float, default=0.4, help="part of the time in which the main processes live")
    parser.add_argument("--seed", type=int, default=None)
    asked = parser.parse_args()
    seed = random.randrange(1 << 32) if asked.seed is None else asked.seed
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the daemon is ended, too
    with tempfile.TemporaryDirectory(prefix="alertd-soak-") as name:
        case = Case("SOAK", "soak", Path(name), seed, random.Random(seed))
        sys.exit(asyncio.run(soak(case, asked.minutes, asked.rate, asked.kill_every, asked.steady)))
