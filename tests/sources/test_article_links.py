"""Which links of a source are followed to an article, and which never."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alertd.model import ParsedFeed, event_from_json
from alertd.sources.article_links import check_host, refusal, registrable
from alertd.sources.feed import FeedConfig, parse_feed
from tests.support.desk import item, rss

FEED = "https://feeds.wire.example.com/rss"


@pytest.mark.parametrize(
    ("host", "part"),
    [
        ("www.example.com", "example.com"),
        ("example.com", "example.com"),
        ("news.bbc.co.uk", "bbc.co.uk"),
        ("www.asx.com.au", "asx.com.au"),
        ("ir.vega.de", "vega.de"),
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", "localhost"),
        ("WWW.Example.COM.", "example.com"),
    ],
)
def test_the_registrable_part_of_a_host(host: str, part: str) -> None:
    assert registrable(host) == part


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("https://www.example.com/a", ""),
        ("https://example.com/a?utm_source=rss&id=42", ""),
        ("https://m.partner.example.org/a", ""),
        ("https://example.net/a", "leads to example.net"),
        ("https://example.com.evil.net/a", "leads to example.com.evil.net"),
        ("https://www.example.com/a?token=abc", "a key or a token"),
        ("https://www.example.com/a?x=1&access_token=abc", "a key or a token"),
        ("https://www.example.com/a?apikey=1", "a key or a token"),
        ("https://www.example.com/a?X-Amz-Signature=1", "a key or a token"),
        ("https://www.example.com/a?u=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "a key or a token"),
        ("https://www.example.com/login?next=/a", "sign-in"),
        ("https://www.example.com/subscribe", "sign-in"),
        ("https://www.example.com/checkout/42", "sign-in"),
        ("https://www.example.com/report.pdf", "no page"),
        ("https://www.example.com/call.MP3", "no page"),
        ("ftp://www.example.com/a", "no link"),
        ("", "no link"),
        ("https://[::1", "cannot be read"),
        ("https://www.example.com/subscribers-rise-by-a-tenth", ""),
        ("https://www.example.com/the-key-to-growth?page=2", ""),
    ],
)
def test_a_link_is_followed_or_it_is_said_why_not(link: str, why: str) -> None:
    said = refusal(link, "feeds.example.com", ["partner.example.org"])
    assert why in said if why else said == ""


@given(st.text(max_size=300))
def test_no_link_whatever_it_is_raises(link: str) -> None:
    assert isinstance(refusal(link, "example.com", []), str)
    assert isinstance(refusal(f"https://example.com/{link}", "example.com", []), str)


@pytest.mark.parametrize("host", ["", "https://a.example.com", "a b", "*.example.com", "example.com/path", "a:80"])
def test_a_host_that_is_none_is_refused_in_words(host: str) -> None:
    with pytest.raises(ValueError, match="is no host"):
        check_host(host)
    with pytest.raises(ValidationError, match="is no host"):
        feed(full_text_hosts=[host])


def feed(**keys: Any) -> FeedConfig:
    return FeedConfig.model_validate({"id": "wire", "type": "feed", "url": FEED, "full_text": True} | keys)


def read(source: FeedConfig, *items: str) -> ParsedFeed:
    return parse_feed(rss(*items), "application/xml", FEED, source.facts(), 0, None)


def test_an_entry_whose_article_may_be_fetched_waits_for_it() -> None:
    own = "https://www.wire.example.com/orion"
    (found,) = read(feed(), item("Vega leases Orion", link=own)).candidates
    assert (found.fetch, event_from_json(bytes(found.event)).awaiting) == (own, "full_text")


@pytest.mark.parametrize(
    "entry",
    [
        item("Elsewhere", link="https://www.example.net/a"),
        item("Without a link"),
        item("Whole", link="https://wire.example.com/a", text="Word and word. " * 300),
        item("WITHDRAWN: A lease", link="https://wire.example.com/a"),
    ],
)
def test_one_whose_article_may_not_or_need_not_be_waits_for_nothing(entry: str) -> None:
    (found,) = read(feed(), entry).candidates
    assert (found.fetch, event_from_json(bytes(found.event)).awaiting) == ("", None)


def test_listed_hosts_are_followed_and_a_source_that_wants_none_follows_nothing() -> None:
    entry = item("Vega", link="https://news.example.net/a")
    assert read(feed(full_text_hosts=["Example.NET"]), entry).candidates[0].fetch == "https://news.example.net/a"
    assert read(feed(full_text=False), item("Vega", link="https://wire.example.com/a")).candidates[0].fetch == ""
