"""What the world may reach: a second listener that serves nothing but answers to alerts.

    POST /slack/actions   buttons in Slack, signed by Slack (`web/slack_actions.py`)
    /a/…                  the pages behind the links in mail

Each route brings its own proof of who asks; there is no token here, and neither page, API, metrics nor health. It is
meant to stand behind a proxy that speaks TLS, under the name in `web.public.url`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from alertd.web import middleware
from alertd.web.app import DEADLINE_S
from alertd.web.outside import NOBODY, Network, Outside
from alertd.web.problems import failure
from alertd.web.server import HttpServer

MAX_BODY = 512 * 1024
"""Slack sends the whole message along with a click, in a form that makes it three times as long."""


def build_public(
    routes: Sequence[web.AbstractRouteDef],
    *,
    names: Collection[str] = (),
    proxies: Sequence[Network] = (),
    deadline_s: float = DEADLINE_S,
) -> web.Application:
    """Build the application that serves these routes and nothing else, under `names` and bare addresses."""
    app = web.Application(
        middlewares=[
            middleware.deadline(deadline_s, deadline_s),
            middleware.answers,
            middleware.through(proxies),
            middleware.door(frozenset(name.lower() for name in names)),
            _body,
        ],
        client_max_size=MAX_BODY,
    )
    app.router.add_routes(routes)
    return app


class PublicServer(HttpServer):
    """Serves `routes` at `bind` from start to stop. `url` is the address by which others know it."""

    what = "public"
    key = "web.public.bind"

    def __init__(
        self, bind: str, url: str, routes: Sequence[web.AbstractRouteDef], *, outside: Outside = NOBODY
    ) -> None:
        def build(_loopback: bool, names: Collection[str]) -> web.Application:
            return build_public(routes, names=names, proxies=outside.proxies)

        super().__init__(bind, build, names=[urlsplit(url).hostname or ""], outside=outside)


@web.middleware
async def _body(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a body where none is read, one that is compressed, and one that says it is too large."""
    if request.method in middleware.READING and request.can_read_body:
        return failure(400, "no body expected")
    if "Content-Encoding" in request.headers:
        return failure(415, "compressed bodies are not taken")
    if (request.content_length or 0) > MAX_BODY:
        refused = failure(413, "body too large")
        refused.force_close()
        return refused
    return await handler(request)
