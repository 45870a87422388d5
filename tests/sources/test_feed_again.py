"""A feed read again: what is put together from memory is what reading all of it would have given."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alertd.model import Candidate, ParsedFeed
from alertd.sources.entry_cut import cut
from alertd.sources.feed_again import parse_again, to_remember, together
from alertd.sources.guard import FREE
from alertd.sources.wire import BARE, Again, ParseJob, is_bare
from tests.sources.make import BASE, FACTS, GOOD_1, GOOD_2, SEEN, atom, events, item, parse, rss

DATE = "Tue, 03 Jun 2025 14:00:00 GMT"
THIRD = item("Court hears Lumen", guid="good-3", text="The <![CDATA[ third ]]>", date="Tue, 03 Jun 2025 13:00:00 GMT")


def read(
    body: bytes, before: ParsedFeed | None = None, unless: str = "", content_type: str | None = None
) -> ParsedFeed:
    """Read a document as a parse worker would that is told what is remembered of the page before."""
    known = list(kept(before)) if before is not None else []
    job = ParseJob(
        type="feed", body=body, content_type=content_type, base_url=BASE, source=FACTS, seen_at_ms=SEEN,
        http_date=DATE,
    )  # fmt: skip
    return parse_again(job, Again(known=known, unless=unless), FREE)


def put(body: bytes, before: ParsedFeed) -> ParsedFeed | None:
    """Read a document after another one, and put together what was read and what is remembered."""
    return together(read(body, before), kept(before))


def kept(before: ParsedFeed) -> dict[bytes, Candidate]:
    """Give what `FeedReader` remembers of a page: nothing where two of it share a name."""
    whole = together(before, {})
    return to_remember(whole) if whole is not None else {}


def insist_on_the_same(page: ParsedFeed | None, whole: ParsedFeed) -> None:
    """Compare a page that was put together with what reading all of it gave; None has to be read as a whole."""
    if page is None:
        return
    assert bare(page) == bare(whole)
    assert (page.rejected, page.duplicates, page.repaired) == (whole.rejected, whole.duplicates, whole.repaired)
    full = {c.position: c for c in whole.candidates}
    assert all(is_bare(c) or bytes(c.event) == bytes(full[c.position].event) for c in page.candidates)


def bare(page: ParsedFeed) -> list[Candidate]:
    return [msgspec.structs.replace(candidate, event=BARE) for candidate in page.candidates]


# --- what is read ------------------------------------------------------------------------------------------------


def test_only_what_is_new_is_read() -> None:
    page = read(rss(THIRD, GOOD_1, GOOD_2), read(rss(GOOD_1, GOOD_2)))
    assert [(c.position, c.title) for c in page.candidates] == [(0, "Court hears Lumen")]
    assert events(page) == events(parse(rss(THIRD, GOOD_1, GOOD_2)))[:1]


def test_what_is_put_together_is_the_whole_page_in_its_order() -> None:
    body = rss(GOOD_2, THIRD, GOOD_1)
    page = put(body, read(rss(GOOD_1, GOOD_2)))
    assert page is not None
    assert bare(page) == bare(parse(body))
    assert [is_bare(c) for c in page.candidates] == [True, False, True]


def test_the_page_that_was_taken_in_last_is_not_read_whenever_it_was_made() -> None:
    first = read(rss(GOOD_1, head="<lastBuildDate>Tue, 03 Jun 2025 14:00:00 GMT</lastBuildDate><!-- 0.3 s -->"))
    assert first.cut is not None
    later = rss(GOOD_1, head="<lastBuildDate>Tue, 03 Jun 2025 14:05:00 GMT</lastBuildDate><!-- 0.5 s -->")
    page = read(later, unless=first.cut.digest)
    assert (page.cut, page.candidates) == (first.cut, [])
    assert read(rss(GOOD_1, GOOD_2), unless=first.cut.digest).candidates


@pytest.mark.parametrize(
    "other",
    [
        rss(item("Vega Grid leases Orion", guid="good-1", link="https://news.example.com/1", text="1st."), GOOD_2),
        rss(GOOD_1, GOOD_2, head="<language>de</language>"),
        rss(GOOD_1, GOOD_2).replace(b"encoding=\"utf-8\"", b'encoding="iso-8859-1"'),
        rss(GOOD_1, GOOD_2).replace(b'<rss version="2.0">', b'<rss version="2.0" xml:base="https://other.example.com/">'),
    ],
    ids=["its text", "the language of all", "the encoding", "what links are relative to"],
)  # fmt: skip
def test_whatever_an_entry_is_read_by_makes_it_another(other: bytes) -> None:
    first = read(rss(GOOD_1, GOOD_2))
    page = read(other, first)
    assert page.cut is not None and first.cut is not None
    assert page.cut.entries[0] != first.cut.entries[0]
    assert page.cut.digest != first.cut.digest
    assert "Vega Grid leases Orion" in [candidate.title for candidate in page.candidates]


def test_another_content_type_makes_it_another() -> None:
    first = read(rss(GOOD_1))
    assert len(read(rss(GOOD_1), first, content_type="text/xml; charset=latin-1").candidates) == 1


@pytest.mark.parametrize(
    "body",
    [
        b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "<item>A</item>"}]}',
        rss(GOOD_1).decode().encode("utf-16"),
        rss("<item><title>A</title><item><title>B</title></item></item>", GOOD_1),
        rss(GOOD_1, "<item/>"),
        rss(GOOD_1).replace(b"</item>", b"", 1),
        rss(GOOD_1, head="<!-- left open "),
        rss(GOOD_1, head="<![CDATA[ left open "),
        b"  not a feed",
        rss(GOOD_1, '<item xml:base="https://other.example.com/"><title>A</title><link>/a</link></item>'),
        rss(GOOD_1, '<item><description base="https://other.example.com/">A</description></item>'),
        rss('<x xml:base="https://a.example.com/">', GOOD_1, '</x><x xml:base="https://b.example.com/">', GOOD_2),
        rss(GOOD_1, '<item><title>A</title><feed xml:lang="de"/></item>'),
        rss(item("\u4e2d\u56fd\u7ecf\u6d4e")).decode().encode("gb2312"),
        rss(GOOD_1, head="<?x <!-- ?> <item>"),
        rss(GOOD_1).replace(b"<rss", b'<!DOCTYPE rss [<!ENTITY a "b">]><rss'),
        rss(GOOD_1, "<item <!-- ></item><!--> ><title>NEW</title></item> -->"),
        rss(GOOD_1, head="\0"),
    ],
    ids=["json", "utf-16", "an item in an item", "an empty element", "no end", "comment", "section", "text", "base",
         "a plain base", "bases between", "a feed in it", "gb2312", "an instruction", "entities",
         "a comment in a tag", "zero"],
)  # fmt: skip
def test_what_cannot_be_cut_for_sure_is_not_cut(body: bytes) -> None:
    assert cut(body) is None


def test_items_in_sections_and_comments_are_no_entries() -> None:
    for section in ("<![CDATA[</item><item>]]>", "<![cdata[</item><item><!-- ]]>"):
        found = cut(rss("<!-- <item>no</item> -->", item("A", more=section), GOOD_1))
        assert found is not None
        assert len(found.spans) == 2


@pytest.mark.parametrize(
    "body",
    [
        rss(GOOD_1, item()),
        rss(GOOD_1, "<item><title>A\x01</title><guid>x</guid></item>"),
        rss(GOOD_1, "<item><title>A</b></title><guid>x</guid></item>"),
        atom("<entry><id>a</id><title>A</title></entry>", '<at:deleted-entry ref="b" when="2025-06-03T12:00:00Z"/>'),
    ],
    ids=["nothing to tell it by", "mended", "not well-formed", "taken back"],
)  # fmt: skip
def test_a_page_with_anything_odd_is_read_whole_and_not_remembered(body: bytes) -> None:
    page = read(body, read(rss(GOOD_1)))
    assert page.cut is None
    assert page == parse(body)
    assert to_remember(page) == {}


def test_one_entry_twice_is_read_as_a_whole() -> None:
    body = rss(GOOD_1, GOOD_1)
    assert put(body, read(rss(GOOD_1))) is None
    assert read(body).cut is None
    assert read(body) == parse(body)


def test_an_entry_that_shares_the_name_of_one_that_is_remembered_is_read_with_it() -> None:
    same_guid = item("Another story", guid="good-1", link="https://news.example.com/9", text="Not the first.")
    assert put(rss(same_guid, GOOD_1), read(rss(GOOD_1, GOOD_2))) is None


# --- the same as reading all of it -------------------------------------------------------------------------------


items = st.builds(
    item,
    title=st.sampled_from(["A lease", "A merger", "Trading halt", ""]),
    guid=st.sampled_from(["1", "2", "3", ""]),
    link=st.sampled_from(["https://news.example.com/1", "/2", ""]),
    text=st.sampled_from(["One.", "Two & three.", "<item>", ""]),
    date=st.sampled_from(["Tue, 03 Jun 2025 13:00:00 GMT", "2025-06-03", ""]),
    more=st.sampled_from(["", "<!-- c -->", "<author>a@b.example (A)</author>", "<p>"]),
)
pages = st.lists(items, max_size=5)


@given(pages, pages, st.sampled_from(["", "<language>de</language>"]))
@example([GOOD_1, GOOD_2], [THIRD, GOOD_2, GOOD_1], "")
@example([item("A lease", guid="2", text="One."), item("A merger", guid="2")], [item("A merger", guid="2")], "")
def test_what_is_put_together_is_what_the_whole_would_give(
    before: Sequence[str], now: Sequence[str], head: str
) -> None:
    first = read(rss(*before, head=head))
    body = rss(*now)
    insist_on_the_same(put(body, first), parse(body))
