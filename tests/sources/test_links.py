"""Links lead to the web or nowhere, and are equal when they lead to the same page."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.sources.links import absolute, canonical


@pytest.mark.parametrize(
    ("link", "result"),
    [
        ("https://e.example/a?b=c#d", "https://e.example/a?b=c#d"),
        ("/a", "https://news.example.com/a"),
        ("a", "https://news.example.com/rss/a"),
        ("//cdn.example.com/a", "https://cdn.example.com/a"),
        (" https://e.example/\n a ", "https://e.example/a"),
        ("mailto:x@y.example", ""),
        ("javascript:alert(1)", ""),
        ("https://e.example:99999/", ""),
        ("https://u:p@e.example/", ""),
        ("https://e.example/" + "a" * 3_000, ""),
        ("", ""),
    ],
)
def test_links_are_absolute_and_http_or_nothing(link: str, result: str) -> None:
    assert absolute(link, "https://news.example.com/rss/all.xml") == result


@pytest.mark.parametrize(
    "other",
    [
        "http://e.example/a?x=1",
        "https://E.EXAMPLE:443/a/?x=1",
        "http://e.example:80/a?utm_source=rss&x=1&utm_medium=feed",
        "https://e.example./a?x=1&fbclid=abc",
    ],
)
def test_wrapping_does_not_make_another_link(other: str) -> None:
    assert canonical(other) == canonical("https://e.example/a?x=1")


@pytest.mark.parametrize(
    "other",
    ["https://e.example/b?x=1", "https://e.example/a?x=2", "https://f.example/a?x=1", "https://e.example/a?x=1#2"],
)
def test_what_tells_items_apart_stays(other: str) -> None:
    assert canonical(other) != canonical("https://e.example/a?x=1")


@settings(deadline=None)
@given(st.text(max_size=100))
def test_a_canonical_link_is_its_own_canonical_link(path: str) -> None:
    link = absolute(f"https://e.example/{path}", "")
    assert canonical(canonical(link)) == canonical(link)
