"""What all pages have around them: the head, the ways to the others, the policy that lets nothing of others in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import resources

from aiohttp import web

from alertd.base.html import Html, document, element, joined
from alertd.history.charts.sheet import CHARTS
from alertd.web.callers import SignedIn

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Robots-Tag": "noindex, nofollow",
    # With no-referrer a browser would post with `Origin: null`, which is refused as another site's.
    "Referrer-Policy": "same-origin",
}
WAYS = (
    ("/alerts", "Alerts"),
    ("/portfolios", "Portfolios"),
    ("/rules", "Rules"),
    ("/sources", "Sources"),
    ("/silences", "Silences"),
    ("/dead", "Dead letters"),
    ("/system", "System"),
)
"""Where one can go from everywhere."""
STATIC = "/static/"
PAGES = frozenset({way[1:] for way, _ in WAYS} | {"events", "login", "logout", "static"})
"""With what their paths begin."""
_TYPES = {"css": "text/css", "js": "text/javascript"}


def page(
    title: str,
    *parts: Html,
    signed: SignedIn | None,
    here: str = "",
    status: int = 200,
    live: bool = False,
    headed: bool = True,
) -> web.Response:
    """Write a page. `here` is the way that it belongs to; `live`: it is renewed when an alert changes; not `headed`:
    the title stands in its parts.
    """
    head = joined(
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"{title} · alertd"),
        element("link", rel="stylesheet", href=static("charts.css")),
        element("link", rel="stylesheet", href=static("page.css")),
        element("script", src=static("page.js"), defer="defer"),
    )
    body = element(
        "body",
        element("a", "To the content", href="#content", class_="skip"),
        *([_bar(signed, here)] if signed is not None else []),
        element(
            "main",
            *([element("h1", title)] if headed else []),
            *([element("p", class_="state", id="state", role="status")] if live else []),
            *parts,
            id="content",
            tabindex="-1",
        ),
        **({"data_live": "/v1/stream"} if live else {}),
    )
    return web.Response(
        text=document(head, body), status=status, content_type="text/html", charset="utf-8", headers=HEADERS
    )


def _bar(signed: SignedIn, here: str) -> Html:
    ways = [
        element("a", name, href=way, **({"aria_current": "page"} if way == here else {})) for way, name in WAYS
    ]  # fmt: skip
    out = element(
        "form",
        element("span", signed.caller.name, class_="who"),
        csrf(signed),
        *([element("button", "Sign out", type="submit", class_="plain")] if signed.until_s is not None else []),
        method="post",
        action="/logout",
    )
    return element("header", element("nav", *ways, aria_label="Pages"), out)


def is_page(path: str) -> bool:
    """Tell whether a path is that of a page."""
    return path == "/" or path.split("/", 2)[1] in PAGES


def badge(severity: str) -> Html:
    """Write a severity in its colour."""
    return element("span", severity, class_=f"badge {severity}")


def csrf(signed: SignedIn) -> Html:
    """Make the hidden field that shows that a form is ours."""
    return element("input", type="hidden", name="csrf", value=signed.csrf)


def said(text: str, kind: str = "") -> Html:
    """Make a line that is read out."""
    return element("p", text, class_=f"said {kind}".strip(), role="status")


def static(name: str) -> str:
    """Give the address of a file of ours; it changes with the file, so that it can be kept for good."""
    return f"{STATIC}{_mark(name)}/{name}"


@cache
def file(name: str) -> bytes:
    """Read a file of ours. Raises KeyError for one that there is not."""
    if name == "charts.css":
        return CHARTS.encode()
    if name not in ("page.css", "page.js"):
        raise KeyError(name)
    return resources.files("alertd.web.page").joinpath("static", name).read_bytes()


@cache
def _mark(name: str) -> str:
    return hashlib.sha256(file(name)).hexdigest()[:12]


def routes() -> Sequence[web.RouteDef]:
    """Give the files of the pages."""
    return [web.get(f"{STATIC}{{mark}}/{{name}}", _static)]


async def _static(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    try:
        body = file(name)
    except KeyError:
        raise web.HTTPNotFound from None
    kept = (
        {"Cache-Control": "public, max-age=31536000, immutable"} if request.match_info["mark"] == _mark(name) else {}
    )
    kind = _TYPES[name.rpartition(".")[2]]
    return web.Response(body=body, content_type=kind, charset="utf-8", headers=kept)
