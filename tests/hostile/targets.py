"""What is fuzzed: good documents of each kind, and what must hold of whatever becomes of them when damaged.

A target takes bytes and returns nothing; it raises where a promise is broken. The corpus is replayed through the same
functions (`test_corpus.py`), and the fuzzer makes new bytes for them (`test_fuzz.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import msgspec

from alertd.errors import ParseFailed
from alertd.model import Event, ParsedFeed, event_from_json, event_to_json
from alertd.sources.article import ArticleParts, pack_article
from alertd.sources.catalog import PARSERS
from alertd.sources.events import SourceFacts
from alertd.sources.filing_event import FilingParts, pack_parts
from alertd.sources.filing_submission import Document
from alertd.sources.guard import Guard
from alertd.sources.mail import about_mail
from alertd.sources.plain import scrub
from tests.hostile import targets_text
from tests.sources.edgar_pages import COMPANY, SEEN, entry, page
from tests.sources.form_documents import ownership, trade
from tests.sources.json_make import api, document, row
from tests.sources.make import GOOD_1, GOOD_2, atom, item, rss
from tests.sources.make import parse as whole_feed
from tests.sources.test_feed_again import insist_on_the_same, put
from tests.sources.test_feed_again import read as read_feed
from tests.sources.test_filing_submission import SUBMISSION
from tests.sources.test_mail_text import HEAD, part, several
from tests.sources.test_page import PAGE
from tests.sources.test_page import config as page_config
from tests.support.articles import article_page

Check = Callable[[bytes], None]
HEADER = Event(id="ev_1", source="wire", title="Vega Grid leases Orion", body="Vega leases.", awaiting="full_text")
NEIGHBOURS = {"Vega Grid leases Orion", "Lumen Labs cuts its outlook"}


@dataclass(frozen=True)
class Target:
    """One thing that takes what strangers write."""

    name: str
    seeds: Sequence[bytes]
    check: Check


def plain_events(parsed: ParsedFeed) -> None:
    """Insist that what was made of a document is whole: events that read back, one line of text for a title."""
    for candidate in parsed.candidates:
        made = event_from_json(bytes(candidate.event))
        assert (made.id, made.title) == (candidate.event_id, candidate.title)
        assert made.title == scrub(made.title) and len(made.title.splitlines()) <= 1, repr(made.title)
        assert len(made.title) <= 500
        assert len(made.body.encode()) <= 256 << 10
        assert made.url == "" or made.url.startswith(("http://", "https://")), repr(made.url)
    for rejected in parsed.rejected:
        assert rejected.reason and len(rejected.reason.splitlines()) == 1 and len(rejected.reason) < 1_000


def parse(kind: str, facts: SourceFacts, pack: Callable[[bytes], bytes], body: bytes) -> None:
    """Have a parser read a document as a parse worker would."""
    try:
        parsed = PARSERS[kind](pack(body), None, "https://news.example.com/rss", facts, SEEN, None, Guard())
    except ParseFailed as failed:
        assert len(str(failed).splitlines()) == 1, repr(str(failed))
        return
    plain_events(parsed)


def between(body: bytes) -> None:
    """Have a feed read with damage between two good items: both are there, whatever the damage."""
    whole = rss(GOOD_1, "DAMAGE", GOOD_2).replace(b"DAMAGE", b"<item>" + body + b"</item>")
    parsed = PARSERS["feed"](whole, None, "https://news.example.com/rss", WIRE, SEEN, None, Guard())
    plain_events(parsed)
    assert {candidate.title for candidate in parsed.candidates} >= NEIGHBOURS


def again(body: bytes) -> None:
    """Have a feed read after a good one, and after itself: what is remembered changes nothing of what it says."""
    try:
        whole = whole_feed(body)
    except ParseFailed:
        whole = None
    for before in (*FEEDS, body):
        try:
            page = put(body, read_feed(before))
        except ParseFailed:
            assert whole is None or before == body
            continue
        assert whole is not None
        insist_on_the_same(page, whole)


def as_it_is(body: bytes) -> bytes:
    """Pack nothing."""
    return body


def as_article(body: bytes) -> bytes:
    """Put a page behind the event that it belongs to."""
    return pack_article(ArticleParts(header=event_to_json(HEADER), page=body))


def as_filing(kind: str, name: str, body: bytes) -> bytes:
    """Put a document behind the event of its filing."""
    header = msgspec.structs.replace(HEADER, kind="filing", form=kind, accession="0009990001-26-000001")
    document = Document(sequence=1, type=kind, filename=name, content=body)
    return pack_parts(FilingParts(header=event_to_json(header), documents=(document,)))


WIRE = SourceFacts(id="wire")
MAILBOX = about_mail(SourceFacts(id="m"), uid=7, size=900, received_ms=SEEN, whole=True)
EDGAR = SourceFacts(id="edgar", kind="filing", trust="high", language="en", full_text=True)
FILES = SourceFacts(id="drop")
ITEM = item("A lease", guid="1", link="/1", text="<p>An &amp; <b>item</b></p>", date="Tue, 03 Jun 2025 09:05:00 ET")
ATOM = (
    "<entry><id>urn:1</id><title type='html'>T &lt;b&gt;</title><updated>2025-06-03T10:00:00Z</updated>"
    "<link href='/1'/><summary type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>x</div></summary></entry>"
)
FEEDS = [rss(GOOD_1, ITEM, GOOD_2), atom(ATOM, ATOM.replace("urn:1", "urn:2"))]
JSON_FEED = json.dumps(
    {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "A", "content_html": "<p>x</p>",
     "url": "https://e.example/1", "date_published": "2025-06-03T10:00:00Z"}]}
).encode()  # fmt: skip
MAIL = (HEAD + several("alternative", part("text/plain", "Vega leases"), part("text/html", "<p>Vega"))).encode()
ROBOTS = b"User-agent: *\nDisallow: /*.pdf$\nAllow: /news\nCrawl-delay: 5\n"
INDEX = b"Form Type   Company Name                    CIK         Date Filed  File Name\n" + b"-" * 100 + b"\n"
API = api(
    fields={"id": "$.id", "title": "$.title", "url": "$.url", "published": "$.at", "tickers": "$.t", "body": "$.b"}
)
FORM_4 = ownership(trade())
EIGHT_K = b"<html><body><p>Item 1.01 Entry into a Material Definitive Agreement.</p><p>Vega leases.</p></body></html>"

DOCUMENTS = [
    Target(
        "feed",
        [*FEEDS, JSON_FEED],
        partial(parse, "feed", WIRE, as_it_is),
    ),
    Target("feed-again", FEEDS, again),
    Target("feed-item", [ITEM[6:-7].encode()], between),
    Target(
        "json",
        [document(row(1, at="2025-06-03", t=["VGRD"], b="<p>x"), row(2))],
        partial(parse, "json", API.facts(), as_it_is),
    ),
    Target("page", [PAGE.encode()], partial(parse, "page", page_config().facts(), as_it_is)),
    Target("mail", [MAIL, (HEAD + "\nplain text\n").encode()], partial(parse, "mail", MAILBOX, as_it_is)),
    Target(
        "push",
        [b'{"events": [{"title": "A", "published_at": "2025-06-03T10:00:00Z", "facts": {"a": 1}}]}'],
        partial(parse, "push", SourceFacts(id="inbox"), as_it_is),
    ),
    Target(
        "files", [MAIL, PAGE.encode(), JSON_FEED, b"A title\n\nA text.\n"], partial(parse, "files", FILES, as_it_is)
    ),
    Target("robots", [ROBOTS], partial(parse, "robots", WIRE, as_it_is)),
    Target(
        "edgar",
        [page(entry(1, items=(("1.01", "Entry"),)), entry(2)), COMPANY.encode()],
        partial(parse, "edgar", EDGAR, as_it_is),
    ),
    Target("edgar-index", [INDEX], partial(parse, "edgar-index", EDGAR, as_it_is)),
    Target(
        "edgar-submissions",
        [b'{"cik": "0000000001", "name": "V", "filings": {"recent": {"accessionNumber": []}}}'],
        partial(parse, "edgar-submissions", EDGAR, as_it_is),
    ),
    Target("edgar-header", [SUBMISSION], partial(parse, "edgar-header", EDGAR, as_it_is)),
    Target("filing-index", [SUBMISSION, PAGE.encode()], partial(parse, "filing-index", EDGAR, as_it_is)),
    Target(
        "filing-text", [EIGHT_K, FORM_4], partial(parse, "filing-text", EDGAR, partial(as_filing, "8-K", "d8k.htm"))
    ),
    Target("form-4", [FORM_4], partial(parse, "filing-text", EDGAR, partial(as_filing, "4", "form4.xml"))),
    Target("article", [article_page().encode()], partial(parse, "article", WIRE, as_article)),
]
"""Documents of sources, each through the parser that a worker would use."""

TARGETS: Mapping[str, Target] = {
    target.name: target
    for target in [*DOCUMENTS, *(Target(name, seeds, check) for name, seeds, check in targets_text.TEXTS)]
}
"""All targets by name; the folders of the corpus are called so."""
