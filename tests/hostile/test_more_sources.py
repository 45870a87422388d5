"""111 to 128: what nobody had named, from the other kinds of sources."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from alertd.errors import ParseFailed, ParseKilled
from alertd.model import ParsedFeed
from alertd.net.client import HttpClient
from alertd.sources.events import SourceFacts
from alertd.sources.parsepool import ParseJob
from alertd.sources.pdf import has_pdf
from tests.hostile.case import Case, hostile
from tests.hostile.feeding import fed
from tests.hostile.targets import EDGAR, MAILBOX, as_filing, plain_events
from tests.net.lag import LoopLag
from tests.sources.edgar_pages import SEEN, entry, page
from tests.sources.form_documents import ownership, trade
from tests.sources.json_make import FIELDS as ROW_FIELDS
from tests.sources.json_make import api, document, row
from tests.sources.make import GOOD_1, atom, rss
from tests.sources.test_mail_text import HEAD, part, several
from tests.sources.test_page import config as page_config
from tests.support.behaviours import answer, redirect
from tests.support.http import FaultServer
from tests.support.pdf import pdf
from tests.workers.dropping import Drop
from tests.workers.json_polling import WAYS, Api, Asked
from tests.workers.listing import Listing, listing
from tests.workers.listing import row as line
from tests.workers.polling import CountingPool, Wire

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Job:
    """A document for a parse worker."""

    kind: str
    facts: SourceFacts
    body: Callable[[], bytes]
    accepts: Callable[[ParsedFeed], bool]
    """What must hold of what was read."""


def one(number: int, name: str, kind: str, facts: SourceFacts, body: Callable[[], bytes], accepts: Any = None) -> Any:
    job = Job(kind, facts, body, accepts or (lambda page: not page.candidates))
    return pytest.param(job, marks=hostile(number, name), id=f"{number} {name}")


def as_4(body: str) -> bytes:
    return as_filing("4", "form4.xml", body.encode())


def bomb() -> bytes:
    """Write a PDF whose page unpacks to 200 MB."""
    packed = zlib.compress(b" " * 200_000_000, 9)
    small = pdf(["x"])
    start = small.index(b"<< /Length")
    end = small.index(b"endstream", start)
    return (
        small[:start] + b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\n" % (len(packed), packed) + small[end:]
    )


def count(number: int) -> Callable[[ParsedFeed], bool]:
    return lambda page: len(page.candidates) == number


API = api(fields=ROW_FIELDS | {"tickers": "$.t", "body": "$.b"}).facts()
DEEP = '{"a":' * 5_000 + "1" + "}" * 5_000
JOBS = [
    one(
        111,
        "JSON row with a number of 4,000 figures",
        "json",
        API,
        lambda: document(row(1), row(2)).replace(b'"id": 2', b'"id": ' + b"9" * 4_000),
        lambda page: len(page.candidates) == 1 == len(page.rejected),
    ),
    one(
        112,
        "JSON nested 5,000 deep in a field",
        "json",
        API,
        lambda: document(row(1), row(2)).replace(b'"title": "Item 2"', b'"title": ' + DEEP.encode()),
    ),
    one(
        113,
        "page of 200,000 nested elements",
        "page",
        page_config().facts(),
        lambda: b"<html><body>" + b"<div>" * 200_000,
    ),
    one(114, "mail of 500 parts in parts", "mail", MAILBOX, lambda: _nested(500)),
    one(
        115, "mail with a header of 10 MB", "mail", MAILBOX, lambda: ("X: " + "x" * 10_000_000 + "\n" + HEAD).encode()
    ),
    one(
        116,
        "push batch of 100,000 items",
        "push",
        SourceFacts(id="inbox"),
        lambda: json.dumps({"events": [{"title": "t"}] * 100_000}).encode(),
    ),
    one(
        117,
        "push batch with NaN, 1e999 and half characters",
        "push",
        SourceFacts(id="inbox"),
        lambda: b'{"events": [{"title": "A"}, {"title": "B\\ud800", "facts": {"x": 1e999}}, {"title": NaN}]}',
        lambda page: len(page.candidates) <= 2,
    ),
    one(
        118,
        "EDGAR entry accepted in the year 9999",
        "edgar",
        EDGAR,
        lambda: page(entry(1), entry(2, accepted="9999-12-31T23:59:59-05:00")),
        lambda page: bool(page.candidates),
    ),
    one(
        119,
        "filing of 400,000 table cells",
        "filing-text",
        EDGAR,
        lambda: as_filing("8-K", "d8k.htm", b"<table><tr>" + b"<td>1</td>" * 400_000),
        count(1),
    ),
    one(
        120,
        "Form 4 of 3,000 trades with figures that are none",
        "filing-text",
        EDGAR,
        lambda: as_4(ownership(*[trade(shares="NaN", price="1e999")] * 3_000).decode()),
        count(1),
    ),
    pytest.param(
        Job("files", SourceFacts(id="drop"), bomb, lambda page: len(page.candidates) <= 1),
        marks=[
            hostile(121, "PDF of 200 kB that unpacks to 200 MB"),
            pytest.mark.skipif(not has_pdf(), reason="needs the extra alertd[pdf]"),
        ],
        id="121 PDF bomb",
    ),
]


def _nested(depth: int) -> bytes:
    text = part("text/plain", "inside")
    for level in range(depth):
        text = several("mixed", text, boundary=f"b{level}")
    return (HEAD + text).encode()


@pytest.mark.parametrize("job", JOBS)
async def test_a_document_costs_its_worker_at_most(case: Case, pool: CountingPool, job: Job) -> None:
    order = ParseJob(type=job.kind, body=job.body(), base_url="https://news.example.com/", source=job.facts,
                     seen_at_ms=SEEN, content_type=None, http_date=None)  # fmt: skip
    async with LoopLag() as lag:
        try:
            parsed = await pool.parse(order)
        except (ParseFailed, ParseKilled) as failed:
            assert len(str(failed).splitlines()) == 1
            case.says(f"refused: {failed}")
        else:
            plain_events(parsed)
            assert job.accepts(parsed), parsed.rejected
            reasons = dict.fromkeys(rejected.reason for rejected in parsed.rejected)
            case.says(f"{len(parsed.candidates)} events", *reasons)
    case.free(lag)
    good = ParseJob(type="feed", body=rss(GOOD_1), base_url="", source=SourceFacts(id="wire"), seen_at_ms=SEEN,
                    content_type=None, http_date=None)  # fmt: skip
    assert len((await pool.parse(good)).candidates) == 1


# --- over HTTP ----------------------------------------------------------------------------------------


@hostile(122, "JSON pages that never end")
async def test_a_paging_loop_ends(case: Case, wire: Wire, http: HttpClient, pool: CountingPool) -> None:
    asked = Asked(wire.store, http, pool, Api(wire.server))
    asked.settings = {"paging": WAYS["/next"], "backlog": "all"}
    turning = json.dumps({"items": [{"id": 1, "title": "Item"}], "next": "/next?p=0"}).encode()
    wire.server.script("/next", answer(turning))
    await asked.poll("/next")
    assert len(wire.server.to("/next")) < 20
    case.says(f"{len(wire.server.to('/next'))} requests, then it stops", asked.state.error or "what came is taken")


@hostile(123, "robots.txt of 10 MB")
async def test_a_huge_robots_file_is_bounded(case: Case, wire: Wire, http: HttpClient, pool: CountingPool) -> None:
    place = Listing(wire.store, http, pool, wire.server)
    wire.server.script("/robots.txt", answer(b"User-agent: *\nDisallow: /x\n" * 400_000))
    wire.server.script("/news", answer(listing(line("A"))))
    async with LoopLag() as lag:
        polled = await place.poll("/news")
    case.free(lag)
    case.says(polled.state.error or f"its first part counts; {polled.outcome}")


@hostile(124, "rows whose links are script, and titles that are markup")
async def test_rows_of_a_page_are_text(case: Case, wire: Wire, http: HttpClient, pool: CountingPool) -> None:
    place = Listing(wire.store, http, pool, wire.server)
    wire.server.script("/robots.txt", answer(status=404))
    place.show(line("A", link="javascript:alert(1)"), line("&lt;script&gt;B", link="/b"), line("C\u202e", link="/c"))
    await place.poll("/news")
    found = await place.events()
    assert {event.title for event in found} <= {"A", "<script>B", "C"}
    assert all(event.url.startswith("http") or not event.url for event in found)
    case.says(f"{len(found)} events, plain text, links of the web only")


@hostile(125, "Atom tombstones for what was never seen")
async def test_a_tombstone_withdraws_nothing_that_it_does_not_know(case: Case, wire: Wire) -> None:
    stone = "<at:deleted-entry ref='urn:{}' when='2025-06-03T10:00:00Z'/>"
    body = atom("<entry><id>urn:1</id><title>A</title></entry>", *(stone.format(n) for n in range(2, 50)))
    left = await fed(case, wire, answer(body))
    assert left.titles == ["A"]
    case.says("1 event; the others name nothing", *left.told)


@hostile(126, "ttl and max-age of a thousand years")
async def test_a_feed_cannot_ask_to_be_forgotten(case: Case, wire: Wire) -> None:
    body = rss(GOOD_1, head="<ttl>99999999999</ttl>")
    left = await fed(case, wire, answer(body, headers={"Cache-Control": "max-age=99999999999999999999"}), polls=1)
    assert (left.polled.max_age_s or 0) <= 86_400
    assert left.polled.ttl_s is None
    case.says(f"max-age is heeded for {left.polled.max_age_s or 0:,.0f} s at most, such a ttl not at all")


@hostile(127, "permanent redirect to another host")
async def test_a_permanent_redirect_changes_no_address(case: Case, wire: Wire) -> None:
    with FaultServer(host="127.0.0.9") as other:
        wire.settings["headers"] = {"X-Api-Key": "CANARY-key-of-the-desk"}
        left = await fed(case, wire, redirect(other.script("/feed", answer(rss(GOOD_1))), 301))
        assert not [request for request in other.requests if "x-api-key" in request.headers]
    assert left.titles == ["Vega Grid leases Orion"]
    assert wire.server.to("/feed"), "the address of the settings is asked each time"
    case.says("followed without the desk's headers, and said in the log; the settings' address stays")


@hostile(128, "files that are links, pipes, or have no name")
async def test_a_directory_gives_only_its_own_files(
    case: Case, tmp_path: Path, wire: Wire, pool: CountingPool
) -> None:
    drop = Drop(tmp_path / "drop", wire.store, pool)
    secret = tmp_path / "secret.txt"
    secret.write_text("CANARY")
    folder = tmp_path / "drop"
    folder.mkdir(exist_ok=True)
    (folder / "link.txt").symlink_to(secret)
    os.mkfifo(folder / "pipe.txt")
    drop.put("evil\nname\x1b[2J.txt", "A title\n\ntext")
    drop.put("good.txt", "Good title\n\ntext")
    with capture_logs() as lines:
        for _ in range(3):
            await drop.look()
    assert set(await drop.titles()) == {"A title", "Good title"}
    assert "CANARY" not in str(lines) and secret.read_text() == "CANARY"
    case.says("2 events: links and pipes are refused and never opened, odd names are taken")
