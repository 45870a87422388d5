"""What can be asked over HTTP about alerts and silences, with who may ask for what."""

from __future__ import annotations

from aiohttp.web import RouteDef

from alertd import __version__
from alertd.base.clock import Clock
from alertd.base.tokens import Digests
from alertd.store.redis import RedisStore
from alertd.web.alerts import AlertRoutes
from alertd.web.callers import Callers
from alertd.web.config import WebConfig
from alertd.web.openapi import described
from alertd.web.operations import route
from alertd.web.silences import SilenceRoutes
from alertd.web.stream import StreamRoutes
from alertd.workers.answers import Answers
from alertd.workers.live import Live


def alert_rooms(
    store: RedisStore, answers: Answers, live: Live, token: Digests, web: WebConfig, clock: Clock
) -> tuple[Callers, list[RouteDef]]:
    """Give who may ask, and what is there for them. `token` is that of whoever sees all desks."""
    callers = Callers(token, web.tokens)
    operations = [*AlertRoutes(store, answers, clock).operations(), *SilenceRoutes(store, clock).operations()]
    operations.append(described(operations, __version__))
    return callers, [*(route(one, callers) for one in operations), *StreamRoutes(live, callers).routes()]
