"""Three real polls of EDGAR within 70 seconds: exactly the filings that are there become events.

What is there is counted here by expressions over the bytes, without any parser.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from alertd.base.clock import parse_rfc3339
from alertd.errors import ParseFailed
from alertd.model import Event, SourceState, event_from_json
from alertd.sources.edgar import parse_page
from alertd.sources.edgar_filing import join
from alertd.sources.edgar_page import read_page
from alertd.sources.events import SourceFacts
from alertd.sources.novelty import decide
from tests.cli.run import process
from tests.sources.make import Memory
from tests.support.shared import shared_data

FACTS = SourceFacts(id="edgar", kind="filing", trust="high")
SEEN = parse_rfc3339("2025-12-12T18:04:00-05:00")
_ENTRY = re.compile(rb"<entry>(.*?)</entry>", re.DOTALL)


@dataclass
class Truth:
    """What the bytes say of one accession number."""

    forms: set[str] = field(default_factory=set)
    filers: set[tuple[str, str]] = field(default_factory=set)
    items: set[str] = field(default_factory=set)
    updated: set[str] = field(default_factory=set)


def pages_of(poll: int) -> list[Path]:
    (folder,) = shared_data("edgar").glob(f"getcurrent/poll{poll}_*")
    return sorted(folder.glob("*.xml"), key=lambda path: int(re.findall(r"start=(\d+)", path.name)[0]))


def truth_of(poll: int) -> dict[str, Truth]:
    found: dict[str, Truth] = defaultdict(Truth)
    for path in pages_of(poll):
        for entry in _ENTRY.findall(path.read_bytes()):
            text = entry.decode("iso-8859-1")
            its = found[re.findall(r"accession-number=([\d-]+)</id>", text)[0]]
            its.forms.add(re.findall(r'label="form type" term="([^"]*)"', text)[0])
            its.updated.add(re.findall(r"<updated>([^<]*)</updated>", text)[0])
            its.items |= set(re.findall(r"&gt;Item ([^:]+):", text))
            its.filers.add(re.findall(r"\((\d{10})\) \(([^()]+)\)</title>", text)[0])
    return dict(found)


def events_of(poll: int) -> list[Event]:
    joined = join([parse_page(path.read_bytes(), None, "", FACTS, SEEN, None) for path in pages_of(poll)])
    assert joined.rejected == []
    assert joined.repaired == ""
    return [event_from_json(bytes(candidate.event)) for candidate in joined.candidates]


@pytest.mark.parametrize("poll", [1, 2, 3])
def test_every_accession_number_is_one_event_with_all_its_filers_and_items(poll: int) -> None:
    truth, events = truth_of(poll), events_of(poll)
    assert len(events) == len(truth) > 3_300
    assert {event.accession for event in events} == truth.keys()
    for event in events:
        its = truth[event.accession or ""]
        assert {event.form} == its.forms
        assert {(filer["cik"], filer["role"]) for filer in event.filers} == {(c, r.lower()) for c, r in its.filers}
        assert len(event.filers) == len(its.filers)
        assert (set(event.items), len(event.items)) == (its.items, len(its.items))
        assert {parse_rfc3339(event.accepted_at or "")} == {parse_rfc3339(time) for time in its.updated}


def test_the_second_poll_adds_exactly_what_is_new_and_the_third_nothing() -> None:
    memory, before = Memory(), set[str]()
    state = SourceState(source="edgar")
    for poll in (1, 2, 3):
        pages = [parse_page(path.read_bytes(), None, "", FACTS, SEEN, None) for path in pages_of(poll)]
        verdict = decide(join(pages), memory.known(), state, "all", SEEN)
        assert {item.verdict for item in verdict.items} <= {"new"}
        taken = {event_from_json(bytes(item.candidate.event)).accession for item in verdict.items}
        assert taken == truth_of(poll).keys() - before
        for item in verdict.items:
            memory.take(item.candidate, item.verdict)
        before |= truth_of(poll).keys()
        state = SourceState(source="edgar", baseline_done=True, entries=len(pages))
    assert {outcome for _, outcome in memory.told} == {"new"}
    assert len(memory.told) == len(before)


def test_page_after_page_in_any_order_gives_the_same_events_and_no_revision() -> None:
    memory, state = Memory(), SourceState(source="edgar", baseline_done=True, entries=1)
    for path in reversed(pages_of(1)):
        page = parse_page(path.read_bytes(), None, "", FACTS, SEEN, None)
        for item in decide(page, memory.known(), state, "all", SEEN).items:
            memory.take(item.candidate, item.verdict)
    assert {outcome for _, outcome in memory.told} == {"new"}
    assert len(memory.told) == len(truth_of(1))


def test_only_filings_that_a_page_calls_unfinished_go_on_on_the_next() -> None:
    pages = [p for p in pages_of(2) if "count=100" in p.name]
    parsed = [parse_page(path.read_bytes(), None, "", FACTS, SEEN, None) for path in pages]
    for page, following in pairwise(parsed):
        assert set(page.listed) & set(following.listed) <= set(page.unfinished)


def test_the_page_after_the_last_is_an_error_and_no_end() -> None:
    for path in shared_data("edgar").glob("getcurrent/poll*/*http503.html"):
        with pytest.raises(ParseFailed, match="File Unavailable"):
            read_page(path.read_bytes())


def test_the_feeds_of_other_years_and_of_a_company_are_read() -> None:
    for path in shared_data("edgar").glob("atom/*.xml"):
        page, body = read_page(path.read_bytes()), path.read_bytes()
        assert len(page.entries) == len(re.findall(rb"<entry>", body))
        assert (page.rejected, page.notes) == ([], [])
        assert page.kind == ("company" if b"accession-nunber" in body else "current")
        said = re.findall(rb"accession-n(?:unb|umb)er[=>]([\d-]+)<", body)
        assert {entry.accession for entry in page.entries} == {number.decode() for number in said}
        assert all(entry.name and entry.cik and entry.accepted_ms for entry in page.entries)


def test_the_command_prints_one_line_for_each_accession_number(tmp_path: Path) -> None:
    (poll,) = shared_data("edgar").glob("getcurrent/poll1_*")
    done = process("parse", "--type", "edgar", *sorted(poll.iterdir()), cwd=tmp_path)
    assert done.code == 1
    assert len(done.err.splitlines()) == 1
    assert "503.html" in done.err
    truth = truth_of(1)
    lines = [line.split("\t") for line in done.out.splitlines()]
    assert sorted(line[0] for line in lines) == sorted(truth)
    for accession, form, items, filers, accepted in lines:
        its = truth[accession]
        assert {form} == {html.unescape(name) for name in its.forms}
        assert set(items.split(",")) - {"-"} == its.items
        assert filers.count("; ") >= len(its.filers) - 1
        assert accepted.endswith("Z")
