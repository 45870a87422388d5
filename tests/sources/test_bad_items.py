"""Items that somebody wrote carelessly or with intent. Numbers are those of the bad-input matrix, 59 to 78."""

from __future__ import annotations

import pytest

from alertd.model import event_from_json
from tests.sources.make import atom, events, item, only, parse, rss, titles


def test_59_without_a_guid_the_link_names_the_item_and_without_a_link_its_text() -> None:
    by_link = parse(rss(item("A", link="https://e.example/1"), item("B", link="https://e.example/2")))
    edited = parse(rss(item("A, corrected", link="http://E.example/1/?utm_source=x")))
    by_text = parse(rss(item("A", text="one"), item("A", text="two")))
    assert edited.candidates[0].event_id == by_link.candidates[0].event_id
    assert len({c.event_id for c in (*by_link.candidates, *by_text.candidates)}) == 4


def test_60_one_guid_on_several_items_makes_several_events() -> None:
    page = parse(
        rss(
            item("A", guid="x", link="https://e.example/1"),
            item("B", guid="x", link="https://e.example/2"),
            item("C", guid="x", link="https://e.example/2"),
            item("C", guid="x", link="https://e.example/2", text="with a text of its own"),
        )
    )
    assert len({c.event_id for c in page.candidates}) == 4
    assert page.duplicates == []


def test_60_an_item_said_twice_in_one_document_is_one_event() -> None:
    twice = item("A", guid="x", link="https://e.example/1", text="t")
    page = parse(rss(twice, item("B", guid="y"), twice, twice))
    assert titles(page) == ["A", "B"]
    assert page.duplicates == [(2, 0), (3, 0)]


def test_60_entries_with_one_atom_id_are_versions_and_the_newest_counts() -> None:
    entry = (
        "<entry><id>urn:1</id><title>T</title><updated>2025-06-03T1{}:00:00Z</updated><summary>v{}</summary></entry>"
    )
    page = parse(atom(entry.format(0, 0), entry.format(2, 2), entry.format(1, 1)))
    assert [event.body for event in events(page)] == ["v2"]
    assert page.duplicates == [(0, 1), (2, 1)]


def test_62_a_huge_guid_is_only_a_name() -> None:
    huge = "g" * 2_000_000
    page = parse(rss(item("A", guid=huge), item("B", guid="b")))
    assert titles(page) == ["A", "B"]
    assert all(len(candidate.event) < 2_000 for candidate in page.candidates)


@pytest.mark.parametrize(
    ("date", "published", "event_at"),
    [
        ("Tue, 19 Jan 2038 03:14:08 GMT", "2038-01-19T03:14:08.000Z", "2025-06-03T14:05:00.000Z"),
        ("9999-12-31T23:59:59Z", None, "2025-06-03T14:00:00.000Z"),
        ("1970-01-01T00:00:00Z", None, "2025-06-03T14:00:00.000Z"),
        ("1748-05-05T00:00:00Z", None, "2025-06-03T14:00:00.000Z"),
        ("10000-01-01", None, "2025-06-03T14:00:00.000Z"),
        ("2001-02-03T04:05:06Z", "2001-02-03T04:05:06.000Z", "2025-05-04T14:00:00.000Z"),
        ("Tue, 03 Jun 2025 09:05:00 ET", "2025-06-03T13:05:00.000Z", "2025-06-03T13:05:00.000Z"),
        ("2025-06-03", "2025-06-03T00:00:00.000Z", "2025-06-03T14:00:00.000Z"),
        ("2025-05-20", "2025-05-20T00:00:00.000Z", "2025-05-20T00:00:00.000Z"),
        ("next Tuesday", None, "2025-06-03T14:00:00.000Z"),
        ("", None, "2025-06-03T14:00:00.000Z"),
    ],
)
def test_63_to_65_dates_are_shown_as_said_and_believed_within_bounds(
    date: str, published: str | None, event_at: str
) -> None:
    event = only(rss(item("A", guid="1", date=date)))
    assert (event.published_at, event.event_at, event.published_raw) == (published, event_at, date)


@pytest.mark.parametrize(
    ("date", "late"),
    [
        ("2025-06-03T13:00:00Z", False),
        ("2025-06-03T12:59:59Z", True),
        ("2025-06-03", False),
        ("2025-06-02", True),
        ("", False),
    ],
)
def test_an_item_published_more_than_an_hour_ago_came_late(date: str, late: bool) -> None:
    assert only(rss(item("A", guid="1", date=date))).late is late


def test_66_line_breaks_in_a_title_become_blanks() -> None:
    assert only(rss(item("Deal\r\nBcc: all@example.com\r\n", guid="1"))).title == "Deal Bcc: all@example.com"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("<!channel> buy <http://evil.example|bank>", "<!channel> buy <http://evil.example|bank>"),
        ("<script>alert('<b>')</script>Acme <b>merges</b>", "Acme merges"),
        ("<img src=x onerror=alert(1)>Acme", "Acme"),
        ("Acme\u202e evil\u2066 \u200bmer\u200dger\ufeff\u00ad", "Acme evil merger"),
        ("=HYPERLINK(\"http://evil.example\")", "=HYPERLINK(\"http://evil.example\")"),
        ("{{7*7}} ${x}", "{{7*7}} ${x}"),
        ("Zoë 日本 שלום 👩‍👩‍👧 é", "Zoë 日本 שלום 👩‍👩‍👧 é"),
        ("AT&amp;T &lt;b&gt;", "AT&T <b>"),
    ],
)  # fmt: skip
def test_67_to_75_titles_are_plain_text_and_nothing_invisible(title: str, text: str) -> None:
    assert only(rss(item(title, guid="1"))).title == text


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://user:pw@e.example/", "https://", "http://[bad",
     "ftp://e.example/x", "java\tscript:alert(1)"],
)  # fmt: skip
def test_69_only_web_links_are_links(link: str) -> None:
    assert only(rss(item("A", guid="1", link=link))).url == ""


def test_72_a_title_of_5000_characters_is_cut_at_a_word() -> None:
    title = only(rss(item("word " * 1_000, guid="1"))).title
    assert len(title) <= 500
    assert title.endswith("word…")


def test_a_body_above_256_kib_is_cut_and_says_so() -> None:
    event = only(rss(item("A", guid="1", text="é" * 300_000)))
    assert event.truncated
    assert len(event.body.encode()) <= 256 << 10


def test_every_event_is_json_that_reads_back_the_same() -> None:
    page = parse(
        rss(item("A \ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), guid="1", text="x\u2028y"))
    )
    for candidate, event in zip(page.candidates, events(page), strict=True):
        assert event.id == candidate.event_id
        assert event_from_json(bytes(candidate.event)) == event
        assert bytes(candidate.event).startswith(b'{"v":1,"id":"' + candidate.event_id.encode() + b'"')


def test_a_guid_that_is_no_address_is_no_link() -> None:
    event = only(b"<rss version='2.0'><channel><item><guid>12345</guid><title>A</title></item></channel></rss>")
    assert event.url == ""


def test_a_guid_that_is_an_address_is_the_link_of_an_item_without_one() -> None:
    event = only(
        b"<rss version='2.0'><channel><item><guid>https://e.example/1</guid><title>A</title></item></channel></rss>"
    )
    assert event.url == "https://e.example/1"
