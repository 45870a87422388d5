"""A fake of Slack's Web API: what alertd uses of it, with its limits, its words for what is wrong, and its memory.

    async with SlackApi() as slack:
        slack.script("chat.update", Word("message_not_found"))
        …  alertd posts with slack.token to slack.base_url, channel slack.channel  …
        root, = slack.roots()
        slack.replies(root.ts)

Sources: docs.slack.dev, "chat.postMessage", "chat.update", "Rate limits" (one message a second in a channel, with
short bursts; `chat.update` in tier 3, some 50 a minute), "Block Kit", "block_actions payload". Who sends during the
silence that a 429 asked for, or says what Slack would act upon, fails the test: `async with` raises at its end.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from aiohttp import web

from alertd.demo.local_slack import MessageRate, active_markup, refusal
from tests.support.http import DEADLINE_S

TOKEN = "xoxb-planted-bot-token"
CHANNEL = "C0123456789"
BLOCKS_TEXT_MAX = 13_000
"""All texts of the blocks together; no page says so (github.com/slackapi/bolt-js/issues/2509)."""
_POST = {
    "channel",
    "text",
    "blocks",
    "mrkdwn",
    "unfurl_links",
    "unfurl_media",
    "thread_ts",
    "reply_broadcast",
}
_UPDATE = {"channel", "ts", "text", "blocks"}


@dataclass(frozen=True)
class Word:
    """A scripted `ok: false`."""

    error: str
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Limited:
    """A scripted 429, whose silence is then enforced."""

    retry_after_s: int


@dataclass(frozen=True)
class Status:
    """A scripted answer that is not Slack's own."""

    status: int
    text: str = ""


Fault = Word | Limited | Status | Literal["drop", "reset", "hang"]
DROP: Fault = "drop"
"""Do it and hang up before the answer."""
RESET: Fault = "reset"
"""Hang up without doing it."""
HANG: Fault = "hang"
"""Do it and never answer."""


@dataclass
class Posted:
    """A message in a channel."""

    channel: str
    ts: str
    at: float
    text: str
    blocks: list[dict[str, Any]]
    thread_ts: str = ""
    broadcast: bool = False
    edits: list[str] = field(default_factory=list)
    """The top-level texts that it had before."""

    @property
    def said(self) -> str:
        """Everything that it shows, one text a line."""
        return "\n".join(_texts(self.blocks)) or self.text

    def element(self, action_id: str) -> tuple[str, dict[str, Any]]:
        """Give the `block_id` and the element that has this action."""
        for block in self.blocks:
            for element in [*block.get("elements", []), block.get("accessory", {})]:
                if element.get("action_id") == action_id:
                    return block.get("block_id", ""), element
        raise AssertionError(f"no {action_id} among {self.actions()}")

    def actions(self) -> list[str]:
        """Give the actions of its buttons and menus."""
        return [
            element["action_id"]
            for block in self.blocks
            for element in [*block.get("elements", []), block.get("accessory", {})]
            if "action_id" in element
        ]


class SlackApi:
    """Serves on a free port of 127.0.0.1; an async context manager."""

    def __init__(
        self,
        *,
        rate: Callable[[], MessageRate] = lambda: MessageRate(burst=1000),
        edits: Callable[[], MessageRate] = lambda: MessageRate(burst=1000),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.token = TOKEN
        self.channel = CHANNEL
        self.channels: dict[str, Literal["", "not_in_channel", "is_archived"]] = {CHANNEL: ""}
        """Channel -> what is the matter with it."""
        self.direct: dict[str, str] = {}
        """Person -> the channel in which messages to them stand."""
        self.messages: list[Posted] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        """Method and fields of every request that had the right token, refused ones among them."""
        self.answers: list[str] = []
        """`ok`, or the word."""
        self.violations: list[str] = []
        """Requests during a silence, texts that Slack would act upon, a `block_id` used twice."""
        self.refused: list[str] = []
        """What was wrong with layouts, which Slack does not say."""
        self.routes = web.RouteTableDef()
        self.port = 0
        self._clock = clock
        self._rate = rate
        self._edits = edits
        self._buckets: dict[str, MessageRate] = {}
        self._silent: dict[str, float] = {}
        self._faults: dict[str, list[Fault | None]] = {}
        self._next_ts = 0
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    def script(self, method: str, *faults: Fault | None) -> None:
        """Say how the next calls of a method are met, None: as Slack would; the empty text is any method's."""
        self._faults.setdefault(method, []).extend(faults)

    def roots(self) -> list[Posted]:
        """Give the messages that stand in the channel themselves."""
        return [message for message in self.messages if not message.thread_ts]

    def replies(self, ts: str) -> list[Posted]:
        """Give the replies in a thread."""
        return [message for message in self.messages if message.thread_ts == ts]

    def delete(self, message: Posted) -> None:
        """Delete a message, as somebody who tidies up does."""
        self.messages.remove(message)

    async def until(self, holds: Callable[[], bool], deadline_s: float = DEADLINE_S) -> None:
        """Wait until something about the fake holds."""
        async with asyncio.timeout(deadline_s), self._changed:
            await self._changed.wait_for(holds)

    async def changed(self) -> None:
        """Wake whoever waits in `until`."""
        async with self._changed:
            self._changed.notify_all()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=1 << 20)
        app.router.add_routes(self.routes)
        app.router.add_post("/api/{method}", self._called)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()
        if kind is None:
            assert self.violations == []

    async def _called(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        assert request.headers["Content-Type"].replace(" ", "") == "application/json;charset=utf-8"
        fields = json.loads(await request.read())
        self.calls.append((method, fields))
        answer = self._answer(request, method, fields)
        await self.changed()
        if answer is None:
            await asyncio.Event().wait()
        assert answer is not None
        return answer

    def _answer(self, request: web.Request, method: str, fields: dict[str, Any]) -> web.Response | None:
        """Judge a call and answer it; None: it is never answered."""
        limit = method if method == "chat.update" else f"{method} {fields.get('channel')}"
        now = self._clock()
        if now < self._silent.get(limit, 0.0):
            self.violations.append(f"{limit}: {self._silent[limit] - now:.3f} s too soon")
        fault = next((self._faults[key].pop(0) for key in (method, "") if self._faults.get(key)), None)
        if isinstance(fault, Status):
            self.answers.append(str(fault.status))
            return web.Response(status=fault.status, text=fault.text)
        bucket = self._buckets.setdefault(limit, self._edits() if method == "chat.update" else self._rate())
        wait_s = fault.retry_after_s if isinstance(fault, Limited) else bucket.wait_s()
        if wait_s:
            self._silent[limit] = now + wait_s
            return self._no("ratelimited", status=429, headers={"Retry-After": str(wait_s)})
        if isinstance(fault, Word):
            return self._no(fault.error, extra=fault.extra)
        if fault == "reset":
            return self._hang_up(request)
        word, found = self._do(method, fields)
        if fault == "drop":
            return self._hang_up(request)
        if fault == "hang":
            return None
        if word:
            return self._no(word)
        self.answers.append("ok")
        return web.json_response({"ok": True, **found})

    def _do(self, method: str, fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Do what is asked: (what is wrong, or nothing, the answer)."""
        if method not in ("chat.postMessage", "chat.update"):
            return "unknown_method", {}
        channel = fields.get("channel", "")
        if channel not in self.channels:
            return "channel_not_found", {}
        if wrong := self.channels[channel]:
            return wrong, {}
        if unknown := set(fields) - (_POST if method == "chat.postMessage" else _UPDATE):
            self.refused.append(f"unknown fields {unknown}")
            return "invalid_arguments", {}
        said: dict[str, Any] = {key: fields[key] for key in ("text", "blocks") if key in fields}
        judged = refusal(said)
        if judged is None and sum(map(len, _texts(said.get("blocks", [])))) > BLOCKS_TEXT_MAX:
            judged = "msg_blocks_too_long", "the texts of the blocks together"
        if judged is not None:
            self.refused.append(judged[1])
            return ("msg_too_long" if judged[1].startswith("text:") else judged[0]), {}
        self.violations += [f"Slack would act upon {text!r}" for text in active_markup(said)]
        return self._post(fields) if method == "chat.postMessage" else self._update(fields)

    def _post(self, fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        channel, thread = self.direct.get(fields["channel"], fields["channel"]), fields.get("thread_ts", "")
        if thread and not any(m.ts == thread and m.channel == channel and not m.thread_ts for m in self.messages):
            return "thread_not_found", {}
        if fields.get("reply_broadcast") and not thread:
            return "invalid_arguments", {}
        self._next_ts += 1
        ts = f"1700000000.{self._next_ts:06d}"
        posted = Posted(
            channel, ts, self._clock(), fields.get("text", ""), fields.get("blocks", []), thread,
            bool(fields.get("reply_broadcast")),
        )  # fmt: skip
        self.messages.append(posted)
        return "", {"channel": channel, "ts": ts, "message": {"text": posted.text, "blocks": posted.blocks}}

    def _update(self, fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        found = [m for m in self.messages if (m.channel, m.ts) == (fields["channel"], fields["ts"])]
        if not found:
            return "message_not_found", {}
        message = found[0]
        if len(message.text) > 4000:
            return "msg_too_long", {}
        before = {block.get("block_id") for block in message.blocks if block.get("block_id")}
        again = before & {block.get("block_id") for block in fields.get("blocks", [])}
        if again and fields["blocks"] != message.blocks:
            # "If a message is updated, use a new block_id"; the same content again is the same iteration.
            self.violations.append(f"block_id used for another content: {again}")
        message.edits.append(message.text)
        message.text = fields.get("text", "")
        message.blocks = fields.get("blocks", message.blocks)  # left out, they stay
        return "", {"channel": message.channel, "ts": message.ts, "text": message.text}

    def _no(
        self,
        word: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        extra: dict[str, str] | None = None,
    ) -> web.Response:
        self.answers.append(word)
        return web.json_response({"ok": False, "error": word, **(extra or {})}, status=status, headers=headers)

    def _hang_up(self, request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()


def _texts(value: Any) -> list[str]:
    """Give the texts of blocks, in their order."""
    found: list[str] = []
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if key == "text" and isinstance(inner, str):
            found.append(inner)
        elif isinstance(inner, dict | list):
            found += _texts(inner)
    return found
