"""A JSON API on loopback, its rows changed by the test between polls, and the source that polls it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from alertd.model import Event, SourceState
from alertd.net.client import HttpClient
from alertd.sources.json_config import JsonConfig
from alertd.sources.parsepool import ParsePool
from alertd.store.protocol import Store
from alertd.workers.intake import Intake
from alertd.workers.json_pages import JsonPages
from alertd.workers.json_poll import JsonPoll
from alertd.workers.notices import Notices
from alertd.workers.poll import Poll, Polled
from alertd.workers.source_health import SourceHealth
from tests.support.behaviours import Behaviour, Connection, Request, answer
from tests.support.http import FaultServer
from tests.workers.make import HandClock

FIELDS = {"id": "$.id", "title": "$.title", "published": "$.at"}


def row(number: int, title: str = "", **more: Any) -> dict[str, Any]:
    """Write a row; each is a minute younger than the one before it."""
    return {"id": number, "title": title or f"Item {number}", "at": 1_768_231_800 + 60 * number, **more}


class Api:
    """Serves rows, newest first, in pages, by any of the ways that vendors have."""

    def __init__(self, server: FaultServer, size: int = 3) -> None:
        self.server = server
        self.size = size
        self.rows: list[dict[str, Any]] = []
        self.faults: dict[int, Behaviour] = {}
        """By the number of the page, from 0: what happens instead of it."""
        self.refused: dict[str, Behaviour] = {}
        """By the token that is asked for."""
        self.oldest_first = False
        self.ignores_pages = False
        self.more: dict[str, Any] = {}
        for path in ("/numbered", "/offset", "/tokens", "/next", "/linked", "/delta"):
            server.script(path, self._answer)

    def publish(self, *numbers: int) -> None:
        """Put rows on top."""
        for number in numbers:
            self.rows.insert(0, row(number))

    @property
    def asked(self) -> list[dict[str, str]]:
        """Give the parameters of each request so far."""
        return [{k: v[0] for k, v in parse_qs(urlsplit(r.target).query).items()} for r in self.server.requests]

    async def _answer(self, request: Request, connection: Connection) -> None:
        asked = {k: v[0] for k, v in parse_qs(urlsplit(request.target).query).items()}
        way = request.path[1:]
        if way == "delta":
            start = int(asked.get("after", "0"))
        elif way == "offset":
            start = int(asked.get("from", "0"))
        else:
            start = self.size * int(asked.get("p", "0") if way != "numbered" else int(asked.get("p", "1")) - 1)
        start = 0 if self.ignores_pages else start
        page = start // self.size
        if fault := self.faults.get(page) or self.refused.get(asked.get("after", "")):
            await fault(request, connection)
            return
        rows = self.rows[::-1] if way == "delta" or self.oldest_first else self.rows
        since = int(asked.get("since", "0"))
        rows = [row for row in rows if row["at"] >= since]
        shown = rows[start : start + self.size]
        last = start + self.size >= len(rows)
        body: dict[str, Any] = {"items": shown, **self.more}
        headers = {}
        if way == "tokens":
            body["next_token"] = None if last else str(page + 1)
        elif way == "next":
            body["next"] = None if last else f"/next?p={page + 1}&key={asked.get('key', '')}"
        elif way == "linked" and not last:
            headers = {"Link": f'</linked?p=0>; rel="first", </linked?p={page + 1}>; rel="next"'}
        elif way == "delta":
            body["next_token"] = str(start + len(shown))
        await answer(json.dumps(body).encode(), headers=headers)(request, connection)


WAYS: dict[str, dict[str, Any]] = {
    "/numbered": {"page": "p"},
    "/offset": {"offset": "from"},
    "/tokens": {"cursor": "p", "at": "$.next_token"},
    "/next": {"next": "$.next"},
    "/linked": {"link": True},
}
DELTA = {"cursor": "after", "at": "$.next_token", "keep": True}


class Asked:
    """The source `api`, polled step by step, and what that leaves behind."""

    def __init__(self, store: Store, http: HttpClient, pool: ParsePool, api: Api) -> None:
        self.store = store
        self.api = api
        self.clock = HandClock()
        self.state = SourceState(source="api")
        self.settings: dict[str, Any] = {}
        self.notices = Notices(store, {"ops": "every"}, self.clock)
        health = SourceHealth(store, self.notices, self.clock)
        intake = Intake(store, self.notices, self.clock, health)
        pages = JsonPages(http, pool, self.clock)
        self.poller = Poll({"json": JsonPoll(intake, pages, health, self.notices, self.clock)}, health, self.clock)

    def source(self, path: str) -> JsonConfig:
        settings = {"id": "api", "type": "json", "url": self.api.server.url(path), "allow_private": True,
                    "list": "$.items", "fields": FIELDS, "timeout": "5s"}  # fmt: skip
        return JsonConfig.model_validate(settings | self.settings)

    async def poll(self, path: str) -> Polled:
        """Poll once, a minute later, and go on from what that leaves in the store."""
        self.clock.pass_by(60)
        polled = await self.poller.poll(self.source(path), self.state)
        self.state = polled.state
        return polled

    async def events(self) -> list[Event]:
        """Take what is new on the stream."""
        return [item.event for item in await self.store.read_events("test", 1000, 0)]

    async def titles(self) -> list[str]:
        """Take what is new on the stream and no baseline, by title."""
        return sorted(event.title for event in await self.events() if not event.baseline)

    async def notices_told(self) -> list[tuple[str, str]]:
        """Give kind and text of what the operator was told, oldest first."""
        records = [record for _, record in await self.store.read_journal("", 1000, 0)]
        return [(r.reason, str(r.data["text"])) for r in records if r.kind == "notice"]
