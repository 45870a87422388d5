"""The API of a deployment in the middle of its life, over a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout, TCPConnector

from alertd import telemetry
from alertd.alerts.policy import ReceiverPolicy
from alertd.app.rooms import rooms_of
from alertd.base.secrets import Secret
from alertd.base.tokens import Digests
from alertd.store.memory import MemoryStore
from alertd.web.config import WebConfig
from alertd.web.deps import WebDeps
from alertd.web.page.frame import is_page
from alertd.web.portfolio_names import PortfolioNames
from alertd.web.server import WebServer
from alertd.workers.live import Live
from alertd.workers.progress import Progress
from tests.workers.life import Life

TOKENS = {
    "all": "CANARY-all-desks-1",
    "ai": "CANARY-desk-ai-001",
    "energy": "CANARY-desk-energy",
    "reader": "CANARY-reader-of-ai",
}


LIVE: list[Live] = []
"""What tells of changes, of the deployment of the test that runs."""


def problem(status: int, detail: str) -> dict[str, Any]:
    """Give the body of an answer that says no."""
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}


class Api:
    """The API of a deployment in the middle of its life."""

    def __init__(self, client: ClientSession, url: str, life: Life) -> None:
        self.client = client
        self.url = url
        self.life = life

    async def ask(
        self, method: str, path: str, body: object = None, *, token: str = "all", **more: Any
    ) -> tuple[int, Any]:
        """Ask; gives the status and the JSON."""
        headers = {"Authorization": f"Bearer {TOKENS.get(token, token)}"}
        sent: Mapping[str, Any] = {"json": body} if body is not None else {}
        async with self.client.request(method, path, headers=headers, **sent, **more) as answer:
            return answer.status, await answer.json()

    async def ids(self, query: str = "", token: str = "all") -> list[str]:
        """Give the alerts of a list."""
        status, found = await self.ask("GET", f"/v1/alerts{query}", token=token)
        assert status == 200
        return [one["id"] for one in found["alerts"]]


@asynccontextmanager
async def serving(
    secret: str = "k" * 40, portfolios: PortfolioNames | None = None, **fields: Any
) -> AsyncIterator[Api]:
    """Serve the API with `fields` of `web:`, cookies signed with `secret`. Clients come from 127.0.0.2."""
    life = Life(MemoryStore(), ReceiverPolicy("desk"))
    tokens = [{"name": f"{desk}-bot", "desk": desk, "token": TOKENS[desk]} for desk in ("ai", "energy")]
    tokens.append({"name": "ai-screen", "desk": "ai", "token": TOKENS["reader"], "scope": "read"})
    web = WebConfig.model_validate({"tokens": tokens} | fields)
    live, token = Live(life.store, Progress()), Digests.of([Secret(TOKENS["all"])])
    LIVE[:] = [live]
    key = Secret(secret)
    rooms = rooms_of(life.store, life.answers, live, token, web, key, life.clock, portfolios=portfolios)  # type: ignore[arg-type]

    async def fine() -> dict[str, Any]:
        return {"ready": True}

    deps = WebDeps(
        status=fine,
        ready=fine,
        metrics=telemetry.metrics_text,
        token=token,
        callers=rooms.callers,
        pages=is_page,
        streams=lambda: live.onlookers,
        routes=rooms.routes,
    )
    server = WebServer("127.0.0.1:0", deps, outside=web.outside)
    _, port = await server.start()
    url = f"http://127.0.0.1:{port}"
    connector = TCPConnector(limit=0, local_addr=("127.0.0.2", 0))
    async with ClientSession(url, timeout=ClientTimeout(total=20), connector=connector) as client:
        following = asyncio.create_task(live.run())
        try:
            yield Api(client, url, life)
        finally:
            live.stop()
            await following
            await server.stop()


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    async with serving() as served:
        yield served
