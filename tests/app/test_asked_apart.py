"""What is asked of a running daemon holds up nothing: it goes on polling, sending and answering meanwhile."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from alertd.app.answering import TITLE
from tests.support.daemon import Daemon, eventually
from tests.support.desk import Desk, item, rss
from tests.support.http import FaultServer, answer
from tests.support.processes import descendants

FIRST, SECOND = "Vega leases Orion", "Lyra sues Draco"


@pytest.fixture
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


def answerers(daemon: Daemon) -> list[int]:
    """Give the processes that answer: those that were forked, and those that took their place."""
    ours = (TITLE, "alertd.asking.answerer")
    return [pid for pid, words in descendants(daemon.pid).items() if any(one in words for one in ours)]


async def test_an_alert_is_sent_and_others_are_answered_before_a_heavy_answer_comes(
    tmp_path: Path, world: FaultServer
) -> None:
    desk = Desk(tmp_path, world)
    desk.feed("wire", answer(rss(item(FIRST))))
    async with desk.daemon() as daemon:
        await eventually(desk.fired(FIRST), "the first alert is told")
        both = answerers(daemon)
        assert len(both) == 2, "they wait before somebody asks"
        token = (daemon.state_dir / "web.token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        async with aiohttp.ClientSession(f"http://{daemon.state()['web']}", headers=headers) as http:

            async def ask(path: str) -> int:
                async with http.get(path) as answered:
                    await answered.read()
                    return answered.status

            assert await ask("/v1/companies?text=nvidia") == 200
            assert answerers(daemon) == both, "one of them answers"
            for pid in both:
                os.kill(pid, signal.SIGSTOP)
            heavy = asyncio.create_task(ask("/v1/companies?text=apple"))
            world.script("/wire", answer(rss(item(SECOND), item(FIRST))))
            await eventually(desk.fired(SECOND), "the second alert is told")
            assert [await ask(path) for path in ("/healthz", "/v1/alerts", "/v1/status", "/v1/rules")] == [200] * 4
            assert not heavy.done()
            for pid in both:
                os.kill(pid, signal.SIGCONT)
            assert await heavy == 200

            for pid in both:
                os.kill(pid, signal.SIGKILL)

            async def again() -> bool:
                return await ask("/v1/companies?text=nvidia") == 200

            await eventually(again, "another process takes its place")
        pids = answerers(daemon)
        assert pids and set(pids).isdisjoint(both)
    assert not [pid for pid in pids if pid in descendants(os.getpid())], "they end with the daemon"
