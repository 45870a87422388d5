"""A desk with the real daemon and a feed that shows what a test publishes, and a browser that looks at its page."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import aiohttp
import pytest

from tests.support.behaviours import Connection, Request, answer
from tests.support.daemon import Daemon, command
from tests.support.desk import Desk, item, rss
from tests.support.http import DEADLINE_S, FaultServer

try:
    from playwright.async_api import Browser, BrowserContext, Page, async_playwright
except ImportError:
    pytest.skip("no playwright: it is among alertd[dev]", allow_module_level=True)

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MS = DEADLINE_S * 1000
TOKENS = {"ai": "CANARY-token-of-desk-ai", "power": "CANARY-token-of-power"}
HOSTILE = '<script>document.title="taken"</script><img src=x onerror=alert(1)> "\'><b>&lt;i&gt; ' + "W" * 300
"""A headline that is markup, and longer without a blank than any screen is wide."""
LEASE = (
    "SpaceX leases its Colossus 1 supercomputer to Anthropic for $3-4bn a year",
    "SpaceX has agreed to lease its Colossus 1 supercomputer to Anthropic for 3 to 4 billion dollars a year. "
    "The lease lets SpaceX reclaim the compute under a harm clause.",
)
_COMPANIES = """
companies:
  - {id: spacex, name: SpaceX}
  - {id: anthropic, name: Anthropic}
relations:
  - {company: NVDA, is: supplier, of: spacex, since: 2024-06-01, source: "filing, 2025"}
"""
_PORTFOLIO = """
portfolio: {name}
title: {title}
desk: {name}
timezone: America/New_York
receivers: [{name}-desk]
holdings: [{{ticker: NVDA, weight: 8.0%}}, {{company: spacex, weight: 2.0%}}]
rules:
  - id: compute-lease
    title: Somebody leases a supercomputer
    severity: high
    when: {{all: [{{text: [supercomputer, "harm clause"]}}, {{exposed: holdings}}]}}
  - {{id: all-of-{name}, title: All about {name}, severity: medium, when: {{title: {name}word}}}}
"""


class BrowserDesk(Desk):
    """Two desks, `ai` and `power`, each with a portfolio and a receiver; one feed, `wire`."""

    def __init__(self, folder: Path, world: FaultServer) -> None:
        super().__init__(folder, world)
        self._items: list[str] = []
        self.receivers = [
            {**self.receivers[0], "id": f"{desk}-desk", "desk": desk} for desk in ("ai", "power")
        ] + self.receivers
        self.settings["web"] = {
            "bind": f"127.0.0.1:{free_port()}",  # it is the same after a restart
            "tokens": [{"name": desk, "desk": desk, "token": token} for desk, token in TOKENS.items()],
        }

        async def serve(request: Request, connection: Connection) -> None:
            await answer(rss(*self._items))(request, connection)

        self.feed("wire", url=world.script("/wire", serve))

    def write(self) -> None:
        """Write settings and rules."""
        settings = self.settings | {"sources": self.sources, "receivers": self.receivers}
        for name in ("portfolios", "companies"):
            (self.folder / "rules" / name).mkdir(parents=True, exist_ok=True)
        for desk, title in (("ai", "AI infrastructure"), ("power", "Power and grid")):
            text = _PORTFOLIO.format(name=desk, title=title)
            (self.folder / f"rules/portfolios/{desk}.yaml").write_text(text)
        (self.folder / "rules/companies/ours.yaml").write_text(_COMPANIES)
        (self.folder / "alertd.yaml").write_text(json.dumps(settings))

    def publish(self, title: str, text: str = "", link: str = "") -> None:
        """Publish an item now."""
        date = format_datetime(datetime.now(UTC))
        self._items.insert(0, item(title, text=text, date=date, link=link))

    def published(self, title: str) -> bool:
        """Tell whether the feed shows an item of this title."""
        return any(f"<title>{escape(title)}</title>" in one for one in self._items)


def free_port() -> int:
    """Give a port on which nothing listens."""
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        port: int = plug.getsockname()[1]
        return port


class World:
    """The daemon, its desk and the browser."""

    def __init__(self, desk: BrowserDesk, daemon: Daemon, browser: Browser) -> None:
        self.desk = desk
        self.daemon = daemon
        self.browser = browser
        self.url = f"http://{desk.settings['web']['bind']}"

    @asynccontextmanager
    async def visitor(self, desk: str = "", **how: Any) -> AsyncIterator[BrowserContext]:
        """Give a browser of somebody who is signed in: by a desk's token, or by the link of `alertd page`."""
        async with await self.browser.new_context(base_url=self.url, **how) as context:
            context.set_default_timeout(PATIENCE_MS)
            page = await context.new_page()
            if desk:
                await page.goto("/login")
                await page.get_by_label("Token").fill(TOKENS[desk])
                await page.get_by_role("button", name="Sign in").click()
            else:
                code, link, errors = await command("page", folder=self.desk.folder)
                assert code == 0, errors
                await page.goto(link.strip())
                await page.get_by_role("button", name="Sign in as").click()
            await page.wait_for_url("**/alerts")
            await page.close()
            yield context

    async def asked(self, path: str, *, method: str = "GET", token: str = "") -> Any:
        """Ask the API, as whoever sees all desks or by a token; gives the JSON."""
        token = token or (self.daemon.state_dir / "web.token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        async with aiohttp.ClientSession() as http, http.request(method, self.url + path, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def raised(self, title: str, text: str = "") -> None:
        """Publish an item, if nobody has, and wait until the list shows the alert about it."""
        if not self.desk.published(title):
            self.desk.publish(title, text)
        async with self.visitor() as context:
            await listed(await opened(context), title)


async def opened(context: BrowserContext, path: str = "/alerts") -> Page:
    """Open a page, and wait until it is live, where it has a script."""
    page = await context.new_page()
    await page.goto(path)
    return page


async def live(page: Page) -> Page:
    """Wait until a page is connected."""
    await page.locator("#state", has_text="Live").wait_for()
    return page


async def listed(page: Page, title: str) -> None:
    """Wait until a list shows an alert; who sees all desks sees one for each."""
    await page.get_by_role("link", name=title, exact=True).first.wait_for()


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Start the browser that is installed; skips where there is none."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no browser: apt-get install -y chromium")
    async with async_playwright() as playwright:
        # The pages are our own, and a container's root cannot have a sandbox. Nothing is fetched from elsewhere.
        flags = ["--no-sandbox", "--disable-gpu", "--proxy-server=127.0.0.1:9", "--proxy-bypass-list=127.0.0.1"]
        found = await playwright.chromium.launch(executable_path=program, args=flags)
        try:
            yield found
        finally:
            await found.close()


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    """Start everything."""
    with FaultServer() as server:
        desk = BrowserDesk(folder, server)
        async with browser() as found, desk.daemon() as daemon:
            yield World(desk, daemon, found)
