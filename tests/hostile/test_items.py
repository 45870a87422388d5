"""59 to 78: items that somebody wrote carelessly or with intent, from the feed to the wires of every receiver.

A good item stands before and behind each; it arrives whatever becomes of the one between.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import pytest
import pytest_asyncio

from alertd.base.clock import parse_rfc3339
from alertd.model import Event
from alertd.net.client import HttpClient
from tests.hostile.case import Case, hostile
from tests.hostile.feeding import fed
from tests.hostile.road import Arrived, Road, everything
from tests.net.lag import LoopLag
from tests.sources.edgar_pages import entry
from tests.sources.make import GOOD_1, GOOD_2, item, rss
from tests.support.behaviours import answer
from tests.support.desk import SECRET
from tests.support.edgar import EdgarSite
from tests.support.slack import FakeSlack
from tests.support.smtp import FakeRelay
from tests.support.webhook import WebhookReceiver
from tests.workers.edgar_polling import Edgar
from tests.workers.polling import CountingPool, Wire

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEIGHBOURS = ["Lumen Labs cuts its outlook", "Vega Grid leases Orion"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def road() -> AsyncIterator[Road]:
    with FakeRelay() as relay:
        async with FakeSlack() as slack, WebhookReceiver([SECRET]) as hooks, HttpClient("alertd test") as http:
            running = Road(http, slack, hooks, relay)
            yield running
            await running.close()


async def arrive(case: Case, wire: Wire, road: Road, *items: str, polls: int = 1) -> list[Arrived]:
    """Publish items between good neighbours; gives what arrived but the neighbours."""
    body = rss(GOOD_1, *items, GOOD_2)
    wire.serve(answer(body))
    async with LoopLag() as lag:
        for _ in range(polls):
            assert (await wire.poll()).state.state == "fine"
        arrived = await road.drive(wire.store, wire.clock)
    case.free(lag)
    titles = [one.event.title for one in arrived]
    assert [title for title in titles if title in NEIGHBOURS] == NEIGHBOURS
    return [one for one in arrived if one.event.title not in NEIGHBOURS]


async def the_one(case: Case, wire: Wire, road: Road, written: str) -> Arrived:
    (one,) = await arrive(case, wire, road, written)
    return one


@hostile(59, "no guid")
async def test_items_without_a_guid_are_told_apart_and_known_again(case: Case, wire: Wire, road: Road) -> None:
    items = [item("A", link="https://e.example/1"), item("B", link="https://e.example/2"), item("C", text="c")]
    arrived = await arrive(case, wire, road, *items, polls=2)
    assert [one.event.title for one in arrived] == ["A", "B", "C"]
    wire.serve(answer(rss(*reversed(items))))
    await wire.poll()
    assert await wire.titles() == [], "and none of them is new the next time"
    case.says("known by link, else by text: each alerts once")


@hostile(60, "duplicate guids")
async def test_items_with_one_guid_are_told_apart(case: Case, wire: Wire, road: Road) -> None:
    items = [item(title, guid="same", link=f"https://e.example/{title}") for title in ("A", "B", "C")]
    arrived = await arrive(case, wire, road, *items, items[0], polls=2)
    assert [one.event.title for one in arrived] == ["A", "B", "C"]
    case.says("guid and link together name an item: each alerts once")


@hostile(61, "guid that is another at each poll")
async def test_items_whose_guid_changes_alert_once(case: Case, wire: Wire, road: Road) -> None:
    for poll in range(5):
        items = [item(f"Item {n}", guid=f"{poll}-{n}", link=f"https://e.example/{n}") for n in range(6)]
        wire.serve(answer(rss(GOOD_1, *items, GOOD_2)))
        await wire.poll()
    arrived = await road.drive(wire.store, wire.clock)
    assert len(arrived) == 8
    notices = await wire.reasons("notice")
    assert notices == ["mass_republish"]
    case.says("each alerts once", f"the operator is told: {', '.join(notices)}")


@hostile(62, "guid of 10 MB")
async def test_a_huge_guid_is_only_a_name(case: Case, wire: Wire) -> None:
    wire.settings["max_bytes"] = 16 << 20
    left = await fed(case, wire, answer(rss(GOOD_1, item("A", guid="g" * 10_000_000), GOOD_2)))
    assert sorted(left.titles) == ["A", *NEIGHBOURS]
    case.says("3 events", "kept as a hash")


DATES = [
    ("2038", "Tue, 19 Jan 2038 03:14:08 GMT"),
    ("9999", "9999-12-31T23:59:59Z"),
    ("1970", "1970-01-01T00:00:00Z"),
    ("1748", "Thu, 05 May 1748 00:00:00 GMT"),
    ("10000", "10000-01-01"),
    ("a number of 400 figures", "9" * 400),
    ("+99:99", "2025-06-03T00:00:00+99:99"),
]


@pytest.mark.parametrize(
    "date", [pytest.param(date, marks=hostile(63, f"published in {name}"), id=name) for name, date in DATES]
)
async def test_a_date_out_of_this_world_changes_nothing_but_what_is_shown(
    case: Case, wire: Wire, road: Road, date: str
) -> None:
    one = await the_one(case, wire, road, item("A", guid="1", date=date))
    assert believed(one.event)
    case.says(f"alerts; published {one.event.published_at or 'not believed'}")


def believed(event: Event) -> bool:
    """Tell whether the time that counts lies within 30 days before and 5 minutes after it was seen."""
    at, seen = parse_rfc3339(event.event_at), parse_rfc3339(event.seen_at)
    return seen - 30 * 86_400_000 <= at <= seen + 5 * 60_000


@hostile(64, "no date")
async def test_an_item_without_a_date_is_dated_when_it_is_seen(case: Case, wire: Wire, road: Road) -> None:
    one = await the_one(case, wire, road, item("A", guid="1"))
    assert (one.event.published_at, one.event.event_at) == (None, one.event.seen_at)
    case.says("alerts; dated when it was seen")


@hostile(65, "“ET” in June")
async def test_eastern_time_is_that_of_its_day(case: Case, wire: Wire, road: Road) -> None:
    one = await the_one(case, wire, road, item("A", guid="1", date="Tue, 03 Jun 2025 09:05:00 ET"))
    assert one.event.published_at == "2025-06-03T13:05:00.000Z"
    case.says("summer time: 09:05 ET is 13:05 UTC")


@hostile(66, "title with CRLF and Bcc:")
async def test_a_title_adds_no_header(case: Case, wire: Wire, road: Road) -> None:
    one = await the_one(case, wire, road, item("Deal\r\nBcc: all@example.com\r\n\r\n<b>", guid="1"))
    message = one.mail.message
    assert "Bcc" not in message and one.mail.recipients == ["pm@example.com"]
    assert "Deal Bcc: all@example.com" in str(message["Subject"])
    case.says("one line of text in every receiver; the mail has no Bcc")


@dataclass(frozen=True)
class Title:
    """What is written as a title, and the text that it must be."""

    written: str
    text: str


def titled(number: int, name: str, written: str, text: str | None = None) -> Any:
    told = Title(written, written if text is None else text)
    return pytest.param(told, marks=hostile(number, name), id=f"{number} {name}")


TITLES = [
    titled(67, "<!channel>", "<!channel> sells <!here> <@U0123>"),
    titled(67, "<http://evil|bank>", "See <http://evil.example|your bank>"),
    titled(67, "*bold* _and_ `code`", "*Acme* _merges_ `now` ~soon~"),
    titled(68, "script in a title", "<script>alert('x')</script>Acme <b>merges</b>", "Acme merges"),
    titled(68, "event handler in a title", '<img src=x onerror="alert(1)">Acme', "Acme"),
    titled(68, "HTML that is text", "&lt;script&gt;alert(1)&lt;/script&gt; Acme", "<script>alert(1)</script> Acme"),
    titled(70, "bidi and invisible characters", "Acme\u202e evil\u2066 \u200bmer\u200dger\ufeff", "Acme evil merger"),
    titled(70, "tag characters", "Acme\U000e0041\U000e0042 merges", "Acme merges"),
    titled(73, "emoji, combining, right to left", "Zoë 日本 שלום 👩‍👩‍👧 é"),
    titled(73, "300 combining marks", "Z" + "\u0301" * 300 + "algo"),
    titled(74, "formula", '=HYPERLINK("http://evil.example","Open")'),
    titled(74, "formulas of other signs", "+1+cmd|' /C calc'!A0"),
    titled(75, "template braces", "{{7*7}} ${7*7} {% raise %} #{7*7}"),
    titled(75, "format strings", "%s%n {0.__class__} $(id) `id`"),
]


@pytest.mark.parametrize("title", TITLES)
async def test_a_title_is_text_and_nothing_else(case: Case, wire: Wire, road: Road, title: Title) -> None:
    one = await the_one(case, wire, road, item(title.written, guid="1"))
    assert one.event.title.startswith(title.text[:20])
    if "300" not in case.name:
        assert one.event.title == title.text
        assert one.hook["data"]["event"]["title"] == title.text
        assert title.text[:40] in " ".join(one.mail.part("plain").split())
    html = one.mail.part("html")
    assert "<script>" not in html and "onerror=" not in html.replace("onerror=&", "")
    assert not set(everything(one)) & set("\u202e\u2066\u200b\ufeff\U000e0041")
    assert "49" not in one.event.title
    case.says(f"the text {one.event.title[:24]!a}")


LINKS = ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "java\tscript:alert(1)", "https://[bad",
         "vbscript:x", "https://jo:CANARY@e.example/"]  # fmt: skip


@hostile(69, "javascript: and other links")
async def test_only_links_of_the_web_are_links(case: Case, wire: Wire, road: Road) -> None:
    items = [item(f"A{n}", guid=str(n), link=link) for n, link in enumerate(LINKS)]
    arrived = await arrive(case, wire, road, *items)
    assert len(arrived) == len(LINKS)
    for one in arrived:
        assert one.event.url == ""
        assert not [link for link in LINKS if link in everything(one)]
    case.says(f"{len(LINKS)} of them: events without a link")


@hostile(71, "lone surrogates")
async def test_half_a_character_does_not_reach_a_receiver(case: Case, wire: Wire, road: Road) -> None:
    half = b"<item><guid>2</guid><title>a\xed\xa0\x80b</title></item>"
    written = rss(GOOD_1, "<item><guid>1</guid><title>a&#xD800;b</title></item>", "HALF", GOOD_2)
    wire.serve(answer(written.replace(b"HALF", half)))
    await wire.poll()
    arrived = await road.drive(wire.store, wire.clock)
    assert len(arrived) == 4
    for one in arrived:
        everything(one).encode()  # raises where a half is left
    case.says("removed, or replaced; both items alert")


@hostile(72, "title of 5,000 characters")
async def test_a_long_title_is_cut_at_a_word(case: Case, wire: Wire, road: Road) -> None:
    one = await the_one(case, wire, road, item("word " * 1_000, guid="1"))
    assert len(one.event.title) <= 500 and one.event.title.endswith("word…")
    assert len(one.slack["text"]) <= 110
    assert len(str(one.mail.message["Subject"])) <= 200
    case.says(f"cut to {len(one.event.title)} characters, on a phone to {len(one.slack['text'])}")


@hostile(72, "title without a blank")
async def test_a_long_word_is_cut(case: Case, wire: Wire, road: Road) -> None:
    one = await the_one(case, wire, road, item("x" * 5_000, guid="1", text=escape("y" * 50_000)))
    assert len(one.event.title) <= 500
    assert max(map(len, one.mail.raw.splitlines())) <= 998, "RFC 5322: or relays refuse it"
    case.says(f"cut to {len(one.event.title)} characters; no line of the mail is longer than 998")


# --- filings ------------------------------------------------------------------------------------------


@pytest_asyncio.fixture(loop_scope="module")
async def edgar(wire: Wire, http: HttpClient, pool: CountingPool) -> AsyncIterator[Edgar]:
    async with EdgarSite() as site:
        yield Edgar(wire.store, http, pool, site)


async def filed(edgar: Edgar, road: Road, *entries: str) -> list[Arrived]:
    """Announce filings, newest first; gives what arrived."""
    edgar.site.show([entry.encode() for entry in entries])
    assert (await edgar.poll()).state.state == "fine"
    return await road.drive(edgar.store, edgar.clock)


@hostile(76, "CIK with leading zeros")
async def test_a_cik_keeps_its_zeros(case: Case, edgar: Edgar, road: Road) -> None:
    (one,) = await filed(edgar, road, entry(cik=320_193, name="Example Inc."))
    assert [filer["cik"] for filer in one.event.filers] == ["0000320193"]
    assert "0000320193" in everything(one)
    case.says("0000320193, ten figures and a text wherever it goes")


@hostile(77, "amended filing, 8-K/A")
async def test_an_amendment_is_news_of_its_own(case: Case, edgar: Edgar, road: Road) -> None:
    edgar.settings["forms"] = ["8-K", "8-K/A"]
    arrived = await filed(edgar, road, entry(2, form="8-K/A"), entry(1))
    assert sorted(one.event.form or "" for one in arrived) == ["8-K", "8-K/A"]
    assert len({one.event.id for one in arrived}) == 2
    case.says("2 alerts: the filing and its amendment")


@hostile(78, "one accession number for several filers")
async def test_a_filing_of_several_filers_is_one_event(case: Case, edgar: Edgar, road: Road) -> None:
    filers = [(f"Filer {n} Corp.", 9_990_001 + n, role) for n, role in enumerate(("Subject", "Filed by", "Filed by"))]
    edgar.settings["forms"] = ["SCHEDULE 13D"]
    entries = [entry(1, name, form="SCHEDULE 13D", cik=cik, role=role) for name, cik, role in filers]
    (one,) = await filed(edgar, road, *entries)
    assert len(one.event.filers) == 3
    case.says("1 alert, with all 3 filers")
