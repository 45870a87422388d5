"""Real indexes, submissions and headers of EDGAR; and a gap in real pages, filled until nothing is missing."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.errors import ParseFailed
from alertd.model import ParsedFeed, SourceState, event_from_json
from alertd.net.client import HttpClient
from alertd.rules.filing import canonical_form
from alertd.sources.edgar import parse_page
from alertd.sources.edgar_header import parse_header
from alertd.sources.edgar_index import parse_index
from alertd.sources.edgar_page import read_page
from alertd.sources.edgar_submissions import parse_submissions
from alertd.sources.events import SourceFacts
from alertd.sources.parsepool import ParsePool
from alertd.store.memory import MemoryStore
from alertd.workers.edgar_pages import EdgarPages
from alertd.workers.edgar_poll import EdgarPoll
from alertd.workers.intake import Intake
from alertd.workers.notices import Notices
from alertd.workers.poll import Poll
from alertd.workers.sec_requests import SecRequests
from alertd.workers.source_health import SourceHealth
from tests.sources.edgar_files import Made
from tests.support.edgar import EdgarSite, page, recorded
from tests.support.shared import shared_data
from tests.workers.edgar_gaps_rig import Gaps

FACTS = SourceFacts(id="edgar", kind="filing", trust="high", language="en")
NOW = parse_rfc3339("2025-12-12T18:05:00-05:00")


def documents(name: str) -> bytes:
    return (shared_data("edgar") / "documents" / name).read_bytes()


def read(parser: Any, body: bytes, base: str = "https://www.sec.gov/", **reads: Any) -> ParsedFeed:
    found: ParsedFeed = parser(body, None, base, msgspec.structs.replace(FACTS, reads=reads), NOW, None)
    return found


# --- the files ------------------------------------------------------------------------------------------


def test_every_row_of_a_real_index_is_read() -> None:
    body = documents("form.20200318.idx")
    rows = [line for line in body.decode("latin-1").splitlines()[10:] if line.strip()]
    truth = {re.findall(r"\d{10}-\d\d-\d{6}", row)[-1]: row[:12].strip() for row in rows}
    parsed = read(parse_index, body, day="2020-03-18")
    assert (len(parsed.listed), parsed.rejected) == (len(truth), [])
    events = [event_from_json(bytes(one.event)) for one in parsed.candidates]
    assert {event.accession: event.form for event in events} == truth
    filers = Counter(re.findall(r"\d{10}-\d\d-\d{6}", row)[-1] for row in rows)
    most, count = filers.most_common(1)[0]
    event = next(event for event in events if event.accession == most)
    assert len(event.filers) == count > 1


def test_other_real_indexes_are_read_or_refused_in_words() -> None:
    assert len(read(parse_index, documents("badform.idx.txt")).listed) == 9
    for name, said in (
        ("empty-form.idx", "without a single filing"),
        ("company.20221003.idx", "no index of EDGAR by form"),
    ):
        with pytest.raises(ParseFailed, match=said):
            read(parse_index, documents(name))


def test_real_submissions_are_read_whole() -> None:
    for file in sorted(shared_data("edgar").glob("submissions_json/*.json")):
        told = json.loads(file.read_bytes())
        columns = told.get("filings", {}).get("recent", told)
        parsed = read(parse_submissions, file.read_bytes(), f"https://data.sec.gov/submissions/{file.name}")
        assert len(parsed.candidates) == len(parsed.listed) == len(columns.get("accessionNumber", [])), file.name
        assert parsed.rejected == []


def accepted(parsed: ParsedFeed) -> dict[str, str]:
    events = (event_from_json(bytes(one.event)) for one in parsed.candidates)
    return {event.accession or "": event.accepted_at or "" for event in events}


def test_the_z_of_submissions_is_utc_as_pages_and_headers_of_the_same_filings_prove() -> None:
    shown: dict[str, str] = {}
    for file in shared_data("edgar").glob("getcurrent/poll1_*/*.xml"):
        found = parse_page(file.read_bytes(), None, "https://www.sec.gov/", FACTS, NOW, None)
        shown |= accepted(found)
    for file in shared_data("edgar").glob("full_submission/*/*.txt"):
        text = file.read_bytes()[:20_000].decode("latin-1")
        if found_time := re.search(r"<ACCEPTANCE-DATETIME>(\d{14})", text):
            head = f"<SEC-HEADER>\n<ACCESSION-NUMBER>{file.stem}\n<TYPE>X\n{found_time[0]}\n</SEC-HEADER>"
            shown |= accepted(read(parse_header, head.encode()))
    same = 0
    for file in shared_data("edgar").glob("submissions_json/*.json"):
        for name, time in accepted(read(parse_submissions, file.read_bytes())).items():
            if name in shown:
                assert shown[name] == time
                same += 1
    assert same >= 2


def test_a_file_of_2022_with_new_yorks_clock_and_a_z_says_the_same_as_a_later_one_in_utc() -> None:
    old = read(parse_submissions, documents("company_submission.json"))
    new = read(parse_submissions, (shared_data("edgar") / "submissions_json/CIK0001771340.json").read_bytes())
    assert (old.repaired, new.repaired) == ("its times are New York's, though a Z says UTC", "")
    both = accepted(old).keys() & accepted(new).keys()
    assert len(both) >= 35
    assert {name: accepted(old)[name] for name in both} == {name: accepted(new)[name] for name in both}


def test_real_headers_tell_form_items_filers_and_time() -> None:
    told = {}
    for file in shared_data("edgar").glob("documents/*index-headers.html"):
        (one,) = read(parse_header, file.read_bytes()).candidates
        event = event_from_json(bytes(one.event))
        told[file.name] = (event.form, event.items, [filer["role"] for filer in event.filers], event.accepted_at)
    assert told["23AndMe.index-headers.html"] == ("8-K", ["7.01", "9.01"], ["filer"], "2024-06-03T12:06:02.000Z")
    assert told["form4.index-headers.html"] == ("4", [], ["issuer", "reporting"], "2024-06-07T22:10:30.000Z")


# --- a gap in real pages --------------------------------------------------------------------------------


class Polled(Gaps):
    """The filler beside the real poller."""

    def poller(self) -> Poll:
        notices = Notices(self.store, {"ops": "every"}, self.clock)
        health = SourceHealth(self.store, notices, self.clock)
        requests = SecRequests(self._http, self.store, notices, self.clock)
        intake = Intake(self.store, notices, self.clock, health)
        pages = EdgarPages(requests, self._pool, self.clock)
        return Poll({"edgar": EdgarPoll(intake, pages, health, notices, self.filler, self.clock)}, health, self.clock)


@pytest_asyncio.fixture
async def gaps() -> AsyncIterator[Polled]:
    async with HttpClient("alertd test") as http, ParsePool(1) as pool, EdgarSite() as site:
        made = Polled(MemoryStore(), http, pool, site)
        yield made
        await made.filler.aclose()


def filings_of(entries: list[bytes]) -> dict[str, Made]:
    """Make of real entries what EDGAR's other places say of the same filings."""
    found: dict[str, dict[str, Any]] = {}
    for one in read_page(page(entries)).entries if len(entries) <= 1_000 else _in_parts(entries):
        if one.accepted_ms is None or not one.cik:
            continue
        told = found.setdefault(
            one.accession,
            {"form": one.form, "items": tuple(item.code for item in one.items), "filed": one.filed, "filers": {}},
        )
        told["filers"][(one.name, int(one.cik), one.role.capitalize())] = None
        told["accepted"] = one.accepted_ms
    return {name: _made(name, told) for name, told in found.items()}


def _in_parts(entries: list[bytes]) -> list[Any]:
    parts = (read_page(page(entries[n : n + 500])).entries for n in range(0, len(entries), 500))
    return [one for part in parts for one in part]


class Real(Made):
    """A filing with a real accession number."""

    @property
    def accession(self) -> str:
        return self.also["accession"]


def _made(name: str, told: dict[str, Any]) -> Made:
    moment = rfc3339(told["accepted"]).replace("Z", "+00:00")
    return Real(
        n=0, form=told["form"], filers=tuple(told["filers"]), items=told["items"], accepted=moment,
        filed=told["filed"], also={"accession": name},
    )  # fmt: skip


async def test_a_gap_in_real_pages_is_filled_until_nothing_is_missing(gaps: Polled) -> None:
    (folder,) = shared_data("edgar").glob("getcurrent/poll2_*")
    entries = recorded(Path(folder))
    before, after = entries[3_000:], entries[:800]
    forms = ["8-K", "8-K/A", "SCHEDULE 13D", "10-K", "S-1"]
    gaps.settings = {"forms": forms, "backlog": "all"}
    truth = {
        name: made
        for name, made in filings_of(entries).items()
        if canonical_form(made.form) in map(canonical_form, forms)
    }
    seen = {name for name in filings_of(before) if name in truth}
    shown = {name for name in filings_of(after) if name in truth}
    missed = truth.keys() - seen - shown
    assert (len(seen) > 50, len(shown) > 10, len(missed) > 50) == (True, True, True)
    gaps.headers(*truth.values())
    days = sorted({made.filed for made in truth.values()})
    for day in days:
        gaps.index(day, *(made for made in truth.values() if made.filed == day))
    company = next(made for name, made in truth.items() if name in missed).filers[0]
    gaps.submissions(f"{company[1]:010d}", *(made for made in truth.values() if company in made.filers))
    gaps.filler.hold({f"{company[1]:010d}"})

    gaps.clock.set(parse_rfc3339("2025-12-12T18:00:00-05:00"))
    gaps.filler.serve([gaps.source])
    poller, state = gaps.poller(), SourceState(source="edgar")
    gaps.site.show(before)
    state = (await poller.poll(gaps.source, state)).state
    assert {event.accession for event in await gaps.events()} == seen
    aged = {"watched": {"2025-12-01": forms}, "reconciled": "2025-12-10"}
    state = msgspec.structs.replace(state, cursor=state.cursor | aged)

    gaps.clock.set(parse_rfc3339("2025-12-12T18:05:00-05:00"))
    gaps.site.show(after)
    state = (await poller.poll(gaps.source, state)).state
    assert len(state.cursor["gaps"]) == 1
    gaps.cursor = state.cursor
    await gaps.until_noticed("edgar_gap")
    early = await gaps.events()
    ours = {name for name in missed if company in truth[name].filers}
    assert sorted(event.accession or "" for event in early) == sorted(shown | ours)
    assert ours <= {event.accession for event in early if event.late}
    assert ours

    await gaps.restart(parse_rfc3339("2025-12-15T22:31:00-05:00"))
    await gaps.until(lambda: not gaps.open)
    rest = await gaps.events()
    assert sorted(event.accession or "" for event in rest) == sorted(missed - ours)
    assert all(event.late for event in rest)
    for event in (*early, *rest):
        made = truth[event.accession or ""]
        assert tuple(event.items) == made.items
        assert {(filer["cik"], filer["role"]) for filer in event.filers} == {
            (f"{cik:010d}", role.lower()) for _, cik, role in made.filers
        }
