"""Rows of pages become events by selectors, and a page that has changed its layout says so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from alertd.errors import ParseFailed
from alertd.model import ParsedFeed
from alertd.sources.article import has_articles
from alertd.sources.page import PageConfig, parse_listing
from alertd.sources.pdf import has_pdf

SEEN = 1_768_250_000_000  # 2026-01-12 20:33 UTC

PAGE = """
<html lang="en-GB"><head><title>News | Vega Grid</title><base href="/ir/"></head><body>
<nav><ul><li><a href="/">Home</a></li></ul></nav>
<ul class="news">
  <li><span class="d">12/01/2026 17:05</span>
      <h3><a href="news/3?utm_source=x">Vega leases <b>Orion</b> &amp; more</a></h3>
      <p>First paragraph.</p><p>Second <i>one</i>.<script>steal()</script></p><em>Leases</em><em>AI</em></li>
  <li><span class="d">11/01/2026 07:00</span>
      <h3><a href="/files/results.PDF?v=2">Results for 2025</a></h3><p>Up.</p></li>
  <li><span class="d">10/01/2026 07:00</span><h3><a href="javascript:x()">Notice of meeting</a></h3><p>Soon.</p></li>
</ul></body></html>
"""

SETTINGS: dict[str, Any] = {
    "id": "vega-ir",
    "type": "page",
    "url": "https://ir.example.com/ir/news",
    "list": "ul.news > li",
    "fields": {
        "title": "h3 a",
        "date": {"select": ".d", "format": "%d/%m/%Y %H:%M", "timezone": "America/New_York"},
        "body": "p",
        "category": "em",
    },
}


def config(**more: Any) -> PageConfig:
    return PageConfig.model_validate(SETTINGS | more)


def fields(**more: Any) -> dict[str, Any]:
    found: dict[str, Any] = SETTINGS["fields"] | more
    return found


def parse(page: str | bytes = PAGE, content_type: str | None = None, **more: Any) -> ParsedFeed:
    source = config(**more)
    body = page.encode() if isinstance(page, str) else page
    return parse_listing(body, content_type, source.url, source.facts(), SEEN, None)


def events(page: str | bytes = PAGE, content_type: str | None = None, **more: Any) -> list[dict[str, Any]]:
    return [json.loads(bytes(candidate.event)) for candidate in parse(page, content_type, **more).candidates]


def rows(*inner: str) -> str:
    return f"<ul class=news>{''.join(f'<li>{row}</li>' for row in inner)}</ul>"


def test_each_row_is_an_event_with_its_fields() -> None:
    first = events()[0]
    assert first["title"] == "Vega leases Orion & more"
    assert first["body"] == "First paragraph.\nSecond one."
    assert first["url"] == "https://ir.example.com/ir/news/3?utm_source=x"
    assert first["published_at"] == "2026-01-12T22:05:00.000Z"
    assert (first["published_precision"], first["published_raw"]) == ("minute", "12/01/2026 17:05")
    assert first["categories"] == ["Leases", "AI"]
    assert first["language"] == "en"


def test_links_are_relative_to_the_pages_own_base_and_what_is_no_link_is_none() -> None:
    assert [event["url"] for event in events()] == [
        "https://ir.example.com/ir/news/3?utm_source=x", "https://ir.example.com/files/results.PDF?v=2", "",
    ]  # fmt: skip


def test_a_row_is_named_by_its_link_without_what_only_tracks_it() -> None:
    again = PAGE.replace("?utm_source=x", "?utm_source=y").replace("Vega leases", "Vega Grid leases")
    assert [c.identity for c in parse(again).candidates] == [c.identity for c in parse().candidates]


def test_an_id_of_its_own_names_a_row_whatever_its_link() -> None:
    page = rows('<h3 data-id="N1"><a href="/a">A</a></h3>', '<h3 data-id="N2"><a href="/b">B</a></h3>')
    named = fields(id={"select": "h3", "attribute": "data-id"})
    moved = page.replace('"/a"', '"/c"')
    assert parse(page, fields=named).candidates[0].identity == parse(moved, fields=named).candidates[0].identity


def test_a_link_may_stand_around_the_row_or_in_it() -> None:
    around = '<a class="row" href="/x"><h3>Around</h3></a>'
    assert events(around, list="a.row", fields={"title": "h3"})[0]["url"] == "https://ir.example.com/x"
    assert events(rows('<h3>T</h3><a href="/y">more</a>'), fields={"title": "h3"})[0]["url"].endswith("/y")


def test_a_link_that_the_settings_name_is_taken_and_no_other() -> None:
    page = rows('<h3><a href="/wrong">T</a></h3><a class="pdf" href="/right.pdf">PDF</a>')
    assert events(page, fields={"title": "h3", "url": "a.pdf"})[0]["url"].endswith("/right.pdf")


def test_an_attribute_a_part_of_the_text_and_a_constant_can_be_fields() -> None:
    page = rows('<h3 title="Full title &lt;b&gt;">Short…</h3><p>Published: 12 January 2026 | London</p>')
    found = events(page, fields={
        "title": {"select": "h3", "attribute": "title"},
        "date": {"select": "p", "match": r"Published: ([\w ]+)"},
        "author": {"value": "Vega Grid plc"},
    })[0]  # fmt: skip
    assert found["title"] == "Full title <b>"
    assert (found["published_at"], found["published_precision"]) == ("2026-01-12T00:00:00.000Z", "day")
    assert found["authors"] == ["Vega Grid plc"]


def test_of_a_time_element_what_it_says_to_machines_counts() -> None:
    page = rows('<h3>T</h3><time datetime="2026-01-12T09:30:00-05:00">yesterday</time>')
    assert events(page, fields={"title": "h3", "date": "time"})[0]["published_at"] == "2026-01-12T14:30:00.000Z"


def test_the_charset_is_that_of_http_else_that_of_the_page() -> None:
    page = rows("<h3>Société Générale</h3>")
    stated = f'<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">{page}'.encode("latin-1")
    assert events(stated, fields={"title": "h3"})[0]["title"] == "Société Générale"
    japanese = rows("<h3>日本電産</h3>").encode("shift_jis")
    assert events(japanese, "text/html; charset=Shift_JIS", fields={"title": "h3"})[0]["title"] == "日本電産"


@pytest.mark.skipif(not has_pdf(), reason="needs the extra: pip install 'alertd[pdf]'")
def test_what_leads_to_a_pdf_file_is_fetched_where_the_settings_want_it() -> None:
    wanted = parse(pdf=True).candidates
    assert [one.fetch for one in wanted] == ["", "https://ir.example.com/files/results.PDF?v=2", ""]
    assert [json.loads(bytes(one.event))["awaiting"] for one in wanted] == [None, "full_text", None]
    assert not any(one.fetch for one in parse().candidates)


@pytest.mark.skipif(not has_articles(), reason="needs the extra: pip install 'alertd[articles]'")
def test_the_page_behind_a_link_is_fetched_where_the_settings_want_it() -> None:
    wanted = parse(full_text=True).candidates
    assert [one.fetch for one in wanted] == ["https://ir.example.com/ir/news/3?utm_source=x", "", ""]


# --- a changed layout ---------------------------------------------------------------------------------


def test_a_list_that_finds_nothing_is_an_error_that_says_what_the_page_calls_itself() -> None:
    with pytest.raises(ParseFailed, match=r"`list: ul.news > li` finds nothing on the page, titled “Log in”: has it"):
        parse("<title>Log in</title><form></form>")


def test_a_page_that_says_that_there_is_nothing_is_no_error() -> None:
    assert parse("<p class=none>No current notices</p>", empty="p.none").candidates == []
    with pytest.raises(ParseFailed):
        parse("<p>Something else</p>", empty="p.none")


def test_rows_most_of_which_have_no_title_are_an_error() -> None:
    gone = PAGE.replace("<h3>", "<h4>").replace("</h3>", "</h4>")
    with pytest.raises(ParseFailed, match=r"of 3 rows that `list: ul.news > li` finds, 3 have no title by `h3 a`"):
        parse(gone)


def test_a_row_without_a_title_costs_itself_only() -> None:
    page = parse(rows("<h3><a href=/1>One</a></h3>", "<p>an advertisement</p>", "<h3><a href=/2>Two</a></h3>"))
    assert [one.title for one in page.candidates] == ["One", "Two"]
    assert [(one.position, one.reason) for one in page.rejected] == [(1, "no title by `h3 a`")]


def test_links_that_the_settings_name_and_most_rows_lack_are_an_error_because_they_name_the_rows() -> None:
    with pytest.raises(ParseFailed, match=r"have no url by `a\.more`"):
        parse(fields=fields(url="a.more"))


def test_a_field_that_no_row_has_any_more_is_named() -> None:
    assert parse().more["missing"] == []
    assert parse(PAGE.replace('class="d"', 'class="e"')).more["missing"] == ["date"]
    assert parse(PAGE.replace("/01/2026", "-Jan-26")).more["missing"] == ["date"], (
        "a date in another form is lost too"
    )


# --- hostile pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0\0\0",
        b"{}",
        b"%PDF-1.4",
        b"<div>" * 300_000,
        b"<a " + b" ".join(b"a%d=1" % i for i in range(100_000)) + b">",
        b"<" + b"a" * 2_000_000,
        b"<a " * 500_000,
        b"<!--" * 300_000,
        b"<li>" * 300_000,
        b"<b><i><p>" * 50_000,
        b"<p>&#xD800;&#x110000;&bogus;\xff\xfe</p>",
    ],
    ids=[
        "empty",
        "nul",
        "json",
        "pdf",
        "deep",
        "attributes",
        "endless tag",
        "tags",
        "comments",
        "open",
        "misnested",
        "references",
    ],
)
def test_what_is_no_such_page_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(ParseFailed):
        parse(body)


def test_rows_after_the_five_thousandth_are_named_and_not_read() -> None:
    page = parse(rows(*(f"<h3><a href=/{i}>T{i}</a></h3>" for i in range(5_010))))
    assert len(page.candidates) == 5_000
    assert page.rejected[0].reason == "10 rows after the first 5,000 of a page are not read"


def test_markup_controls_and_direction_marks_do_not_get_through() -> None:
    page = rows("<h3><a href=/1>Pay\u202e\u200b now<img src=x onerror=y>&lt;b&gt;</a></h3><p>a\x01b</p>")
    (event,) = events(page)
    assert event["title"] == "Pay now<b>"
    assert event["body"] == "ab"


# --- settings -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"list": "li:nth-child(2"}, "no CSS selector: Expected an argument"),
        ({"list": "li::text"}, "a selector finds elements"),
        ({"list": "svg|a"}, "no CSS selector"),
        ({"fields": fields(title={})}, "say where the field stands"),
        ({"fields": fields(title={"value": "x", "select": "a"})}, "`value` is a constant"),
        ({"fields": fields(body={"select": "p", "match": "(?=x)"})}, "RE2"),
        ({"fields": fields(date={"select": "p", "format": "%d/%m"})}, "names no year"),
        ({"fields": fields(date={"select": "p", "format": "%Q"})}, "knows no %Q"),
        ({"fields": fields(date={"select": "p", "timezone": "Mars/Base"})}, "no such time zone"),
        ({"url": "ftp://x.example/"}, "starts with http"),
    ],
)
def test_settings_that_cannot_work_are_refused_in_words(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        config(**more)
