"""A scripted hour of faults, played by a real server: what the operator was told, and what `alertd sources` shows.

`ALERTD_GOLDEN=write pytest tests/workers/test_hour_of_faults.py` writes what comes now.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from alertd.asking.status import in_order
from alertd.base.clock import parse_rfc3339
from alertd.cli.sources_text import show_all, show_one
from alertd.model import SourceState
from alertd.net.client import HttpClient
from alertd.sources.feed import FeedConfig
from alertd.store.memory import MemoryStore
from alertd.workers.feed_poll import FeedPoll
from alertd.workers.intake import Intake
from alertd.workers.notices import Notices
from alertd.workers.poll import Poll
from alertd.workers.progress import Progress
from alertd.workers.source_health import SourceHealth
from alertd.workers.standings import Looked, SourceWatch
from alertd.workers.status import collect_status
from tests.support.behaviours import Behaviour, answer, hang, redirect, reset
from tests.support.http import FaultServer
from tests.workers.make import HandClock, feed, source
from tests.workers.polling import CountingPool

pytestmark = pytest.mark.asyncio(loop_scope="module")
GOLDEN = Path(__file__).parent / "golden" / "hour-of-faults.txt"
START = parse_rfc3339("2026-01-12T14:00:00Z")


def page(minute: int, every: int = 5, name: str = "item") -> Behaviour:
    """Show the last ten items of a source that has a new one every so many minutes."""
    newest = minute // every
    return answer(feed(*(f"{name} {number}" for number in range(newest, max(newest - 10, -1), -1))))


def behaviour(name: str, minute: int) -> Behaviour | None:
    """Say how a source is met in a minute of the hour; None: nobody asks it."""
    if name == "overloaded" and 10 <= minute < 23:
        return answer(b"busy", status=503)
    if name == "rolled-over" and 15 <= minute < 45:
        return reset()
    if name == "rolled-over" and minute >= 45:
        return page(minute, 1, "later")
    if name == "hanging" and minute >= 57:
        return hang()
    if name == "retired" and minute >= 30:
        return answer(status=410)
    if name == "fallen-silent":
        return page(min(minute, 12))
    if name == "changed-hands" and minute >= 40:
        return answer(b"<html><title>Domain for sale</title></html>")
    if name == "flapping" and minute >= 12 and minute % 6 < 4:
        return answer(b"", status=500)
    if name == "moved":
        return redirect("/moved-here", 301)
    if name == "forgotten" and minute >= 33:
        return None
    return page(minute)


SETTINGS: dict[str, dict[str, Any]] = {
    "prwire": {},
    "overloaded": {},
    "rolled-over": {},
    "hanging": {"timeout": "1s"},
    "retired": {},
    "fallen-silent": {"silent_after": "30m"},
    "changed-hands": {},
    "flapping": {},
    "moved": {},
    "forgotten": {},
}


class Hour:
    """Ten feeds, each polled once a minute, and the watch that looks at them once a minute too."""

    def __init__(self, http: HttpClient, pool: CountingPool, server: FaultServer, store: MemoryStore, epoch: str):
        self.clock = HandClock(START)
        self.store = store
        self.server = server
        notices = Notices(self.store, {"ops": "every"}, self.clock)
        health = SourceHealth(self.store, notices, self.clock)
        intake = Intake(self.store, notices, self.clock, health, epoch=epoch)
        self.poll = Poll({"feed": FeedPoll(intake, http, pool, health, self.clock)}, health, self.clock)
        self.watch = SourceWatch(health.standings, self.looked, self.clock, Progress())
        self.sources: list[FeedConfig] = [
            source(name, server.url(f"/{name}"), backlog="all", **more) for name, more in SETTINGS.items()
        ]
        self.states = {one.id: SourceState(source=one.id) for one in self.sources}

    async def looked(self) -> list[Looked]:
        return [(one, self.states[one.id]) for one in self.sources]

    async def pass_by(self) -> None:
        """Let the hour pass."""
        for minute in range(60):
            self.clock.now = START + minute * 60_000
            self.server.script("/moved-here", page(minute))
            for one in self.sources:
                met = behaviour(one.id, minute)
                if met is None or self.states[one.id].state == "gone":
                    continue
                self.server.script(f"/{one.id}", met)
                polled = await self.poll.poll(one, self.states[one.id])
                self.states[one.id] = msgspec.structs.replace(polled.state, wait_ms=60_000)
            self.clock.now += 30_000
            await self.watch.look()
        self.clock.now += 30_000


async def told(store: MemoryStore) -> list[str]:
    """Give what the operator was told, and when."""
    lines = []
    for _, record in await store.read_journal("", 10_000, 0):
        if record.kind == "notice":
            lines.append(f"{record.at[11:16]}  {record.data['text']}")
    return lines


async def test_after_an_hour_of_faults_it_is_plain_what_happened_to_whom(
    http: HttpClient, pool: CountingPool, server: FaultServer, capsys: pytest.CaptureFixture[str]
) -> None:
    store = MemoryStore()
    await store.prepare()
    hour = Hour(http, pool, server, store, await store.epoch())
    await hour.pass_by()
    capsys.readouterr()  # the log
    now = hour.clock()
    rows = (await collect_status(hour.store, hour.sources, [], now, hour.states))["sources"]
    print("\n".join(["What the operator was told", *await told(hour.store), ""]))
    show_all(in_order(rows), rows, now)
    for name in ("rolled-over", "flapping"):
        print()
        show_one(next(row for row in rows if row["id"] == name), now)
    shown = capsys.readouterr().out.replace(server.url("/").rstrip("/"), "http://feeds.example.com")
    if os.environ.get("ALERTD_GOLDEN") == "write":
        GOLDEN.write_text(shown, "utf-8")
    assert shown == GOLDEN.read_text("utf-8")
