"""Signing in and out: with a token, or once with a link that a command on this machine makes.

    GET  /login          the form          POST /login         token -> cookie
    GET  /login/CODE     says who          POST /login/CODE    once -> cookie
    POST /logout         ends the session, and takes the cookie back

Looking does nothing: mail and chat programs look at links.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence

import structlog
from aiohttp import web

from alertd.asking.caller import Caller
from alertd.base.clock import Clock
from alertd.base.html import Html, element
from alertd.web.callers import Callers, cookie_name, is_secure
from alertd.web.forms import read_form
from alertd.web.guards import Failures
from alertd.web.page.frame import page, said
from alertd.web.sessions import SESSION_S, Code, Sessions

log = structlog.get_logger(__name__)

AFTER = "/alerts"
_HINT = "It is the token of the settings (web.token, web.tokens); alertd page prints a link that signs in without it."


class SignIn:
    """The pages about signing in."""

    def __init__(self, callers: Callers, sessions: Sessions, clock: Clock) -> None:
        self._callers = callers
        self._sessions = sessions
        self._clock = clock
        self._failures = Failures()
        self._since_s = clock() // 1000
        """Which links were used before we started nobody knows: those that were made before are not taken."""
        self._used: dict[str, int] = {}
        """Nonces of links that were used, and until when in s they would be good."""

    def routes(self) -> Sequence[web.RouteDef]:
        """Give them."""
        return [
            web.get("/login", self._ask), web.post("/login", self._token),
            web.get("/login/{code}", self._ask_code), web.post("/login/{code}", self._code),
            web.post("/logout", self._out),
        ]  # fmt: skip

    async def _ask(self, request: web.Request) -> web.StreamResponse:
        if self._callers.signed_in(request) is not None:
            raise web.HTTPSeeOther(AFTER)
        return _form()

    async def _token(self, request: web.Request) -> web.StreamResponse:
        fields = await read_form(request)
        if fields is None:
            return _form("The form did not arrive whole.", 400)
        found = self._callers.holder(fields.get("token", "").strip())
        if found is None:
            wait = self._failures.add(request.remote or "", time.monotonic())
            if wait > 0:
                return _form(f"Too many wrong tokens: wait for {int(wait) + 1} seconds.", 429)
            log.warning("web_wrong_token", remote=request.remote, path=request.path)
            return _form("This is not a token that opens anything here.", 401)
        return self._in(request, found[0].name, found[1])

    async def _ask_code(self, request: web.Request) -> web.StreamResponse:
        found = self._meant(request.match_info["code"])
        if found is None:
            return _gone()
        form = element("form", element("button", f"Sign in as {found[1].name}", type="submit"), method="post")
        return page("Sign in", form, signed=None)

    async def _code(self, request: web.Request) -> web.StreamResponse:
        found = self._meant(request.match_info["code"])
        if found is None:
            return _gone()
        code, _, digest = found
        now = self._clock()
        self._used = {nonce: until for nonce, until in self._used.items() if now < until * 1000}
        self._used[code.nonce] = code.until_s
        return self._in(request, code.name, digest)

    async def _out(self, request: web.Request) -> web.StreamResponse:
        signed, fields = self._callers.signed_in(request), await read_form(request)
        if signed is not None and signed.until_s is not None and signed.made(fields):
            await asyncio.to_thread(self._callers.sign_out, request)
            response = web.HTTPSeeOther("/login")
            # Of the name `__Host-…` a browser takes a line only with all that belongs to it, to delete it too.
            response.del_cookie(
                cookie_name(request),
                path="/", secure=is_secure(request), httponly=True, samesite="Strict",
            )  # fmt: skip
            raise response
        raise web.HTTPSeeOther("/login")

    def _meant(self, text: str) -> tuple[Code, Caller, bytes] | None:
        code = self._sessions.read_code(text, self._clock())
        if code is None or code.nonce in self._used or code.made_s < self._since_s:
            return None
        found = self._callers.named(code.name, code.mark)
        return (code, *found) if found is not None else None

    def _in(self, request: web.Request, name: str, digest: bytes) -> web.StreamResponse:
        secure = is_secure(request)
        response = web.Response(status=303, headers={"Location": AFTER})
        response.set_cookie(
            cookie_name(request),
            self._sessions.cookie(name, digest, self._clock(), secrets.token_urlsafe(9)),
            max_age=SESSION_S, path="/", secure=secure, httponly=True, samesite="Strict",
        )  # fmt: skip
        log.info("signed_in", who=name, remote=request.remote)
        return response


def _form(wrong: str = "", status: int = 200) -> web.Response:
    fields: list[Html] = [
        element("label", "Token", for_="token"),
        element(
            "input", type="password", name="token", id="token", required="required", autocomplete="current-password",
            autofocus="autofocus",
        ),
        element("button", "Sign in", type="submit"),
    ]  # fmt: skip
    about = [said(wrong, "wrong")] if wrong else []
    form = element("form", *fields, method="post", action="/login", class_="sign-in")
    return page("Sign in", *about, form, element("p", _HINT, class_="small"), signed=None, status=status)


def _gone() -> web.Response:
    text = "It was used, or it is too old: alertd page makes another."
    return page("This link is not good any more", said(text), signed=None, status=410)
