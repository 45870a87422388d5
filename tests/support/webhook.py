"""A webhook receiver that believes nothing: it checks every signature with the `standardwebhooks` package.

    async with WebhookReceiver([SECRET]) as hooks:
        …  post to hooks.url  …
        assert hooks.by_id["dl_…"] == [payload]

Each request takes the next scripted status; without one it answers 204.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from tests.support.http import DEADLINE_S


@dataclass(frozen=True)
class Hook:
    """One request whose signature was right."""

    id: str
    timestamp: int
    headers: dict[str, str]
    body: bytes
    payload: dict[str, Any]


class WebhookReceiver:
    """Serves on a free port of 127.0.0.1; an async context manager. Knows some secrets; one that fits is enough."""

    def __init__(self, secrets: list[str]) -> None:
        self._verifiers = [Webhook(secret) for secret in secrets]
        self._statuses: list[web.Response] = []
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self.hooks: list[Hook] = []
        self.by_id: dict[str, list[Hook]] = {}
        """Webhook id -> every request that carried it: more than one is a repeat."""
        self.unverified: list[str] = []
        """Why a request was not believed."""
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks/planted-secret"

    def script(self, *answers: web.Response) -> None:
        """Say how the next believed requests are answered."""
        self._statuses += answers

    async def seen(self, count: int) -> list[Hook]:
        """Wait until so many believed requests have come."""
        async with asyncio.timeout(DEADLINE_S), self._changed:
            await self._changed.wait_for(lambda: len(self.hooks) >= count)
        return self.hooks

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=1 << 20)
        app.router.add_post("/{path:.*}", self._receive)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _receive(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        payload = self._verify(body, headers)
        if payload is None:
            return web.Response(status=401, text="bad signature")
        hook = Hook(headers["webhook-id"], int(headers["webhook-timestamp"]), headers, body, payload)
        async with self._changed:
            self.hooks.append(hook)
            self.by_id.setdefault(hook.id, []).append(hook)
            self._changed.notify_all()
        return self._statuses.pop(0) if self._statuses else web.Response(status=204)

    def _verify(self, body: bytes, headers: dict[str, str]) -> dict[str, Any] | None:
        why = ""
        for verifier in self._verifiers:
            try:
                payload: dict[str, Any] = verifier.verify(body, headers)
            except WebhookVerificationError as error:
                why = str(error)
            else:
                return payload
        self.unverified.append(why)
        return None
