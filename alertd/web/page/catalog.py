"""The pages beside those of alerts: the one list of them."""

from __future__ import annotations

from aiohttp import web

from alertd.web.page.desk import Desk
from alertd.web.page.portfolios import PortfolioPages

PAGES = (PortfolioPages,)


def desk_pages(desk: Desk) -> list[web.RouteDef]:
    """Give the routes of all of them."""
    return [route for pages in PAGES for route in pages(desk).routes()]
