"""What can be asked over HTTP about alerts and silences, with who may ask for what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from aiohttp.web import RouteDef

from alertd import __version__, telemetry
from alertd.alerts.trail import EVERYBODY, Trail
from alertd.app.shown import Shown
from alertd.asking.alert_pages import AlertPages, Page, PageAsked, Sees
from alertd.asking.caller import Caller
from alertd.asking.fresh import Fresh
from alertd.asking.house import House
from alertd.asking.portfolio_names import PortfolioNames
from alertd.asking.trails import TrailAsked, trail_by
from alertd.base.clock import Clock
from alertd.base.secrets import Secret
from alertd.base.tokens import Digests
from alertd.errors import Corrupt, HistoryRefused, Temporary
from alertd.history.projection.query import AlertFilter
from alertd.model import AlertState, StoredAlert
from alertd.settings import Settings
from alertd.store.redis import RedisStore
from alertd.web.alerts import AlertRoutes
from alertd.web.calendars import CalendarRoutes
from alertd.web.callers import Callers
from alertd.web.companies import CompanyRoutes
from alertd.web.config import WebConfig
from alertd.web.deps import PushDoor, WebDeps
from alertd.web.event_type_rules import EventTypeRoutes
from alertd.web.events import EventRoutes
from alertd.web.holdings import HoldingsRoutes
from alertd.web.jobs import JobRoutes
from alertd.web.note_given import NoteGivenRoutes
from alertd.web.notices import NoticeRoutes
from alertd.web.openapi import described
from alertd.web.operations import route
from alertd.web.page import frame
from alertd.web.page.alerts import AlertPages as ShownPages
from alertd.web.page.catalog import desk_pages
from alertd.web.page.desk import Desk
from alertd.web.page.frame import is_page
from alertd.web.page.sign_in import SignIn
from alertd.web.portfolios import PortfolioRoutes
from alertd.web.repeats import Repeats
from alertd.web.report_mail import ReportMailRoutes
from alertd.web.rule_tests import RuleTestRoutes
from alertd.web.rule_why import RuleWhyRoutes
from alertd.web.rules import RuleRoutes
from alertd.web.server import WebServer
from alertd.web.sessions import Sessions
from alertd.web.signed_out import SignedOut
from alertd.web.silences import SilenceRoutes
from alertd.web.stream import StreamRoutes
from alertd.web.system import SystemRoutes
from alertd.web.token import load_or_make_token
from alertd.web.trying import TryRoutes
from alertd.workers.answers import Answers
from alertd.workers.live import Live

SESSION_KEY = "page.key"
"""In the state directory: what signs the cookies of the page."""
SIGNED_OUT = "signed-out"
"""In the state directory: who has ended theirs."""


MOST_LINES = 200
"""Of the journal, about one alert: a page shows fewer."""
ENOUGH = 4 * 1024 * 1024
"""Bytes of them: a line may have a text of 256 KiB, and one that concerned a thousand portfolios has megabytes."""
OLDER_S, WAIT_S = 20.0, 3.0
"""How long what the archive has of an alert is good, and how long a page waits for it."""


log = structlog.get_logger(__name__)


Status = Callable[[], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Rooms:
    """What there is over HTTP beside health and metrics."""

    callers: Callers
    routes: list[RouteDef]


@dataclass(frozen=True, slots=True)
class Reader:
    """What is asked of alerts: the store, what is kept, and what a desk may see of what these give.

    Without a house nothing is kept.
    """

    store: RedisStore
    answers: Answers
    house: House | None = None
    older: Fresh[Trail | None] = field(default_factory=lambda: Fresh("older_trail", OLDER_S, OLDER_S))

    async def page(self, asked: PageAsked, sees: Sees, *, whole: bool) -> Page:
        """Give a page of a list. Raises Temporary; NotSearchable."""
        past = self.house.past if self.house is not None else None
        return await AlertPages(self.store, past, sees, whole).page(asked)

    async def gone(self, alert: str, wanted: AlertFilter, *, whole: bool) -> dict[str, Any] | None:
        """Give the row of an alert that the store has no more. Raises Temporary."""
        past = self.house.past if self.house is not None else None
        return await AlertPages(self.store, past, lambda _: None, whole).gone(alert, wanted)

    async def load_alerts(self, ids: Sequence[str]) -> dict[str, StoredAlert]:
        """Give alerts with their versions."""
        return await self.store.load_alerts(ids)

    async def trail(self, state: AlertState, caller: Caller) -> Trail:
        """Give what became of an alert, as somebody may see it: from the journal, and where that begins later than
        the alert also from the archive.
        """
        eyes = EVERYBODY if caller.all_desks else self.answers.eyes_of(state, caller.desk)
        try:
            lines = [record for _, record in await self.store.trace(state.alert.id, MOST_LINES, ENOUGH)]
            found = await trail_by(self.store, state, lines, eyes)
            return (await self._older(state, caller) if found.begins_late else None) or found
        except (Corrupt, HistoryRefused) as error:  # the alert itself can be read
            log.warning("trail_unreadable", alert=state.alert.id, error=str(error))
            return Trail(begins_late=True)

    async def _older(self, state: AlertState, caller: Caller) -> Trail | None:
        """Give it with what the archive has; None: there is none, or it takes longer than a page waits."""
        if self.house is None:
            return None
        key, question = (caller.walls, state.alert.id, state.alert.updated_at), TrailAsked(caller, state)
        apart = self.house.apart
        try:
            return await self.older.get(key, lambda: apart.ask(question), WAIT_S)
        except Temporary as error:
            log.warning("older_trail", alert=state.alert.id, error=str(error))
            return None

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
    *,
    portfolios: PortfolioNames | None = None,
    shown: Shown | None = None,
    signed_out: Path | None = None,
    house: House | None = None,
    status: Status | None = None,
) -> Rooms:
    """Put it together. `token` is that of whoever sees all desks, `key` signs the cookies of the page; the folder
    `signed_out` remembers who ended theirs. Without a house there are alerts and silences alone, without `shown` no
    pages but those of alerts.
    """
    sessions, reader = Sessions(key), Reader(store, answers, house)
    callers = Callers(
        token, web.tokens, sessions=sessions, signed_out=SignedOut(signed_out), users=web.users,
        header=web.user_header, clock=clock,
    )  # fmt: skip
    operations = [*AlertRoutes(reader, answers, clock).operations(), *SilenceRoutes(store, clock).operations()]
    if house is not None:
        operations += [
            *EventRoutes(house, reader).operations(), *PortfolioRoutes(house).operations(),
            *RuleRoutes(house).operations(), *CompanyRoutes(house).operations(), *TryRoutes(house).operations(),
            *RuleTestRoutes(house).operations(), *RuleWhyRoutes(house).operations(), *JobRoutes(house).operations(),
            *NoticeRoutes(house).operations(), *HoldingsRoutes(house).operations(),
            *CalendarRoutes(house, reader).operations(), *EventTypeRoutes(house).operations(),
            *ReportMailRoutes(house).operations(), *NoteGivenRoutes(house).operations(),
        ]  # fmt: skip
        operations += SystemRoutes(house, status).operations() if status is not None else []
    operations.append(described(operations, __version__))
    names = shown.names if shown is not None else portfolios or PortfolioNames()
    pages = [*SignIn(callers, sessions, clock).routes()]
    pages += ShownPages(
        reader, answers, callers, names, clock, shown.in_force if shown is not None else None
    ).routes()
    if shown is not None:
        desk = Desk(
            callers, names, shown.in_force, shown.past, shown.apart, shown.files, store, reader, shown.status,
            shown.daemons, clock,
        )  # fmt: skip
        pages += desk_pages(desk)
    repeats = Repeats(store)
    routes = [route(one, callers, repeats) for one in operations]
    return Rooms(
        callers, [*routes, *StreamRoutes(live, callers, reader, web.onlookers).routes(), *pages, *frame.routes()]
    )


@dataclass(frozen=True, slots=True)
class Says:
    """What the daemon says of itself."""

    status: Status
    ready: Status


def server_of(
    house: House,
    answers: Answers,
    live: Live,
    token: Digests,
    settings: Settings,
    says: Says,
    pushes: PushDoor,
    shown: Shown,
    before: str,
) -> WebServer:
    """Put the whole of the web room together, with what lies in the state directory. Raises ConfigError.

    `before` is where it listened in an earlier life, or nothing.
    """
    web, state_dir = settings.web, settings.state_dir
    key, out = load_or_make_token(state_dir / SESSION_KEY, "the key of the page's cookies"), state_dir / SIGNED_OUT
    rooms = rooms_of(
        house.store, answers, live, token, web, key, house.clock,
        shown=shown, signed_out=out, house=house, status=says.status,
    )  # fmt: skip
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
    port = int(before.rpartition(":")[2] or 0)
    return WebServer(
        web.bind, deps, names=web.allowed_hosts, outside=web.outside, max_connections=web.connections, before=port
    )
