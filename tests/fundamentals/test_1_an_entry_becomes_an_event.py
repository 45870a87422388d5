"""Chapter 1. A source publishes entries; each becomes an event with a name that never changes."""

from __future__ import annotations

import pytest

from alertd.errors import ParseFailed
from alertd.model import Event, ParsedFeed, SourceState, event_from_json
from alertd.sources.feed import SourceFacts, parse_entries, parse_feed
from alertd.sources.novelty import decide

SEEN_AT = 1_768_000_000_000  # 2026-01-09T23:06:40Z
FEED = b"""<rss version="2.0"><channel><title>Example Wire</title>
<item>
  <guid>ew-1</guid>
  <link>/stories/1</link>
  <title>Vega &amp; Lumen sign a lease</title>
  <description><![CDATA[<p>Vega leases <b>Orion</b>.</p><script>alert(1)</script>]]></description>
  <pubDate>Fri, 09 Jan 2026 18:01:56 EST</pubDate>
</item></channel></rss>"""


def parse(body: bytes) -> ParsedFeed:
    """Read a feed of the source `wire`."""
    return parse_feed(body, None, "https://news.example.com/rss", SourceFacts(id="wire"), SEEN_AT, None)


def events(body: bytes) -> list[Event]:
    """Give the events of a feed."""
    return [event_from_json(bytes(candidate.event)) for candidate in parse(body).candidates]


def test_an_entry_is_what_the_source_said() -> None:
    (entry,) = parse_entries(FEED, None, "https://news.example.com/rss")
    assert entry.guid == "ew-1"
    assert "<b>Orion</b>" in entry.summary


def test_an_event_is_plain_text_with_absolute_links_and_clocks_in_utc() -> None:
    (event,) = events(FEED)
    assert event.title == "Vega & Lumen sign a lease"
    assert event.body == "Vega leases Orion."
    assert event.url == "https://news.example.com/stories/1"
    assert event.published_at == "2026-01-09T23:01:56.000Z"
    assert event.seen_at == "2026-01-09T23:06:40.000Z"


def test_the_name_of_an_event_comes_from_what_the_source_calls_the_entry() -> None:
    (event,) = events(FEED)
    (corrected,) = events(FEED.replace(b"sign a lease", b"sign a lease for ten years"))
    assert corrected.id == event.id
    assert corrected.title != event.title


def test_one_broken_entry_does_not_cost_its_neighbours() -> None:
    broken = FEED.replace(b"</channel>", b"<item><title>&#xD800;</title><guid>ew-2</guid></item></channel>")
    assert "Vega & Lumen sign a lease" in [event.title for event in events(broken)]


def test_what_is_no_feed_is_refused_in_one_sentence() -> None:
    with pytest.raises(ParseFailed, match="HTML"):
        parse(b"<!DOCTYPE html><html><body>Please sign in</body></html>")


def test_what_was_there_at_the_first_poll_is_a_baseline() -> None:
    page = parse(FEED)
    first = decide(page, {}, SourceState(source="wire"), "none", SEEN_AT)
    assert [item.verdict for item in first.items] == ["baseline"]
    later = decide(page, {}, SourceState(source="wire", baseline_done=True), "none", SEEN_AT)
    assert [item.verdict for item in later.items] == ["new"]
