"""Held alerts, answers, clocks, crashes in any order: every held alert meets a fate, and nobody is told twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from alertd.alerts.lanes import lanes
from alertd.alerts.policy import Escalate, ReceiverPolicy
from alertd.base.failpoints import Failpoint, arm
from alertd.model import Message, Timer
from alertd.store.memory import MemoryStore
from tests.alerts.living import HOUR, MINUTE, hold, state, waiting
from tests.workers.life import Life

ALERTS = ("al_a", "al_b", "al_c")
ANSWERS = ("acknowledge", "unacknowledge", "snooze", "close", "useful")
KINDS = ("brief", "storm")
PLACES = ("due.decided", "due.released", "due.rang")

Op = tuple[str, Any, Any]
ops = st.lists(
    st.one_of(
        st.tuples(
            st.just("hold"),
            st.sampled_from(ALERTS),
            st.tuples(st.sampled_from(("brief", "storm")), st.integers(0, 3)),
        ),
        st.tuples(st.just("answer"), st.sampled_from(ALERTS), st.sampled_from(ANSWERS)),
        st.tuples(st.just("escalate"), st.sampled_from(ALERTS), st.integers(0, 3)),
        st.tuples(st.just("pass"), st.integers(1, 90), st.none()),
        st.tuples(st.just("look"), st.integers(1, 3), st.none()),
        st.tuples(st.just("crash"), st.sampled_from(PLACES), st.none()),
    ),
    max_size=25,
)


class World:
    """A deployment, and what was put into windows there."""

    def __init__(self) -> None:
        escalate = Escalate(900, ("pm",))
        self.life = Life(MemoryStore(), ReceiverPolicy("desk", escalate=escalate), ReceiverPolicy("pm"))
        self.held: Counter[tuple[str, str]] = Counter()

    async def do(self, op: Op) -> None:
        """Do one step."""
        what, one, more = op
        if what == "hold":
            await self._hold(one, *more)
        elif what == "answer":
            await self.life.answer(more, one, until_ms=self.life.clock() + HOUR)
        elif what == "escalate" and await self._there(one):
            timer = Timer(kind="escalate", alert=one, receiver="desk", due_ms=self.life.clock() + more * MINUTE)
            await self.life.put(await self.life.state(one), timers=(timer,))
        elif what == "pass":
            self.life.clock.pass_by(one * 60)
        elif what == "look":
            await asyncio.gather(*(self.life.due().look() for _ in range(one)))
        elif what == "crash":
            arm(f"{one}:1:raise")
            try:
                await self.life.due().look()
            except Failpoint:
                pass
            finally:
                arm("")

    async def _there(self, alert: str) -> bool:
        return (await self.life.store.load_alerts([alert]))[alert].state is not None

    async def _hold(self, alert: str, kind: str, minutes: int) -> None:
        """Let a report change the alert, and wait for the receiver: a window of its own, or one that there is."""
        made = await self.life.state(alert) if await self._there(alert) else state(alert, told={})
        newer = replace(made, alert=replace(made.alert, revision=made.alert.revision + 1))
        until = (self.life.clock() // MINUTE + minutes) * MINUTE
        put = hold(newer, kind=kind, until=until, since=self.life.clock(), expires=until + HOUR)
        before = lanes(newer).get("desk")
        after = waiting(newer, put)
        if before is not None:
            after = replace(after, told={**after.told, "desk": replace(before, held=put.window)})
        await self.life.put(after, put)
        self.held[put.window, alert] += 1


@settings(max_examples=150, deadline=None)
@given(ops)
def test_every_held_alert_meets_a_fate_and_nobody_is_told_twice(steps: list[Op]) -> None:
    asyncio.run(_any_order(steps))


async def _any_order(steps: list[Op]) -> None:
    world = World()
    for step in steps:
        await world.do(step)
    world.life.clock.pass_by(3600)
    await world.life.due().look()
    life = world.life
    assert await life.store.windows(life.clock(), 10) == []
    assert [timer for timer in await life.store.timers_due(life.clock(), 10) if timer.kind == "escalate"] == []
    released = await life.journal("release")
    fates = Counter((r.data["window"], alert) for r in released for alert in r.data["members"])
    assert set(fates) == set(world.held), "each has a fate"
    assert all(count <= world.held[pair] for pair, count in fates.items()), "a newer one replaces what waits"
    messages = [*await life.queued(), *await life.queued("pm")]
    assert len({message.delivery for message in messages}) == len(messages)
    told = Counter(pair for message in messages for pair in _told(message))
    assert all(count == 1 for count in told.values()), told


def _told(message: Message) -> list[tuple[str, str, int]]:
    """Give what a message tells: receiver, alert and revision."""
    if message.digest is not None:
        return [
            (message.receiver, item.alert, item.revision) for item in (*message.digest.items, *message.digest.expired)
        ]
    assert message.alert is not None
    return [(message.receiver, message.alert.id, message.alert.revision)]
