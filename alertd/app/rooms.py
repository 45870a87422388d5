"""What can be asked over HTTP about alerts and silences, with who may ask for what."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp.web import RouteDef

from alertd import __version__
from alertd.base.clock import Clock
from alertd.base.secrets import Secret
from alertd.base.tokens import Digests
from alertd.store.redis import RedisStore
from alertd.web.alerts import AlertRoutes
from alertd.web.callers import Callers
from alertd.web.config import WebConfig
from alertd.web.openapi import described
from alertd.web.operations import route
from alertd.web.page import frame
from alertd.web.page.alerts import AlertPages
from alertd.web.page.sign_in import SignIn
from alertd.web.sessions import Sessions
from alertd.web.silences import SilenceRoutes
from alertd.web.stream import StreamRoutes
from alertd.workers.answers import Answers
from alertd.workers.live import Live

SESSION_KEY = "page.key"
"""In the state directory: what signs the cookies of the page."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """What there is over HTTP beside health and metrics."""

    callers: Callers
    routes: list[RouteDef]


def rooms_of(
    store: RedisStore, answers: Answers, live: Live, token: Digests, web: WebConfig, key: Secret, clock: Clock
) -> Rooms:
    """Put it together. `token` is that of whoever sees all desks, `key` signs the cookies of the page."""
    sessions = Sessions(key)
    callers = Callers(token, web.tokens, sessions=sessions, users=web.users, header=web.user_header, clock=clock)
    operations = [*AlertRoutes(store, answers, clock).operations(), *SilenceRoutes(store, clock).operations()]
    operations.append(described(operations, __version__))
    pages = [*SignIn(callers, sessions, clock).routes(), *AlertPages(store, answers, callers, clock).routes()]
    routes = [route(one, callers) for one in operations]
    return Rooms(callers, [*routes, *StreamRoutes(live, callers).routes(), *pages, *frame.routes()])
