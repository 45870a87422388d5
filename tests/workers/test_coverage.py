"""The daily line: due at its time, queued once, and only of what its receiver may see."""

from __future__ import annotations

from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.model import Coverage, JournalRecord, SourceState, Spell, Standing
from alertd.sources.feed import FeedConfig
from alertd.store.memory import MemoryStore
from alertd.workers.coverage import CoverageLines, Wanted
from alertd.workers.coverage_facts import MOST_BLIND, MOST_NOT_FINE, coverage_of, may_reach, seen_of
from alertd.workers.progress import Progress
from tests.store.make import new
from tests.workers.make import HandClock, source

SEVEN = parse_rfc3339("2026-01-12T12:00:00Z")  # 07:00 in New York
MINUTE, HOUR = 60_000, 3_600_000
NEW_YORK = ZoneInfo("America/New_York")


class Morning:
    """A store, a clock, and the lines of the receiver `pm`."""

    def __init__(self, now: int) -> None:
        self.clock = HandClock(now)
        self.store = MemoryStore(self.clock)
        self.sources: list[FeedConfig] = [source("wire"), source("prwire")]
        self.lines = self.begin()

    def begin(self, **policy: Any) -> CoverageLines:
        """Begin as a process does."""
        lines = CoverageLines(self.store, self.clock, Progress())
        lines.serve([Wanted(ReceiverPolicy("pm", covered=True, **policy), time(7), NEW_YORK)], self.sources)
        self.lines = lines
        return lines

    async def count(self, at: int, **counts: int) -> None:
        """Finish an event that is counted at a time."""
        await self.store.prepare()
        await self.store.ingest("wire", [new(f"item-{at}")], at)
        (event,) = await self.store.read_events("me", 1, 0)
        record = JournalRecord(kind="event", at=rfc3339(at), ids=["ev"], reason="no_match")
        await self.store.finish_event(event.stream_id, record, {f"{what}:pm": n for what, n in counts.items()})

    async def told(self) -> list[Coverage]:
        """Give the lines that were queued."""
        due, _ = await self.store.due("pm", self.clock() + 24 * HOUR, 100)
        return [one.message.coverage for one in due if one.message.coverage is not None]


@pytest.fixture
def morning() -> Morning:
    return Morning(SEVEN - MINUTE)


async def test_the_line_is_queued_at_its_time_and_not_before(morning: Morning) -> None:
    await morning.lines.look()
    assert await morning.told() == []
    morning.clock.pass_by(60)
    await morning.lines.look()
    (line,) = await morning.told()
    assert (line.since, line.until) == ("2026-01-11T12:00:00.000Z", "2026-01-12T12:00:00.000Z")


async def test_the_counts_are_those_of_the_day(morning: Morning) -> None:
    await morning.count(SEVEN - 24 * HOUR - 1, items=100)
    await morning.count(SEVEN - 24 * HOUR, items=1, names=1)
    await morning.count(SEVEN - 1, items=1, alerts=2)
    await morning.count(SEVEN, items=100)
    morning.clock.now = SEVEN
    await morning.lines.look()
    (line,) = await morning.told()
    assert (line.items, line.names, line.alerts) == (2, 1, 2)


async def test_looking_again_a_second_process_and_a_restart_queue_nothing_more(morning: Morning) -> None:
    morning.clock.now = SEVEN
    for _ in range(3):
        await morning.lines.look()
        await morning.begin().look()
        morning.clock.pass_by(HOUR / 1000)
    assert len(await morning.told()) == 1


async def test_a_daemon_that_was_down_at_the_time_tells_later_but_not_half_a_day_later() -> None:
    late = Morning(SEVEN + 11 * HOUR)
    await late.lines.look()
    assert [line.until for line in await late.told()] == [rfc3339(SEVEN)]
    too_late = Morning(SEVEN + 12 * HOUR + 1)
    await too_late.lines.look()
    assert await too_late.told() == []
    too_late.clock.now = SEVEN + 24 * HOUR
    await too_late.lines.look()
    assert [line.until for line in await too_late.told()] == [rfc3339(SEVEN + 24 * HOUR)], "the next one comes"


async def test_the_line_says_how_sources_are_and_when_they_were_not_seen(morning: Morning) -> None:
    fine: dict[str, Any] = {"state": "fine", "last_success_ms": SEVEN}
    spell = Spell(since_ms=SEVEN - 3 * HOUR, until_ms=SEVEN - 2 * HOUR, became="missed")
    await morning.store.save_source_state(SourceState(source="wire", spells=[spell], **fine))
    await morning.store.save_source_state(SourceState(source="prwire", **fine))
    await morning.store.save_standing(Standing(source="prwire", state="silent"))
    morning.clock.now = SEVEN
    await morning.lines.look()
    (line,) = await morning.told()
    assert (line.sources, line.fine, line.not_fine) == (2, 1, {"prwire": "silent"})
    assert [(b.source, b.became) for b in line.blind] == [("wire", "some may be missing")]


async def test_sources_of_other_desks_and_those_whose_rights_keep_it_out_are_not_its_business(
    morning: Morning,
) -> None:
    morning.sources += [
        source("walled", desk="rates"),
        source("licensed", rights={"receivers": ["ops"]}),
        source("ours", rights={"receivers": ["pm"]}),
        source("inside", classification="internal"),
    ]
    public = ReceiverPolicy("pm", accepts="public")
    assert [one.id for one in morning.sources if may_reach(public, one)] == ["wire", "prwire", "ours"]
    rates = ReceiverPolicy("pm", desk="rates")
    assert [one.id for one in morning.sources if may_reach(rates, one)] == [
        "wire",
        "prwire",
        "walled",
        "ours",
        "inside",
    ]


def blind(name: str, **about: Any) -> list[Any]:
    """Give a source as it is at seven."""
    given: dict[str, Any] = {"state": "fine", "last_success_ms": SEVEN - 1} | about
    state = SourceState(source=name, **given)
    return seen_of([source(name)], {name: state}, {}, ReceiverPolicy("pm"))


def day(*seen: Any) -> Coverage:
    return coverage_of(list(seen), SEVEN - 24 * HOUR, SEVEN, items=0, names=0, alerts=0)


def test_spells_outside_of_the_day_are_not_told() -> None:
    before = Spell(since_ms=SEVEN - 26 * HOUR, until_ms=SEVEN - 24 * HOUR)
    over = Spell(since_ms=SEVEN - 25 * HOUR, until_ms=SEVEN - 24 * HOUR + 1)
    after = Spell(since_ms=SEVEN, until_ms=SEVEN + 1)
    assert [b.since for b in day(*blind("wire", spells=[before, over, after])).blind] == [rfc3339(over.since_ms)]


def test_a_source_that_fails_is_blind_since_its_last_success() -> None:
    told = day(*blind("wire", state="failing", failures=3, last_success_ms=SEVEN - HOUR))
    assert [(b.source, b.since, b.until) for b in told.blind] == [("wire", rfc3339(SEVEN - HOUR), None)]
    assert day(*blind("wire", state="failing", failures=3, last_success_ms=0)).blind == []


def test_of_many_the_worst_are_named_and_the_others_counted() -> None:
    seen = []
    for number in range(20):
        became = "missed" if number == 19 else "covered"
        spell = Spell(since_ms=SEVEN - HOUR, until_ms=SEVEN - HOUR + number * MINUTE + 1, became=became)  # type: ignore[arg-type]
        seen += blind(f"s{number}", spells=[spell], **({"state": "failing"} if number > 9 else {}))
    told = day(*seen)
    assert len(told.blind) == MOST_BLIND
    assert told.more_blind == 30 - MOST_BLIND, "ten of them fail now, too"
    assert (len(told.not_fine), told.sources - told.fine) == (MOST_NOT_FINE, 10)


def test_what_may_be_lost_comes_before_what_is_only_long() -> None:
    long = Spell(since_ms=SEVEN - 20 * HOUR, until_ms=SEVEN - HOUR)
    spells = [Spell(since_ms=SEVEN - HOUR, until_ms=SEVEN - HOUR + n + 1, became="missed") for n in range(MOST_BLIND)]
    assert {b.became for b in day(*blind("wire", spells=[long, *spells])).blind} == {"some may be missing"}
