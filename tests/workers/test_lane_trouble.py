"""What goes wrong in the lane of a receiver costs nothing else in it, and is not kept from the operator."""

from __future__ import annotations

import asyncio

import msgspec
from structlog.testing import capture_logs

from alertd import telemetry
from alertd.base.clock import system_clock
from alertd.errors import Corrupt, StoreUnavailable
from alertd.model import Claim, ClaimRefused
from alertd.notify.ladder import BREAKER_FAILURES
from alertd.notify.outcome import Dead, Later
from alertd.store.memory import MemoryStore
from alertd.workers.lane_record import recorded
from tests.support.daemon import eventually
from tests.workers.make import HandClock
from tests.workers.test_deliver import Scripted, delivering, delivery, ended, when


class Odd(MemoryStore):
    """A store in which claiming `dl_a` does not go as anybody foresaw."""

    def __init__(self, answer: ClaimRefused | None) -> None:
        super().__init__(system_clock)
        self.answer = answer
        self.asked = 0

    async def claim(
        self,
        receiver: str,
        delivery_id: str,
        token: str,
        now: int,
        lease_ms: int,
        pace_ms: int,
        payload: bytes,
        *,
        pace_key: str = "",
    ) -> Claim | ClaimRefused:
        if delivery_id != "dl_a":
            return await super().claim(
                receiver, delivery_id, token, now, lease_ms, pace_ms, payload, pace_key=pace_key
            )
        self.asked += 1
        if self.answer is None:
            raise RuntimeError("nobody foresaw this")
        return self.answer


async def test_an_error_that_nobody_foresaw_holds_up_neither_the_lane_nor_the_processor() -> None:
    store, desk = Odd(None), Scripted()
    await store.enqueue([delivery("dl_a"), delivery("dl_b")], system_clock())
    async with delivering(store, desk=desk):
        await eventually(lambda: ended(store, "dl_b", "sent"), "the one behind it is sent")
    assert store.asked == 1


async def test_a_lease_whose_answer_was_lost_is_asked_for_again_and_used() -> None:
    store, desk = MemoryStore(system_clock), Scripted()
    claim = store.claim
    lost: list[object] = []

    async def lossy(*args: object, **named: object) -> object:
        answer = await claim(*args, **named)  # type: ignore[arg-type]
        if not lost:
            lost.append(answer)
            raise StoreUnavailable("the answer was lost")
        return answer

    store.claim = lossy  # type: ignore[assignment, method-assign]
    await store.enqueue([delivery("dl_a")], system_clock())
    async with delivering(store, desk=desk):
        found = await eventually(lambda: ended(store, "dl_a", "sent"), "it is sent")
    assert found.attempts == 1
    assert [attempt.in_doubt for attempt in desk.attempts] == [False], "no attempt was made that nobody knows of"


async def test_what_came_of_an_attempt_is_written_down_however_long_redis_is_away() -> None:
    clock, tries = HandClock(), []

    async def write() -> bool:
        tries.append(clock())
        clock.pass_by(30)
        if len(tries) < 4:
            raise StoreUnavailable("away")
        return True

    with capture_logs() as logs:
        assert await recorded(write, "desk", 45_000, clock)
    assert [line["event"] for line in logs] == ["outcome_not_recorded"], "said once, when the lease is over"


async def test_a_queue_that_cannot_be_read_is_said_once_and_its_lane_goes_on_when_it_can() -> None:
    store, desk = MemoryStore(system_clock), Scripted()
    due, asked = store.due, []

    async def damaged(*args: object) -> object:
        asked.append(args)
        if len(asked) < 4:
            raise Corrupt("WRONGTYPE")
        return await due(*args)  # type: ignore[arg-type]

    store.due = damaged  # type: ignore[assignment, method-assign]
    await store.enqueue([delivery("dl_a")], system_clock())
    with capture_logs() as logs:
        async with delivering(store, desk=desk):
            await eventually(lambda: ended(store, "dl_a", "sent"), "it is sent")
    assert [line["log_level"] for line in logs if line["event"] == "lane_failed"][:2] == ["error", "debug"]


async def test_a_message_that_is_gone_but_still_queued_does_not_hold_up_the_lane() -> None:
    store, desk = Odd(ClaimRefused(reason="gone")), Scripted()
    await store.enqueue([delivery("dl_a"), delivery("dl_b")], system_clock())
    async with delivering(store, desk=desk):
        await eventually(lambda: ended(store, "dl_b", "sent"), "the one behind it is sent")
    assert store.asked == 1


async def test_what_another_process_takes_does_not_widen_the_look_at_the_queue() -> None:
    store, desk = MemoryStore(system_clock), Scripted()
    due, claim, limits = store.due, store.claim, []

    async def watched(receiver: str, now: int, limit: int) -> object:
        if receiver == "desk":
            limits.append(limit)
        return await due(receiver, now, limit)

    async def overtaken(receiver: str, name: str, token: str, *args: object, **named: object) -> object:
        if name in ("dl_a", "dl_b"):
            await claim(receiver, name, "another", *args, **named)  # type: ignore[arg-type]
        return await claim(receiver, name, token, *args, **named)  # type: ignore[arg-type]

    store.due, store.claim = watched, overtaken  # type: ignore[assignment, method-assign]
    await store.enqueue([delivery("dl_a"), delivery("dl_b"), delivery("dl_c")], system_clock())
    async with delivering(store, desk=desk):
        await eventually(lambda: ended(store, "dl_c", "sent"), "the one behind them is sent")
    assert len(desk.attempts) == 1
    assert set(limits) == {1}


async def test_a_pause_that_is_lifted_early_lets_the_lane_go_on_at_once() -> None:
    store, desk = MemoryStore(), Scripted()
    await store.pause_receiver("desk", system_clock() + 3_600_000)
    await store.enqueue([delivery("dl_a")], system_clock())
    refused = []
    claim = store.claim

    async def seen(*args: object, **named: object) -> object:
        refused.append(await claim(*args, **named))  # type: ignore[arg-type]
        return refused[-1]

    store.claim = seen  # type: ignore[assignment, method-assign]
    async with delivering(store, desk=desk):
        await eventually(when(lambda: bool(refused)), "it finds the pause")
        await store.pause_receiver("desk", 0)
        await eventually(lambda: ended(store, "dl_a", "sent"), "it is sent")


async def test_the_operator_is_told_of_what_ran_out_of_time_unsent() -> None:
    store, desk, ops = MemoryStore(), Scripted(), Scripted()
    late = [msgspec.structs.replace(delivery(f"dl_{n}"), expires_ms=1) for n in range(3)]
    async with delivering(store, desk=desk, ops=ops):
        await store.enqueue(late, system_clock())
        await eventually(lambda: ended(store, "dl_2", "expired"), "they expire")
        await eventually(when(lambda: len(ops.attempts) == 1), "the operator is told once")
    assert not desk.attempts


async def test_one_full_mailbox_does_not_close_the_receiver_to_its_other_recipients() -> None:
    store, desk, ops = MemoryStore(), Scripted(Later("1 of 2 deferred", after_s=60, partly=True)), Scripted()
    async with delivering(store, desk=desk, ops=ops):
        await store.enqueue([delivery(f"dl_{n}") for n in range(BREAKER_FAILURES + 3)], system_clock())
        await eventually(when(lambda: len(desk.attempts) == BREAKER_FAILURES + 3), "all are tried")
    assert not ops.attempts


async def test_a_secret_that_the_receiver_repeats_is_kept_nowhere() -> None:
    telemetry.hide_values(["hooks/T0-very-secret"])
    store, desk, ops = MemoryStore(), Scripted(Dead("HTTP 404 Cannot POST /hooks/T0-very-secret")), Scripted()
    async with delivering(store, desk=desk, ops=ops):
        await store.enqueue([delivery("dl_a")], system_clock())
        found = await eventually(lambda: ended(store, "dl_a", "dead"), "it is given up")
        await eventually(when(lambda: len(ops.attempts) == 1), "the operator is told")
    assert found.error == "HTTP 404 Cannot POST /<secret>"
    assert all("very-secret" not in repr(record) for _, record in await store.read_journal("", 100, 0))


async def test_a_reload_does_not_let_a_hanging_receiver_hold_up_another() -> None:
    store, slow, fast = MemoryStore(), Scripted(), Scripted()
    slow.gate.clear()
    async with delivering(store, slow=slow, fast=fast) as deliverer:
        await store.enqueue([delivery("dl_s", receiver="slow")], system_clock())
        await eventually(when(lambda: slow.under_way == 1), "it hangs")
        reload = asyncio.create_task(deliverer.replace([("slow", slow), ("fast", fast)], 60))
        await store.enqueue([delivery("dl_f", receiver="fast")], system_clock())
        await eventually(lambda: ended(store, "dl_f", "sent"), "the other is served meanwhile")
        assert not reload.done()
        slow.gate.set()
        await reload
        await store.enqueue([delivery("dl_t", receiver="slow")], system_clock())
        await eventually(lambda: ended(store, "dl_t", "sent"), "so is the one that hung, with its new lane")
