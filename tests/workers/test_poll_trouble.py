"""What goes wrong at a source: one line in the log and the journal for each trouble, and the operator hears of it."""

from __future__ import annotations

import msgspec
import pytest
from structlog.testing import capture_logs

from alertd.base.secrets import findable
from alertd.model import ParsedFeed, Rejected
from alertd.net.client import HttpClient
from alertd.sources.feed_xml import NO_TIME
from alertd.sources.parsepool import ParseJob
from alertd.store.memory import MemoryStore
from tests.support.http import FaultServer, answer
from tests.workers.make import feed, item
from tests.workers.polling import CountingPool, Wire

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_failing_source_is_one_line_and_one_notice_and_heals(wire: Wire) -> None:
    wire.serve(answer(feed("A"), etag='"1"'), *[answer(status=503)] * 5, answer(feed("A"), etag='"1"'))
    await wire.poll()
    failed = [await wire.poll() for _ in range(5)]
    assert [polled.outcome for polled in failed] == ["failed"] * 5
    assert [polled.state.failures for polled in failed] == [1, 2, 3, 4, 5]
    assert failed[0].state.error == "127.0.0.1: answered 503"
    polled = await wire.poll()
    assert (polled.outcome, polled.state.state, polled.state.failures) == ("unchanged", "fine", 0)
    assert wire.conditional()
    assert await wire.reasons("source") == ["failed: 127.0.0.1: answered 503", "healed"]
    assert await wire.reasons("notice") == ["source_failing", "source_healed"]
    assert await wire.titles() == ["A"]


async def test_the_log_says_where_the_address_stands_and_enough_of_it_to_find_it(wire: Wire) -> None:
    wire.serve(answer(status=404))
    with capture_logs() as lines:
        await wire.poll()
    (line,) = [line for line in lines if line["event"] == "source_failed"]
    assert line["setting"] == "sources: wire: url"
    assert line["address"] == findable(wire.server.url("/feed"))
    assert line["error"] == "127.0.0.1: answered 404"


async def test_a_source_that_fails_once_or_twice_is_nothing_for_the_operator(wire: Wire) -> None:
    wire.serve(answer(feed("A")), answer(status=503), answer(status=503), answer(feed("A")))
    for _ in range(4):
        await wire.poll()
    assert await wire.reasons("source") == ["failed: 127.0.0.1: answered 503", "healed"]
    assert await wire.reasons("notice") == []


async def test_each_kind_of_trouble_has_its_line(wire: Wire) -> None:
    wire.serve(*[answer(status=status) for status in (503, 503, 404, 503)])
    for _ in range(4):
        await wire.poll()
    assert [reason[-3:] for reason in await wire.reasons("source")] == ["503", "404", "503"]


async def test_how_long_a_server_wants_to_be_left_in_peace_is_kept(wire: Wire) -> None:
    wire.serve(answer(status=429, headers={"Retry-After": "600"}), answer(feed("A")))
    polled = await wire.poll()
    assert polled.retry_after_s == 600
    assert polled.state.not_before_ms == wire.clock.now + 600_000
    assert await wire.store.source_state("wire") == polled.state
    assert (await wire.poll()).state.not_before_ms == 0


async def test_a_source_that_is_gone_is_told_once(wire: Wire) -> None:
    wire.serve(answer(status=410))
    assert (await wire.poll()).outcome == "gone"
    assert (await wire.poll()).state.state == "gone"
    assert await wire.reasons("source") == ["gone: 127.0.0.1: answered 410 (gone)"]
    assert await wire.reasons("notice") == ["source_gone"]


async def test_a_forbidden_address_is_told_once_and_polled_again_once_it_is_allowed(wire: Wire) -> None:
    wire.serve(answer(feed("A")))
    wire.settings["allow_private"] = False
    assert [(await wire.poll()).outcome for _ in range(2)] == ["gone", "gone"]
    assert wire.server.requests == []
    assert wire.state.url == "", "the timetable asks again when settings change"
    wire.settings["allow_private"] = ["127.0.0.0/8"]
    assert (await wire.poll()).outcome == "new"
    assert await wire.reasons("notice") == ["source_gone", "source_healed"]


async def test_what_is_no_feed_is_a_failure_whose_validators_are_not_kept(wire: Wire) -> None:
    wire.serve(answer(b"<!doctype html><title>Log in</title>", etag='"1"'))
    polled = await wire.poll()
    assert polled.outcome == "failed"
    assert polled.state.error
    assert (await wire.poll()).outcome == "failed"
    assert not wire.conditional()
    assert len(await wire.reasons("source")) == 1


async def test_a_page_on_which_nothing_is_known_is_told_as_a_gap(wire: Wire) -> None:
    wire.serve(answer(feed("B", "A")), answer(feed("D", "C")))
    await wire.poll()
    await wire.poll()
    assert await wire.reasons("notice") == ["gap_suspected"]
    assert sorted(await wire.titles()) == ["A", "B", "C", "D"]


async def test_a_mass_republish_alerts_nobody_again_and_is_told(wire: Wire) -> None:
    texts = [f"Item {n}" for n in range(6)]
    wire.serve(answer(feed(*texts)), answer(feed(*(item(text, guid=f"new-{text}") for text in texts))))
    await wire.poll()
    assert len(await wire.events()) == 6
    await wire.poll()
    assert await wire.events() == []
    assert await wire.reasons("notice") == ["mass_republish"]
    assert all(reason.startswith("republished: ") for reason in await wire.reasons("entry"))
    assert len(await wire.reasons("entry")) == 6


class Hurried(CountingPool):
    """A parse pool that never has time for an entry."""

    async def parse(self, job: ParseJob) -> ParsedFeed:
        page = await super().parse(job)
        rejected = [Rejected(position=one.position, reason=NO_TIME) for one in page.candidates]
        return msgspec.structs.replace(page, candidates=[], rejected=rejected)


async def test_a_document_of_which_nothing_could_be_read_in_time_is_a_failure(
    http: HttpClient, server: FaultServer
) -> None:
    async with Hurried(1) as pool:
        wire = Wire(MemoryStore(), http, pool, server)
        wire.serve(answer(feed("A", "B"), etag='"1"'))
        polled = await wire.poll()
        assert (polled.outcome, polled.state.state) == ("failed", "failing")
        assert polled.state.error == f"none of its entries could be read: {NO_TIME}"
        await wire.poll()
        assert not wire.conditional()
