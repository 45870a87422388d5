"""The demo's little internet, on one port of loopback: the sample sources and a receiver that speaks Slack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from alertd.base.clock import Clock, system_clock
from alertd.demo.feeds import Timeline, feeds_app
from alertd.demo.local_slack import slack_app
from alertd.demo.stories import SampleFeed, load_stories


@dataclass(frozen=True, slots=True)
class DemoUrls:
    """Where everything is."""

    feeds: dict[str, str]
    """Source id -> URL of the feed."""
    slack: str
    """The incoming webhook."""
    broken: str
    """A source that answers with a sign-in page."""


@dataclass(frozen=True, slots=True)
class Received:
    """A message that the local Slack accepted."""

    at_ms: int
    payload: dict[str, Any]

    @property
    def headline(self) -> str:
        """The line that a phone would show."""
        return str(self.payload.get("text", ""))


class DemoSite:
    """Serves the sample sources and the receiver from start to stop, and keeps what the receiver got."""

    def __init__(self, clock: Clock = system_clock) -> None:
        self._clock = clock
        self.feeds: list[SampleFeed] = load_stories()
        self.timelines = [Timeline(feed, clock) for feed in self.feeds]
        self.received: list[Received] = []
        self._runner: web.AppRunner | None = None

    async def start(self) -> DemoUrls:
        """Listen on a free port of loopback."""
        app = web.Application()
        app.add_subapp("/feeds", feeds_app(self.timelines))
        app.add_subapp("/slack", slack_app(self._take))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return DemoUrls(
            feeds={feed.id: f"{base}/feeds/{feed.id}" for feed in self.feeds},
            slack=f"{base}/slack/services/T00000000/B00000000/demo",
            broken=f"{base}/feeds/broken",
        )

    async def stop(self) -> None:
        """Close. What was received stays readable."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def settled(self) -> bool:
        """Every source has published all it has, and the daemon has stored it."""
        return all(timeline.settled for timeline in self.timelines)

    @property
    def stories(self) -> int:
        """How many different entries there are over all stages, corrections not counted."""
        return sum(len({story.guid for story in feed.stories}) for feed in self.feeds)

    def _take(self, payload: dict[str, Any]) -> None:
        self.received.append(Received(self._clock(), payload))
