"""Answers that say no: problem details for HTTP APIs (RFC 9457), with nothing from inside."""

from __future__ import annotations

import http
from collections.abc import Mapping

import msgspec
from aiohttp import web

from alertd.model import Struct

CONTENT_TYPE = "application/problem+json"
SECURITY_HEADERS = {
    "Server": "alertd",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Problem(Struct, frozen=True, kw_only=True):
    """Why a request was not answered as it was meant to be."""

    type: str = "about:blank"
    """Nothing beyond the status (RFC 9457, 4.2.1)."""
    title: str
    """The status in words."""
    status: int
    detail: str
    """What was wrong with this request, and what to write."""


class Refusal(Exception):
    """A request that is not answered; the text says why, and what to do."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def failure(status: int, text: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """Make the answer that says no."""
    problem = Problem(title=http.HTTPStatus(status).phrase, status=status, detail=text)
    return web.Response(
        body=msgspec.json.encode(problem),
        status=status,
        content_type=CONTENT_TYPE,
        headers=SECURITY_HEADERS | dict(headers or {}),
    )
