"""Who asks: by the token (`web.token` sees all desks, `web.tokens` one), by the cookie of whoever signed in with one
on the page, or by the name that a trusted proxy says.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from aiohttp import hdrs, web

from alertd.asking.caller import Caller
from alertd.base.clock import Clock, system_clock
from alertd.base.tokens import Digests
from alertd.web import guards
from alertd.web.config import DeskToken, ProxyUser
from alertd.web.middleware import BY_PROXY, READING
from alertd.web.sessions import COOKIE, SECURE_COOKIE, Session, Sessions
from alertd.web.signed_out import SignedOut

OPEN_TO_DESKS = (
    "/v1/alerts", "/v1/silences", "/v1/openapi.json", "/v1/stream", "/v1/events", "/v1/why", "/v1/stories",
    "/v1/portfolios", "/v1/rules", "/v1/companies", "/v1/sources", "/v1/receivers", "/v1/dead", "/v1/preview",
    "/v1/route", "/v1/status", "/v1/verify", "/v1/jobs", "/v1/notices", "/v1/event-types", "/v1/note",
)  # fmt: skip
"""Of these each looks for itself at whose what is asked for is."""
ALL = "api"
"""The holder of the token that sees all desks."""
AS = "/"
"""Stands in a session between the holder of a token and who they say they are."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody on the page."""

    caller: Caller
    csrf: str
    """What their forms repeat."""
    before: str = ""
    """What their forms of yesterday repeat, where a proxy says who it is."""
    until_s: int | None = None
    """When their cookie ends; None: they have none, a proxy says who it is each time."""

    def made(self, form: Mapping[str, str] | None) -> bool:
        """Tell whether a form is one of the pages that were made for them."""
        given = (form or {}).get("csrf", "").encode()
        marks = [mark.encode() for mark in (self.csrf, self.before) if mark]
        return any(hmac.compare_digest(given, mark) for mark in marks)


class Callers:
    """Knows the tokens, and who is signed in."""

    def __init__(
        self,
        token: Digests,
        desks: Sequence[DeskToken] = (),
        *,
        sessions: Sessions | None = None,
        users: Sequence[ProxyUser] = (),
        header: str | None = None,
        signed_out: SignedOut | None = None,
        clock: Clock = system_clock,
    ) -> None:
        """`header` is the one in which a trusted proxy names who signed in there, `users` those who may."""
        self._holders = [(Caller(ALL, all_desks=True), token)]
        self._holders += [(_holder(one), one.digests) for one in desks]
        self.sessions = sessions
        self._header = header
        self._signed_out = signed_out or SignedOut()
        self._users = {
            one.user.casefold(): Caller(one.user, one.desk, all_desks=one.all_desks, writes=one.scope == "write")
            for one in users
        }
        self._clock = clock

    def holder(self, token: str | None) -> tuple[Caller, bytes] | None:
        """Tell whose a token is, with its digest. All are compared, whichever fits."""
        found = [(caller, digests.fitting(token)) for caller, digests in self._holders]
        return next(((caller, digest) for caller, digest in found if digest is not None), None)

    def named(self, name: str, mark: str) -> tuple[Caller, bytes] | None:
        """Give who has a name and a token of this mark, with its digest; `api/jd` is jd by the token of `api`."""
        if self.sessions is None:
            return None
        holder, _, person = name.partition(AS)
        for caller, digests in self._holders:
            for digest in digests.digests if caller.name == holder else ():
                if hmac.compare_digest(self.sessions.mark_of(digest).encode(), mark.encode()):
                    return replace(caller, name=person or holder), digest
        return None

    def signed_in(self, request: web.Request) -> SignedIn | None:
        """Tell who looks at the page; None: nobody who may."""
        if self.sessions is not None and (caller := self._by_proxy(request)) is not None:
            return SignedIn(caller, *self.sessions.marks_of_user(caller.name, self._clock()))
        session = self._session(request)
        found = self.named(session.name, session.mark) if session is not None else None
        if session is None or found is None:
            return None
        return SignedIn(found[0], session.csrf, until_s=session.until_s)

    def sign_out(self, request: web.Request) -> None:
        """End the session of whoever came by a cookie. Blocks."""
        if (session := self._session(request)) is not None:
            self._signed_out.add(session, self._clock())

    def of(self, request: web.Request) -> Caller | None:
        """Tell who asks the API; None: the token is nobody's, or not for this path."""
        given = guards.token_given(request.headers.get(hdrs.AUTHORIZATION))
        if given is not None:
            found = self.holder(given)
            caller = found[0] if found is not None else None
        elif request.method in READING and (there := self.signed_in(request)) is not None:
            caller = there.caller  # what changes anything needs the token, or a form of the page
        else:
            return None
        return caller if caller is None or caller.all_desks or _open_to_desks(request.path) else None

    def left_s(self, request: web.Request) -> float | None:
        """Tell for how many seconds more a cookie lets in whoever came by one; None: they came by something else."""
        if guards.token_given(request.headers.get(hdrs.AUTHORIZATION)) is not None:
            return None
        session = self._session(request)
        return session.until_s - self._clock() / 1000 if session is not None else None

    def let_in(self, request: web.Request) -> Caller:
        """Tell who asks, behind the door that lets in nobody else."""
        caller = self.of(request)
        assert caller is not None
        return caller

    def mark(self, request: web.Request) -> str:
        """Tell requests of one token from those of another, without the token."""
        found = self.holder(guards.token_given(request.headers.get(hdrs.AUTHORIZATION)))
        return found[1].hex() if found is not None else ""

    def opens(self, inner: Callable[[web.Request], bool | None]) -> Callable[[web.Request], bool | None]:
        """Make what tells whether a request may go on, where `inner` tells it of the other paths."""

        def check(request: web.Request) -> bool | None:
            return True if self.of(request) is not None else inner(request)

        return check

    def _by_proxy(self, request: web.Request) -> Caller | None:
        """Give whom a trusted proxy names; None: nobody who is in `web.users`, so that their cookie counts."""
        if self._header is None or not request.get(BY_PROXY):
            return None
        named = request.headers.getall(self._header, [])
        return self._users.get(named[0].strip().casefold()) if len(named) == 1 else None

    def _session(self, request: web.Request) -> Session | None:
        cookie = request.cookies.get(cookie_name(request))
        session = self.sessions.read(cookie, self._clock()) if cookie and self.sessions is not None else None
        return session if session is not None and not self._signed_out.holds(session) else None


def _holder(token: DeskToken) -> Caller:
    only = frozenset(token.portfolios) if token.portfolios else None
    return Caller(token.name, token.desk, writes=token.scope == "write", portfolios=only)


def is_secure(request: web.Request) -> bool:
    """Tell whether what is said goes over TLS, ours or that of the proxy in front."""
    return request.secure or bool(request.get(BY_PROXY))


def cookie_name(request: web.Request) -> str:
    """Give the name of the cookie of whoever asks here."""
    name = SECURE_COOKIE if is_secure(request) else COOKIE
    here = request.get_extra_info("sockname")  # None once the client has left
    return f"{name}_{here[1]}" if here else name


def _open_to_desks(path: str) -> bool:
    return path in OPEN_TO_DESKS or path.startswith(tuple(f"{one}/" for one in OPEN_TO_DESKS))
