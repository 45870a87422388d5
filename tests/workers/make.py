"""What the tests of the workers share: waiting for a condition, a clock to turn, feeds to serve."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from alertd.base.clock import system_clock
from alertd.sources.feed import FeedConfig
from tests.support.daemon import eventually


async def until(check: Callable[[], bool], what: str) -> None:
    """Wait until a condition of this process holds."""

    async def met() -> bool:
        return check()

    await eventually(met, what)


class HandClock:
    """A clock that stands still until the test moves it."""

    def __init__(self, now: int | None = None) -> None:
        self.now = system_clock() if now is None else now

    def __call__(self) -> int:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += int(seconds * 1000)


def source(name: str = "wire", url: str = "https://news.example.com/rss", **more: Any) -> FeedConfig:
    """Make the settings of a feed."""
    return FeedConfig.model_validate({"id": name, "type": "feed", "url": url, "allow_private": True, **more})


def item(title: str, guid: str = "", **more: str) -> str:
    """Write an item; without a guid its title is one. An empty item has nothing at all."""
    fields = {"title": title, "guid": guid or title, **more} if title else more
    return "<item>" + "".join(f"<{name}>{escape(text)}</{name}>" for name, text in fields.items()) + "</item>"


def feed(*titles: str, head: str = "") -> bytes:
    """Write an RSS feed, newest first; what begins with `<` is an item as it is."""
    items = "".join(t if t.startswith("<") else item(t) for t in titles)
    return f"<rss version='2.0'><channel><title>Wire</title>{head}{items}</channel></rss>".encode()
