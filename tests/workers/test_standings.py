"""How sources stand, by polls and by the clock: told once, over restarts and processes, and shown in the metrics."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from alertd import telemetry
from alertd.errors import StoreUnavailable
from alertd.model import Rhythm, SourceState, Standing
from alertd.sources.polled import AnyConfig
from alertd.store.memory import MemoryStore
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress
from alertd.workers.source_health import SourceHealth, brought, healthy
from alertd.workers.standings import Looked, SourceWatch
from tests.workers.make import HandClock, source

MINUTE = 60_000
HOUR = 60 * MINUTE


class Pushed(AnyConfig):
    """A source that is not asked."""

    type: str = "pushed"

    @property
    def address(self) -> str:
        return "/v1/push/inbox"


class Away(MemoryStore):
    """A store that can be away."""

    away = False
    asked = 0
    """How often it was asked for the standing of one source."""

    async def standing(self, source: str) -> Standing | None:
        self.asked += 1
        return await super().standing(source)

    async def ping(self) -> float:
        if self.away:
            raise StoreUnavailable("Redis does not answer")
        return await super().ping()


class Room:
    """A store, and the process that looks at sources."""

    def __init__(self, *sources: AnyConfig) -> None:
        self.clock = HandClock()
        self.store = Away(self.clock)
        self.sources = sources
        self.states = {one.id: SourceState(source=one.id) for one in sources}
        self.restart()

    def restart(self) -> None:
        """Go on as a new process would."""
        self.health = SourceHealth(self.store, Notices(self.store, {"ops": "every"}, self.clock), self.clock)
        self.watch = SourceWatch(self.health.standings, self.looked, self.clock, Progress())

    async def looked(self) -> list[Looked]:
        return [(one, self.states[one.id]) for one in self.sources]

    async def poll(self, fails: str = "", **more: Any) -> None:
        """Poll all sources a minute later: all succeed, or fail with an error."""
        self.clock.pass_by(60)
        for one in self.sources:
            before = self.states[one.id]
            if fails:
                self.states[one.id] = await self.health.failed(before, fails, None)
            else:
                after = msgspec.structs.replace(healthy(one, before, self.clock()), wait_ms=MINUTE, **more)
                await self.health.quiet(before, after)
                self.states[one.id] = after

    async def told(self) -> list[tuple[str, str]]:
        """Give kind and subject of what the operator's receiver was sent."""
        due, _ = await self.store.due("ops", self.clock() + HOUR, 1000)
        return [(d.message.notice.kind, d.message.notice.subject) for d in due if d.message.notice is not None]

    async def standing(self, name: str = "wire") -> Standing:
        found = await self.store.standing(name)
        assert found is not None
        return found

    async def reasons(self) -> list[str]:
        return [r.reason for _, r in await self.store.read_journal("", 1000, 0) if r.kind == "source"]


@pytest.fixture
def room() -> Room:
    return Room(source(silent_after="30m"))


async def test_silence_is_told_once_and_once_that_it_is_over(room: Room) -> None:
    began = room.clock()
    await room.poll(last_new_ms=began)
    for _ in range(40):
        await room.poll()
        await room.watch.look()
    assert await room.told() == [("source_silent", "wire")]
    await room.poll(last_new_ms=room.clock())
    await room.watch.look()
    assert await room.told() == [("source_silent", "wire"), ("source_healed", "wire")]
    assert await room.reasons() == [
        "silent: nothing new for more than the 30 min that its settings allow", "no longer silent",
    ]  # fmt: skip


async def test_a_restart_in_the_middle_tells_nothing_twice_and_still_hears_the_end(room: Room) -> None:
    await room.poll(last_new_ms=room.clock() - HOUR)
    await room.watch.look()
    room.restart()
    await room.poll()
    await room.watch.look()
    assert await room.told() == [("source_silent", "wire")]
    await room.poll(last_new_ms=room.clock())
    room.restart()
    await room.poll()
    await room.watch.look()
    assert await room.told() == [("source_silent", "wire"), ("source_healed", "wire")]


async def test_a_restart_between_failures_still_tells_at_the_third_and_the_end(room: Room) -> None:
    await room.poll()
    for _ in range(3):
        await room.poll(fails="HTTP 503")
        room.restart()
    assert await room.told() == [("source_failing", "wire")]
    await room.poll()
    assert await room.told() == [("source_failing", "wire"), ("source_healed", "wire")]


async def test_the_metrics_show_the_state_that_people_are_shown(room: Room) -> None:
    await room.poll(last_new_ms=room.clock() - HOUR)
    await room.watch.look()
    page = telemetry.metrics_text().decode()
    assert 'alertd_source_state{source="wire",state="silent"} 1.0' in page
    assert 'alertd_source_state{source="wire",state="fine"} 0.0' in page
    assert 'alertd_source_last_item_timestamp_seconds{source="wire"}' in page


async def test_a_source_that_is_pushed_to_can_only_fall_silent() -> None:
    room = Room(Pushed.model_validate({"id": "inbox", "type": "pushed", "silent_after": "30m"}))
    room.states["inbox"] = SourceState(
        source="inbox", state="fine", last_new_ms=room.clock(), rhythm=Rhythm(begun_ms=room.clock(), hour=0)
    )
    await room.watch.look()
    room.clock.pass_by(29 * 60)
    await room.watch.look()
    assert await room.told() == []
    room.clock.pass_by(2 * 60)
    await room.watch.look()
    assert await room.told() == [("source_silent", "inbox")]


async def test_thousands_of_sources_are_learnt_with_one_question_and_nothing_is_written_of_those_that_are_new() -> (
    None
):
    room = Room(*(source(f"wire-{number}") for number in range(2_000)))
    await room.watch.look()
    assert room.store.asked == 0
    assert await room.store.standings() == {}
    await room.poll(last_new_ms=room.clock())
    assert room.store.asked == 0
    assert len(await room.store.standings()) == 2_000, "they are fine now"


async def test_when_hundreds_change_at_once_the_operator_gets_one_message_more_than_ten() -> None:
    room = Room(*(source(f"wire-{number}", silent_after="30m") for number in range(300)))
    await room.poll(last_new_ms=room.clock() - HOUR)
    await room.watch.look()
    told = await room.told()
    assert len(told) == 11
    assert ("source_silent", "many") in told


async def test_what_another_process_writes_meanwhile_is_read_when_the_source_comes_back(room: Room) -> None:
    await room.poll(last_new_ms=room.clock())
    await room.watch.look()
    sources, room.sources = room.sources, ()
    await room.watch.look()
    other = Standing(source="wire", state="silent", told="silent", since_ms=room.clock())
    await room.store.save_standing(other)
    room.sources = sources
    await room.poll(last_new_ms=room.clock())
    await room.watch.look()
    assert await room.told() == [("source_healed", "wire")]


async def test_nothing_is_written_while_nothing_changes(room: Room) -> None:
    await room.poll(last_new_ms=room.clock())
    await room.watch.look()
    before = await room.standing()
    await room.store.save_standing(msgspec.structs.replace(before, why="untouched"))
    for _ in range(5):
        await room.poll()
        await room.watch.look()
    assert (await room.standing()).why == "untouched"


async def test_what_is_pushed_teaches_the_rhythm_from_the_second_time_on() -> None:
    inbox = Pushed.model_validate({"id": "inbox", "type": "pushed"})
    clock = HandClock()
    first = healthy(inbox, SourceState(source="inbox"), clock())
    first = brought(first, SourceState(source="inbox"), [None] * 40, clock(), gap=False)
    assert first.rhythm is not None
    assert not first.rhythm.hit
    again = brought(healthy(inbox, first, clock()), first, [clock() - MINUTE], clock(), gap=False)
    assert again.rhythm is not None
    assert (again.rhythm.hit, again.rhythm.lag_s, again.spells) == (True, 60.0, [])


async def test_after_an_outage_of_the_store_no_source_is_late(room: Room) -> None:
    await room.poll(last_new_ms=room.clock())
    await room.watch.look()
    room.store.away = True
    room.clock.pass_by(15 * 60)
    with pytest.raises(StoreUnavailable):
        await room.watch.look()
    room.store.away = False
    await room.watch.look()
    assert await room.told() == []
    room.clock.pass_by(5 * 60)
    await room.watch.look()
    assert await room.told() == [("source_late", "wire")], "but one that is not asked then is"
