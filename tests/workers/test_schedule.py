"""The timetable at work, over polls that end when the test says so.

APScheduler looks at the real clock, the timetable at the one it is given. With one that is a day behind, every next
turn has come already: what would take an hour takes no time. With the real one, an hour is never reached.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from alertd.base.clock import Clock, system_clock
from alertd.errors import StoreUnavailable, StoreWentBack
from alertd.model import SourceState
from alertd.sources.feed import FeedConfig
from alertd.sources.polled import PolledConfig
from alertd.store.memory import MemoryStore
from alertd.workers.members import owner
from alertd.workers.poll import Polled
from alertd.workers.progress import Progress
from alertd.workers.schedule import Schedule
from tests.workers.make import source, until

DAY_MS = 86_400_000


def yesterday() -> int:
    return system_clock() - DAY_MS


class Polls:
    """Notes each poll, lets it wait at a gate, and answers as told; as `fine` if not told."""

    def __init__(self) -> None:
        self.begun: list[tuple[PolledConfig, SourceState]] = []
        self.times: list[float] = []
        self.answers: list[Polled | Exception] = []
        self.under_way: list[str] = []
        self.most = 0
        self.cancelled: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def poll(self, source: PolledConfig, state: SourceState) -> Polled:
        self.begun.append((source, state))
        self.times.append(asyncio.get_running_loop().time())
        self.under_way.append(source.id)
        self.most = max(self.most, self.under_way.count(source.id))
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled.append(source.id)
            raise
        finally:
            self.under_way.remove(source.id)
        answer = self.answers.pop(0) if self.answers else Polled(fine(source, state), "unchanged")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def of(self, name: str) -> list[PolledConfig]:
        return [source for source, _ in self.begun if source.id == name]

    def count(self, name: str, least: int) -> Callable[[], bool]:
        return lambda: len(self.of(name)) >= least


def fine(source: PolledConfig, state: SourceState) -> SourceState:
    return msgspec.structs.replace(state, state="fine", url=source.address, polls=state.polls + 1)


def gone(source: PolledConfig) -> Polled:
    return Polled(SourceState(source=source.id, state="gone", url=source.address), "gone")


@pytest.fixture
async def polls() -> Polls:
    return Polls()


@asynccontextmanager
async def scheduling(
    polls: Polls,
    sources: Sequence[FeedConfig],
    clock: Clock = system_clock,
    store: Any = None,
    progress: Progress | None = None,
) -> AsyncIterator[Schedule]:
    schedule = Schedule(polls, store or MemoryStore(), clock, progress or Progress(), "me")
    await schedule.start(sources)
    try:
        yield schedule
    finally:
        polls.gate.set()
        await schedule.stop(5)


async def test_the_first_polls_are_spread_and_do_not_come_as_a_herd(polls: Polls) -> None:
    sources = [source(f"s{n}", every="1h") for n in range(20)]
    async with scheduling(polls, sources):
        await until(lambda: len(polls.begun) == 20, "each is polled")
    assert max(polls.times) - min(polls.times) > 0.05
    assert {s.id for s, _ in polls.begun} == {s.id for s in sources}


async def test_a_source_is_polled_again_and_again_with_what_the_last_poll_left(polls: Polls) -> None:
    async with scheduling(polls, [source()], clock=yesterday) as schedule:
        await until(polls.count("wire", 4), "it goes on")
        assert schedule.states()["wire"].polls >= 3
    assert [state.polls for _, state in polls.begun[:4]] == [0, 1, 2, 3]


async def test_a_source_is_never_polled_twice_at_once(polls: Polls) -> None:
    polls.gate.clear()
    async with scheduling(polls, [source(), source("other")], clock=yesterday) as schedule:
        await until(polls.count("wire", 1), "it is being polled")
        await schedule.replace([source(every="7s"), source("other", every="7s"), source("third")])
        await until(polls.count("third", 1), "the new one is polled")
        assert len(polls.of("wire")) == 1
        polls.gate.set()
        await until(polls.count("wire", 3), "it goes on")
    assert polls.most == 1
    assert polls.of("wire")[1].every.default_s == 7


async def test_what_a_server_asked_to_wait_for_holds_over_a_restart(polls: Polls) -> None:
    store = MemoryStore()
    await store.save_source_state(SourceState(source="wire", not_before_ms=system_clock() + DAY_MS))
    async with scheduling(polls, [source(), source("other")], store=store):
        await until(polls.count("other", 1), "the other is polled")
    assert not polls.of("wire")


@pytest.mark.parametrize("outcome", ["unchanged", "failed"])
async def test_it_is_known_when_a_source_is_asked_next(polls: Polls, outcome: Any) -> None:
    polls.answers = [Polled(SourceState(source="wire"), outcome, retry_after_s=1800.0)]
    async with scheduling(polls, [source(every="1h")]) as schedule:
        assert schedule.states()["wire"].due_ms <= system_clock() + 1000, "its first turn"
        await until(lambda: schedule.states()["wire"].due_ms > system_clock() + 1_700_000, "its next turn is known")


async def test_a_source_that_is_gone_is_not_polled_again(polls: Polls) -> None:
    polls.answers = [gone(source())]
    async with scheduling(polls, [source()], clock=yesterday) as schedule:
        await until(polls.count("wire", 1), "it is polled")
        await schedule.replace([source(), source("other")])
        await until(polls.count("other", 5), "the other goes on")
        assert len(polls.of("wire")) == 1
        await schedule.replace([source(trust="high"), source("third")])
        await until(polls.count("third", 5), "the third goes on")
    assert len(polls.of("wire")) == 1, "the address is what is gone, so only another one helps"


async def test_a_source_that_is_gone_is_polled_at_another_address(polls: Polls) -> None:
    store = MemoryStore()
    await store.save_source_state(gone(source()).state)
    async with scheduling(polls, [source(), source("other")], store=store, clock=yesterday) as schedule:
        await until(polls.count("other", 3), "the other goes on")
        assert not polls.of("wire")
        await schedule.replace([source(url="https://news.example.com/new")])
        await until(polls.count("wire", 2), "the new address is polled")


async def test_a_source_whose_address_was_forbidden_is_polled_with_other_settings(polls: Polls) -> None:
    store = MemoryStore()
    await store.save_source_state(SourceState(source="wire", state="gone"))
    async with scheduling(polls, [source(allow_private=False)], store=store, clock=yesterday) as schedule:
        await until(polls.count("wire", 1), "it is looked at once after a start")
        await schedule.replace([source(allow_private=True)])
        await until(lambda: polls.begun[-1][0].model_dump()["allow_private"] is True, "and with other settings")


async def test_an_address_that_is_mended_while_the_old_one_is_found_gone_is_polled(polls: Polls) -> None:
    polls.gate.clear()
    polls.answers = [gone(source())]
    async with scheduling(polls, [source()], clock=yesterday) as schedule:
        await until(polls.count("wire", 1), "it is being polled")
        await schedule.replace([source(url="https://news.example.com/new")])
        polls.gate.set()
        await until(polls.count("wire", 2), "the new address is polled")
    assert polls.of("wire")[1].address == "https://news.example.com/new"


async def test_news_that_comes_between_the_end_of_a_poll_and_its_being_forgotten_is_not_lost(
    polls: Polls, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scheduling(polls, [source(every="1h")]) as schedule:
        set_turn = schedule._at
        told: list[str] = []

        def hurried(source_id: str, at_ms: int) -> None:
            set_turn(source_id, at_ms)
            if polls.begun and not told:  # its next turn is set, and the poll is still taken for one that runs
                told.append(source_id)
                schedule.soon(source_id)

        monkeypatch.setattr(schedule, "_at", hurried)
        await until(polls.count("wire", 2), "long before its hour")


async def test_what_has_news_is_polled_at_once_and_again_if_it_was_being_polled(polls: Polls) -> None:
    async with scheduling(polls, [source(every="1h")]) as schedule:
        await until(polls.count("wire", 1), "the first turn")
        await until(lambda: not polls.under_way, "it has ended")
        polls.gate.clear()
        schedule.soon("wire")
        await until(polls.count("wire", 2), "long before its hour")
        schedule.soon("wire")
        polls.gate.set()
        await until(polls.count("wire", 3), "what came while it was being polled counts too")
        schedule.soon("no such source")


async def test_a_reload_adds_removes_and_changes_and_leaves_the_rest_alone(polls: Polls) -> None:
    store = MemoryStore()
    before = [source("same", every="1h"), source("changed", every="1h"), source("removed", every="1h")]
    after = [source("same", every="1h"), source("changed", every="2h"), source("added", every="1h")]
    async with scheduling(polls, before, store=store) as schedule:
        await until(lambda: [s.polls for s in schedule.states().values()] == [1, 1, 1], "each was polled")
        await schedule.replace(after)
        await until(lambda: len(polls.begun) == 5, "what is new is polled at once")
        assert sorted(schedule.states()) == ["added", "changed", "same"]
    assert sorted(s.id for s, _ in polls.begun[3:]) == ["added", "changed"]
    (state,) = (state for s, state in polls.begun[3:] if s.id == "changed")
    assert state.polls == 1, "what is remembered of a source stays with its id"


async def test_a_source_that_was_removed_is_polled_no_more(polls: Polls) -> None:
    async with scheduling(polls, [source(), source("other")], clock=yesterday) as schedule:
        await until(polls.count("wire", 2), "it is polled")
        await schedule.replace([source("other")])
        await until(lambda: "wire" not in polls.under_way, "its poll ends")
        polled = len(polls.of("wire"))
        await until(polls.count("other", len(polls.of("other")) + 5), "the other goes on")
    assert len(polls.of("wire")) == polled


async def test_a_source_that_is_taken_away_between_its_turn_and_its_poll_is_not_polled(polls: Polls) -> None:
    async with scheduling(polls, [source(every="1h")]) as schedule:
        await until(polls.count("wire", 1), "the first turn")
        await until(lambda: not polls.under_way, "it has ended")
        await schedule._turn("wire")
        (task,) = schedule._running.values()
        await schedule.replace([])
        assert len(polls.begun) == 1, "its task has not begun"
        assert not await task
    assert len(polls.begun) == 1


async def test_a_store_that_is_away_is_not_blamed_on_the_source(polls: Polls) -> None:
    polls.answers = [StoreUnavailable("away"), StoreUnavailable("away")]
    with capture_logs() as logs:
        async with scheduling(polls, [source()], clock=yesterday):
            await until(polls.count("wire", 3), "it is polled again")
    states = [msgspec.structs.replace(state, due_ms=0) for _, state in polls.begun[:3]]
    assert states == [SourceState(source="wire")] * 3
    assert [line["event"] for line in logs] == ["poll_not_stored"] * 2


async def test_while_the_store_is_away_a_source_is_asked_more_and_more_seldom(polls: Polls) -> None:
    polls.answers = [StoreUnavailable("away")] * 6
    with capture_logs() as logs:
        async with scheduling(polls, [source(every="20s")], clock=yesterday):
            await until(polls.count("wire", 8), "it is polled again")
            polls.answers = [StoreUnavailable("away again")]
            await until(lambda: len(logs) == 7, "the store is away once more")
    assert [line["again_s"] for line in logs] == [2, 4, 8, 16, 20, 20, 2], "a publisher is not asked for nothing"


async def test_a_fault_of_ours_in_one_poll_ends_neither_the_source_nor_the_others(polls: Polls) -> None:
    polls.answers = [KeyError("oops")]
    with capture_logs() as logs:
        async with scheduling(polls, [source(), source("other")], clock=yesterday):
            await until(lambda: polls.count("wire", 3)() and polls.count("other", 3)(), "both go on")
    assert [line["event"] for line in logs] == ["poll_raised"]


async def test_stopping_lets_a_poll_under_way_end_and_begins_no_other(polls: Polls) -> None:
    polls.gate.clear()
    async with scheduling(polls, [source()], clock=yesterday) as schedule:
        await until(polls.count("wire", 1), "it is being polled")
        stopping = asyncio.create_task(schedule.stop(10))
        await asyncio.sleep(0)
        assert not stopping.done()
        polls.gate.set()
        await stopping
    assert len(polls.begun) == 1
    assert not polls.cancelled


async def test_a_poll_that_outlasts_the_deadline_is_cancelled(polls: Polls) -> None:
    polls.gate.clear()
    async with scheduling(polls, [source()]) as schedule:
        await until(polls.count("wire", 1), "it is being polled")
        await schedule.stop(0.01)
        assert polls.cancelled == ["wire"]


async def test_a_source_that_a_reload_changes_while_it_is_polled_is_polled_again_at_once(polls: Polls) -> None:
    polls.gate.clear()
    async with scheduling(polls, [source(every="24h")]) as schedule:
        await until(polls.count("wire", 1), "it is being polled")
        await schedule.replace([source(every="24h", trust="low")])
        polls.gate.set()
        await until(polls.count("wire", 2), "it is polled with the new settings")
    assert [one.model_dump()["trust"] for one in polls.of("wire")[:2]] == ["medium", "low"]


async def test_it_is_known_with_what_settings_a_source_is_polled(polls: Polls) -> None:
    async with scheduling(polls, [source()]) as schedule:
        assert schedule.polls(source())
        await schedule.replace([source(every="7s")])
        assert not schedule.polls(source()), "a mailbox that is a feed now is not listened to any more"
        assert schedule.polls(source(every="7s"))
        await schedule.replace([])
        assert not schedule.polls(source(every="7s"))


async def test_of_several_pollers_each_polls_what_falls_to_it(polls: Polls) -> None:
    sources = [source(f"s{n}") for n in range(30)]
    members = ["me", "another"]
    mine = {s.id for s in sources if owner(s.id, members) == "me"}
    assert 0 < len(mine) < 30
    async with scheduling(polls, sources) as schedule:
        await schedule.share(members)
        assert schedule.states().keys() == mine
        await schedule.share(["me"])
        assert len(schedule.states()) == 30


class SlowStates:
    """A store whose answer waits."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()

    async def source_states(self) -> dict[str, SourceState]:
        await self.gate.wait()
        return {}


async def test_a_reload_and_a_change_of_pollers_at_the_same_time_both_count(polls: Polls) -> None:
    old, new = [source(f"old{n}") for n in range(30)], [source(f"new{n}") for n in range(30)]
    members = ["me", "another"]
    store = SlowStates()
    store.gate.set()
    async with scheduling(polls, old, store=store) as schedule:
        store.gate.clear()
        reload = asyncio.create_task(schedule.replace(new))
        await asyncio.sleep(0)
        change = asyncio.create_task(schedule.share(members))
        await asyncio.sleep(0)
        store.gate.set()
        await asyncio.gather(reload, change)
        assert schedule.states().keys() == {s.id for s in new if owner(s.id, members) == "me"}


async def test_the_scheduler_proves_that_it_comes_round(polls: Polls) -> None:
    progress = Progress()
    async with scheduling(polls, [], progress=progress):
        await until(lambda: progress.counts().get("poll", 0) >= 1, "it ticks")


# --- a store that went back ---------------------------------------------------------------------------


async def remembered(store: MemoryStore, etag: str) -> None:
    await store.save_source_state(SourceState(source="wire", etag=etag, state="fine"))


async def test_a_store_that_went_back_says_what_is_known_of_a_source(polls: Polls) -> None:
    store = MemoryStore()
    await remembered(store, "old")
    async with scheduling(polls, [source(every="1h")], store=store) as schedule:
        await until(polls.count("wire", 1), "it is polled")
        await until(lambda: schedule.states()["wire"].polls == 1, "that is over")
        await remembered(store, "older")
        await schedule.begin_again()
        await until(lambda: schedule.states()["wire"].etag == "older", "it is read anew")


async def test_a_poll_that_began_before_the_store_went_back_leaves_nothing_behind(polls: Polls) -> None:
    store = MemoryStore()
    await remembered(store, "old")
    polls.gate.clear()
    async with scheduling(polls, [source(every="1h")], store=store) as schedule:
        await until(polls.count("wire", 1), "it is being polled")
        await remembered(store, "older")
        await schedule.begin_again()
        polls.gate.set()
        await until(polls.count("wire", 2), "it is asked at once")
    assert polls.begun[1][1].etag == "older"


async def test_a_state_that_cannot_be_written_because_the_store_went_back_is_read_anew(polls: Polls) -> None:
    store = MemoryStore()
    await remembered(store, "old")
    polls.answers.append(StoreWentBack("not what was written last"))
    async with scheduling(polls, [source(every="1h")], store=store):
        await until(polls.count("wire", 2), "it is asked at once")
    assert polls.begun[1][1].etag == "old"
