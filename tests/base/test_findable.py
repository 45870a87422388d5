"""What may be shown of a URL so that somebody finds it in a file."""

from __future__ import annotations

import pytest

from alertd.base.secrets import MASK, findable


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://news.example.com/rss", "https://news.example.com/rss"),
        ("https://news.example.com:8443/press-releases-of-companies/rss.xml",) * 2,
        ("https://jd:planted@news.example.com/rss", "https://news.example.com/rss"),
        ("https://news.example.com/rss?key=planted&page=2", "https://news.example.com/rss?…"),
        ("https://news.example.com/rss#planted", "https://news.example.com/rss"),
        ("https://hooks.slack.com/services/T0/B0/Abc123plantedAbc123planted", "https://hooks.slack.com/services/T0/B0/…"),
        ("https://example.com/f/abcdefghijklmnopqrstuvwxyz/rss", "https://example.com/f/…/rss"),
        ("http://[::1]:8080/rss", "http://[::1]:8080/rss"),
        ("https://[planted/", MASK),
        ("planted", MASK),
    ],
)  # fmt: skip
def test_it_is_shown_without_what_may_be_a_secret(url: str, shown: str) -> None:
    assert findable(url) == shown
