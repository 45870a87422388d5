"""The desk's pages as a browser shows them: of a daemon that runs on the demo's feeds, with a month of news beside.

What the pages of a quiet hour do not have is brought about: somebody acknowledges an alert and makes a silence, a
receiver refuses what it is sent, a source is no feed.
"""

from __future__ import annotations

import asyncio
import base64
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from aiohttp import web

from alertd.base.clock import system_clock
from alertd.cli.page import link_of
from alertd.demo.config import write_demo
from alertd.demo.feeds import Timeline
from alertd.demo.site import DemoSite
from alertd.demo.tour import DISPUTE, LEASE, RULE
from tests.support.daemon import Daemon, eventually
from tools.pictures.browser import NoBrowserError, find_browser
from tools.pictures.month import month

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page

DESKTOP, PHONE = 1000, 375
QUALITY = 88
_PATIENCE_MS = 60_000
_WIDEST = 1_200
"""Pixels of a picture's height; a page that is longer is cut."""
_SECRET = "whsec_" + base64.b64encode(b"of this picture, no secret at all").decode()


class Shot(NamedTuple):
    """One picture of a page."""

    way: str
    """Its address; of an alert its headline."""
    width: int = DESKTOP
    dark: bool = False
    most: int = _WIDEST


SHOTS = {
    "page-list-desktop": Shot("/alerts"),
    "page-list-phone": Shot("/alerts", PHONE),
    "page-list-dark": Shot("/alerts", dark=True),
    "page-alert-desktop": Shot(LEASE),
    "page-alert-phone": Shot(DISPUTE, PHONE, most=1_500),
    "page-alert-dark": Shot(DISPUTE, dark=True),
    "page-portfolios": Shot("/portfolios"),
    "page-portfolio-desktop": Shot("/portfolios/ai-infrastructure", most=1_900),
    "page-portfolio-phone": Shot("/portfolios/ai-infrastructure", PHONE, most=1_500),
    "page-portfolio-dark": Shot("/portfolios/ai-infrastructure", dark=True),
    "page-rules": Shot("/rules/ai-infrastructure"),
    "page-rule": Shot(RULE, most=1_600),
    "page-sources": Shot("/sources"),
    "page-source": Shot("/sources/example-wire"),
    "page-silences": Shot("/silences"),
    "page-dead": Shot("/dead"),
    "page-system": Shot("/system"),
    "page-event": Shot("/events/"),
}
"""By the names of their files, which end in .webp."""


def shoot_all(names: Sequence[str], folder: Path) -> None:
    """Take pictures of these names into a folder. Raises NoBrowserError."""
    for name, taken in asyncio.run(_shoot({name: SHOTS[name] for name in names}, find_browser())).items():
        (folder / f"{name}.webp").write_bytes(taken)


async def _shoot(shots: Mapping[str, Shot], program: str) -> dict[str, bytes]:
    try:
        from playwright.async_api import async_playwright
    except ImportError as error:
        raise NoBrowserError("no playwright: it is among alertd[dev]") from error
    pictures = {}
    with tempfile.TemporaryDirectory() as name:
        async with async_playwright() as playwright, _desk(Path(name)) as (daemon, address):
            flags = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
            browser = await playwright.chromium.launch(executable_path=program, args=flags)
            async with await browser.new_context(base_url=address) as context:
                state = await _signed_in(context, link_of(daemon.state_dir, address, "jd"))
                ways = await _used(context)
            for file, shot in shots.items():
                about: dict[str, Any] = {
                    "viewport": {"width": shot.width, "height": 800}, "storage_state": state, "base_url": address,
                    "color_scheme": "dark" if shot.dark else "light",
                }  # fmt: skip
                async with await browser.new_context(**about) as context:
                    pictures[file] = await _taken(context, shot, ways.get(shot.way, shot.way))
            await browser.close()
    return pictures


@asynccontextmanager
async def _desk(folder: Path) -> AsyncIterator[tuple[Daemon, str]]:
    """Run the daemon; gives it, and the address of its page."""
    site = DemoSite()
    feed = month()
    site.feeds.append(feed)
    site.timelines.append(Timeline(feed, system_clock))
    urls = await site.start()
    refuser, port = await _refuser()
    config = write_demo(folder, urls, site.feeds, broken=True, quiet=True, console=False)
    oms = f'{{id: oms, type: webhook, url: "http://127.0.0.1:{port}/oms", secret: "{_SECRET}", allow_private: true}}'
    config.write_text(config.read_text().replace("operator:", f"  - {oms}\noperator:"))
    rules = folder / "rules/portfolios/ai-infrastructure.yaml"
    rules.write_text(rules.read_text().replace("receivers: [desk]", "receivers: [desk, oms]"))
    try:
        async with Daemon(folder) as daemon:
            address = f"http://{daemon.state()['web']}"
            yield daemon, address
    finally:
        await refuser.cleanup()
        await site.stop()


async def _refuser() -> tuple[web.AppRunner, int]:
    """Serve a receiver that takes nothing."""

    async def refuse(_request: web.Request) -> web.Response:
        return web.Response(status=400, text="unknown field: delivery")

    app = web.Application()
    app.router.add_post("/oms", refuse)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, runner.addresses[0][1]


async def _signed_in(context: BrowserContext, link: str) -> Any:
    context.set_default_timeout(_PATIENCE_MS)
    page = await context.new_page()
    await page.goto(link)
    await page.get_by_role("button", name="Sign in as").click()
    await page.wait_for_url("**/alerts")
    await page.close()
    return await context.storage_state()


async def _used(context: BrowserContext) -> dict[str, str]:
    """Do what people do on a day; gives the addresses of alerts by their headlines, and of an event."""
    page = await context.new_page()
    for path, words in (
        ("/alerts", DISPUTE), ("/dead", "oms"), ("/sources", "broken-wire"), (RULE, "Tests of this rule"),
        ("/portfolios/ai-infrastructure", "Stories by day"),
    ):  # fmt: skip
        await eventually(partial(_says, page, path, words), f"{path} says {words}")
    await page.goto("/alerts")
    ways: dict[str, str] = {}
    for title in (DISPUTE, LEASE):
        ways[title] = await page.get_by_role("link", name=title).get_attribute("href") or ""
    await page.goto(ways[LEASE])
    ways["/events/"] = await page.get_by_role("link", name="What became of it").last.get_attribute("href") or ""
    await page.get_by_role("button", name="Acknowledge").first.click()
    await page.goto("/silences")
    await page.get_by_label("Why").fill("Earnings call, we are all on it")
    await page.get_by_label("Portfolio").select_option("long-short")
    await page.get_by_role("button", name="Make the silence").click()
    await page.close()
    return ways


async def _says(page: Page, path: str, words: str) -> bool:
    await page.goto(path)
    return words in (await page.locator("main").text_content() or "")  # as it is written, not in capitals


async def _taken(context: BrowserContext, shot: Shot, way: str) -> bytes:
    page = await context.new_page()
    context.set_default_timeout(_PATIENCE_MS)
    await page.goto(way)
    if await page.locator("#state").count():
        await page.locator("#state", has_text="Live").wait_for()
    height = min(shot.most, await page.evaluate("document.documentElement.scrollHeight"))
    line = await context.new_cdp_session(page)
    clip = {"x": 0, "y": 0, "width": shot.width, "height": height, "scale": 1}
    how = {"format": "webp", "quality": QUALITY, "captureBeyondViewport": True, "clip": clip}
    taken = await line.send("Page.captureScreenshot", how)
    return base64.b64decode(taken["data"])
