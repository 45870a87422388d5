"""When the machine's clock is set, nothing waits for the time of the clock that was, and the operator hears of it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from alertd.base.clock import system_clock
from alertd.base.clock_steps import ClockSteps
from alertd.errors import StoreUnavailable
from alertd.model import NewDelivery
from alertd.notify.outcome import Later, Sent
from alertd.store.memory import MemoryStore
from alertd.workers.clock_watch import ClockWatch
from alertd.workers.deliver import Deliverer
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress
from tests.support.daemon import eventually
from tests.workers.make import source, until
from tests.workers.test_deliver import Scripted, delivery, ended
from tests.workers.test_schedule import Polls, scheduling

HOUR = 3_600_000


def made(name: str, **fields: Any) -> NewDelivery:
    return msgspec.structs.replace(delivery(name), **fields)


class Stepped:
    """A machine whose clock the test sets, and a watch on it."""

    def __init__(self, store: MemoryStore, *, leads: bool = True) -> None:
        self.offset = 0
        self.store = store
        steps = ClockSteps(self.now, system_clock)
        self.watch = ClockWatch(steps, store, Notices(store, {"ops": "every"}, self.now), self.now, Progress())
        self.watch.leads = leads
        self.followed: list[int] = []
        self.watch.follow(self.followed.append)

    def now(self) -> int:
        return system_clock() + self.offset

    async def told(self) -> list[str]:
        due, _ = await self.store.due("ops", self.now() + HOUR, 10)
        return [item.message.notice.text for item in due if item.message.notice is not None]


async def test_a_clock_set_back_moves_the_queue_and_is_told_once() -> None:
    store = MemoryStore(system_clock)
    machine = Stepped(store)
    later = system_clock() + HOUR
    await store.enqueue([made("dl_a", due_ms=later)], system_clock())
    await machine.watch.look()
    assert (machine.followed, await machine.told()) == ([], [])
    machine.offset = -HOUR
    await machine.watch.look()
    await machine.watch.look()
    assert len(machine.followed) == 1
    assert abs(machine.followed[0] - HOUR) < 1_000
    assert await machine.told() == ["The clock of this machine was set back by 1h: is its time right now (NTP)?"]
    (item,), _ = await store.due("desk", machine.now() + HOUR + 1_000, 10)
    assert item.delivery.id == "dl_a"


async def test_a_clock_set_forward_moves_nothing() -> None:
    machine = Stepped(MemoryStore(system_clock))
    machine.offset = 30 * 24 * HOUR
    await machine.watch.look()
    assert machine.followed == []
    assert "set forward by 30d" in (await machine.told())[0]


async def test_who_does_not_lead_only_looks_after_itself() -> None:
    machine = Stepped(MemoryStore(system_clock), leads=False)
    machine.offset = -HOUR
    await machine.watch.look()
    assert len(machine.followed) == 1
    assert await machine.told() == []


class Away(MemoryStore):
    """A store that is away for a while."""

    away = True

    async def set_back(self, back_ms: int, now: int) -> int:
        if self.away:
            raise StoreUnavailable("away")
        return await super().set_back(back_ms, now)


async def test_a_store_that_is_away_follows_later() -> None:
    store = Away(system_clock)
    machine = Stepped(store)
    await store.enqueue([made("dl_a", due_ms=system_clock() + HOUR)], system_clock())
    machine.offset = -HOUR
    with pytest.raises(StoreUnavailable):
        await machine.watch.look()
    store.away = False
    await machine.watch.look()
    assert len(machine.followed) == 1
    due, _ = await store.due("desk", machine.now() + HOUR + 1_000, 10)
    assert [item.delivery.id for item in due] == ["dl_a"]


async def test_a_poll_that_waits_for_the_time_of_a_clock_that_was_comes_when_that_is_set_back() -> None:
    polls = Polls()
    async with scheduling(polls, [source(every="1h")]) as schedule:
        await until(polls.count("wire", 1), "it is polled, and again in an hour")
        schedule.set_back(HOUR)
        await until(polls.count("wire", 2), "the turn comes as much earlier as the clock was set back")


@pytest.mark.parametrize(("leapt", "state"), [(30 * 24 * HOUR, "sent"), (0, "expired")])
async def test_nothing_expires_by_a_clock_that_leapt(leapt: int, state: str) -> None:
    store, desk = MemoryStore(system_clock), Scripted()
    await store.enqueue([made("dl_a", expires_ms=system_clock() - 1)], system_clock())
    notices = Notices(store, {"ops": "every"}, system_clock)
    deliverer = Deliverer(store, notices, system_clock, Progress(), lambda now: now - leapt)
    await deliverer.start([("desk", desk)])
    await eventually(lambda: ended(store, "dl_a", state), f"it is {state}")
    await deliverer.stop(5)


@pytest.mark.parametrize(("leapt", "state"), [(30 * 24 * HOUR, "sent"), (0, "dead")])
async def test_what_fails_after_a_leap_is_tried_again_as_if_there_had_been_none(leapt: int, state: str) -> None:
    busy = Later("HTTP 503", after_s=0.01)
    # expired by the clock when the answer comes; where that leapt, in a month
    store, desk = MemoryStore(system_clock), Scripted(busy, Sent())
    await store.enqueue([made("dl_a", expires_ms=system_clock() - 1)], system_clock())
    notices = Notices(store, {"ops": "every"}, system_clock)
    deliverer = Deliverer(store, notices, system_clock, Progress(), Doubt(leapt))
    await deliverer.start([("desk", desk)])
    await eventually(lambda: ended(store, "dl_a", state), f"it is {state}")
    await deliverer.stop(5)


class Doubt:
    """Believes none of a leap. It is due: the first look is before the clock has passed the end of the message."""

    def __init__(self, leapt: int) -> None:
        self._leapt = leapt
        self._first = True

    def __call__(self, now: int) -> int:
        """Give the time that is believed."""
        first, self._first = self._first, False
        return now - (30 * 24 * HOUR if first else self._leapt)
