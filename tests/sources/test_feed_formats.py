"""Every format becomes the same kind of event."""

from __future__ import annotations

import json

import pytest

from tests.sources.make import SEEN, atom, events, item, only, parse, rss, titles


def test_an_rss_item_becomes_an_event_with_all_its_parts() -> None:
    event = only(
        rss(
            item(
                "Vega Grid to lease its Orion supercomputer",
                guid="urn:1",
                link="https://news.example.com/1?utm_source=rss",
                text="<p>Vega Grid leases <b>Orion</b>.</p><p>For $1.2 billion a year.</p>",
                date="Tue, 03 Jun 2025 13:59:56 GMT",
                more="<author>jo@example.com (Jo Doe)</author><category>Deals</category>",
            ),
            head="<language>en-us</language><ttl>5</ttl>",
        )
    )
    assert event.title == "Vega Grid to lease its Orion supercomputer"
    assert event.body == "Vega Grid leases Orion.\nFor $1.2 billion a year."
    assert event.url == "https://news.example.com/1?utm_source=rss"
    assert event.published_at == "2025-06-03T13:59:56.000Z"
    assert event.published_precision == "second"
    assert event.published_raw == "Tue, 03 Jun 2025 13:59:56 GMT"
    assert event.seen_at == "2025-06-03T14:00:00.000Z"
    assert event.event_at == event.published_at
    assert (event.language, event.source, event.trust, event.late) == ("en", "wire", "medium", False)
    assert event.authors == ["Jo Doe"]
    assert event.categories == ["Deals"]
    assert event.provenance.http_date == "Tue, 03 Jun 2025 14:00:00 GMT"
    assert len(event.provenance.fetched_sha256) == 64
    assert event.id.startswith("ev_")


def test_the_feeds_own_ttl_is_passed_on_in_seconds() -> None:
    assert parse(rss(item("a"), head="<ttl>5</ttl>")).ttl_seconds == 300
    assert parse(rss(item("a"), head="<ttl>soon</ttl>")).ttl_seconds is None


def test_an_atom_entry_keeps_its_clocks_apart() -> None:
    event = only(
        atom(
            "<entry><id>urn:1</id><title>Lease</title><link href='/1'/><published>2025-06-03T09:00:00Z</published>"
            "<updated>2025-06-03T11:30:00+02:00</updated><author><name>Jo</name></author>"
            "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>One</p><p>Two</p></div></content>"
            "</entry>"
        )
    )
    assert event.published_at == "2025-06-03T09:00:00.000Z"
    assert event.updated_at == "2025-06-03T09:30:00.000Z"
    assert event.late
    assert event.url == "https://news.example.com/1"
    assert event.body == "One\nTwo"
    assert event.authors == ["Jo"]


def test_atom_text_that_is_no_html_keeps_its_angle_brackets() -> None:
    event = only(atom("<entry><id>urn:1</id><title>Vec&lt;b&gt; and p &lt; 5</title></entry>"))
    assert event.title == "Vec<b> and p < 5"


@pytest.mark.parametrize(
    ("document", "format"),
    [
        (
            '<rss version="0.91"><channel><item><title>T</title><link>https://e.example/1</link></item></channel></rss>',
            "rss091u",
        ),
        (
            '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://e.example/rss-0.91.dtd">'
            '<rss version="0.91"><channel><item><title>T</title><link>https://e.example/1</link></item></channel></rss>',
            "rss091n",
        ),
        ('<rss version="0.92"><channel><item><title>T</title></item></channel></rss>', "rss092"),
        (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
            '<channel rdf:about="https://e.example/"><title>C</title></channel>'
            '<item rdf:about="https://e.example/1"><title>T</title><link>https://e.example/1</link></item></rdf:RDF>',
            "rss10",
        ),
        (
            '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><id>urn:1</id><title>T</title>'
            "<issued>2025-06-03T09:00:00Z</issued></entry></feed>",
            "atom03",
        ),
        (
            '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:id>urn:1</a:id><a:title>T</a:title></a:entry></a:feed>',
            "atom10",
        ),
    ],
)
def test_old_and_odd_formats_are_read(document: str, format: str) -> None:
    page = parse(document.encode())
    assert (page.format, titles(page), page.repaired) == (format, ["T"], "")


def test_a_json_feed_is_read() -> None:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Example",
        "language": "en-GB",
        "home_page_url": "https://news.example.com/",
        "items": [
            {
                "id": 7,
                "url": "/7",
                "title": "AT&T <rises>",
                "content_html": "<p>Up</p><p>3 %</p>",
                "date_published": "2025-06-03T13:59:00Z",
                "authors": [{"name": "Jo"}],
                "tags": ["markets"],
            },
            {"id": "8", "content_text": "Only text, with <b>literal</b brackets. And more of it."},
        ],
    }
    page = parse(json.dumps(document).encode())
    first, second = events(page)
    assert page.format == "json11"
    assert (first.title, first.body, first.url) == ("AT&T <rises>", "Up\n3 %", "https://news.example.com/7")
    assert (first.language, first.authors, first.categories) == ("en", ["Jo"], ["markets"])
    assert second.title == "Only text, with <b>literal</b brackets."


def test_a_json_item_that_is_no_object_costs_only_itself() -> None:
    document = {
        "version": "https://jsonfeed.org/version/1",
        "items": [{"id": "1", "title": "a"}, 5, {"id": "2", "title": "b"}],
    }
    page = parse(json.dumps(document).encode())
    assert titles(page) == ["a", "b"]
    assert [(r.position, r.reason) for r in page.rejected] == [(1, "the item is no JSON object")]


def test_a_json_feed_that_is_cut_off_keeps_the_items_that_are_there() -> None:
    whole = json.dumps(
        {"version": "https://jsonfeed.org/version/1", "items": [{"id": str(n), "title": f"t{n}"} for n in range(5)]}
    )
    page = parse(whole[:-20].encode())
    assert titles(page) == ["t0", "t1", "t2", "t3"]
    assert "cut off" in page.repaired


def test_an_item_without_a_title_takes_its_first_sentence() -> None:
    event = only(rss(item(guid="1", text="<p>Vega Grid leases Orion. The term is five years.</p>")))
    assert event.title == "Vega Grid leases Orion."


def test_an_item_of_a_link_alone_is_an_event() -> None:
    assert only(rss(item(link="https://news.example.com/x"))).title == "https://news.example.com/x"


def test_an_item_of_nothing_is_rejected_with_the_reason() -> None:
    page = parse(rss("<item><author>x@y.example</author></item>", item("good", guid="1")))
    assert titles(page) == ["good"]
    assert [(r.position, r.reason) for r in page.rejected] == [(0, "no guid, link, title or text")]


def test_summary_and_content_are_one_body_without_saying_it_twice() -> None:
    encoded = '<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/">{}</content:encoded>'
    teaser = only(
        rss(
            item(
                "t",
                guid="1",
                text="The term is five years…",
                more=encoded.format("The term is five years. It ends in 2030."),
            )
        )
    )
    other = only(rss(item("t", guid="1", text="In short: dear.", more=encoded.format("The term is five years."))))
    assert teaser.body == "The term is five years. It ends in 2030."
    assert other.body == "In short: dear.\nThe term is five years."


@pytest.mark.parametrize(
    ("title", "withdrawn"),
    [
        ("KILL: Vega Grid lease", True),
        ("***KILL*** Vega Grid lease", True),
        ("WITHDRAWN: Vega Grid lease", True),
        ("Retracted: Vega Grid lease", True),
        ("WITHDRAWAL - Vega Grid lease", True),
        ("/DISREGARD RELEASE: Vega Grid/", True),
        ("Kill Bill: the musical", False),
        ("Withdrawal: why savers leave", False),
        ("Retracted offers: a list", False),
        ("KILLING: a thriller", False),
    ],
)
def test_kill_notices_are_known_by_their_titles(title: str, withdrawn: bool) -> None:
    assert only(rss(item(title, guid="1"))).withdrawn is withdrawn


def test_a_deleted_entry_of_atom_is_a_withdrawal() -> None:
    when = "2025-06-03T12:00:00Z"
    deleted = f'<at:deleted-entry ref="urn:1" when="{when}"><at:comment>In error</at:comment></at:deleted-entry>'
    alive = parse(atom("<entry><id>urn:1</id><title>Lease</title></entry>"))
    page = parse(atom(deleted, "<entry><id>urn:2</id><title>Other</title></entry>"))
    grave = page.candidates[1]
    assert grave.tombstone
    assert grave.withdrawn
    assert grave.identity == alive.candidates[0].identity
    assert grave.title == "Withdrawn by the source: In error"


@pytest.mark.parametrize(("updated", "stands"), [("2025-06-03T11:00:00Z", True), ("2025-06-03T13:00:00Z", False)])
def test_of_an_entry_and_its_deletion_on_one_page_the_later_stands(updated: str, stands: bool) -> None:
    deleted = '<at:deleted-entry ref="urn:1" when="2025-06-03T12:00:00Z"/>'
    page = parse(atom(f"<entry><id>urn:1</id><title>Lease</title><updated>{updated}</updated></entry>", deleted))
    assert [c.tombstone for c in page.candidates] == [stands]
    assert len(page.duplicates) == 1


def test_the_language_is_the_items_else_the_feeds_else_the_settings() -> None:
    own = "<entry xml:lang='de-AT'><id>1</id><title>T</title></entry>"
    plain = "<entry><id>1</id><title>T</title></entry>"
    assert only(atom(own, attributes="xml:lang='fr'"), language="en").language == "de"
    assert only(atom(plain, attributes="xml:lang='fr'"), language="en").language == "fr"
    assert only(atom(plain), language="en").language == "en"


def test_parsing_is_pure() -> None:
    body = rss(item("a", guid="1", date="Tue, 03 Jun 2025 13:00:00 GMT"))
    assert parse(body) == parse(body)
    assert parse(body, seen=SEEN + 5000).candidates[0].event_id == parse(body).candidates[0].event_id
