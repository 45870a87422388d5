"""A world for measurements under load, in a process of its own: feeds that publish by the clock, and a receiver.

Item n of a source is published at n / rate seconds after `go`. The title carries source and number, by which the
receiver knows when it was sent: both are one process and one clock.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import functools
import html
import multiprocessing
import os
import re
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from random import Random
from typing import Any

from aiohttp import web

from bench.load_text import ALERTING, TEXT, WORDS, titled
from bench.news import Wire

SECRET = "whsec_" + base64.b64encode(os.urandom(32)).decode()
WINDOW = 300
"""Items that a page shows at most: with one poll a second and fifty new items each, six polls may be missed."""
_NUMBER = re.compile(r"\bn(\d+)x(\d+)\b")
_PRIME = 1_000_003
"""Sources say different things."""


@dataclass
class Plan:
    """What is published."""

    sources: int = 20
    rate: float = 1000.0
    """Items a second, on all sources together."""
    text: str = TEXT
    """Which of load_text.WORDS."""
    alerting: int = ALERTING
    """Of 100 items those that the rule matches."""
    still: int = 0
    """Items that each page shows from the beginning, in other bytes at each poll."""


@dataclass
class Seen:
    """What came of it so far."""

    published: int = 0
    polls: int = 0
    delivered: int = 0
    first_at: float = 0.0
    """When the first message since the last look came, as time.monotonic(); 0: none did."""
    latencies: list[float] = field(default_factory=list)
    """Seconds from the moment an item's page was sent to the request about it, since the last look."""


class Outside:
    """The process of feeds and receiver."""

    def __init__(self, plan: Plan) -> None:
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, plan), daemon=True)
        self._process.start()
        self.plan = plan
        self.port: int = self._line.recv()

    def settings(self) -> dict[str, Any]:
        """Give the sources and the receiver of a daemon."""
        url = f"http://127.0.0.1:{self.port}"
        sources = [
            {"id": f"feed-{n}", "type": "feed", "url": f"{url}/feed/{n}", "every": "1s", "allow_private": True,
             "backlog": "all"}
            for n in range(self.plan.sources)
        ]  # fmt: skip
        sink = {"id": "sink", "type": "webhook", "url": f"{url}/sink", "secret": SECRET, "allow_private": True}
        return {"sources": sources, "receivers": [sink]}

    def ask(self, word: str) -> Seen:
        """Say `go` (publish from now on), `stop` (publish nothing more) or `?`; gives what was seen since."""
        self._line.send(word)
        seen: Seen = self._line.recv()
        return seen

    def end(self) -> None:
        """End the process."""
        with contextlib.suppress(OSError):
            self._line.send("end")
        self._process.join()


def _serve(line: Connection, plan: Plan) -> None:
    asyncio.run(_run(line, plan))


class _Pages:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.seen = Seen()
        self.began = self.ended = 0.0
        self.sent: dict[tuple[int, int], float] = {}
        self._top = [0] * plan.sources
        self._wire = Wire(WORDS[plan.text])
        # an item is written once, and shown in each page for as long as it is in the window
        self._item = functools.lru_cache(plan.sources * 2 * max(WINDOW, plan.still))(self._written)

    def count(self) -> int:
        """Say how many items each source has published by now."""
        if not self.began:
            return 0
        until = self.ended or time.monotonic()
        return int((until - self.began) * self.plan.rate / self.plan.sources)

    async def feed(self, request: web.Request) -> web.Response:
        source = int(request.match_info["source"])
        top, old = self.plan.still + self.count(), self._top[source]
        self.seen.polls += 1
        oldest = max(top - max(WINDOW, self.plan.still), 0)
        items = [self._item(source, n) for n in range(top - 1, oldest - 1, -1)]
        body = f"<rss version='2.0'><!--{self.seen.polls}--><channel><title>t</title>{''.join(items)}</channel></rss>"
        now = time.monotonic()
        for number in range(max(old, self.plan.still), top):
            self.sent[source, number] = now
        self.seen.published += top - max(old, self.plan.still) if top > old else 0
        self._top[source] = max(top, old)
        return web.Response(text=body, content_type="application/rss+xml")

    async def sink(self, request: web.Request) -> web.Response:
        arrived = time.monotonic()
        found = _NUMBER.search((await request.json())["data"]["alert"]["title"])
        self.seen.delivered += 1
        self.seen.first_at = self.seen.first_at or arrived
        if found and (sent := self.sent.pop((int(found[1]), int(found[2])), None)) is not None:
            self.seen.latencies.append(arrived - sent)
        return web.Response(status=204)

    def _written(self, source: int, number: int) -> str:
        seed, name = source * _PRIME + number, f"n{source}x{number}"
        item, loud = self._wire.item(seed), Random(seed).random() * 100 < self.plan.alerting
        title, body = html.escape(titled(item, name, loud=loud)), html.escape(html.escape(item.body))
        return f"<item><guid>{name}</guid><title>{title}</title><description>{body}</description></item>"

    def look(self) -> Seen:
        """Give what was seen, and begin anew with what is counted since the last look."""
        seen = self.seen
        self.seen = Seen(published=seen.published, polls=seen.polls, delivered=seen.delivered)
        return seen


async def _run(line: Connection, plan: Plan) -> None:
    pages, stopped = _Pages(plan), asyncio.Event()
    app = web.Application()
    app.router.add_get("/feed/{source}", pages.feed)
    app.router.add_post("/sink", pages.sink)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()

    def asked() -> None:
        try:
            word = line.recv()
        except EOFError:  # who asked is gone
            word = "end"
        if word == "end":
            stopped.set()
            return
        if word == "go":
            pages.began, pages.ended = time.monotonic(), 0.0
        elif word == "stop":
            pages.ended = time.monotonic()
        line.send(pages.look())

    asyncio.get_running_loop().add_reader(line.fileno(), asked)
    line.send(runner.addresses[0][1])
    await stopped.wait()
    await runner.cleanup()
