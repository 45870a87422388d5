from __future__ import annotations

import json
from collections.abc import AsyncIterator
from io import BytesIO

import feedparser
import pytest
from aiohttp import ClientSession

from alertd.base.clock import rfc3339
from alertd.demo.feeds import Timeline
from alertd.demo.render import CONTENT_TYPES
from alertd.demo.site import DemoSite, DemoUrls
from alertd.demo.stories import SampleFeed, load_stories

NOW = 1_800_000_000_000
FEEDS = load_stories()


def titles(feed: SampleFeed, body: bytes) -> dict[str, str]:
    """Read a document as a stranger would: guid -> title."""
    if feed.format == "json":
        return {item["id"]: item["title"] for item in json.loads(body)["items"]}
    parsed = feedparser.parse(BytesIO(body), response_headers={"content-type": CONTENT_TYPES[feed.format]})
    assert not parsed.bozo
    return {entry.id: entry.title for entry in parsed.entries}


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.id)
def test_the_nth_poll_sees_the_nth_stage_and_then_304_for_ever(feed: SampleFeed) -> None:
    timeline, etag = Timeline(feed, lambda: NOW), ""
    for stage in range(feed.stages):
        page = timeline.poll(etag, "http://x.example/f")
        assert page.body is not None
        assert set(titles(feed, page.body)) == {s.guid for s in feed.stories if s.stage <= stage}
        etag = page.etag
        assert not timeline.settled
    for _ in range(3):
        assert timeline.poll(f'"other", W/{etag}', "http://x.example/f").body is None
        assert timeline.settled


def test_a_headline_is_corrected_under_the_same_guid() -> None:
    feed = next(feed for feed in FEEDS if feed.id == "example-wire")
    timeline = Timeline(feed, lambda: NOW)
    first, second = (timeline.poll("", "http://x.example/f").body or b"" for _ in range(2))
    assert titles(feed, first)["ew-2203"].startswith("Northwind")
    assert titles(feed, second)["ew-2203"].startswith("CORRECTED: Northwind")


def test_dates_are_recent_whenever_the_demo_runs_and_stay_once_given() -> None:
    clock = iter(range(NOW, NOW + 10_000, 1_000))
    feed = next(feed for feed in FEEDS if feed.id == "example-markets")
    timeline = Timeline(feed, lambda: next(clock))
    first = json.loads(timeline.poll("", "http://x.example/f").body or b"")
    second = json.loads(timeline.poll("", "http://x.example/f").body or b"")
    copper = {item["id"]: item["date_published"] for item in first["items"]}["em-0419"]
    assert copper == rfc3339(NOW - 12 * 60_000)
    dates = {item["id"]: item["date_published"] for item in second["items"]}
    assert dates["em-0419"] == copper
    assert dates["em-0420"] == rfc3339(NOW + 1_000 - 30_000)


@pytest.fixture
async def site() -> AsyncIterator[tuple[DemoSite, DemoUrls]]:
    site = DemoSite()
    yield site, await site.start()
    await site.stop()


async def test_the_site_serves_every_feed_with_conditional_get(site: tuple[DemoSite, DemoUrls]) -> None:
    demo, urls = site
    async with ClientSession() as client:
        for feed in demo.feeds:
            headers: dict[str, str] = {}
            for _ in range(feed.stages):
                async with client.get(urls.feeds[feed.id], headers=headers) as response:
                    assert response.status == 200
                    assert response.headers["Content-Type"] == CONTENT_TYPES[feed.format]
                    headers = {"If-None-Match": response.headers["ETag"]}
            assert not demo.settled
            async with client.get(urls.feeds[feed.id], headers=headers) as response:
                assert response.status == 304
                assert await response.read() == b""
    assert demo.settled
    assert demo.stories == 14


async def test_the_link_of_an_entry_leads_to_its_story(site: tuple[DemoSite, DemoUrls]) -> None:
    _, urls = site
    async with ClientSession() as client:
        async with client.get(urls.feeds["second-wire"]) as response:
            link = feedparser.parse(BytesIO(await response.read())).entries[0].link
        async with client.get(link) as response:
            assert response.status == 200
            assert "Rovers" in await response.text() or "University" in await response.text()
        async with client.get(urls.feeds["second-wire"] + "/nothing") as response:
            assert response.status == 404
        async with client.get(urls.broken) as response:
            assert (response.status, response.content_type) == (200, "text/html")


async def test_the_local_slack_keeps_what_it_accepts(site: tuple[DemoSite, DemoUrls]) -> None:
    demo, urls = site
    async with ClientSession() as client:
        async with client.post(urls.slack, json={"text": "HIGH · SpaceX"}) as response:
            assert (response.status, await response.text()) == (200, "ok")
        async with client.post(urls.slack, json={}) as response:
            assert response.status == 400
    assert [received.headline for received in demo.received] == ["HIGH · SpaceX"]
    assert demo.received[0].at_ms > NOW - 365 * 86_400_000
