"""Addresses of pages, the way from one to the next, and what of them is written down."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.errors import ParseFailed
from alertd.model import ParsedFeed
from alertd.sources.json_paging import Place, holds_secret, join, next_link, next_place, page_url
from alertd.sources.json_times import write_time
from tests.sources.json_make import SEEN, api, document, read, row

KEY = "k3y-0123456789abcdef"
URL = "https://api.example.com/v1/news"


def page(rows: int = 3, **more: Any) -> ParsedFeed:
    return ParsedFeed(format="json-api", candidates=[], more={"rows": rows, **more})


@pytest.mark.parametrize(
    ("settings", "place", "url"),
    [
        ({}, None, URL),
        ({"params": {"q": "a b&c", "order": "-date,id"}}, None, f"{URL}?q=a%20b%26c&order=-date,id"),
        ({"url": f"{URL}?a=1", "params": {"b": "2"}}, None, f"{URL}?a=1&b=2"),
        ({"params": {"t": "{since}"}}, None, f"{URL}?t=2026-01-12T15:50:00Z"),
        ({"params": {"t": ">{since}"}, "since": {"format": "%Y%m%dT%H%M"}}, None, f"{URL}?t=%3E20260112T1550"),
        ({"paging": {"page": "p"}}, None, f"{URL}?p=1"),
        ({"paging": {"page": "p", "first": 0}}, None, f"{URL}?p=0"),
        ({"paging": {"page": "p"}}, 7, f"{URL}?p=7"),
        ({"paging": {"offset": "from"}, "params": {"from": "x"}}, 50, f"{URL}?from=50"),
        ({"paging": {"cursor": "c", "at": "$.next"}}, None, URL),
        ({"paging": {"cursor": "c", "at": "$.next"}}, "a/b=", f"{URL}?c=a%2Fb%3D"),
        ({"paging": {"next": "$.next"}, "params": {"key": KEY, "n": "50", "t": "{since}"}},
         f"{URL}?cursor=x&n=20", f"{URL}?cursor=x&n=20&key={KEY}"),
    ],
)  # fmt: skip
def test_a_page_is_asked_for_at_its_address(settings: dict[str, Any], place: Place, url: str) -> None:
    assert page_url(api(**settings), place, SEEN) == url


@pytest.mark.parametrize(
    ("paging", "place", "shown", "expected"),
    [
        (None, None, page(), None),
        ({"page": "p"}, None, page(), 2),
        ({"page": "p"}, 4, page(), 5),
        ({"page": "p"}, 4, page(0), None),
        ({"offset": "o"}, None, page(3), 3),
        ({"offset": "o"}, 3, page(2), 5),
        ({"cursor": "c", "at": "$.next"}, None, page(next="abc"), "abc"),
        ({"cursor": "c", "at": "$.next"}, "abc", page(next="abc"), None),
        ({"cursor": "c", "at": "$.next"}, "abc", page(), None),
        ({"cursor": "c", "at": "$.next"}, "abc", page(next="null"), None),
        ({"next": "$.next"}, None, page(next="?p=2"), f"{URL}?p=2"),
        ({"next": "$.next"}, f"{URL}?p=2", page(next=f"{URL}?p=2"), None),
        ({"next": "$.next"}, None, page(next="http://api.example.com/v1/news?p=2"), f"{URL}?p=2"),
    ],
)
def test_the_next_page_is_where_the_vendor_says(
    paging: Any, place: Place, shown: ParsedFeed, expected: Place
) -> None:
    if str(shown.more.get("next", "")).startswith("http:"):
        with pytest.raises(ParseFailed, match="another host is not asked"):
            next_place(api(paging=paging), place, shown, "", URL)
    else:
        assert next_place(api(paging=paging), place, shown, "", URL) == expected


@pytest.mark.parametrize("stated", ["https://evil.example/x", "//evil.example/x", "https://api.example.com:8443/x"])
def test_the_next_page_is_never_at_another_host(stated: str) -> None:
    with pytest.raises(ParseFailed, match="another host is not asked"):
        next_place(api(paging={"next": "$.next"}), None, page(next=stated), "", URL)


@pytest.mark.parametrize("stated", ["javascript:x", "https://user:pw@api.example.com/", "/" + "x" * 3_000])
def test_what_is_no_address_is_no_page(stated: str) -> None:
    with pytest.raises(ParseFailed, match="is none, or is too long"):
        next_place(api(paging={"next": "$.next"}), None, page(next=stated), "", URL)


def test_an_address_that_repeats_the_key_is_remembered_without_it() -> None:
    source = api(
        paging={"next": "$.next"}, params={"key": KEY, "n": "50"}, headers={"Authorization": f"Token {KEY}x"}
    )
    place = next_place(source, None, page(next=f"{URL}?p=2&key={KEY}&n=50"), "", URL)
    assert place == f"{URL}?p=2"
    assert not holds_secret(source, place)
    assert holds_secret(source, f"{URL}?p=2&again={KEY}")
    assert holds_secret(source, f"{URL}/{KEY}x")
    assert page_url(source, place, SEEN) == f"{URL}?p=2&key={KEY}&n=50"


@pytest.mark.parametrize(
    ("header", "url"),
    [
        ('</a?p=2>; rel="next"', "/a?p=2"),
        ("</a>; rel=prev, </b>; title=x; rel=next", "/b"),
        ('</a>; rel="last next"', "/a"),
        ('</a>; rel="nextfile", </b>; rel=previous', ""),
        ("</a>; rel='next", ""),
        ("<" * 5_000, ""),
        ('<a>;' * 2_000, ""),
        ("", ""),
    ],
)  # fmt: skip
def test_the_header_link_names_the_next_page(header: str, url: str) -> None:
    assert next_link(header) == url


def test_pages_together_are_one_without_what_moved_from_one_to_the_next() -> None:
    first, second = read(document(row(3), row(2), {"id": 9})), read(document(row(2), row(1)))
    joined = join([first, second])
    assert [(c.position, c.title) for c in joined.candidates] == [(0, "Item 3"), (1, "Item 2"), (5, "Item 1")]
    assert joined.duplicates == [(4, 1)]
    assert [r.position for r in joined.rejected] == [2]
    assert join([first, second], newest_last=True).duplicates == [(1, 4)]


def test_the_address_of_a_source_tells_other_questions_apart_and_no_secrets() -> None:
    one = api(params={"topic": "tech", "token": KEY}).address
    assert one != api(params={"topic": "energy", "token": KEY}).address
    assert one == api(params={"topic": "tech", "token": "other-0123456789"}).address
    assert KEY not in one
    assert one != api(params={"topic": "tech"}, fields={"id": "$.uuid", "title": "$.t"}).address


@pytest.mark.parametrize(
    ("form", "text"),
    [("rfc3339", "2026-01-12T15:50:00Z"), ("epoch", "1768233000"), ("epoch_ms", "1768233000000"),
     ("%m/%d/%Y %H:%M", "01/12/2026 10:50")],
)  # fmt: skip
def test_since_is_written_as_the_vendor_reads_it(form: str, text: str) -> None:
    assert write_time(SEEN, form, "America/New_York") == text
