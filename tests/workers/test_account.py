"""Every entry of a page is an event, or leaves the reason why it is none: all cases in a table."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Literal

import msgspec
import pytest

from alertd.model import Candidate, IngestItem, IngestResult, ParsedFeed, Rejected
from alertd.sources.novelty import PageVerdict
from alertd.workers.account import Line, account

Outcome = Literal["new", "revised", "known", "alias"]
Verdict = Literal["new", "baseline", "alias"]


def candidate(position: int, name: str = "") -> Candidate:
    name = name or f"item-{position}"
    return Candidate(
        position=position, event_id=f"ev_{name}", identity=f"i{name}", strong="s", weak="w", content_hash="h",
        withdrawn=False, title=f"Title {position}", published_ms=None, event=msgspec.Raw(b"{}"),
    )  # fmt: skip


def result(
    position: int, verdict: Verdict, outcome: Outcome, of: str = "ev_old", name: str = ""
) -> tuple[IngestItem, IngestResult]:
    item = IngestItem(candidate=candidate(position, name), verdict=verdict, alias_of="iold")
    return item, IngestResult(event_id=of, outcome=outcome, revision=1)


def lines(
    page: ParsedFeed | None = None,
    skipped: list[tuple[Candidate, str]] | None = None,
    results: list[tuple[IngestItem, IngestResult]] | None = None,
) -> list[Line]:
    page = page or ParsedFeed(format="rss20", candidates=[])
    verdict = PageVerdict(items=[], known=[], skipped=skipped or [], notes=[], sighted=[])
    return list(account("wire", page, verdict, results or []))


def rejected(*positions: int, reason: str = "no title", title: str = "A title") -> ParsedFeed:
    found = [Rejected(position=position, reason=reason, title=title) for position in positions]
    return ParsedFeed(format="rss20", candidates=[], rejected=found)


def copies(*positions: int) -> ParsedFeed:
    """A page whose entry 0 comes again at each of these positions."""
    return ParsedFeed(format="rss20", candidates=[candidate(0)], duplicates=[(p, 0) for p in positions])


def seconds(work: Callable[[], object]) -> float:
    started = time.thread_time()
    work()
    return time.thread_time() - started


def test_a_rejected_entry_says_why_under_its_source() -> None:
    (line,) = lines(rejected(3))
    assert line.ids == ["wire"]
    assert line.reason == "rejected: no title"
    assert line.data == {"source": "wire", "position": 3, "title": "A title"}


def test_a_skipped_entry_says_why_under_the_event_it_would_have_been() -> None:
    (line,) = lines(skipped=[(candidate(2), "takes back an item that was never seen")])
    assert line.ids == ["wire", "ev_item-2"]
    assert line.reason == "takes back an item that was never seen"


def test_a_copy_names_the_event_that_it_is_a_copy_of() -> None:
    (line,) = lines(copies(4))
    assert line.ids == ["wire", "ev_item-0"]
    assert line.reason == "duplicate of ev_item-0 in the same document"
    assert line.data["position"] == 4


def test_a_copy_of_something_that_is_no_event_leaves_the_line_to_its_original() -> None:
    page = msgspec.structs.replace(rejected(0), duplicates=[(1, 0)])
    assert [line.reason for line in lines(page)] == ["rejected: no title"]


def test_a_republished_item_names_the_event_that_it_was() -> None:
    (line,) = lines(results=[result(1, "alias", "alias")])
    assert line.ids == ["wire", "ev_old"]
    assert line.reason == "republished: the same item as ev_old under another name"


@pytest.mark.parametrize(
    ("verdict", "outcome"), [("new", "new"), ("new", "revised"), ("baseline", "new"), ("new", "known")]
)
def test_what_is_an_event_of_its_own_leaves_no_line(verdict: Verdict, outcome: Outcome) -> None:
    assert lines(results=[result(0, verdict, outcome)]) == []


def test_the_mark_of_an_ambiguous_guid_stands_for_no_entry() -> None:
    flag = msgspec.structs.replace(candidate(0), identity="aflag")
    item = IngestItem(candidate=flag, verdict="alias", alias_of="iold")
    assert lines(results=[(item, IngestResult(event_id="ev_old", outcome="alias", revision=1))]) == []


# --- the key: once for each entry and reason, however often the page is seen -------------------------------


def test_the_key_does_not_depend_on_the_place_on_the_page() -> None:
    assert lines(rejected(1))[0].key == lines(rejected(9))[0].key
    assert lines(copies(1))[0].key == lines(copies(7))[0].key
    moved = [result(at, "alias", "alias", name="same") for at in (1, 5)]
    assert lines(results=moved[:1])[0].key == lines(results=moved[1:])[0].key


def test_another_reason_or_another_entry_has_another_key() -> None:
    found = [
        *lines(rejected(1)), *lines(rejected(1, title="Other")), *lines(rejected(1, reason="no text")),
        *lines(copies(1)), *lines(results=[result(0, "alias", "alias")]), *lines(skipped=[(candidate(0), "x")]),
        *lines(skipped=[(candidate(0), "y")]), *lines(results=[result(0, "alias", "alias", of="ev_other")]),
    ]  # fmt: skip
    assert len({line.key for line in found}) == len(found)


@pytest.mark.parametrize("page", [copies, rejected])
def test_each_of_several_alike_has_a_line_of_its_own(page: Callable[..., ParsedFeed]) -> None:
    found = lines(page(1, 2, 3))
    assert len({line.key for line in found}) == 3
    assert {line.key for line in lines(page(4, 5))} < {line.key for line in found}


def test_rejected_entries_that_have_nothing_at_all_are_told_apart_by_their_number() -> None:
    found = lines(rejected(1, 2, title=""))
    assert len({line.key for line in found}) == 2
    assert [line.key for line in lines(rejected(5, 6, title=""))] == [line.key for line in found]


def test_many_copies_of_one_entry_are_counted_in_linear_time() -> None:
    few, many = (min(seconds(partial(lines, copies(*range(1, n)))) for _ in range(3)) for n in (500, 5_000))
    assert many < 40 * few, "and not a hundred times as long"
