"""The routes: `/healthz`, `/readyz`, `/metrics`, `/v1/status`, `/v1/push/ID`, `/v1/alerts`, `/v1/silences`. GET never
changes anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence

from aiohttp import web

from alertd.telemetry import METRICS_CONTENT_TYPE
from alertd.web import middleware, push
from alertd.web.deps import WebDeps
from alertd.web.operations import as_json
from alertd.web.outside import Network
from alertd.web.page.errors import as_pages
from alertd.web.problems import failure
from alertd.web.push_room import PushRoom

DEADLINE_S = 10.0
STATUS = "/v1/status"
Opens = Callable[[web.Request], bool | None]


def build_app(
    deps: WebDeps,
    *,
    loopback: bool = True,
    names: Collection[str] = (),
    proxies: Sequence[Network] = (),
    deadline_s: float = DEADLINE_S,
) -> web.Application:
    """Build the application.

    `loopback` says that only this machine can connect: then `/metrics` and the detail of `/readyz` need no token.
    `names` are the host names it answers to beside `localhost` and bare addresses; through `proxies` alone others may
    ask, where there are some.
    """
    open_paths = {"/healthz", "/readyz"} | ({"/metrics"} if loopback else set())
    opens = push.opens(deps.token, deps.push)
    app = web.Application(
        middlewares=[
            middleware.deadline(deadline_s, max(deadline_s, push.DEADLINE_S)),
            *([as_pages] if deps.pages is not None else []),
            middleware.answers,
            middleware.through(proxies),
            middleware.door(frozenset(name.lower() for name in names)),
            middleware.bearer(_opens(deps, opens), open_paths),
            middleware.body,
        ],
        client_max_size=middleware.MAX_BODY,
    )
    routes = _Routes(deps, loopback)
    app.router.add_get("/healthz", routes.healthz)
    app.router.add_get("/readyz", routes.readyz)
    app.router.add_get("/metrics", routes.metrics)
    if not any(one.path == STATUS for one in deps.routes):
        app.router.add_get(STATUS, routes.status)
    if deps.push is not None:
        app.router.add_post(f"{middleware.PUSH}{{source}}", push.handler(deps.push, PushRoom()))
    app.router.add_routes(deps.routes)
    return app


def _opens(deps: WebDeps, opens: Opens) -> Opens:
    """Make what tells whether a request may go on; the pages see for themselves who is signed in."""
    inner = deps.callers.opens(opens) if deps.callers is not None else opens
    if (pages := deps.pages) is None:
        return inner
    return lambda request: True if pages(request.path) else inner(request)


class _Routes:
    def __init__(self, deps: WebDeps, loopback: bool) -> None:
        self._deps = deps
        self._loopback = loopback
        self._one_scrape = asyncio.Lock()

    async def healthz(self, _request: web.Request) -> web.Response:
        """Answering is the proof: the loop runs. Redis is not asked, or its outage would restart every process."""
        return as_json({"status": "ok"})

    async def readyz(self, request: web.Request) -> web.Response:
        detail = await self._deps.ready()
        ready = bool(detail.get("ready"))
        shown = detail if self._loopback or middleware.knows_token(request, self._deps.token) else {"ready": ready}
        return as_json(shown, 200 if ready else 503)

    async def metrics(self, _request: web.Request) -> web.Response:
        async with self._one_scrape:
            text = await asyncio.to_thread(self._deps.metrics)
        return web.Response(body=text, headers={"Content-Type": METRICS_CONTENT_TYPE})

    async def status(self, request: web.Request) -> web.Response:
        caller = self._deps.callers.of(request) if self._deps.callers is not None else None
        if caller is not None and not caller.all_desks:
            return failure(403, "this is for who sees all desks")
        return as_json(await self._deps.status())
