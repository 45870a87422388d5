"""The sample sources over HTTP: the n-th poll of a feed sees its n-th stage, and then 304 for ever.

Driven by polls and not by a clock, so that a slow machine sees the same story as a fast one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from aiohttp import hdrs, web

from alertd.base.clock import Clock, to_datetime
from alertd.demo.render import CONTENT_TYPES, Published, render
from alertd.demo.stories import SampleFeed

NOT_A_FEED = """<!doctype html>
<html><head><title>Sign in</title></head><body><h1>Please sign in to read this feed</h1></body></html>
"""


@dataclass(frozen=True, slots=True)
class Page:
    """What one poll gets; `body` is None for 304."""

    etag: str
    body: bytes | None


class Timeline:
    """One feed and how far it has come."""

    def __init__(self, feed: SampleFeed, clock: Clock) -> None:
        self.feed = feed
        self._clock = clock
        self._stage = -1
        self._items: dict[str, Published] = {}
        self.settled = False
        """A poll was answered 304 at the last stage: the poller has stored all there is, since it keeps the ETag
        only after the entries."""

    @property
    def stage(self) -> int:
        """Index of the stage that the latest poll saw, -1 before the first."""
        return self._stage

    def poll(self, if_none_match: str, home: str) -> Page:
        """Advance by one stage and answer, 304 if the poller names the tag of what it would get."""
        if self._stage < self.feed.stages - 1:
            self._stage += 1
            self._publish()
        newest_first = sorted(self._items.values(), key=lambda item: -item.published_ms)
        body = render(self.feed, newest_first, home)
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if etag not in [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]:
            return Page(etag, body)
        self.settled = self._stage == self.feed.stages - 1
        return Page(etag, None)

    def item(self, slug: str) -> Published | None:
        """Give the published entry whose address ends so."""
        return next((item for item in self._items.values() if item.slug == slug), None)

    def _publish(self) -> None:
        now = self._clock()
        for story in self.feed.stories:
            if story.stage != self._stage:
                continue
            known = self._items.get(story.guid)
            published = known.published_ms if known else now - int(story.age * 1000)
            self._items[story.guid] = Published(story, published, now if known else published)


def feeds_app(timelines: list[Timeline]) -> web.Application:
    """Make the application: `/<feed id>` for each timeline, `/broken` for a page that is no feed."""
    by_id = {timeline.feed.id: timeline for timeline in timelines}

    async def feed(request: web.Request) -> web.Response:
        timeline = by_id.get(request.match_info["feed"])
        if timeline is None:
            raise web.HTTPNotFound
        home = str(request.url.with_query(None))
        page = timeline.poll(request.headers.get(hdrs.IF_NONE_MATCH, ""), home)
        headers = {hdrs.ETAG: page.etag}
        if page.body is None:
            return web.Response(status=304, headers=headers)
        content_type = CONTENT_TYPES[timeline.feed.format]
        return web.Response(body=page.body, headers=headers | {hdrs.CONTENT_TYPE: content_type})

    async def story(request: web.Request) -> web.Response:
        """The page behind an entry's link, so that [Read source] leads somewhere."""
        timeline = by_id.get(request.match_info["feed"])
        found = timeline.item(request.match_info["slug"]) if timeline else None
        if found is None:
            raise web.HTTPNotFound
        published = to_datetime(found.published_ms).isoformat(timespec="seconds")
        text = "\n\n".join([found.story.title, published, *found.story.paragraphs])
        return web.Response(text=text + "\n")

    async def broken(_request: web.Request) -> web.Response:
        return web.Response(text=NOT_A_FEED, content_type="text/html")

    app = web.Application()
    app.router.add_get("/broken", broken)
    app.router.add_get("/{feed}", feed, allow_head=False)
    app.router.add_get("/{feed}/{slug}", story)
    return app
