"""Reads the table of the day, plays its left side and writes down what came of it on the right.

    when (London) | what happens                       | who is told
    Sat 18:00     | wire: Vega Grid leases Orion …     | ai-desk     posts: HIGH · Vega Grid leases Orion …
                  | jd acknowledges: Vega Grid leases… | …

A row without a time happens at the same moment, once all that came before has been done.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from alertd.store.embedded import socket_url
from alertd.store.redis import RedisStore, open_store
from tests.day.world import Feeds, MovedClock, Post
from tests.support.ask import ask
from tests.support.daemon import Daemon, command, eventually

LONDON = ZoneInfo("Europe/London")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MAX_TICKS = 40
"""Seconds that one step may take on the moved clock, for what is paced."""


@dataclass
class Row:
    """Something that happens, and what came of it."""

    when: str
    what: str
    told: list[str] = field(default_factory=list)


def read(table: str) -> list[Row]:
    """Read a table."""
    rows: list[Row] = []
    for line in table.strip().splitlines():
        when, what, told = (part.strip() for part in line.split("|", 2))
        if what:
            rows.append(Row(when, what))
        if told:
            rows[-1].told.append(told)
    return rows


def written(rows: list[Row]) -> str:
    """Write a table, as it stands in the test."""
    lines = []
    for row in rows:
        for number, told in enumerate(row.told or [""]):
            when, what = (row.when, row.what) if number == 0 else ("", "")
            lines.append(f"{when:<9} | {what:<90} | {told}".rstrip())
    return "\n".join(lines)


@asynccontextmanager
async def store_of(daemon: Daemon) -> AsyncIterator[RedisStore]:
    """Open the store of a daemon that runs."""
    url = socket_url(daemon.state_dir)
    assert url is not None
    store = await open_store(url, "alertd", name="test")
    yield store
    await store.aclose()


@dataclass
class Day:
    """The day as it is played."""

    daemon: Daemon
    clock: MovedClock
    feeds: Feeds
    post: Post
    texts: dict[str, str]
    store: RedisStore
    events: list[str] = field(default_factory=list)
    """GUIDs of all that was published."""

    async def play(self, rows: list[Row]) -> list[Row]:
        """Let everything happen; gives the rows with what came of each."""
        return [Row(row.when, row.what, await self._row(row)) for row in rows]

    async def _row(self, row: Row) -> list[str]:
        if row.when:
            self.clock.move(self._at(row.when))
        await self._happens(row.what)
        await self._settle(row)
        return self.post.lines()

    def _at(self, when: str) -> int:
        """Give the next such moment on the clock of London; `Sun 01:30+1` is the second 01:30 of the night."""
        day, _, time = when.partition(" ")
        time, again, _ = time.partition("+")
        now = datetime.fromtimestamp(self.clock() / 1000, LONDON)
        date = now.date() + timedelta(days=(DAYS.index(day) - now.weekday()) % 7)
        hour, minute = map(int, time.split(":"))
        at = datetime(date.year, date.month, date.day, hour, minute, tzinfo=LONDON, fold=bool(again))
        return int(at.timestamp() * 1000)

    async def _happens(self, what: str) -> None:
        if what.startswith("-"):
            return
        if found := re.fullmatch(r"(\S+) corrects: (.+) -> (.+)", what):
            self.feeds.publish(found[1], found[2], found[3], self.texts.get(found[2], ""))
        elif found := re.fullmatch(r"(\S+) withdraws: (.+)", what):
            self.feeds.publish(found[1], found[2], f"WITHDRAWN: {found[2]}", self.texts.get(found[2], ""))
        elif found := re.fullmatch(r"(\S+) acknowledges: (.+)", what):
            _, alerts = (await self.known())[found[2]]
            await self._command("ack", *alerts, "--by", found[1])
        elif found := re.fullmatch(r"(\S+) silences: (.+)", what):
            words = ["--by", found[1], "--reason", "planned", *found[2].split()]
            await self._command("silence", "add", *words)
        else:
            source, _, title = what.partition(": ")
            self.feeds.publish(source, title, title, self.texts.get(title, ""))
            self.events.append(title)

    async def _command(self, *words: str) -> str:
        code, out, err = await command(*words, folder=self.daemon.folder, env=self.clock.env)
        assert code == 0, f"{words}: {out}{err}"
        return out

    # --- until all is done ------------------------------------------------------------------------------------

    async def _settle(self, row: Row) -> None:
        """Wait until every source was asked, everything was decided, and all that is due has gone out."""
        source = next((name for name in self.feeds.shown if re.match(rf"{name}( \w+)?: ", row.what)), "")
        before = await self._polls(source)
        ticks = calm = 0

        async def done() -> bool:
            nonlocal ticks, calm
            status = await self.daemon.status()
            asked = not source or await self._polls(source) >= before + 2  # the first of them may have begun before
            if not asked or status["events"]["backlog"] or await self._overdue():
                calm = 0
                return False
            if any(one["queued"] or one["waiting"] for one in status["receivers"]):
                calm = 0
                if ticks < MAX_TICKS:  # what is paced waits for the clock
                    ticks += 1
                    self.clock.move(self.clock() + 1000)
                    await asyncio.sleep(0.2)
                return False
            calm += 1
            return calm >= 2

        await eventually(done, f"all is done about {row.what!r}")

    async def _polls(self, source: str) -> int:
        rows = (await self.daemon.status())["sources"]
        return sum(row["polls"] for row in rows if row["id"] == source)

    async def _overdue(self) -> bool:
        """Tell whether a window or a timer is over and not seen to."""
        now = self.clock()
        return bool(await self.store.windows(now, 1) or await self.store.timers_due(now, 1))

    async def known(self) -> dict[str, tuple[str, list[str]]]:
        """Give the journal's events by the title that each came with: its id, and the alerts that it is in."""
        found: dict[str, tuple[str, list[str]]] = {}
        after = ""
        while page := await self.store.read_journal(after, 200, 0):
            after = page[-1][0]
            for record in (record for _, record in page if record.kind == "event"):
                alerts = [one["alert"] for one in record.data["decisions"] if one["alert_revision"]]
                found.setdefault(record.data["event"]["title"], (record.data["event"]["id"], alerts))
        return found

    async def why(self, names: list[str]) -> list[tuple[int, str]]:
        """Ask `alertd why` about each: exit code, and what it printed."""
        return await ask([["why", name] for name in names], folder=self.daemon.folder, env=self.clock.env)
