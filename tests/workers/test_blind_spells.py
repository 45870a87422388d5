"""A feed that nobody saw for a while: what is kept of that, and what became of what it showed meanwhile."""

from __future__ import annotations

import msgspec
import pytest

from alertd.model import SourceState, Spell
from alertd.sources.spells import became_in_words, told_spells
from alertd.workers.edgar_gap import Gap, with_gaps
from alertd.workers.edgar_gaps_ledger import BlindSpell, Ledger, write_ledger
from tests.support.behaviours import answer
from tests.workers.make import feed
from tests.workers.polling import Wire

pytestmark = pytest.mark.asyncio(loop_scope="module")
MINUTE = 60_000
TEN = [f"item {number}" for number in range(10)]


async def begun(wire: Wire) -> None:
    """Poll once, as the timetable would, once a minute."""
    wire.serve(answer(feed(*TEN)))
    await wire.poll()
    wire.state = msgspec.structs.replace(wire.state, wait_ms=MINUTE)
    await wire.store.save_source_state(wire.state)


async def test_a_daemon_that_was_down_for_an_hour_leaves_a_spell_and_nothing_was_missed(stored: Wire) -> None:
    await begun(stored)
    since = stored.clock()
    stored.clock.pass_by(3600)
    await stored.restart()
    stored.serve(answer(feed("new", *TEN)))
    await stored.poll()
    assert stored.state.spells == [Spell(since_ms=since, until_ms=stored.clock(), why="", became="covered")]


async def test_an_unchanged_page_ends_a_spell_too(wire: Wire) -> None:
    wire.serve(answer(feed(*TEN), etag='"1"'))
    await wire.poll()
    wire.clock.pass_by(3600)
    await wire.poll()
    assert [spell.became for spell in wire.state.spells] == ["covered"]


async def test_a_feed_that_rolled_over_in_the_dark_is_told_and_the_spell_says_so(wire: Wire) -> None:
    await begun(wire)
    wire.serve(answer(b"", status=503))
    for _ in range(4):
        await wire.poll()
    wire.serve(answer(feed(*(f"later {number}" for number in range(10)))))
    await wire.poll()
    (spell,) = wire.state.spells
    assert (spell.became, spell.why) == ("missed", "127.0.0.1: answered 503")
    assert (spell.until_ms - spell.since_ms) == 5 * MINUTE
    assert "gap_suspected" in [record.reason for record in await wire.journal("notice")]


async def test_a_feed_too_fast_for_its_interval_has_a_spell_each_time_nothing_is_known(wire: Wire) -> None:
    await begun(wire)
    for turn in range(3):
        wire.serve(answer(feed(*(f"{turn} {number}" for number in range(10)))))
        await wire.poll()
    assert [spell.became for spell in wire.state.spells] == ["missed"] * 3


async def test_two_failures_in_a_row_are_no_spell(wire: Wire) -> None:
    await begun(wire)
    wire.serve(answer(b"", status=503), answer(b"", status=503), answer(feed(*TEN)))
    for _ in range(3):
        await wire.poll()
    assert wire.state.spells == []


async def test_a_feed_that_begins_anew_at_another_address_has_no_gap(wire: Wire) -> None:
    await begun(wire)
    wire.server.script("/other", answer(feed("quite", "another", "feed")))
    await wire.poll("/other")
    assert wire.state.spells == []


async def test_the_rhythm_is_kept_with_the_state(stored: Wire) -> None:
    await begun(stored)
    stored.serve(answer(feed("new", *TEN)))
    await stored.poll()
    known = await stored.store.source_state("wire")
    assert known is not None
    assert known.rhythm == stored.state.rhythm
    assert known.rhythm is not None
    assert (known.rhythm.items, known.rhythm.hit) == (1.0, True), "what the first poll brought is not counted"


async def test_what_the_filler_of_edgars_gaps_writes_is_what_people_are_told() -> None:
    hour = 60 * MINUTE
    filled = BlindSpell(from_ms=2 * hour, to_ms=3 * hour, filled=True, late=1)
    cursor = with_gaps(write_ledger({}, Ledger(spells=[filled])), [Gap(since_ms=5 * hour, until_ms=6 * hour)])
    spells = [
        Spell(since_ms=2 * hour, until_ms=3 * hour, why="HTTP 503"),
        Spell(since_ms=5 * hour, until_ms=6 * hour),
    ]
    state = SourceState(source="edgar", cursor=cursor, spells=spells)
    told = [(spell.why, became_in_words(spell)) for spell in told_spells(state)]
    assert told == [("HTTP 503", "filled, 1 late"), ("", "not filled yet")]
