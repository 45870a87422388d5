"""The pages beside those of alerts: the one list of them."""

from __future__ import annotations

from aiohttp import web

from alertd.web.page.dead import DeadPages
from alertd.web.page.desk import Desk
from alertd.web.page.events import EventPages
from alertd.web.page.portfolios import PortfolioPages
from alertd.web.page.rules import RulePages
from alertd.web.page.silences import SilencePages
from alertd.web.page.sources import SourcePages
from alertd.web.page.system import SystemPage

PAGES = (PortfolioPages, RulePages, SourcePages, SilencePages, DeadPages, SystemPage, EventPages)


def desk_pages(desk: Desk) -> list[web.RouteDef]:
    """Give the routes of all of them."""
    return [route for pages in PAGES for route in pages(desk).routes()]
