"""What is due: windows that are over and timers, in several processes, and after a crash anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace as with_policy
from typing import Any

import pytest
from msgspec.structs import replace

from alertd.alerts.deliver import as_seen, delivery, with_told
from alertd.alerts.policy import Escalate, ReceiverPolicy
from alertd.alerts.ring import ring
from alertd.alerts.ringing import Rung
from alertd.base.clock import rfc3339
from alertd.base.failpoints import Failpoint, arm
from alertd.errors import Corrupt
from alertd.model import AlertState, JournalRecord, Timer, Told
from alertd.store.protocol import Store
from tests.alerts.living import HOUR, MINUTE, NOW, silence, state
from tests.workers.life import Life
from tests.workers.make import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

DESK = ReceiverPolicy("desk", escalate=Escalate(900, ("pm",)))


@pytest.fixture
def life(any_store: Store) -> Life:
    return Life(any_store, DESK, ReceiverPolicy("pm"))


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    yield
    arm("")


async def test_a_window_goes_out_when_it_is_over_and_not_before(life: Life) -> None:
    for name in ("al_a", "al_b"):
        await life.hold(state(name, told={}), until=NOW + MINUTE)
    await life.worker.look()
    assert await life.queued() == []
    life.clock.pass_by(60)
    await life.worker.look()
    (message,) = await life.queued()
    assert message.digest is not None
    assert [item.alert for item in message.digest.items] == ["al_a", "al_b"]
    assert await life.store.windows(life.clock(), 10) == []


async def test_what_a_brief_told_counts_as_told(life: Life) -> None:
    await life.hold(state("al_a", told={}))
    await life.hold(state("al_b", told={}))
    await life.worker.look()
    lane = (await life.state("al_a")).told["desk"]
    assert (lane.revision, lane.held) == (1, "")
    assert (await life.answer("acknowledge")).outcome == "done"
    assert [message.type for message in await life.queued()] == ["digest", "alert.acknowledged"]


async def test_what_a_brief_told_is_passed_on_if_nobody_takes_it(life: Life) -> None:
    await life.hold(state("al_a", told={}))
    await life.hold(state("al_b", told={}))
    await life.worker.look()
    await life.answer("acknowledge", "al_b")
    life.clock.pass_by(901)
    await life.worker.look()
    assert [message.alert.id for message in await life.queued("pm") if message.alert] == ["al_a"]


async def test_what_became_of_each_member_stands_in_the_journal(life: Life) -> None:
    await life.hold(state("al_a", told={}))
    await life.hold(state("al_b", told={}, desk="energy"))
    await life.hold(state("al_c", told={}, status="closed"))
    await life.worker.look()
    (record,) = await life.journal("release")
    assert record.data["members"] == {
        "al_a": "listed",
        "al_b": "restricted: the alert is another desk's",
        "al_c": "closed: meanwhile",
    }
    for name in ("al_a", "al_b", "al_c"):
        assert "release" in [r.kind for _, r in await life.store.trace(name)]


async def test_nothing_left_sends_nothing_and_says_why(life: Life) -> None:
    await life.hold(state(told={}, snoozed_until=rfc3339(NOW + HOUR)))
    await life.worker.look()
    assert await life.queued() == []
    (record,) = await life.journal("release")
    assert record.reason == "nothing"


async def test_a_silence_that_began_meanwhile_is_kept(life: Life) -> None:
    record = JournalRecord(kind="silence", at=rfc3339(NOW), ids=["si_x"], reason="added")
    await life.store.put_silence(silence(), record, NOW)
    await life.hold(state(told={}))
    await life.worker.look()
    (released,) = await life.journal("release")
    assert released.data["members"]["al_a"].startswith("silenced: by si_x until")


async def test_a_member_that_another_alert_carries_on_goes_out_as_that_one(life: Life) -> None:
    await life.hold(state("al_young", told={}, merged_into="al_old", status="closed"))
    await life.put(state("al_old", told={"desk": Told(held=f"desk/brief//{NOW}")}, revision=2))
    await life.worker.look()
    (message,) = await life.queued()
    assert message.alert is not None
    assert message.alert.id == "al_old"
    assert (await life.state("al_old")).told["desk"].held == ""


async def test_several_processes_release_a_window_once(life: Life) -> None:
    for n in range(20):
        await life.hold(state(f"al_{n}", told={}))
    await asyncio.gather(*(life.due().look() for _ in range(5)))
    assert len(await life.queued()) == 1
    assert len(await life.journal("release")) == 1


async def test_a_brief_of_one_does_not_take_the_place_of_what_was_told_while_it_was_made(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = await life.hold(state("al_a", told={}))
    as_it_is = life.store.release

    async def overtaken(*args: Any, **more: Any) -> bool:
        monkeypatch.setattr(life.store, "release", as_it_is)
        now = state("al_a", revision=2, severity="critical", told={})
        sent = delivery(now, DESK, kind="alert.fired", reason="update_material", now=NOW)
        known = (await life.store.load_alerts(["al_a"]))["al_a"]
        after = with_told(now, life.policies, ["desk"], NOW)
        assert await life.store.commit("al_a", known.version, after, [sent], NOW, answer=True) is None
        return await as_it_is(*args, **more)

    monkeypatch.setattr(life.store, "release", overtaken)
    await life.worker.look()
    await life.worker.look()
    assert [message.alert.revision for message in await life.queued() if message.alert] == [2]
    assert await life.store.held(put.window) == []
    (line,) = await life.journal("release")
    assert line.data["members"] == {"al_a": "told meanwhile: revision 2"}


async def test_what_comes_late_makes_one_more_message(life: Life) -> None:
    await life.hold(state("al_a", told={}), kind="storm")
    await life.worker.look()
    await life.hold(state("al_b", told={}), kind="storm")
    await life.worker.look()
    first, second = await life.queued()
    assert first.delivery != second.delivery
    assert second.digest is not None
    assert [item.alert for item in second.digest.items] == ["al_b"]


async def test_too_many_for_one_message_go_out_in_parts_the_loudest_first(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alertd.workers.windows.MEMBERS", 10)
    monkeypatch.setattr("alertd.workers.windows.LOADED", 4)
    for n in range(25):
        await life.hold(state(f"al_{n}", told={}, severity="critical" if n == 24 else "low"), kind="storm")
    await life.worker.look()
    messages = await life.queued()
    assert [sum(m.digest.counts.values()) for m in messages if m.digest is not None] == [10, 10, 5]
    assert "critical" in (messages[0].digest.counts if messages[0].digest is not None else {})
    assert len({message.delivery for message in messages}) == 3


@pytest.mark.parametrize("where", ["due.decided", "due.released"])
async def test_a_crash_anywhere_loses_nothing_and_doubles_nothing(life: Life, where: str) -> None:
    for name in ("al_a", "al_b"):
        await life.hold(state(name, told={}))
    arm(f"{where}:1:raise")
    with pytest.raises(Failpoint):
        await life.worker.look()
    await life.due().look()
    (message,) = await life.queued()
    assert message.digest is not None
    assert len(message.digest.items) == 2
    assert (await life.state("al_b")).told["desk"].revision == 1


async def test_windows_of_a_receiver_that_is_gone_are_written_down_and_the_operator_told(life: Life) -> None:
    await life.hold(state("al_a", told={}, receivers=("gone",)), receiver="gone")
    await life.worker.look()
    assert await life.journal("release") == []  # a reload may be under way
    life.clock.pass_by(61)
    await life.worker.look()
    (record,) = await life.journal("release")
    assert (record.reason, record.data["members"]) == ("receiver_removed", {"al_a": "receiver_removed"})
    (told,) = await life.queued("ops")
    assert told.notice is not None
    assert told.notice.kind == "receiver_removed"
    assert "1 alert was held for gone" in told.notice.text


async def test_a_receiver_of_a_desk_that_is_gone_is_named_to_nobody_else(life: Life) -> None:
    """The settings, which do not know it any more, cannot say whose it was: its alerts can."""
    await life.hold(state("al_a", told={}, desk="ai", receivers=("ai-phone",)), receiver="ai-phone")
    life.clock.pass_by(61)
    await life.worker.look()
    (told,) = await life.queued("ops")
    assert told.notice is not None
    assert "ai-phone" not in told.notice.text + told.notice.subject
    assert "desk ai" in told.notice.text.lower()


async def test_one_window_that_fails_does_not_keep_the_others(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    await life.hold(state("al_a", told={}), kind="storm")
    await life.hold(state("al_b", told={}), kind="brief")
    held = life.store.held

    async def broken(window: str) -> Any:
        if "/storm/" in window:
            raise Corrupt("no")
        return await held(window)

    monkeypatch.setattr(life.store, "held", broken)
    await life.worker.look()
    assert [m.alert.id for m in await life.queued() if m.alert] == ["al_b"]
    monkeypatch.setattr(life.store, "held", held)
    await life.worker.look()
    assert len(await life.queued()) == 1  # it rests for a minute
    life.clock.pass_by(61)
    await life.worker.look()
    assert len(await life.queued()) == 2


# --- timers --------------------------------------------------------------------------------------------------


def escalation(due: int = NOW) -> Timer:
    return Timer(kind="escalate", alert="al_a", receiver="desk", due_ms=due)


async def test_nobody_answers_and_others_are_told_once(life: Life) -> None:
    await life.put(state(), timers=(escalation(NOW + MINUTE),))
    await life.worker.look()
    assert await life.queued("pm") == []
    life.clock.pass_by(60)
    await asyncio.gather(*(life.due().look() for _ in range(5)))
    (message,) = await life.queued("pm")
    assert (message.escalated_from, message.loud) == ("desk", True)
    (record,) = await life.journal("timer")
    assert (record.reason, list(record.data["receivers"])) == ("escalated", ["pm"])
    assert [timer.kind for timer in await life.store.timers_due(life.clock(), 10)] == []


async def test_an_answer_in_time_keeps_it_here(life: Life) -> None:
    await life.put(state(), timers=(escalation(NOW + MINUTE),))
    await life.answer("acknowledge")
    life.clock.pass_by(61)
    await life.worker.look()
    assert await life.queued("pm") == []


async def test_a_snooze_ends_and_the_alert_comes_back_with_its_news(life: Life) -> None:
    await life.put(state())
    await life.answer("snooze", until_ms=NOW + HOUR)
    life.clock.pass_by(3600)
    await life.worker.look()
    assert [(m.type, m.reason) for m in await life.queued()][-1] == ("alert.updated", "resurfaced")
    assert (await life.state()).alert.snoozed_until is None


async def test_a_story_that_is_over_closes_its_alert_without_a_page(life: Life) -> None:
    await life.put(state(), timers=(Timer(kind="close", alert="al_a", due_ms=NOW),))
    await life.worker.look()
    assert (await life.state()).alert.status == "closed"
    assert await life.queued() == []


async def test_one_alert_that_the_code_cannot_take_does_not_keep_the_others(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(timer: Timer, *rest: Any) -> Rung:
        if timer.alert == "al_a":
            raise RuntimeError("a fault of ours")
        return ring(timer, *rest)

    monkeypatch.setattr("alertd.workers.due.ring", breaks)
    for name in ("al_a", "al_b"):
        timer = Timer(kind="escalate", alert=name, receiver="desk", due_ms=NOW)
        await life.put(state(name), timers=(timer,))
    await life.worker.look()
    assert [message.alert.id for message in await life.queued("pm") if message.alert] == ["al_b"]
    assert [timer.alert for timer in await life.store.timers_due(NOW, 10)] == ["al_a"]


async def test_one_member_that_the_code_cannot_take_stays_and_the_others_go_out(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(of: AlertState, *rest: Any, **more: Any) -> Any:
        if of.alert.id == "al_a":
            raise RuntimeError("a fault of ours")
        return as_seen(of, *rest, **more)

    monkeypatch.setattr("alertd.alerts.release.as_seen", breaks)
    puts = [await life.hold(state(name, told={})) for name in ("al_a", "al_b")]
    await life.worker.look()
    await life.worker.look()
    assert [message.alert.id for message in await life.queued() if message.alert] == ["al_b"]
    assert [hold.item.alert for hold in await life.store.held(puts[0].window)] == ["al_a"]


async def test_a_timer_whose_alert_is_gone_is_forgotten(life: Life) -> None:
    timer = replace(escalation(), alert="al_gone")
    await life.put(state(), timers=(timer,))
    await life.worker.look()
    assert await life.store.timers_due(life.clock(), 10) == []


async def test_a_crash_between_deciding_and_committing_escalates_once(life: Life) -> None:
    await life.put(state(), timers=(escalation(),))
    arm("due.rang:1:raise")
    with pytest.raises(Failpoint):
        await life.worker.look()
    await life.due().look()
    assert len(await life.queued("pm")) == 1


async def test_more_than_one_turn_can_take_is_done_in_one_look(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alertd.workers.due.TIMERS", 3)
    for n in range(10):
        await life.put(state(f"al_{n}"), timers=(Timer(kind="close", alert=f"al_{n}", due_ms=NOW),))
    await life.worker.look()
    assert [(await life.state(f"al_{n}")).alert.status for n in range(10)] == ["closed"] * 10


async def test_the_loop_finds_by_itself_what_becomes_due(life: Life) -> None:
    await life.hold(state(told={}), until=NOW + MINUTE)
    loop = asyncio.create_task(life.worker.run())
    life.clock.pass_by(60)

    async def sent() -> int:
        return len(await life.queued())

    counts: list[int] = []

    async def count() -> None:
        while not counts or not counts[-1]:
            counts.append(await sent())
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    await until(counting.done, "the window is released")
    life.worker.stop()
    await loop


async def test_a_receiver_whose_desk_changed_gets_nothing_of_the_old_one(life: Life) -> None:
    await life.hold(state(told={}, desk="ai"))
    life.worker.serve({"desk": with_policy(DESK, desk="energy")})
    await life.worker.look()
    assert await life.queued() == []
