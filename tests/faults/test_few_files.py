"""F38: the processes of a daemon have no file left for a while, for whatever they would open."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import aiohttp

from tests.faults.case import Case, fault
from tests.faults.line import lines_since
from tests.faults.load import publishing
from tests.faults.world import CONCURRENCY, World, world
from tests.support.daemon import eventually
from tests.support.processes import cpu_s

SHORT_S = 12.0
"""Longer than idle connections to Redis and sources are kept waiting for their next use."""
CALLERS = 20
MOST_LINES = 40


@contextmanager
def no_file_left(pids: Sequence[int]) -> Iterator[None]:
    """Let processes open nothing more; what they have open they keep (setrlimit(2), prlimit(2))."""
    before = {pid: resource.prlimit(pid, resource.RLIMIT_NOFILE) for pid in pids}
    for pid, (_, hard) in before.items():
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, hard))
    try:
        yield
    finally:
        for pid, limits in before.items():
            if Path(f"/proc/{pid}").exists():
                resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)


@fault("F38", "no-file-left-for-anything", slow=True)
async def test_who_has_no_file_left_waits_for_one_and_loses_nothing(case: Case) -> None:
    async with world(case) as w:
        async with publishing(w, 5):
            await w.some_delivered(10)
            pids = [*w.nemesis.pids("io"), *w.nemesis.pids("match")]
            began, computed = time.time(), [cpu_s(pid) for pid in pids]
            with no_file_left(pids):
                callers = [asyncio.create_task(ask(w)) for _ in range(CALLERS)]
                await asyncio.sleep(SHORT_S)
                spent = max(cpu_s(pid) - before for pid, before in zip(pids, computed, strict=True))
            answers = await asyncio.gather(*callers)
            said = [line["event"] for line in lines_since(case.folder, began)]
            await w.delivered(await w.publish(10))
        await eventually(w.daemon.ready, "it works")
        figures = f"{SHORT_S:g} s: {spent:.1f} s computed, {len(said)} lines of it in the log"
        await w.settled(bound=CONCURRENCY, note=figures)
        assert set(answers) == {200}, "who asks waits, and is answered"
        assert pids == [*w.nemesis.pids("io"), *w.nemesis.pids("match")], "nothing dies of it"
        assert spent < SHORT_S / 2, "it waits, and does not spin"
        assert said.count("web_cannot_take_connections") == 1
        assert "archive_replaced" not in said, "what cannot be read is not gone"
        assert len(said) < MOST_LINES, sorted(set(said))


async def ask(w: World) -> int:
    """Ask whether it lives, as a load balancer does."""
    url = f"http://{w.daemon.state()['web']}/healthz"
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as http,
        http.get(url) as answer,
    ):
        return answer.status
