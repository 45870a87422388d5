"""Answers that say no, as a page for whoever asks with a browser; programs get problem details (`web/problems`)."""

from __future__ import annotations

import msgspec
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from alertd.base.html import element
from alertd.web.middleware import API
from alertd.web.page.frame import page, said
from alertd.web.problems import CONTENT_TYPE, Problem

_TITLES = {
    401: "There is nothing here for you",
    403: "That is not allowed",
    404: "There is nothing here",
    503: "Not now",
}
_ITS_OWN = frozenset({hdrs.CONTENT_TYPE, hdrs.CONTENT_LENGTH, "Content-Security-Policy", "Referrer-Policy"})
"""What a page says of itself, whatever the answer said in whose place it stands."""


@web.middleware
async def as_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give a page in place of problem details to whoever asks for one, but of the API (RFC 9110, 12.5.1)."""
    response = await handler(request)
    if (
        not isinstance(response, web.Response)
        or response.content_type != CONTENT_TYPE
        or request.path.startswith(API)
        or not wants_page(request.headers.get(hdrs.ACCEPT, ""))
    ):
        return response
    assert isinstance(response.body, bytes)  # `problems.failure` made it
    problem = msgspec.json.decode(response.body, type=Problem)
    told = "You are not signed in, or it is not for your desk" if problem.status == 401 else problem.detail
    shown = page(
        _TITLES.get(problem.status, problem.title),
        said(f"{told[:1].upper()}{told[1:]}.", "wrong"),
        element("p", element("a", "To the alerts", href="/alerts")),
        signed=None,
        status=response.status,
    )
    for name, value in response.headers.items():
        if name not in _ITS_OWN:
            shown.headers.add(name, value)
    shown.headers[hdrs.VARY] = hdrs.ACCEPT
    return shown


def wants_page(accept: str) -> bool:
    """Tell whether an Accept header names HTML, as browsers do when they open an address."""
    for one in accept.lower().split(","):
        kind, *about = (part.strip() for part in one.split(";"))
        if kind in ("text/html", "application/xhtml+xml"):
            return not any(part.replace(" ", "") in ("q=0", "q=0.0", "q=0.00", "q=0.000") for part in about)
    return False
