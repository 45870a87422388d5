"""What can be asked over HTTP about alerts and silences, with who may ask for what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp.web import RouteDef

from alertd import __version__, telemetry
from alertd.alerts.policy import ReceiverPolicy
from alertd.app.reach import reach_from
from alertd.asking.alert_pages import AlertPages, Page, PageAsked, Sees
from alertd.asking.house import House, Setup
from alertd.asking.past import Past
from alertd.base.clock import Clock
from alertd.base.secrets import Secret
from alertd.base.tokens import Digests
from alertd.model import AlertState, StoredAlert
from alertd.settings import Settings
from alertd.store.redis import RedisStore
from alertd.web.alerts import AlertRoutes
from alertd.web.callers import Callers
from alertd.web.companies import CompanyRoutes
from alertd.web.config import WebConfig
from alertd.web.deps import PushDoor, WebDeps
from alertd.web.events import EventRoutes
from alertd.web.openapi import described
from alertd.web.operations import route
from alertd.web.page import frame
from alertd.web.page.alerts import AlertPages as Pages
from alertd.web.page.frame import is_page
from alertd.web.page.sign_in import SignIn
from alertd.web.portfolios import PortfolioRoutes
from alertd.web.repeats import Repeats
from alertd.web.rules import RuleRoutes
from alertd.web.server import WebServer
from alertd.web.sessions import Sessions
from alertd.web.silences import SilenceRoutes
from alertd.web.stream import StreamRoutes
from alertd.web.system import SystemRoutes
from alertd.web.token import load_or_make_token
from alertd.web.trying import TryRoutes
from alertd.workers.answers import Answers
from alertd.workers.live import Live

SESSION_KEY = "page.key"
"""In the state directory: what signs the cookies of the page."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """What there is over HTTP beside health and metrics."""

    callers: Callers
    routes: list[RouteDef]


@dataclass(frozen=True, slots=True)
class Reader:
    """What is asked of alerts: the store, what is kept, and what a desk may see of what these give."""

    store: RedisStore
    answers: Answers
    past: Past | None

    async def page(self, asked: PageAsked, sees: Sees, *, whole: bool) -> Page:
        """Give a page of a list. Raises Temporary; NotSearchable."""
        return await AlertPages(self.store, self.past, sees, whole).page(asked)

    async def load_alerts(self, ids: Sequence[str]) -> dict[str, StoredAlert]:
        """Give alerts with their versions."""
        return await self.store.load_alerts(ids)

    def looked_at(self, state: AlertState, desk: str | None) -> AlertState | None:
        """Give an alert of a desk as whoever looks on for that desk may see it, by the receivers of today."""
        return self.answers.looked_at(state, desk)


def rooms_of(
    store: RedisStore,
    answers: Answers,
    live: Live,
    token: Digests,
    web: WebConfig,
    key: Secret,
    clock: Clock,
    house: House | None = None,
    status: Callable[[], Awaitable[dict[str, Any]]] | None = None,
) -> Rooms:
    """Put it together. `token` is that of whoever sees all desks, `key` signs the cookies of the page.

    Without a house there are alerts and silences alone.
    """
    sessions, reader = Sessions(key), Reader(store, answers, house.past if house is not None else None)
    callers = Callers(token, web.tokens, sessions=sessions, users=web.users, header=web.user_header, clock=clock)
    operations = [*AlertRoutes(reader, answers, clock).operations(), *SilenceRoutes(store, clock).operations()]
    if house is not None:
        operations += [
            *EventRoutes(house, reader).operations(), *PortfolioRoutes(house).operations(),
            *RuleRoutes(house).operations(), *CompanyRoutes(house).operations(), *TryRoutes(house).operations(),
        ]  # fmt: skip
        operations += SystemRoutes(house, status).operations() if status is not None else []
    operations.append(described(operations, __version__))
    pages = [*SignIn(callers, sessions, clock).routes(), *Pages(reader, answers, callers, clock).routes()]
    repeats = Repeats(store)
    routes = [route(one, callers, repeats) for one in operations]
    return Rooms(callers, [*routes, *StreamRoutes(live, callers, reader).routes(), *pages, *frame.routes()])


@dataclass(frozen=True, slots=True)
class Says:
    """What the daemon says of itself."""

    status: Callable[[], Awaitable[dict[str, Any]]]
    ready: Callable[[], Awaitable[dict[str, Any]]]


def server_of(
    house: House, answers: Answers, live: Live, token: Digests, settings: Settings, says: Says, pushes: PushDoor
) -> WebServer:
    """Put the whole of the web room together."""
    web = settings.web
    key = load_or_make_token(settings.state_dir / SESSION_KEY, "the key of the page's cookies")
    rooms = rooms_of(house.store, answers, live, token, web, key, house.clock, house, says.status)
    deps = WebDeps(
        status=says.status,
        ready=says.ready,
        metrics=telemetry.metrics_text,
        token=token,
        push=pushes,
        callers=rooms.callers,
        pages=is_page,
        streams=lambda: live.onlookers,
        routes=rooms.routes,
    )
    return WebServer(web.bind, deps, names=web.allowed_hosts, outside=web.outside)


def setup_of(settings: Settings, policies: Mapping[str, ReceiverPolicy], version: str) -> Setup:
    """Give what is asked about of the settings, and which rules are in force."""
    return Setup(reach_from(settings), version, policies, settings.smtp)
