"""A source whose URL changes: the same feed at another address, or another feed under the old id."""

from __future__ import annotations

import pytest

from alertd.base.failpoints import Failpoint, arm
from alertd.model import SourceState
from tests.support.http import answer
from tests.workers.make import feed
from tests.workers.polling import Wire

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def seen(wire: Wire) -> list[tuple[str, bool]]:
    return [(event.title, event.baseline) for event in await wire.events()]


@pytest.fixture
def quiet(wire: Wire) -> Wire:
    """A source that takes what it shows at first as a baseline."""
    wire.settings = {"backlog": "none"}
    return wire


async def test_another_feed_under_the_same_id_begins_with_a_baseline(quiet: Wire) -> None:
    quiet.serve(answer(feed("A")))
    await quiet.poll()
    quiet.server.script("/other", answer(feed("C", "B")), answer(feed("D", "C", "B")))
    await quiet.poll("/other")
    await quiet.poll("/other")
    assert sorted(await seen(quiet)) == [("A", True), ("B", True), ("C", True), ("D", False)]
    assert await quiet.reasons("notice") == [], "no gap either"


async def test_what_counts_as_new_on_it_is_as_backlog_says(wire: Wire) -> None:
    wire.serve(answer(feed("A")))
    await wire.poll()
    wire.server.script("/other", answer(feed("B")))
    await wire.poll("/other")
    assert await seen(wire) == [("A", False), ("B", False)]


async def test_what_a_source_of_another_type_remembered_under_the_id_is_forgotten(quiet: Wire) -> None:
    quiet.serve(answer(feed("A")))
    quiet.state = SourceState(
        source="wire", url="https://www.sec.gov/x", baseline_done=True, cursor={"gaps": [[1, 2]]}
    )
    await quiet.poll()
    assert quiet.state.cursor == {}, "or its gap would stay open for ever"


async def test_the_same_feed_at_another_address_goes_on(quiet: Wire) -> None:
    quiet.serve(answer(feed("A")))
    await quiet.poll()
    quiet.server.script("/moved", answer(feed("B", "A")))
    await quiet.poll("/moved")
    assert await seen(quiet) == [("A", True), ("B", False)]


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_first_page_that_was_cut_short_stays_a_baseline(quiet: Wire, restarted: bool) -> None:
    quiet.serve(answer(feed("A")))
    await quiet.poll()
    quiet.server.script("/other", answer(feed(*(f"Item {n}" for n in range(100)))))
    arm("poll.chunk_ingested:1:raise")
    try:
        with pytest.raises(Failpoint):
            await quiet.poll("/other")
    finally:
        arm("")
    if restarted:
        await quiet.restart()
    await quiet.poll("/other")
    found = await seen(quiet)
    assert len(found) == 101
    assert all(baseline for _, baseline in found)
