"""1 to 34: the bytes of a feed, over real HTTP, through the real poller and a real parse worker.

Where a document is one, its two good neighbours are events whatever stands between them; where it is none, the source
fails in one sentence.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.case import Case, hostile
from tests.hostile.feeding import fed, neighbour
from tests.net.lag import LoopLag
from tests.sources.make import GOOD_1, GOOD_2, item, rss
from tests.support.behaviours import answer
from tests.workers.polling import Wire

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEIGHBOURS = ["Lumen Labs cuts its outlook", "Vega Grid leases Orion"]
MIB = 1 << 20


@dataclass(frozen=True)
class Document:
    """What is served, and what must come of it."""

    body: Callable[[], bytes]
    titles: tuple[str, ...] = ()
    """Events beside the neighbours."""
    told: str = ""
    """Stands in the line of the log; empty: there is nothing to tell."""
    content_type: str = "application/rss+xml"


def between(text: str) -> Callable[[], bytes]:
    """Put something between two good items."""
    return lambda: rss(GOOD_1, text, GOOD_2)


def one(number: int, name: str, body: Callable[[], bytes], *titles: str, told: str = "", **more: Any) -> Any:
    return pytest.param(Document(body, titles, told, **more), marks=hostile(number, name), id=f"{number} {name}")


def declared(encoding: str, text: str = "Société") -> str:
    items = GOOD_1 + item(text, guid="b") + GOOD_2
    return f"<?xml version='1.0' encoding='{encoding}'?><rss version='2.0'><channel>{items}</channel></rss>"


def with_prolog(prolog: str) -> Callable[[], bytes]:
    """Put a DOCTYPE before a feed with an item that uses its entity."""
    rest = rss(GOOD_1, "<item><guid>b</guid><title>x&j;y</title></item>", GOOD_2).split(b"?>\n", 1)[1]
    return lambda: prolog.encode() + rest


LAUGHS = '<!DOCTYPE rss [<!ENTITY a "lol">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
) + ' <!ENTITY j "&j;&i;">]>'  # fmt: skip


REPAIRED = [
    one(4, "truncated XML", lambda: rss(GOOD_1, GOOD_2, item("half", text="long " * 50))[:-120], told="cut off"),
    one(5, "NUL bytes", lambda: rss(GOOD_1, GOOD_2).replace(b"Example", b"\0Ex\0ample\0"), told="control characters"),
    one(
        6,
        "invalid UTF-8",
        lambda: rss(GOOD_1, GOOD_2).replace(b"Example", b"Ex\xff\xc0\xafmple"),
        told="read as Windows-1252",
    ),
    one(7, "UTF-16 with a BOM", lambda: declared("utf-16").encode("utf-16"), "Société"),
    one(7, "UTF-16 without a BOM", lambda: declared("utf-16").encode("utf-16-le"), "Société"),
    one(8, "wrong declared charset", lambda: declared("utf-8").encode("latin-1"), "Société", told="Windows-1252"),
    one(9, 'encoding="undefined"', lambda: declared("undefined").encode(), "Société", told="declared as undefined"),
    one(
        10,
        'encoding="utf-7"',
        lambda: declared("utf-7", "+ADw-b+AD4-").encode(),
        "+ADw-b+AD4-",
        told="declared as utf-7",
    ),
    one(11, "half a surrogate pair, &#xD800;", between("<item><title>x&#xD800;y</title></item>"), "xy"),
    one(12, "a reference beyond Unicode, &#x110000;", between("<item><title>x&#x110000;y</title></item>"), "xy"),
    one(13, "control characters", between(item("x\x01\x0b\x1b\x7fy", guid="b")), "xy", told="control characters"),
    one(14, "billion laughs", with_prolog(LAUGHS), "x&j;y", told="DOCTYPE"),
    one(
        15,
        "quadratic entity",
        with_prolog(f'<!DOCTYPE rss [<!ENTITY j "{"x" * 100_000}">]>'),
        "x&j;y",
        told="DOCTYPE",
    ),
    one(
        16,
        "external entity, file",
        with_prolog('<!DOCTYPE rss [<!ENTITY j SYSTEM "file:///etc/hostname">]>'),
        "x&j;y",
        told="DOCTYPE",
    ),
    one(
        19,
        "elements nested a million deep",
        between("<item><title>deep</title>" + "<a>" * 1_000_000 + "</item>"),
        told="nested deeper than 200 elements",
    ),
    one(
        20,
        "an attribute of 5 MB",
        between(f'<item a="{"x" * 5_000_000}"><title>xy</title></item>'),
        "xy",
        told="attributes of an element were dropped",
    ),
    one(
        21,
        "100,000 attributes",
        between("<item " + " ".join(f'a{n}="1"' for n in range(100_000)) + "><title>xy</title></item>"),
        "xy",
        told="attributes of an element were dropped",
    ),
    one(
        22,
        "100,000 namespaces",
        between("<item " + " ".join(f'xmlns:n{n}="u:{n}"' for n in range(100_000)) + "><title>xy</title></item>"),
        "xy",
        told="attributes of an element were dropped",
    ),
    one(
        23,
        "500,000 empty items",
        lambda: rss(GOOD_1, GOOD_2, "<item/>" * 500_000),
        told="entries rejected: no guid, link, title or text",
    ),
    one(
        25,
        "one item of 5 MB",
        between(
            f"<item><title>xy</title><description><![CDATA[{'<p>word word</p>' * 320_000}]]></description></item>"
        ),
        "xy",
    ),
    one(
        26,
        "style attribute that costs quadratic time",
        between(item("xy", text=f'<p style="{"a" * 60_000}!">')),
        "xy",
    ),
    one(
        27,
        "author that costs quadratic time",
        between(f"<item><title>xy</title><author>a@{'a.' * 40_000}!</author></item>"),
        "xy",
        told="the name of an author was cut",
    ),
    one(
        28,
        "comments without end, <!-- repeated",
        between("<item><title>xy</title>" + "<!--" * 100_000 + "</item>"),
        "xy",
        told="comment or instruction that never ends",
    ),
    one(
        29,
        "CDATA that is never closed",
        between("<item><title>xy</title><description><![CDATA[never</description></item>"),
        "xy",
        told="CDATA",
    ),
    one(
        30,
        "<psc:chapter/>, which breaks feedparser",
        between("<item><title>xy</title><psc:chapter/></item>"),
        "xy",
        told="break the parser",
    ),
    one(
        31,
        "bare <gml:pos>, which breaks feedparser",
        between('<item xmlns:gml="http://www.opengis.net/gml"><title>xy</title><gml:pos>1 2</gml:pos></item>'),
        "xy",
    ),
    one(
        32,
        "xml:base that is no URL",
        between('<item xml:base="http://[bad"><title>xy</title><link>/1</link></item>'),
        "xy",
    ),
    one(
        34,
        "Atom and RSS mixed",
        between('<entry xmlns="http://www.w3.org/2005/Atom"><id>u:x</id><title>xy</title></entry>'),
        "xy",
    ),
]


@pytest.mark.parametrize("document", REPAIRED)
async def test_what_can_be_repaired_costs_no_neighbour(case: Case, wire: Wire, document: Document) -> None:
    body = document.body()
    left = await fed(case, wire, answer(body, headers={"Content-Type": document.content_type}))
    assert sorted(left.titles) == sorted([*NEIGHBOURS, *document.titles]), left.error
    assert left.polled.state.state == "fine"
    if document.told:
        assert document.told in " ".join(left.told)
    case.says(f"{len(left.titles)} events, the neighbours among them", *left.told)


REFUSED = [
    one(1, "empty body", lambda: b"", told="the document is empty"),
    one(1, "a BOM and blanks", lambda: b"\xef\xbb\xbf \n\0", told="the document is empty"),
    one(
        2,
        "HTML login page with status 200",
        lambda: b"<!DOCTYPE html><html><title>Please &amp; log in</title></html>",
        told="an HTML page instead of a feed (a login or error page?), titled “Please log in”",
    ),
    one(3, "JSON that is no feed", lambda: b'{"error": "not found"}', told="JSON, but no JSON Feed"),
    one(3, "JSON nested 100,000 deep", lambda: b"[" * 100_000, told="JSON that is nested too deep"),
    one(
        4,
        "XML cut off in its first entry",
        lambda: b"<rss version='2.0'><channel><item><title>Half a",
        told="the document is cut off before the end of its first entry",
    ),
    one(
        24,
        "a real feed of 20 MB",
        lambda: rss(*(item(f"t{n}", text="word " * 400) for n in range(10_000))),
        told="sends more than 5 MiB",
    ),
]


@pytest.mark.parametrize("document", REFUSED)
async def test_what_is_no_feed_fails_in_one_sentence(case: Case, wire: Wire, document: Document) -> None:
    left = await fed(case, wire, answer(document.body(), etag='"1"'))
    assert left.polled.outcome == "failed"
    assert document.told in left.error
    assert left.told == [left.error], "one line, however often it fails"
    assert not wire.conditional(), "its ETag is not believed"
    case.says(f"the poll fails: {left.error}")


@hostile(33, "a body that is a local path")
async def test_a_body_that_is_a_local_path_opens_no_file(case: Case, wire: Wire, tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(rss(GOOD_1))
    left = await fed(case, wire, answer(str(path).encode()))
    assert (left.titles, left.polled.outcome) == ([], "failed")
    case.says(f"not opened, the poll fails: {left.error}")


@pytest.mark.parametrize(
    "doctype",
    [
        pytest.param('rss [<!ENTITY j SYSTEM "{}">]', marks=hostile(17, "external entity, http")),
        pytest.param('rss [<!ENTITY % j SYSTEM "{}"> %j;]', marks=hostile(17, "external parameter entity")),
        pytest.param('rss SYSTEM "{}"', marks=hostile(18, "external DTD")),
    ],
)
async def test_nothing_that_a_document_names_is_fetched(case: Case, wire: Wire, doctype: str) -> None:
    outside = wire.server.script("/outside", answer(b"<!ENTITY j 'fetched'>"))
    left = await fed(case, wire, answer(with_prolog(f"<!DOCTYPE {doctype.format(outside)}>")()))
    assert sorted(left.titles) == sorted([*NEIGHBOURS, "x&j;y"])
    assert wire.server.to("/outside") == []
    case.says("3 events, nothing fetched", *left.told)


@hostile(24, "a real feed of 20 MB, with max_bytes raised", slow=True)
async def test_a_feed_of_20_mb_that_is_wanted_is_read_or_stopped_in_its_time(case: Case, wire: Wire) -> None:
    chance = random.Random(24)
    words = ["lease", "outlook", "guidance", "merger", "<b>cut</b>", "é", "&amp;"]
    items = (item(f"t{n}", guid=str(n), text=" ".join(chance.choices(words, k=450))) for n in range(5_100))
    body = rss(*items)
    wire.settings["max_bytes"] = 32 * MIB
    wire.serve(*(answer(body + b"\n" * n) for n in range(3)))
    lags = []
    for _ in range(3):
        async with LoopLag() as lag:
            polled = await wire.poll()
        lags.append(lag)
    case.free(min(lags, key=lambda one: one.busy_s))  # the best of three: the machine may have other things to do
    await neighbour(wire)
    assert wire.state.events or polled.outcome == "failed", "it gets on, or somebody is told that it does not"
    case.says(
        f"{len(body) / MIB:.0f} MiB: {wire.state.events:,} events",
        polled.state.error or "5,000 entries are read at most",
    )
