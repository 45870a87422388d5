"""Feeds of which little is new: what is read of them, and that nothing is lost by what is not."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from alertd.model import ParsedFeed, SourceState
from alertd.net.client import HttpClient
from alertd.sources.parsepool import ParseJob
from alertd.store.memory import MemoryStore
from alertd.telemetry import REGISTRY
from alertd.workers.feed_reader import FeedReader
from tests.support.http import FaultServer, answer
from tests.workers.make import feed, item
from tests.workers.polling import CountingPool, Wire

MADE = "<lastBuildDate>Tue, 03 Jun 2025 14:{:02}:00 GMT</lastBuildDate>"


class ReadingPool(CountingPool):
    """A parse pool that writes down the titles that were read."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[list[str]] = []

    async def parse(self, job: ParseJob) -> ParsedFeed:
        page = await super().parse(job)
        self.read.append([candidate.title for candidate in page.candidates])
        return page


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    with FaultServer() as server:
        async with ReadingPool() as pool, HttpClient(user_agent="alertd/test") as http:
            yield Wire(MemoryStore(), http, pool, server)


def read(wire: Wire) -> list[list[str]]:
    assert isinstance(wire.pool, ReadingPool)
    return wire.pool.read


async def test_what_stands_there_still_is_not_read_again(wire: Wire) -> None:
    before = REGISTRY.get_sample_value("alertd_entries_remembered_total", {"source": "wire"}) or 0
    wire.serve(answer(feed("B", "A")), answer(feed("C", "B", "A")), answer(feed("D", "C")))
    for _ in range(3):
        await wire.poll()
    assert read(wire) == [["B", "A"], ["C"], ["D"]]
    events = await wire.events()
    assert [event.title for event in events] == ["B", "A", "C", "D"]
    assert events[-1].provenance.fetched_sha256 == wire.state.body_sha256
    assert REGISTRY.get_sample_value("alertd_entries_remembered_total", {"source": "wire"}) == before + 3
    assert (wire.state.entries, wire.state.events) == (2, 4)


async def test_a_page_that_was_made_anew_and_says_the_same_is_unchanged(wire: Wire) -> None:
    wire.serve(*(answer(feed("B", "A", head=MADE.format(n)), etag=f'"{n}"') for n in range(3)))
    assert [(await wire.poll()).outcome for _ in range(3)] == ["new", "unchanged", "unchanged"]
    assert read(wire) == [["B", "A"], [], []]
    assert wire.state.etag == '"2"'


async def test_after_a_restart_the_page_that_was_taken_in_is_known_still(wire: Wire) -> None:
    wire.serve(*(answer(feed("B", "A", head=MADE.format(n))) for n in range(2)), answer(feed("C", "B")))
    await wire.poll()
    await wire.restart()
    assert (await wire.poll()).outcome == "unchanged"
    assert (await wire.poll()).outcome == "new"
    assert read(wire) == [["B", "A"], [], ["C", "B"]]
    assert await wire.titles() == ["B", "A", "C"]


async def test_a_correction_is_read_and_what_stands_beside_it_is_not(wire: Wire) -> None:
    wire.serve(answer(feed(item("B"), item("A", guid="a"))), answer(feed(item("B"), item("A, corrected", guid="a"))))
    await wire.poll()
    await wire.poll()
    assert read(wire)[-1] == ["A, corrected"]
    assert [(event.title, event.revision) for event in await wire.events()][-1] == ("A, corrected", 2)


async def test_a_store_that_forgot_is_given_all_of_the_page_again(wire: Wire) -> None:
    wire.serve(answer(feed("B", "A")), answer(feed("C", "B", "A")))
    await wire.poll()
    MemoryStore.__init__(wire.store)  # type: ignore[arg-type]
    wire.state = SourceState(source="wire")
    await wire.poll()
    assert read(wire) == [["B", "A"], ["C"], ["C", "B", "A"]]
    assert await wire.titles() == ["C", "B", "A"]


async def test_entries_under_one_name_are_read_side_by_side(wire: Wire) -> None:
    both = [feed(item("B", guid="1"), item("A", guid="1"), head=MADE.format(n)) for n in range(2)]
    wire.serve(answer(feed(item("A", guid="1"))), *map(answer, both))
    for _ in range(3):
        await wire.poll()
    assert read(wire) == [["A"], ["B"], ["B", "A"], ["B", "A"]]
    assert sorted(await wire.titles()) == ["A", "B"]


async def test_a_page_that_is_unchanged_is_good_for_as_long_as_it_said(wire: Wire) -> None:
    wire.serve(*(answer(feed("A", head=f"<ttl>60</ttl>{MADE.format(n)}")) for n in range(2)))
    polled = [await wire.poll() for _ in range(2)]
    assert [(one.outcome, one.ttl_s) for one in polled] == [("new", 3600.0), ("unchanged", 3600.0)]


async def test_without_room_to_remember_pages_are_read_as_a_whole(wire: Wire) -> None:
    wire.reader = FeedReader(wire.pool, wire.clock, most_bytes=100)
    await wire.restart()
    wire.serve(answer(feed("B", "A")), answer(feed("C", "B", "A")))
    await wire.poll()
    await wire.poll()
    assert read(wire) == [["B", "A"], ["C", "B", "A"]]
    assert await wire.titles() == ["B", "A", "C"]
