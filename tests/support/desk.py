"""A desk for tests of the whole: feeds and a receiver on a FaultServer, settings, a rule and the real daemon.

desk = Desk(tmp_path, world)
desk.feed("wire", answer(rss(item("Vega leases Orion"))))
async with desk.daemon() as daemon:
    await eventually(desk.fired("Vega leases Orion"), "the alert arrives")
"""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from tests.support.daemon import Daemon
from tests.support.http import Behaviour, FaultServer, answer

SECRET = "whsec_" + base64.b64encode(b"the-secret-of-the-desk-in-tests!").decode()


def item(title: str, *, guid: str = "", text: str = "", date: str = "", link: str = "") -> str:
    """Write one RSS item. Its GUID is its title, unless given."""
    parts = {"guid": guid or title, "title": title, "description": text, "pubDate": date, "link": link}
    return "<item>" + "".join(f"<{k}>{escape(v)}</{k}>" for k, v in parts.items() if v) + "</item>"


def rss(*items: str) -> bytes:
    """Write an RSS document, newest item first."""
    return f"<rss version='2.0'><channel><title>t</title>{''.join(items)}</channel></rss>".encode()


class Desk:
    """Settings, one portfolio with one rule, and the webhook receiver `oms` at `/hook`; the operator hears it too."""

    def __init__(self, folder: Path, world: FaultServer) -> None:
        self.folder = folder
        self.world = world
        self.when = "{kind: news}"
        self.sources: list[dict[str, Any]] = []
        self.receivers: list[dict[str, Any]] = [
            {"id": "oms", "type": "webhook", "url": world.script("/hook", answer(status=204)), "secret": SECRET,
             "allow_private": True, "updates": "all"}
        ]  # fmt: skip
        self.settings: dict[str, Any] = {
            "state_dir": "./var", "rules": "./rules", "web": {"bind": "127.0.0.1:0"}, "operator": ["oms"],
            "processes": {"match": 1, "parse": 2},
        }  # fmt: skip

    def feed(self, name: str, *behaviours: Behaviour, url: str = "", **more: Any) -> None:
        """Add a source. With behaviours it is served at `/<name>`, in that order."""
        if behaviours:
            url = self.world.script(f"/{name}", *behaviours)
        source = {"id": name, "type": "feed", "url": url, "every": "1s", "backlog": "all", "allow_private": True}
        self.sources.append(source | more)

    def write(self) -> None:
        """Write settings and rules."""
        names = [receiver["id"] for receiver in self.receivers]
        settings = self.settings | {"sources": self.sources, "receivers": self.receivers}
        (self.folder / "rules/portfolios").mkdir(parents=True, exist_ok=True)
        (self.folder / "rules/portfolios/p.yaml").write_text(
            f"portfolio: p\ntitle: P\ntimezone: UTC\nreceivers: [{', '.join(names)}]\n"
            f"rules:\n  - {{id: any, title: Any, severity: high, when: {self.when}}}\n"
        )
        (self.folder / "alertd.yaml").write_text(json.dumps(settings))  # JSON is YAML

    def daemon(self, *words: str, env: dict[str, str] | None = None) -> Daemon:
        """Write everything and give the daemon that will run on it; `words` go to `alertd run`."""
        self.write()
        return Daemon(self.folder, env, words)

    def messages(self, kind: str = "", path: str = "/hook") -> list[dict[str, Any]]:
        """Give what the webhook got, oldest first."""
        bodies = [json.loads(request.body) for request in self.world.to(path)]
        return [body for body in bodies if not kind or body["type"] == kind]

    def titles(self, kind: str = "alert.fired") -> list[str]:
        """Give the titles of the alerts that the webhook got."""
        return [message["data"]["alert"]["title"] for message in self.messages(kind)]

    def notices(self, kind: str = "", subject: str = "") -> list[dict[str, str]]:
        """Give what the operator was told."""
        found = [message["data"]["notice"] for message in self.messages("notice")]
        return [n for n in found if (not kind or n["kind"] == kind) and (not subject or n["subject"] == subject)]

    def fired(self, *titles: str, kind: str = "alert.fired") -> Callable[[], Awaitable[bool]]:
        """Make a check for `eventually`: alerts with all of these titles have arrived."""

        async def check() -> bool:
            return set(titles) <= set(self.titles(kind))

        return check

    def told(self, kind: str, subject: str) -> Callable[[], Awaitable[bool]]:
        """Make a check for `eventually`: the operator was told this."""

        async def check() -> bool:
            return bool(self.notices(kind, subject))

        return check


def logged(daemon: Daemon, event: str = "", **fields: Any) -> list[dict[str, Any]]:
    """Give the lines of the daemon's log with this event and these fields."""
    text = daemon.log.read_text(errors="replace") if daemon.log.exists() else ""
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{") and line.endswith("}")]
    return [
        line
        for line in lines
        if (not event or line["event"] == event) and all(line.get(k) == v for k, v in fields.items())
    ]


def says(daemon: Daemon, event: str, **fields: Any) -> Callable[[], Awaitable[bool]]:
    """Make a check for `eventually`: the log has such a line."""

    async def check() -> bool:
        return bool(logged(daemon, event, **fields))

    return check
