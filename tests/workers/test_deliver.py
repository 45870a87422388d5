"""The delivery loop over a store in memory and a receiver that does as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Literal

import msgspec

from alertd.base.clock import rfc3339, system_clock
from alertd.model import Delivery, Lane, Message, NewDelivery
from alertd.notify.ladder import BREAKER_FAILURES
from alertd.notify.outcome import Dead, Later, Outcome, Sent
from alertd.notify.protocol import Attempt
from alertd.store.memory import MemoryStore
from alertd.workers.deliver import Deliverer
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress
from tests.support.daemon import eventually


class Scripted:
    """A notifier whose answers are given beforehand; the last one stays."""

    mode: Literal["every", "latest"] = "every"
    pace_ms = 0
    pace_key = ""
    lease_ms = 60_000

    def __init__(self, *outcomes: Outcome, concurrency: int = 1) -> None:
        self.concurrency = concurrency
        self.attempts: list[Attempt] = []
        self.payloads: list[bytes] = []
        self.under_way = 0
        self.most = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self._outcomes = list(outcomes) or [Sent()]

    def render(self, message: Message) -> bytes:
        if message.reason == "unrenderable":
            raise ValueError("no")
        return message.delivery.encode()

    async def send(self, payload: bytes, attempt: Attempt) -> Outcome:
        self.attempts.append(attempt)
        self.payloads.append(payload)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await self.gate.wait()
        self.under_way -= 1
        return self._outcomes.pop(0) if len(self._outcomes) > 1 else self._outcomes[0]

    async def close(self) -> None:
        return None


def delivery(name: str, *, receiver: str = "desk", lane: Lane = "normal", reason: str = "first") -> NewDelivery:
    now = system_clock()
    message = Message(type="test", delivery=name, receiver=receiver, at=rfc3339(now), reason=reason)
    return NewDelivery(
        id=name, receiver=receiver, lane=lane, mode="every", chain=name, due_ms=now, expires_ms=now + 3_600_000,
        message=message,
    )  # fmt: skip


@asynccontextmanager
async def delivering(store: MemoryStore, **receivers: Scripted) -> AsyncIterator[Deliverer]:
    notices = Notices(store, {"ops": "every"}, system_clock)
    deliverer = Deliverer(store, notices, system_clock, Progress())
    await deliverer.start(list(receivers.items()))
    try:
        yield deliverer
    finally:
        for scripted in receivers.values():
            scripted.gate.set()
        await deliverer.stop(5)


async def ended(store: MemoryStore, name: str, state: str) -> Delivery | None:
    found = await store.delivery(name)
    return found if found is not None and found.state == state else None


def when(check: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    async def met() -> bool:
        return check()

    return met


async def test_a_message_is_sent_once_and_recorded() -> None:
    store, desk = MemoryStore(), Scripted()
    async with delivering(store, desk=desk):
        await store.enqueue([delivery("dl_a")], system_clock())
        await eventually(lambda: ended(store, "dl_a", "sent"), "it is sent")
    assert desk.payloads == [b"dl_a"]


async def test_a_failed_message_is_tried_again_with_the_same_bytes() -> None:
    store, desk = MemoryStore(), Scripted(Later("not now", after_s=0.01), Sent())
    async with delivering(store, desk=desk):
        await store.enqueue([delivery("dl_a")], system_clock())
        found = await eventually(lambda: ended(store, "dl_a", "sent"), "it is sent")
    assert desk.payloads == [b"dl_a", b"dl_a"]
    assert [attempt.number for attempt in desk.attempts] == [1, 2]
    assert found.failures == 1


async def test_being_asked_to_slow_down_is_no_failure() -> None:
    store, desk = MemoryStore(), Scripted(Later("429", after_s=0.01, counts=False), Sent())
    async with delivering(store, desk=desk):
        await store.enqueue([delivery("dl_a")], system_clock())
        found = await eventually(lambda: ended(store, "dl_a", "sent"), "it is sent")
    assert found.failures == 0


async def test_what_can_never_be_sent_is_buried_and_the_operator_told() -> None:
    store, desk, ops = MemoryStore(), Scripted(Dead("no such channel")), Scripted()
    async with delivering(store, desk=desk, ops=ops):
        await store.enqueue([delivery("dl_a")], system_clock())
        found = await eventually(lambda: ended(store, "dl_a", "dead"), "it is given up")
        await eventually(when(lambda: len(ops.attempts) == 1), "the operator is told")
    assert found.error == "no such channel"


def note(behind: str) -> NewDelivery:
    """Make a note of an alert."""
    return msgspec.structs.replace(delivery("dl_note"), behind=behind)


async def test_a_note_is_sent_after_its_alert_however_often_that_is_tried() -> None:
    store, desk = MemoryStore(), Scripted(Later("not now", after_s=0.1), Sent(), concurrency=4)
    async with delivering(store, desk=desk):
        await store.enqueue([delivery("dl_alert"), note("dl_alert")], system_clock())
        await eventually(lambda: ended(store, "dl_note", "sent"), "the note is sent")
    assert desk.payloads == [b"dl_alert", b"dl_alert", b"dl_note"]


async def test_a_note_whose_alert_is_a_dead_letter_is_dropped_and_makes_no_other() -> None:
    store, desk, ops = MemoryStore(), Scripted(Dead("no such channel")), Scripted()
    async with delivering(store, desk=desk, ops=ops):
        await store.enqueue([delivery("dl_alert"), note("dl_alert")], system_clock())
        await eventually(lambda: ended(store, "dl_note", "expired"), "the note is dropped")
    assert desk.payloads == [b"dl_alert"]
    assert [one.id for one in await store.dead_deliveries(9)] == ["dl_alert"]


async def test_a_dead_notice_makes_no_further_notice() -> None:
    store, ops = MemoryStore(), Scripted(Dead("gone"))
    async with delivering(store, ops=ops):
        notices = Notices(store, {"ops": "every"}, system_clock)
        await notices.tell("source_gone", "wire", "It is gone.", "1")
        await eventually(when(lambda: len(ops.attempts) == 1), "it was tried")
        dead = await eventually(lambda: store.dead_deliveries(10), "it is dead")
    assert len(dead) == 1
    assert len(ops.attempts) == 1


async def test_a_message_that_cannot_be_rendered_costs_only_itself() -> None:
    store, desk = MemoryStore(), Scripted()
    async with delivering(store, desk=desk):
        await store.enqueue([delivery("dl_a", reason="unrenderable"), delivery("dl_b")], system_clock())
        await eventually(lambda: ended(store, "dl_b", "sent"), "the other is sent")
        await eventually(lambda: ended(store, "dl_a", "dead"), "it is given up")
    assert desk.payloads == [b"dl_b"]


async def test_a_hanging_receiver_does_not_hold_up_another() -> None:
    store, slow, fast = MemoryStore(), Scripted(), Scripted()
    slow.gate.clear()
    async with delivering(store, slow=slow, fast=fast):
        await store.enqueue([delivery("dl_s", receiver="slow"), delivery("dl_f", receiver="fast")], system_clock())
        await eventually(lambda: ended(store, "dl_f", "sent"), "the fast one is served")
        assert not await ended(store, "dl_s", "sent")


async def test_no_more_attempts_are_under_way_than_the_receiver_takes() -> None:
    store, desk = MemoryStore(), Scripted(concurrency=3)
    desk.gate.clear()
    async with delivering(store, desk=desk):
        await store.enqueue([delivery(f"dl_{n}") for n in range(10)], system_clock())
        await eventually(when(lambda: desk.under_way == 3), "three are under way")
        desk.gate.set()
        await eventually(lambda: ended(store, "dl_9", "sent"), "all are sent")
    assert desk.most == 3
    assert len(desk.attempts) == 10


async def test_critical_goes_before_what_came_earlier() -> None:
    store, desk = MemoryStore(), Scripted()
    await store.enqueue([delivery("dl_n"), delivery("dl_c", lane="critical")], system_clock())
    async with delivering(store, desk=desk):
        await eventually(lambda: ended(store, "dl_n", "sent"), "both are sent")
    assert desk.payloads == [b"dl_c", b"dl_n"]


async def test_five_failures_in_a_row_leave_the_receiver_in_peace_and_tell_the_operator() -> None:
    store, desk, ops = MemoryStore(), Scripted(Later("down", after_s=0.001)), Scripted()
    async with delivering(store, desk=desk, ops=ops):
        await store.enqueue([delivery(f"dl_{n}") for n in range(BREAKER_FAILURES + 3)], system_clock())
        await eventually(when(lambda: len(ops.attempts) == 1), "the operator is told")
        health = (await store.receiver_health())["desk"]
        assert health.paused_until_ms > system_clock() + 20_000
    assert len(desk.attempts) == BREAKER_FAILURES


async def test_what_expired_before_it_could_be_sent_is_not_sent() -> None:
    store, desk = MemoryStore(), Scripted()
    late = delivery("dl_a")
    await store.enqueue([msgspec.structs.replace(late, expires_ms=1)], system_clock())
    async with delivering(store, desk=desk):
        await eventually(lambda: ended(store, "dl_a", "expired"), "it expires")
    assert not desk.attempts


async def test_stopping_claims_nothing_more_and_ends_what_is_under_way() -> None:
    store, desk = MemoryStore(), Scripted()
    desk.gate.clear()
    async with delivering(store, desk=desk) as deliverer:
        await store.enqueue([delivery("dl_a"), delivery("dl_b")], system_clock())
        await eventually(when(lambda: desk.under_way == 1), "one is under way")
        stopping = asyncio.create_task(deliverer.stop(5))
        desk.gate.set()
        await stopping
    assert len(desk.attempts) == 1
    assert await ended(store, "dl_a", "sent")


async def test_what_waits_for_another_try_is_tried_when_a_reload_may_have_mended_it() -> None:
    refused = Later("refuses connections", after_s=3600)
    store, desk, mended = MemoryStore(), Scripted(refused), Scripted()
    async with delivering(store, desk=desk) as deliverer:
        await store.enqueue([delivery("dl_a")], system_clock())
        await eventually(when(lambda: len(desk.attempts) == 1), "it was tried")
        await eventually(lambda: ended(store, "dl_a", "queued"), "it waits for an hour")
        await deliverer.replace([("desk", mended)], 5)
        await eventually(when(lambda: len(mended.attempts) == 1), "it is tried at once")
    assert await ended(store, "dl_a", "sent")


async def test_a_receiver_that_is_gone_rests_and_keeps_what_waits_for_it() -> None:
    gone = Later("410 Gone", after_s=3600, counts=False, pause_s=3600, gone=True)
    store, desk, ops = MemoryStore(), Scripted(gone, concurrency=4), Scripted()
    async with delivering(store, desk=desk, ops=ops) as deliverer:
        await store.enqueue([delivery("dl_a"), delivery("dl_b")], system_clock())
        await eventually(when(lambda: len(ops.attempts) == 1), "the operator is told")
        health = (await store.receiver_health())["desk"]
        assert health.parked == "410 Gone"
        assert health.paused_until_ms > system_clock() + 3_000_000
        asked = len(desk.attempts)
        await store.pause_receiver("desk", 0)
        await eventually(when(lambda: len(desk.attempts) > asked), "whoever ends the pause has it asked at once")
        assert len(desk.attempts) == asked + 1
        assert not await store.dead_deliveries(10)
        mended = Scripted()
        await deliverer.replace([("desk", mended)], 5)
        await eventually(lambda: ended(store, "dl_b", "sent"), "after a reload it is asked again")
        await eventually(lambda: ended(store, "dl_a", "sent"), "and nothing is lost")
    assert (await store.receiver_health())["desk"].parked == ""


async def test_what_waits_for_a_receiver_that_is_gone_expires_and_is_no_dead_letter() -> None:
    gone = Later("410 Gone", after_s=3600, counts=False, pause_s=3600, gone=True)
    store, desk, ops = MemoryStore(), Scripted(gone), Scripted()
    short = msgspec.structs.replace(delivery("dl_a"), expires_ms=system_clock() + 1_500)
    async with delivering(store, desk=desk, ops=ops):
        await store.enqueue([short], system_clock())
        await eventually(lambda: ended(store, "dl_a", "expired"), "its time is over")
    assert not await store.dead_deliveries(10)
    assert len(desk.attempts) == 1


async def test_the_time_that_is_left_is_used_for_a_last_attempt() -> None:
    store, desk = MemoryStore(), Scripted(Later("down", after_s=7200))
    short = msgspec.structs.replace(delivery("dl_a"), expires_ms=system_clock() + 600_000)
    async with delivering(store, desk=desk):
        await store.enqueue([short], system_clock())

        async def queued_again() -> Delivery | None:
            found = await store.delivery("dl_a")
            return found if found is not None and found.failures == 1 and found.state == "queued" else None

        found = await eventually(queued_again, "it is queued again")
    assert short.expires_ms - 60_000 < found.due_ms < short.expires_ms
