"""A fake Slack: the demo's local receiver, which enforces Slack's limits, with scripted failures and a record.

    async with FakeSlack() as slack:
        slack.script(Reply(404, "no_service"), DROP)
        …  post to slack.url  …
        assert slack.messages[0]["text"]

Each request takes the next scripted failure; without one it is judged as Slack would. `await slack.seen(3)` waits for
that many requests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from aiohttp import web
from aiohttp.typedefs import Handler

from alertd.demo.local_slack import MessageRate, slack_app
from tests.support.http import DEADLINE_S

PATH = "/services/T000/B000/planted-secret"


@dataclass(frozen=True)
class Reply:
    """A scripted answer; the message is not recorded as accepted."""

    status: int
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


Fault = Reply | Literal["drop", "reset", "hang"]
DROP: Fault = "drop"
"""Accept the message and hang up before the answer."""
RESET: Fault = "reset"
"""Hang up without accepting it."""
HANG: Fault = "hang"
"""Accept the message and never answer."""


class FakeSlack:
    """Serves on a free port of 127.0.0.1; an async context manager."""

    def __init__(self, rate: MessageRate | None = None) -> None:
        self.messages: list[dict[str, Any]] = []
        """What was accepted, in order."""
        self.requests: list[bytes] = []
        self.replies: list[tuple[int, str]] = []
        """What was answered, with the broken limit behind the code."""
        self._faults: list[Fault] = []
        self._rate = rate or MessageRate(burst=1000)
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PATH}"

    def script(self, *faults: Fault) -> None:
        """Say how the next requests are met."""
        self._faults += faults

    async def seen(self, requests: int) -> None:
        """Wait until there were so many requests."""
        async with asyncio.timeout(DEADLINE_S), self._changed:
            await self._changed.wait_for(lambda: len(self.requests) >= requests)

    async def __aenter__(self) -> Self:
        app = slack_app(self.messages.append, self._rate)
        app.middlewares.append(self._script)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    @web.middleware
    async def _script(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        async with self._changed:
            self.requests.append(await request.read())
            self._changed.notify_all()
        fault = self._faults.pop(0) if self._faults else None
        if isinstance(fault, Reply):
            self.replies.append((fault.status, fault.text))
            return web.Response(status=fault.status, text=fault.text, headers=fault.headers)
        if fault == "reset":
            return self._hang_up(request)
        answer = await handler(request)
        if fault == "drop":
            return self._hang_up(request)
        if fault == "hang":
            await asyncio.Event().wait()
        assert isinstance(answer, web.Response)
        self.replies.append((answer.status, f"{answer.text} {answer.headers.get('X-Limit', '')}".strip()))
        return answer

    @staticmethod
    def _hang_up(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()
