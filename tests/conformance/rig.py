"""All real feeds on a local server, the daemon before them, a verifying webhook receiver behind it."""

from __future__ import annotations

import asyncio
import base64
import gzip
import io
import json
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import feedparser
from aiohttp import web
from standardwebhooks.webhooks import Webhook

from alertd.errors import ParseFailed
from alertd.sources.feed import SourceFacts, parse_feed
from tests.support.daemon import Daemon
from tests.support.shared import shared_data

SECRET = "whsec_" + base64.b64encode(b"conformance-secret-of-32-bytes!!").decode()
RULES = """
portfolio: everything
title: Everything
timezone: UTC
receivers: [sink]
rules:
  - {id: catch-all, title: Any news at all, severity: info, when: {kind: news}}
"""


@dataclass
class FeedSite:
    """Serves files; a new round changes the bytes but not what they say, so that everything is parsed again."""

    files: list[Path]
    round: int = 0
    polls: Counter[tuple[int, str]] = field(default_factory=Counter)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer a poll of one file."""
        path = self.files[int(request.match_info["number"])]
        body = path.read_bytes()
        # White space after the document element is no content in XML and in JSON.
        body += b"\n" * self.round
        self.polls[self.round, source_id(path, self.files)] += 1
        kind = "application/feed+json" if path.suffix == ".json" else "application/xml"
        return web.Response(body=body, headers={"Content-Type": kind})


@dataclass
class Sink:
    """Takes webhooks, verifies each signature with the reference package, keeps what came."""

    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    by_event: dict[str, set[str]] = field(default_factory=dict)

    async def handle(self, request: web.Request) -> web.Response:
        """Take one message."""
        body = await request.read()
        try:
            Webhook(SECRET).verify(body, dict(request.headers))
        except Exception as error:
            self.wrong.append(repr(error))
            return web.Response(status=400)
        name = request.headers["webhook-id"]
        data = json.loads(body)
        if name in self.bodies and self.bodies[name] != data:
            self.wrong.append(f"{name} came again with another body")
        self.bodies[name] = data
        self.counts[name] += 1
        event = data["data"]["event"]
        self.by_event.setdefault(f"{event['id']}:{event['revision']}", set()).add(name)
        return web.Response(status=204)

    @property
    def repeats(self) -> int:
        """Messages that came more than once."""
        return sum(count - 1 for count in self.counts.values())


def source_id(path: Path, files: list[Path]) -> str:
    """Name the source of a file."""
    return f"f{files.index(path)}"


def entries_found(path: Path) -> int:
    """Count the entries that an independent reader finds: feedparser, or the JSON Feed's items."""
    body = path.read_bytes()
    if body.startswith(b"\x1f\x8b"):  # a file that was saved as it came over the wire
        body = gzip.decompress(body)
    if path.suffix == ".json":
        try:
            return len(json.loads(body.decode("utf-8-sig")).get("items", []))
        except (ValueError, AttributeError):
            return 0
    try:
        return len(feedparser.parse(io.BytesIO(body)).entries)
    except Exception:
        return -1  # feedparser itself gives up; what alertd makes of it is its own


def undisturbed(files: list[Path]) -> tuple[dict[str, str], set[str]]:
    """Say what an undisturbed run makes of the files: each event with its place, and which sources it refuses."""
    events: dict[str, str] = {}
    refused = set()
    for path in files:
        try:
            facts = SourceFacts(id=source_id(path, files))
            parsed = parse_feed(path.read_bytes(), None, "http://127.0.0.1/", facts, 0, None)
            events |= {c.event_id: f"{facts.id} entry {c.position} “{c.title}”" for c in parsed.candidates}
        except ParseFailed:
            refused.add(source_id(path, files))
    return events, refused


@asynccontextmanager
async def rig(folder: Path, files: list[Path] | None = None) -> AsyncIterator[tuple[Daemon, FeedSite, Sink]]:
    """Set up site, sink and settings; the daemon is not started yet, and stopped at the end."""
    feeds = shared_data("feeds")
    found = files or sorted(p for p in feeds.rglob("*") if p.is_file())
    site, sink = FeedSite(found), Sink()
    app = web.Application()
    app.router.add_get("/feed/{number}", site.handle)
    app.router.add_post("/sink", sink.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    port = listener.getsockname()[1]
    await web.SockSite(runner, listener).start()
    sources = [
        {
            "id": source_id(path, found), "type": "feed", "url": f"http://127.0.0.1:{port}/feed/{number}",
            "every": "2s", "backlog": "all", "allow_private": True, "max_bytes": 16 << 20,
        }
        for number, path in enumerate(found)
    ]  # fmt: skip
    settings = {
        "state_dir": "./var", "rules": "./rules", "contact": "desk@example.com", "web": {"bind": "127.0.0.1:0"},
        "sources": sources, "log": {"format": "json", "level": "info"}, "operator": [],
        "receivers": [
            {"id": "sink", "type": "webhook", "url": f"http://127.0.0.1:{port}/sink", "secret": SECRET,
             "allow_private": True, "updates": "all"}
        ],
    }  # fmt: skip
    (folder / "rules" / "portfolios").mkdir(parents=True)
    (folder / "rules" / "portfolios" / "everything.yaml").write_text(RULES)
    (folder / "alertd.yaml").write_text(json.dumps(settings))  # JSON is YAML
    daemon = Daemon(folder)
    try:
        yield daemon, site, sink
    finally:
        await daemon.__aexit__()
        await runner.cleanup()
        await asyncio.sleep(0)
