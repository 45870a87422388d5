"""Sample stories as feed documents: RSS 2.0, Atom (RFC 4287), JSON Feed 1.1. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from email.utils import format_datetime
from xml.sax.saxutils import escape

from alertd.base.clock import rfc3339, to_datetime
from alertd.demo.stories import SampleFeed, Story

CONTENT_TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Published:
    """A story with its clocks, in ms."""

    story: Story
    published_ms: int
    updated_ms: int

    @property
    def slug(self) -> str:
        """The last part of the guid, as it stands in the entry's address."""
        return self.story.guid.rpartition(":")[2]


def render(feed: SampleFeed, items: list[Published], home: str) -> bytes:
    """Write the document. `home` is the address of the publisher's site, without a slash at the end."""
    return {"rss": _rss, "atom": _atom, "json": _json}[feed.format](feed, items, home).encode()


def _html(story: Story) -> str:
    return "".join(f"<p>{escape(p)}</p>" for p in story.paragraphs)


def _rss(feed: SampleFeed, items: list[Published], home: str) -> str:
    entries = "".join(
        f"""
    <item>
      <title>{escape(item.story.title)}</title>
      <link>{escape(home)}/{item.slug}</link>
      <guid isPermaLink="false">{escape(item.story.guid)}</guid>
      <pubDate>{format_datetime(to_datetime(item.published_ms), usegmt=True)}</pubDate>
      <description>{escape(item.story.paragraphs[0])}</description>
      <content:encoded>{escape(_html(item.story))}</content:encoded>
    </item>"""
        for item in items
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
  <channel>
    <title>{escape(feed.title)}</title>
    <link>{escape(home)}</link>
    <description>Sample source of alertd's demo</description>
    <language>en</language>{entries}
  </channel>
</rss>
"""


def _atom(feed: SampleFeed, items: list[Published], home: str) -> str:
    entries = "".join(
        f"""
  <entry>
    <id>{escape(item.story.guid)}</id>
    <title>{escape(item.story.title)}</title>
    <link rel="alternate" href="{escape(home)}/{item.slug}"/>
    <published>{rfc3339(item.published_ms)}</published>
    <updated>{rfc3339(item.updated_ms)}</updated>
    <content type="html">{escape(_html(item.story))}</content>
  </entry>"""
        for item in items
    )
    updated = rfc3339(max(item.updated_ms for item in items))
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
  <id>tag:{feed.id}.example,2026:feed</id>
  <title>{escape(feed.title)}</title>
  <link rel="alternate" href="{escape(home)}"/>
  <updated>{updated}</updated>
  <author><name>{escape(feed.title)}</name></author>{entries}
</feed>
"""


def _json(feed: SampleFeed, items: list[Published], home: str) -> str:
    entries = [
        {
            "id": item.story.guid,
            "url": f"{home}/{item.slug}",
            "title": item.story.title,
            "content_html": _html(item.story),
            "date_published": rfc3339(item.published_ms),
        }
        for item in items
    ]
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": home,
        "language": "en",
        "items": entries,
    }
    return json.dumps(document, ensure_ascii=False, indent=1)
