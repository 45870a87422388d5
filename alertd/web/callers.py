"""Who asks, by the token: somebody who sees all desks (`web.token`), or one desk's people (`web.tokens`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiohttp import hdrs, web

from alertd.base.tokens import Digests
from alertd.model import AlertState
from alertd.web import guards
from alertd.web.config import DeskToken

OPEN_TO_DESKS = ("/v1/alerts", "/v1/silences", "/v1/openapi.json", "/v1/stream")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks."""

    name: str
    """Of the token; stands in the audit log."""
    desk: str | None = None
    all_desks: bool = False
    writes: bool = True
    """Whether it may change anything."""

    def sees(self, state: AlertState) -> bool:
        """Tell whether an alert is there for them."""
        return self.sees_desk(state.desk)

    def sees_desk(self, desk: str | None) -> bool:
        """Tell whether what belongs to a desk, or to none, is there for them."""
        return self.all_desks or desk == self.desk

    def who(self, said: str) -> str:
        """Give the name that an answer is written down under: who they say they are, and whose token that came by."""
        said = said.strip()
        return f"{said} ({self.name})" if said and said != self.name else self.name


class Callers:
    """Knows the tokens."""

    def __init__(self, token: Digests, desks: Sequence[DeskToken] = ()) -> None:
        self._token = token
        self._desks = [(Caller(one.name, one.desk, writes=one.scope == "write"), one.digests) for one in desks]

    def of(self, request: web.Request) -> Caller | None:
        """Tell who asks; None: the token is nobody's, or not for this path."""
        given = guards.token_given(request.headers.get(hdrs.AUTHORIZATION))
        if given is None:
            return None
        if self._token.fits(given):
            return Caller("api", all_desks=True)
        if not (request.path in OPEN_TO_DESKS or request.path.startswith(tuple(f"{one}/" for one in OPEN_TO_DESKS))):
            return None
        right = [caller for caller, digests in self._desks if digests.fits(given)]
        return right[0] if right else None

    def let_in(self, request: web.Request) -> Caller:
        """Tell who asks, behind the door that lets in nobody else."""
        caller = self.of(request)
        assert caller is not None
        return caller

    def opens(self, inner: Callable[[web.Request], bool | None]) -> Callable[[web.Request], bool | None]:
        """Make what tells whether a request may go on, where `inner` tells it of the other paths."""

        def check(request: web.Request) -> bool | None:
            return True if self.of(request) is not None else inner(request)

        return check
