"""Two desks with a real daemon, each with words of its own in all that it has: names, titles, texts, faults."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.daemon import Daemon, eventually
from tests.support.desk import Desk, item, rss
from tests.support.http import FaultServer, answer

CANARY = {"ai": "aicanary", "power": "powercanary"}
TOKENS = {"ai": "SECRET-token-of-desk-ai", "power": "SECRET-token-of-power", "reader": "SECRET-reader-of-ai"}
HOSTILE = '&lt;script&gt;alert(1)&lt;/script&gt;"&gt;&lt;img src=x onerror=alert(1)&gt; supercomputer \u202egnp.exe'
"""Markup that a feed has escaped once more, so that it is text when it comes."""
QUIET = "Nothing that anybody watches for"
COMING = "The parties expect to close the deal on 17 April {year}, the filing says."

_COMPANIES = "desk: {desk}\ncompanies: [{{id: {word}-co, name: {name} Works}}]\n"
_PORTFOLIO = """
portfolio: {word}
title: {name} <b>portfolio</b>
desk: {desk}
timezone: UTC
receivers: [{word}-desk, {word}-broken]
holdings: [{{ticker: NVDA, weight: 8.0%}}, {{company: {word}-co, weight: 2.0%}}]
rules:
  - id: {word}-own
    title: All about {name}
    severity: high
    owner: {word} jd
    when: {{any: [{{title: {word}}}, {{mentions: [{word}-co]}}]}}
    tests:
      - {{name: {word} is named, given: {{title: News of {word}}}, expect: match}}
      - {{name: "{word} expects too much", given: {{title: Nothing}}, expect: match}}
  # the next one
  - {{id: {word}-shared, title: {name} looks at supercomputers, severity: medium, when: {{text: supercomputer}}}}
"""


class PagesDesk(Desk):
    """Desks `ai` and `power`: a portfolio, a source, two receivers each; one source, `wire`, for both."""

    def __init__(self, folder: Path, world: FaultServer) -> None:
        super().__init__(folder, world)
        year, now = datetime.now(UTC).year + 1, format_datetime(datetime.now(UTC))
        closing = COMING.format(year=year)
        self.feed("wire", answer(rss(
            item(HOSTILE, text=f"{closing} {HOSTILE}", date=now, guid="hostile"),
            item(QUIET, date=now, guid="quiet"), "<item><pubDate>yesterday</pubDate></item>",
        )))  # fmt: skip
        self.receivers = self.receivers[:]
        for desk, word in CANARY.items():
            own = item(
                f"News of {word}",
                text=f"{word} Works names a new head of its sales in Norway.",
                date=now,
                guid=f"{word}-news",
            )
            self.feed(f"{word}-wire", answer(rss(own)), desk=desk)
            for name, behaviour in (
                ("desk", answer(status=204)),
                ("broken", answer(f"{word} says no".encode(), status=400)),
            ):
                url = world.script(f"/{word}-{name}", behaviour)
                self.receivers.append({**self.receivers[0], "id": f"{word}-{name}", "url": url, "desk": desk})
        tokens: list[dict[str, Any]] = [
            {"name": f"{desk}-bot", "desk": desk, "token": TOKENS[desk]} for desk in CANARY
        ]
        tokens.append({"name": "screen", "desk": "ai", "token": TOKENS["reader"], "scope": "read"})
        self.settings["web"] = {"bind": "127.0.0.1:0", "tokens": tokens}

    def write(self) -> None:
        """Write settings and rules."""
        settings = self.settings | {"sources": self.sources, "receivers": self.receivers}
        for folder in ("portfolios", "companies"):
            (self.folder / "rules" / folder).mkdir(parents=True, exist_ok=True)
        for desk, word in CANARY.items():
            names = {"desk": desk, "word": word, "name": word.capitalize()}
            (self.folder / f"rules/portfolios/{word}.yaml").write_text(_PORTFOLIO.format(**names))
            (self.folder / f"rules/companies/{word}.yaml").write_text(_COMPANIES.format(**names))
        (self.folder / "alertd.yaml").write_text(json.dumps(settings))


class Visitor:
    """Somebody who is signed in."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def get(self, path: str) -> tuple[int, str]:
        """Open a page."""
        async with self._http.get(path, allow_redirects=False) as answered:
            return answered.status, await answered.text()

    async def shown(self, path: str) -> str:
        """Open a page that is there."""
        status, text = await self.get(path)
        assert status == 200, (path, status, text)
        return text

    async def post(self, path: str, **fields: str) -> tuple[int, str]:
        """Post a form of the page; gives where it leads, or the page that came."""
        fields = {"csrf": await self.mark()} | fields
        async with self._http.post(path, data=fields, allow_redirects=False) as answered:
            where = answered.headers.get("Location", "") if answered.status == 303 else await answered.text()
            return answered.status, where

    async def mark(self) -> str:
        """Give what the forms of the pages repeat."""
        found = re.search(r'name="csrf" value="([0-9a-f]{32})"', await self.shown("/alerts"))
        assert found is not None
        return found[1]


class World:
    """The daemon and its desks."""

    def __init__(self, desk: PagesDesk, daemon: Daemon) -> None:
        self.desk = desk
        self.daemon = daemon
        self.url = f"http://{daemon.state()['web']}"

    @asynccontextmanager
    async def visitor(self, token: str = "") -> AsyncIterator[Visitor]:
        """Sign somebody in: by a desk's token, or as who sees all desks."""
        secret = TOKENS.get(token) or (self.daemon.state_dir / "web.token").read_text().strip()
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(self.url, cookie_jar=jar) as http:
            async with http.post("/login", data={"token": secret}, allow_redirects=False) as answered:
                assert answered.status == 303
            yield Visitor(http)

    def history(self, query: str, *values: str) -> list[Any]:
        """Ask the history."""
        path = self.daemon.state_dir / "history.db"
        if not path.exists():
            return []
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return db.execute(query, values).fetchall()
        except sqlite3.OperationalError:
            return []  # its tables are being made
        finally:
            db.close()

    def event(self, title: str) -> str:
        """Give the id of the event with these words in its headline."""
        ((event,),) = self.history("SELECT event FROM events WHERE title LIKE ?", f"%{title}%")
        assert isinstance(event, str)
        return event

    async def settled(self) -> None:
        """Wait until all has been matched, told, given up and written down."""

        async def whole() -> bool:
            matches = self.history("SELECT count(*) FROM matches")
            given_up = self.history("SELECT count(*) FROM deliveries WHERE state = 'dead'")
            events = self.history("SELECT count(*) FROM events")
            return matches == [(4,)] and events == [(4,)] and given_up == [(4,)]

        await eventually(whole, "everything came to its end")

    def pages(self, desk: str) -> list[str]:
        """Name every page with all that a desk has on it."""
        word = CANARY[desk]
        shared, own, quiet = self.event("supercomputer"), self.event(f"News of {word}"), self.event(QUIET)
        return [
            "/alerts", "/portfolios", f"/portfolios/{word}", "/rules", f"/rules/{word}", f"/rules/{word}/{word}-own",
            f"/rules/{word}/{word}-shared", "/sources", "/sources/wire", f"/sources/{word}-wire", "/silences",
            "/dead", "/system", f"/events/{shared}", f"/events/{own}", f"/events/{quiet}",
            f"/events/{shared}?portfolio={word}", f"/events/{quiet}?portfolio={word}",
        ]  # fmt: skip


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    """Start everything, and wait until it has come to rest."""
    with FaultServer() as server:
        desk = PagesDesk(folder, server)
        async with desk.daemon() as daemon:
            made = World(desk, daemon)
            await made.settled()
            yield made
