"""A page, polled step by step, as `polling.Wire` does with a feed."""

from __future__ import annotations

from typing import Any

from alertd.sources.page import PageConfig
from alertd.workers.intake import Intake
from alertd.workers.page_poll import PagePoll
from alertd.workers.poll import Poll, Polled
from alertd.workers.robots import Robots
from alertd.workers.source_health import SourceHealth
from tests.support.behaviours import Behaviour, answer
from tests.workers.polling import Wire

FIELDS: dict[str, Any] = {"title": "h3", "date": ".d"}


def row(title: str, link: str = "", date: str = "12 January 2026") -> str:
    """Write a row of a list; its link is its title, unless given."""
    return f'<li><h3><a href="{link or "/" + title.replace(" ", "-")}">{title}</a></h3><i class="d">{date}</i></li>'


def listing(*rows: str) -> bytes:
    """Write a page."""
    return f"<html><title>News</title><ul class='news'>{''.join(rows)}</ul></html>".encode()


class Listing(Wire):
    """The page `wire`, and what polling it leaves behind."""

    def _poller(self) -> Poll:
        self.fields: dict[str, Any] = FIELDS
        health = SourceHealth(self.store, self.notices, self.clock)
        intake = Intake(self.store, self.notices, self.clock, health)
        robots = Robots(self._http, self.pool, self.clock)
        pages = PagePoll(intake, self._http, self.pool, health, self.clock, self.notices, robots)
        return Poll({"page": pages}, health, self.clock)

    def robots(self, *lines: str) -> None:
        """Put a robots.txt there."""
        self.server.script("/robots.txt", answer("\n".join(lines).encode()))

    def show(self, *rows: str) -> None:
        """Say what the page shows from now on."""
        self.server.script("/news", answer(listing(*rows)))

    def meet(self, *behaviours: Behaviour) -> None:
        """Say how the next polls are met."""
        self.server.script("/news", *behaviours)

    def source(self) -> PageConfig:
        return PageConfig.model_validate(
            {"id": "wire", "type": "page", "url": self.server.url("/news"), "allow_private": True,
             "list": "ul.news > li", "fields": self.fields, **self.settings}
        )  # fmt: skip

    async def poll(self, path: str = "/news") -> Polled:
        self.clock.pass_by(60)
        polled = await self.poller.poll(self.source(), self.state)
        self.state = polled.state
        return polled

    async def told(self, kind: str) -> list[str]:
        """Give what the operator was told of a kind."""
        return [line.data["text"] for line in await self.journal("notice") if line.reason == kind]
