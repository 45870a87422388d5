"""The text of an article: taken from a page for everybody, kept beside what the entry said, refused with a reason."""

from __future__ import annotations

import contextlib
import subprocess
import sys

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.errors import ParseFailed
from alertd.model import Event, event_from_json, event_to_json
from alertd.sources.article import MAX_ELEMENTS, ArticleParts, has_articles, pack_article, parse_article
from alertd.sources.events import SourceFacts
from alertd.sources.parsepool import ParseJob, ParsePool
from alertd.sources.pdf import has_pdf
from alertd.sources.plain import MAX_BODY
from tests.sources.edgar_pages import SEEN
from tests.support.articles import ARTICLE, article_page
from tests.support.pdf import pdf

pytestmark = pytest.mark.skipif(not has_articles(), reason="needs the extra alertd[articles]")

URL = "https://wire.example.com/news/orion"
HEADER = Event(id="ev_1", source="wire", title="Vega Grid leases Orion", body="Vega Grid leases its supercomputer.",
               url=URL, awaiting="full_text")  # fmt: skip
PAID = {
    "json": '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>',
    "a string": '<script type="application/ld+json">{"isAccessibleForFree" : "False"}</script>',
    "a part": '<script type="application/ld+json">{"hasPart": {"isAccessibleForFree":false}}</script>',
    "locked": '<meta property="article:content_tier" content="locked">',
    "metered": "<meta content='metered' name='article:content_tier'/>",
}


def event(page: str | bytes, *, header: Event = HEADER, url: str = URL, kind: str | None = "text/html") -> Event:
    body = page.encode() if isinstance(page, str) else page
    parts = pack_article(ArticleParts(header=event_to_json(header), page=body))
    parsed = parse_article(parts, kind, url, SourceFacts(id="wire"), SEEN, None)
    return event_from_json(bytes(parsed.candidates[0].event))


def test_the_article_is_taken_without_menus_and_footers() -> None:
    found = event(article_page())
    assert "keeps a right to reclaim the machine" in found.body
    for furniture in ("Home", "Subscribe to our newsletter", "Read more", "tracking"):
        assert furniture not in found.body
    assert (found.awaiting, found.title, found.url) == (None, HEADER.title, URL)


def test_what_the_entry_said_stays_so_that_no_rule_holds_no_longer() -> None:
    found = event(article_page())
    assert found.body.startswith("Vega Grid leases its supercomputer.\n")
    repeated = msgspec.structs.replace(HEADER, body=ARTICLE[0])
    assert event(article_page(), header=repeated).body.count(ARTICLE[0]) == 1


@pytest.mark.parametrize("sign", PAID.values(), ids=PAID.keys())
def test_what_wants_to_be_paid_is_left_alone_also_where_machines_are_shown_it(sign: str) -> None:
    with pytest.raises(ParseFailed, match="behind a pay wall"):
        event(article_page(head=sign))


def test_a_page_that_says_that_it_is_free_is_taken() -> None:
    free = '<script type="application/ld+json">{"isAccessibleForFree": true}</script>'
    tier = '<meta property="article:content_tier" content="free"><meta name="robots" content="locked">'
    assert "reclaim" in event(article_page(head=free + tier)).body


@pytest.mark.parametrize("path", ["/login?next=/news", "/sign-in/", "/subscribe", "/sso/start", "/accounts/register"])
def test_a_redirect_to_a_sign_in_is_no_article(path: str) -> None:
    with pytest.raises(ParseFailed, match="redirected to a sign-in"):
        event(article_page(), url=f"https://wire.example.com{path}")


def test_a_form_that_asks_for_a_password_is_no_article() -> None:
    with pytest.raises(ParseFailed, match="asks to sign in"):
        event("<html><body><form>Please sign in<input name=p type='password'></form></body></html>")


@pytest.mark.parametrize(
    "page",
    [
        "",
        "<html></html>",
        "<html><body><p>Just a moment…</p></body></html>",
        "plain words",
        "\x00" * 5_000,
        "<" * 9_000,
    ],
)
def test_a_page_that_says_no_more_than_the_entry_is_none(page: str) -> None:
    with pytest.raises(ParseFailed, match=r"no more than the entry|empty"):
        event(page)


def test_an_entry_longer_than_the_article_keeps_its_own_text() -> None:
    with pytest.raises(ParseFailed, match="no more than the entry"):
        event(article_page(), header=msgspec.structs.replace(HEADER, body="Word " * 2_000))


@pytest.mark.parametrize("kind", ["application/json", "image/png", "application/zip", "video/mp4"])
def test_what_is_no_page_is_refused_by_its_type(kind: str) -> None:
    with pytest.raises(ParseFailed, match="leads to no page but to"):
        event(article_page(), kind=kind)


@pytest.mark.skipif(not has_pdf(), reason="needs the extra alertd[pdf]")
def test_a_file_in_pdf_behind_a_link_is_read_whatever_its_type_says() -> None:
    for kind in ("application/pdf", "text/html", None):
        assert ARTICLE[1] in " ".join(event(pdf(ARTICLE), kind=kind).body.split())


def test_a_page_of_another_encoding_is_read() -> None:
    page = article_page(ARTICLE[0].replace("Monday", "Montag für Vega"), *ARTICLE[1:])
    assert "Montag für Vega" in event(page.encode("latin-1"), kind="text/html; charset=iso-8859-1").body


def test_a_very_long_article_is_cut_and_says_so() -> None:
    found = event(article_page(*(f"{n} {ARTICLE[0]}" for n in range(4_000))))
    assert found.truncated
    assert len(found.body.encode()) <= MAX_BODY


def test_invisible_characters_do_not_get_into_an_event() -> None:
    found = event(article_page(ARTICLE[0].replace(" ", "\u202e \u200b\u2066"), *ARTICLE[1:]))
    assert not {"\u202e", "\u200b", "\u2066"} & set(found.body)


FLOODS = {
    "deep": "<div>" * 60_000 + "x",
    "wide": "<p>a</p>" * 200_000,
    "attributes": "<p " + "a=b " * 300_000 + ">x</p>",
    "tables": "<table><tr><td>" * 30_000,
    "metas": "<meta " * 200_000,
    "inputs": "<input " * 200_000,
    "quotes": '"isAccessibleForFree"' + " " * 1_000_000,
    "entities": "<p>" + "&amp;" * 400_000,
    "comments": "<!--" * 300_000,
}


async def test_floods_end_in_a_refusal_or_a_text_before_the_worker_is_killed_over_them() -> None:
    async with ParsePool(1) as pool:
        for flood in FLOODS.values():
            parts = ArticleParts(header=event_to_json(HEADER), page=f"<html><body>{flood}".encode())
            job = ParseJob(type="article", body=pack_article(parts), content_type="text/html", base_url=URL,
                           source=SourceFacts(id="wire"), seen_at_ms=SEEN)  # fmt: skip
            with contextlib.suppress(ParseFailed):
                await pool.parse(job)
        assert pool.killed == 0


def test_a_page_of_ever_so_many_elements_is_no_article() -> None:
    with pytest.raises(ParseFailed, match="elements"):
        event("<p>a</p>" * (MAX_ELEMENTS + 1))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 3))
def test_any_damage_to_a_page_is_a_text_or_a_refusal(junk: bytes, place: int) -> None:
    page = article_page().encode()
    at = place * len(page) // 4
    try:
        event(page[:at] + junk + page[at:])
    except ParseFailed as refused:
        assert str(refused)


def test_without_the_extra_a_feed_that_asks_for_articles_is_refused_at_the_start() -> None:
    code = """
import importlib.util as u
find = u.find_spec
u.find_spec = lambda name, *more: None if name == "trafilatura" else find(name, *more)
from pydantic import ValidationError
from alertd.sources.feed import FeedConfig
FeedConfig.model_validate({"id": "a", "type": "feed", "url": "https://a.example.com/rss"})
try:
    FeedConfig.model_validate({"id": "a", "type": "feed", "url": "https://a.example.com/rss", "full_text": True})
except ValidationError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'alertd[articles]'" in done.stdout
