"""The API of a deployment in the middle of its life, over a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout, TCPConnector
from aiohttp.web import RouteDef

from alertd import telemetry
from alertd.alerts.policy import ReceiverPolicy
from alertd.app.rooms import rooms_of
from alertd.app.shown import Shown
from alertd.asking.apart import Apart
from alertd.asking.house import House
from alertd.asking.in_force import InForce, Setup
from alertd.asking.past import Past
from alertd.asking.portfolio_names import PortfolioNames, name_of
from alertd.asking.rule_files import RuleFiles
from alertd.base.clock import rfc3339
from alertd.base.secrets import Secret
from alertd.base.tokens import Digests
from alertd.history.projection.projector import Projector
from alertd.net.client import HttpClient
from alertd.notify.email import EmailConfig
from alertd.notify.webhook import WebhookConfig
from alertd.rules.loader import load_rules
from alertd.rules.places import kept_rules
from alertd.sources.edgar import EdgarConfig
from alertd.store.memory import MemoryStore
from alertd.store.protocol import Store
from alertd.store.redis import open_store
from alertd.web.app import DEADLINE_S
from alertd.web.config import WebConfig
from alertd.web.deps import WebDeps
from alertd.web.page.frame import is_page
from alertd.web.server import WebServer
from alertd.workers.live import Live
from alertd.workers.progress import Progress
from tests.asking.scene import reach_of
from tests.history.projection.past import Archive
from tests.support.desk import SECRET
from tests.support.redis import namespace, redis_server, redis_url  # noqa: F401
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

    def __init__(
        self, client: ClientSession, url: str, life: Life, routes: Sequence[RouteDef], folder: Path | None = None
    ) -> None:
        self.folder = folder or Path("/nonexistent")
        self.client = client
        self.url = url
        self.life = life
        self.routes = routes
        self.sources: list[dict[str, Any]] = []
        """Rows of the status."""

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
    secret: str = "k" * 40,
    portfolios: PortfolioNames | None = None,
    *,
    folder: Path | None = None,
    store: Store | None = None,
    deadline_s: float = DEADLINE_S,
    redis: tuple[str, str] = ("", "alertd"),
    **fields: Any,
) -> AsyncIterator[Api]:
    """Serve the API with `fields` of `web:`, cookies signed with `secret`. Clients come from 127.0.0.2.

    With a folder also what is asked of rules and history: these are there; `redis` is where the store is.
    """
    own = "ai" if folder is not None else None
    life = Life(store or MemoryStore(), ReceiverPolicy("desk", desk=own), ReceiverPolicy("mail", desk=own))
    tokens = [{"name": f"{desk}-bot", "desk": desk, "token": TOKENS[desk]} for desk in ("ai", "energy")]
    tokens.append({"name": "ai-screen", "desk": "ai", "token": TOKENS["reader"], "scope": "read"})
    web = WebConfig.model_validate({"tokens": tokens} | fields)
    live, token = Live(life.store, Progress()), Digests.of([Secret(TOKENS["all"])])
    LIVE[:] = [live]
    key = Secret(secret)

    async def fine() -> dict[str, Any]:
        return {"ready": True}

    http = HttpClient(user_agent="alertd-test")
    await http.__aenter__()
    house = house_of(life, folder, http, redis) if folder is not None else None
    sources = list[dict[str, Any]]()
    status = status_of(life, sources)
    shown = Shown(house.in_force.setup, house.in_force.names.all(), redis[0], status) if house is not None else None
    rooms = rooms_of(
        life.store, life.answers, live, token, web, key, life.clock, portfolios=portfolios, house=house,  # type: ignore[arg-type]
        status=status, shown=shown,
    )  # fmt: skip

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
    server = WebServer(
        "127.0.0.1:0", deps, outside=web.outside, deadline_s=deadline_s, max_connections=web.connections
    )
    _, port = await server.start()
    url = f"http://127.0.0.1:{port}"
    connector = TCPConnector(limit=0, local_addr=("127.0.0.2", 0))
    async with ClientSession(url, timeout=ClientTimeout(total=90), connector=connector) as client:
        following = asyncio.create_task(live.run())
        try:
            served = Api(client, url, life, rooms.routes, folder)
            served.sources = sources
            yield served
        finally:
            live.stop()
            await following
            await server.stop()
            if house is not None:
                await house.apart.aclose()
            if shown is not None:
                await shown.apart.aclose()
            await http.__aexit__(None, None, None)


RULES = {
    "companies/all.yaml": "companies: [{id: vega, name: Vega Grid}, {id: lumen, name: Lumen Labs}]\n"
    "relations: [{company: vega, is: supplier, of: lumen}]\n",
    "event-types/lease.yaml": "event_type: lease\ntitle: A lease\nseverity: high\n"
    "when: {any: [{title: leases}, {title: rents}]}\ntests:\n"
    "  - {given: {title: Vega Grid leases Orion}, expect: match}\n"
    "  - {given: {title: Vega Grid reports}, expect: no match}\n",
    "portfolios/ai.yaml": "portfolio: ai\ntitle: AI\ndesk: ai\nreceivers: [desk]\n"
    "holdings: [{company: vega, weight: 3%}]\nrules:\n"
    "  - id: lease\n    title: A lease\n    severity: high\n    when: {title: leases}\n    tests:\n"
    "      - {given: {title: Vega Grid leases Orion}, expect: match}\n",
    "portfolios/energy.yaml": "portfolio: energy\ntitle: Energy\ndesk: energy\nreceivers: [desk]\n"
    "rules: [{id: any, title: Any, severity: low, when: {title: orion}}]\n",
}


def house_of(life: Life, folder: Path, http: HttpClient, redis: tuple[str, str]) -> House:
    """Give what is asked of a daemon whose rules stand in a folder, with EDGAR and a receiver that is not there."""
    for name, text in RULES.items():
        file = folder / "rules" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    hook = WebhookConfig.model_validate(
        {
            "id": "desk",
            "type": "webhook",
            "url": "http://127.0.0.1:9/",
            "desk": "ai",
            "allow_private": True,
            "secret": SECRET,
        }
    )
    book = load_rules(folder / "rules").book
    kept_rules(folder).keep(book, 3_600)
    edgar = EdgarConfig.model_validate({"id": "edgar", "type": "edgar", "forms": ["8-K"]})
    mail = EmailConfig.model_validate({"id": "mail", "type": "email", "to": ["pm@desk.example"], "desk": "ai"})
    reach = reach_of(folder, receivers=(hook, mail), sources=(edgar,), namespace=redis[1])
    setup = Setup(reach, book.version, life.policies)
    in_force = InForce(setup, PortfolioNames([name_of(one) for one in book.portfolios]))
    past, apart, files = Past(setup.reach), Apart(in_force, redis[0]), RuleFiles(in_force)
    return House(life.store, in_force, past, apart, files, http, life.clock)  # type: ignore[arg-type]


def status_of(life: Life, sources: list[dict[str, Any]]) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Give what tells the status of a daemon with these rows of sources."""

    async def status() -> dict[str, Any]:
        return {"at": rfc3339(life.clock()), "redis": {}, "sources": [*sources], "receivers": [], "events": {}}

    return status


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    async with serving() as served:
        yield served


@pytest.fixture
async def whole(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Api]:
    """The API with all that can be asked, over a real Redis."""
    projector = Projector(tmp_path / "history.db")
    projector.advance(Archive())
    projector.close()
    url, name = request.getfixturevalue("redis_url"), request.getfixturevalue("namespace")
    store = await open_store(url, name, name="test")
    await store.prepare()
    async with serving(folder=tmp_path, store=store, redis=(url, name)) as served:
        yield served
    await store.aclose()
