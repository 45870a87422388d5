"""The world of the scripted day: a clock that the test moves, five feeds, a Slack, a mail server, three webhooks."""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from alertd.base.clock import to_datetime
from tests.support.behaviours import Connection, Request, answer
from tests.support.desk import item, rss
from tests.support.http import FaultServer
from tests.support.slack_api import SlackApi
from tests.support.smtp import FakeRelay


class MovedClock:
    """The time of all processes, in a file; it stands still unless it is moved."""

    def __init__(self, file: Path, now: int) -> None:
        self.file = file
        file.write_bytes(now.to_bytes(8, "little"))
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), 8)
        self.env = {"ALERTD_CLOCK_FILE": str(file), "ALERTD_ENV": "test"}

    def __call__(self) -> int:
        return int.from_bytes(self._map[:8], "little")

    def move(self, now: int) -> None:
        assert now >= self(), "time does not go back"
        self._map[:8] = now.to_bytes(8, "little")


@dataclass
class Feeds:
    """The feeds, each with what it shows now, the newest first."""

    world: FaultServer
    clock: MovedClock
    shown: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """Source -> (GUID, item) of all that it has published."""

    def add(self, source: str) -> dict[str, Any]:
        """Serve a feed at `/<source>`; gives the settings of the source."""
        self.shown[source] = []

        async def serve(request: Request, connection: Connection) -> None:
            await answer(rss(*(text for _, text in self.shown[source])))(request, connection)

        url = self.world.script(f"/{source}", serve)
        return {"id": source, "type": "feed", "url": url, "every": "1s", "backlog": "all", "allow_private": True}

    def publish(self, source: str, guid: str, title: str, text: str = "") -> None:
        """Publish an item now, or another version of one that is there."""
        shown = self.shown[source]
        made = item(title, guid=guid, text=text, date=format_datetime(to_datetime(self.clock())))
        places = [n for n, (known, _) in enumerate(shown) if known == guid]
        if places:
            shown[places[0]] = (guid, made)
        else:
            shown.insert(0, (guid, made))


@dataclass
class Post:
    """Everything that receivers got, in lines, since it was asked last."""

    world: FaultServer
    slack: SlackApi
    relay: FakeRelay
    webhooks: tuple[str, ...]
    _taken: dict[str, int] = field(default_factory=dict)
    _edits: dict[str, int] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """Give what is new, receiver by receiver; messages about several alerts at one moment have no order."""
        found = [f"{name:<11} {line}" for name in self.webhooks for line in sorted(self._hooks(name))]
        found += [f"ai-desk     {line}" for line in sorted(self._slack())]
        return found + [f"ai-mail     {line}" for line in sorted(self._mails())]

    def _new(self, name: str, there: int) -> slice:
        before, self._taken[name] = self._taken.get(name, 0), there
        return slice(before, there)

    def _hooks(self, name: str) -> Iterator[str]:
        requests = self.world.to(f"/{name}")
        for request in requests[self._new(name, len(requests))]:
            yield self._said(json.loads(request.body))

    def _said(self, body: dict[str, Any]) -> str:
        data, kind = body["data"], body["type"].removeprefix("alert.")
        if digest := data.get("digest"):
            items = [f"{one['severity'].upper()} {one['title']}" for one in digest["items"]]
            late = [f"(expired) {one['title']}" for one in digest["expired"]]
            return f"{digest['kind']} of {len(items)}: " + "; ".join(items + late)
        alert = data["alert"]
        via = f" in place of {data['escalated_from']}" if data.get("escalated_from") else ""
        news = f" ({'; '.join(data['news'])})" if data.get("news") and kind != "fired" else ""
        return f"{kind}{via} {alert['severity'].upper()} {alert['title']}{news}"

    def _slack(self) -> Iterator[str]:
        edits = {m.ts: len(m.edits) for m in self.slack.messages}
        for message in self.slack.messages:
            if message.ts in self._edits and edits[message.ts] > self._edits[message.ts]:
                yield f"edits: {message.text}"
        for message in self.slack.messages[self._new("slack", len(self.slack.messages))]:
            yield f"{'replies' if message.thread_ts else 'posts'}: {message.text}"
        self._edits = edits

    def _mails(self) -> Iterator[str]:
        for mail in self.relay.mails[self._new("mail", len(self.relay.mails))]:
            yield f"{mail.message['Subject']}"
