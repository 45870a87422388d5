"""The queue of deliveries: due times, leases, chains, lanes, pace and pauses."""

from __future__ import annotations

import asyncio

import pytest

from alertd.model import Claim, ClaimRefused, Delivery, NewDelivery
from alertd.store.protocol import Store
from tests.store.make import FAR, NOW, delivery, state

LEASE = 60_000


async def claim(store: Store, name: str, token: str = "t1", at: int = NOW, pace: int = 0) -> Claim | ClaimRefused:
    return await store.claim("desk", f"dl_{name}", token, at, LEASE, pace, b"payload \xff\x00 of " + token.encode())


async def begin(store: Store, name: str, token: str = "t1", at: int = NOW) -> Claim:
    claimed = await claim(store, name, token, at)
    assert isinstance(claimed, Claim), claimed
    return claimed


async def due(store: Store, at: int = NOW) -> list[str]:
    return [d.delivery.id for d in (await store.due("desk", at, 10))[0]]


async def states(store: Store, *names: str) -> list[str]:
    found = [await store.delivery(f"dl_{n}") for n in names]
    return [d.state if d else "none" for d in found]


async def reasons(store: Store, traced: str = "desk") -> list[str]:
    return [record.reason for _, record in await store.trace(traced)]


# --- entering -----------------------------------------------------------------------------------------


async def test_an_id_is_queued_once(store: Store) -> None:
    assert await store.enqueue([delivery("a"), delivery("a")], NOW) == ["dl_a"]
    assert await store.enqueue([delivery("a"), delivery("b", chain="x")], NOW) == ["dl_b"]
    assert await due(store) == ["dl_a", "dl_b"]


async def test_several_are_read_at_once_and_those_that_are_unknown_left_out(store: Store) -> None:
    await store.enqueue([delivery("a"), delivery("b", chain="x")], NOW)
    assert [one.id for one in await store.deliveries(["dl_b", "dl_none", "dl_a"])] == ["dl_b", "dl_a"]
    assert await store.deliveries([]) == []


async def test_nothing_is_due_before_its_time(store: Store) -> None:
    await store.enqueue([delivery("a", due=NOW + 10)], NOW)
    assert await store.due("desk", NOW, 10) == ([], NOW + 10)
    found, following = await store.due("desk", NOW + 10, 10)
    assert ([d.delivery.id for d in found], following) == (["dl_a"], None)


async def test_critical_comes_before_normal_however_long_that_waited(store: Store) -> None:
    await store.enqueue([delivery("a", chain="x", due=NOW - 50), delivery("b", chain="y", lane="critical")], NOW)
    assert await due(store) == ["dl_b", "dl_a"]
    assert [d.delivery.id for d in (await store.due("desk", NOW, 1))[0]] == ["dl_b"]


async def test_receivers_do_not_see_one_another(store: Store) -> None:
    await store.enqueue([delivery("a"), delivery("b", receiver="ops")], NOW)
    assert await due(store) == ["dl_a"]


@pytest.mark.parametrize("far", [10**13, 10**15, 2**53 - 1])
async def test_large_times_keep_every_digit(store: Store, far: int) -> None:
    await store.enqueue([delivery("a", due=far, expires=far)], NOW)
    found = await store.delivery("dl_a")
    assert found is not None
    assert (found.due_ms, found.expires_ms, found.created_ms) == (far, far, NOW)
    assert await store.due("desk", NOW, 1) == ([], far)


async def test_ids_that_would_break_a_chain_are_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="not usable as a delivery id"):
        await store.enqueue([delivery("a"), delivery("b,c")], NOW)
    assert await store.delivery("dl_a") is None


# --- attempts -----------------------------------------------------------------------------------------


async def test_an_attempt_is_recorded_as_begun(store: Store) -> None:
    await store.enqueue([delivery("a")], NOW)
    claimed = await begin(store, "a")
    assert claimed.payload == b"payload \xff\x00 of t1"
    assert not claimed.in_doubt
    record = await store.delivery("dl_a")
    assert record == claimed.delivery
    assert isinstance(record, Delivery)
    assert (record.state, record.attempts, record.token, record.started_ms) == ("sending", 1, "t1", NOW)
    assert record.due_ms == NOW + LEASE
    assert await due(store) == []


async def test_a_lease_excludes_others_and_repeats_for_its_holder(store: Store) -> None:
    await store.enqueue([delivery("a")], NOW)
    mine = await begin(store, "a")
    assert await claim(store, "a", "t2", NOW + 1) == ClaimRefused(reason="not_due", retry_ms=NOW + LEASE)
    assert await claim(store, "a", "t1", NOW + 1) == mine


async def test_finishing_ends_it(store: Store) -> None:
    await store.enqueue([delivery("a")], NOW)
    await begin(store, "a")
    assert await store.finish("dl_a", "t1", NOW + 5, "200 OK")
    assert await states(store, "a") == ["sent"]
    assert await due(store, FAR) == []
    assert await claim(store, "a", "t2", FAR) == ClaimRefused(reason="gone")
    counts = await store.key_counts()
    assert (counts["bodies"], counts["payloads"], counts["chains"], counts["done"]) == (0, 0, 0, 1)


async def test_finishing_again_says_the_same_and_records_nothing(store: Store) -> None:
    await store.enqueue([delivery("a")], NOW)
    await begin(store, "a")
    assert await store.finish("dl_a", "t1", NOW, "ok")
    assert await store.finish("dl_a", "t1", NOW, "ok")
    assert await reasons(store, "dl_a") == ["sent"]
    assert await reasons(store, "al_1") == ["sent"]
    assert not await store.bury("dl_a", "t1", NOW, "too late")
    assert not await store.retry("dl_a", "t1", NOW, NOW, "too late", counts=True)


async def test_without_its_token_a_completion_does_nothing(store: Store) -> None:
    await store.enqueue([delivery("a")], NOW)
    assert not await store.finish("dl_a", "t1", NOW, "never begun")
    await begin(store, "a")
    assert not await store.finish("dl_a", "t2", NOW, "another's")
    assert not await store.retry("dl_a", "t2", NOW, NOW, "another's", counts=True)
    assert not await store.bury("dl_a", "", NOW, "somebody is at work on it")
    assert not await store.expire("dl_a", "", NOW)
    assert await states(store, "a") == ["sending"]


async def test_an_empty_token_is_no_token(store: Store) -> None:
    await store.enqueue([delivery("a")], NOW)
    with pytest.raises(ValueError, match="token"):
        await store.claim("desk", "dl_a", "", NOW, LEASE, 0, b"")
    with pytest.raises(ValueError, match="token"):
        await store.finish("dl_a", "", NOW, "")
    with pytest.raises(ValueError, match="token"):
        await store.retry("dl_a", "", NOW, NOW, "", counts=True)


async def test_what_does_not_exist_is_gone(store: Store) -> None:
    assert await claim(store, "x") == ClaimRefused(reason="gone")
    assert not await store.finish("dl_x", "t1", NOW, "")
    assert await store.delivery("dl_x") is None
    await store.enqueue([delivery("a", receiver="ops")], NOW)
    assert await claim(store, "a") == ClaimRefused(reason="gone")


async def test_a_lease_that_ran_out_leaves_the_delivery_in_doubt(store: Store) -> None:
    await store.enqueue([delivery("a")], NOW)
    await begin(store, "a", "t1")
    assert await due(store, NOW + LEASE) == ["dl_a"]
    second = await begin(store, "a", "t2", NOW + LEASE)
    assert second.in_doubt
    assert second.delivery.state == "in_doubt"
    assert second.payload == b"payload \xff\x00 of t1", "the payload is frozen at the first attempt"
    assert await reasons(store, "dl_a") == ["in_doubt"]


async def test_a_zombie_cannot_finish_what_another_took_over(store: Store) -> None:
    await store.enqueue([delivery("a")], NOW)
    await begin(store, "a", "t1")
    await begin(store, "a", "t2", NOW + LEASE)
    assert not await store.finish("dl_a", "t1", NOW + LEASE, "late")
    assert await store.finish("dl_a", "t2", NOW + LEASE, "ok")


async def test_a_lease_that_ran_out_may_still_finish_if_nobody_took_over(store: Store) -> None:
    await store.enqueue([delivery("a")], NOW)
    await begin(store, "a", "t1")
    assert await store.finish("dl_a", "t1", NOW + 2 * LEASE, "slow")


async def test_doubt_stays_through_later_attempts(store: Store) -> None:
    await store.enqueue([delivery("a")], NOW)
    await begin(store, "a", "t1")
    later = NOW + LEASE
    assert (await begin(store, "a", "t2", later)).in_doubt
    await store.retry("dl_a", "t2", later, later, "500", counts=True)
    third = await begin(store, "a", "t3", later)
    assert (third.in_doubt, third.delivery.state) == (True, "sending")


# --- failing ------------------------------------------------------------------------------------------


async def test_a_retry_is_due_when_it_says(store: Store) -> None:
    await store.enqueue([delivery("a")], NOW)
    await begin(store, "a")
    assert await store.retry("dl_a", "t1", NOW + 1, NOW + 500, "500 \ud800", counts=True, progress='["x@y"]')
    record = await store.delivery("dl_a")
    assert record is not None
    assert (record.state, record.failures, record.error) == ("queued", 1, "500 ?")
    assert record.progress == '["x@y"]'
    assert await store.due("desk", NOW + 1, 10) == ([], NOW + 500)
    second = await begin(store, "a", "t2", NOW + 500)
    assert (second.delivery.attempts, second.delivery.progress) == (2, '["x@y"]')


async def test_a_repeated_retry_counts_once(store: Store) -> None:
    await store.enqueue([delivery("a")], NOW)
    await begin(store, "a")
    for _ in range(2):
        assert await store.retry("dl_a", "t1", NOW, NOW + 500, "500", counts=True)
    record = await store.delivery("dl_a")
    assert record is not None
    assert record.failures == 1
    assert await reasons(store, "dl_a") == ["retry"]


async def test_being_told_to_wait_is_no_failure(store: Store) -> None:
    await store.enqueue([delivery("a"), delivery("b", chain="other")], NOW)
    await begin(store, "a")
    until = NOW + 30_000
    assert await store.retry("dl_a", "t1", NOW, until, "429", counts=False, pause_until_ms=until)
    assert await claim(store, "b", "t2") == ClaimRefused(reason="paused", retry_ms=until)
    health = (await store.receiver_health())["desk"]
    assert (health.failures, health.paused_until_ms) == (0, until)
    await begin(store, "b", "t2", until)


async def test_a_shorter_pause_does_not_end_a_longer_one_but_a_person_does(store: Store) -> None:
    await store.enqueue([delivery("a")], NOW)
    await store.pause_receiver("desk", NOW + 100)
    await begin(store, "a", "t1", NOW + 100)
    await store.retry("dl_a", "t1", NOW + 100, NOW + 100, "", counts=False, pause_until_ms=NOW + 50)
    assert (await store.receiver_health())["desk"].paused_until_ms == NOW + 100
    await store.pause_receiver("desk", 0)
    assert (await store.receiver_health())["desk"].paused_until_ms == 0


async def test_what_waits_after_a_failure_can_be_hurried_and_what_waits_for_its_hour_cannot(store: Store) -> None:
    await store.enqueue([delivery("a"), delivery("b", chain="other"), delivery("c", chain="third")], NOW)
    await store.enqueue([delivery("d", chain="fourth", due=NOW + 3_600_000)], NOW)
    await begin(store, "a")
    await store.retry("dl_a", "t1", NOW, NOW + 140_000, "refuses connections", counts=True)
    await begin(store, "b", "t2")
    await store.retry("dl_b", "t2", NOW, NOW + 30_000, "429", counts=False)
    health = (await store.receiver_health())["desk"]
    assert (health.failures, health.error) == (1, "refuses connections")
    assert await store.hurry("desk", NOW + 5) == 1
    due, _ = await store.due("desk", NOW + 5, 10)
    assert [one.delivery.id for one in due] == ["dl_c", "dl_a"]
    assert await store.hurry("desk", NOW + 5) == 0
    assert await store.hurry("nobody", NOW) == 0


async def test_a_receiver_that_is_gone_is_asked_with_one_message_at_a_time_until_it_takes_one(store: Store) -> None:
    await store.enqueue([delivery("a"), delivery("b", chain="other")], NOW)
    await begin(store, "a")
    hour = NOW + 3_600_000
    assert await store.retry("dl_a", "t1", NOW, NOW, "410", counts=False, pause_until_ms=hour, gone=True)
    assert (await store.receiver_health())["desk"].parked == "410"
    assert await due(store) == ["dl_a", "dl_b"]
    assert await claim(store, "a", "t2") == ClaimRefused(reason="paused", retry_ms=hour)
    await begin(store, "a", "t2", hour)
    assert await claim(store, "b", "t3", hour) == ClaimRefused(reason="paused", retry_ms=hour + LEASE)
    assert await store.finish("dl_a", "t2", hour, "200")
    health = (await store.receiver_health())["desk"]
    assert (health.parked, health.paused_until_ms) == ("", 0)
    await begin(store, "b", "t3", hour)


async def test_giving_up_leaves_a_dead_letter_with_its_reason(store: Store) -> None:
    await store.enqueue([delivery("a")], NOW)
    await begin(store, "a")
    for _ in range(2):
        assert await store.bury("dl_a", "t1", NOW + 1, "404")
    (dead,) = await store.dead_deliveries(10)
    assert (dead.id, dead.state, dead.error, dead.finished_ms) == ("dl_a", "dead", "404", NOW + 1)
    health = (await store.receiver_health())["desk"]
    assert (health.dead, health.failures, health.queued) == (1, 1, 0)
    assert await store.dead_deliveries(0) == []


async def test_dead_letters_come_newest_first(store: Store) -> None:
    for number, name in enumerate("abc"):
        await store.enqueue([delivery(name, chain=name)], NOW)
        await begin(store, name, f"t{name}")
        await store.bury(f"dl_{name}", f"t{name}", NOW + number, "404")
    assert [d.id for d in await store.dead_deliveries(2)] == ["dl_c", "dl_b"]


async def test_a_dead_letter_can_be_tried_again(store: Store) -> None:
    await store.enqueue([delivery("a", expires=NOW + 1)], NOW)
    await begin(store, "a")
    await store.bury("dl_a", "t1", NOW, "404")
    assert await store.retry_dead(["dl_a", "dl_x", "dl_a"], NOW + 5) == ["dl_a"]
    assert await store.retry_dead(["dl_a"], NOW + 5) == []
    again = await begin(store, "a", "t2", NOW + 5)
    assert again.delivery.failures == 0
    assert again.delivery.expires_ms >= NOW + 86_400_000
    assert again.payload == b"payload \xff\x00 of t1"
    assert await reasons(store, "dl_a") == ["dead", "requeued"]
    assert (await store.receiver_health())["desk"].dead == 0


async def test_what_nobody_is_at_work_on_expires_without_a_token(store: Store) -> None:
    await store.enqueue([delivery("a"), delivery("b")], NOW)
    for _ in range(2):
        assert await store.expire("dl_b", "", NOW)
    assert await states(store, "a", "b") == ["queued", "expired"]
    await begin(store, "a")
    assert await store.expire("dl_a", "", NOW + LEASE), "the lease ran out"


async def test_the_holder_of_the_lease_may_expire_it(store: Store) -> None:
    await store.enqueue([delivery("a")], NOW)
    await begin(store, "a")
    assert await store.expire("dl_a", "t1", NOW)
    assert await reasons(store, "dl_a") == ["expired"]


async def test_success_ends_a_run_of_failures(store: Store) -> None:
    await store.enqueue([delivery("a")], NOW)
    await begin(store, "a")
    await store.retry("dl_a", "t1", NOW, NOW, "500", counts=True)
    assert (await store.receiver_health())["desk"].failures == 1
    await begin(store, "a", "t2")
    await store.finish("dl_a", "t2", NOW + 9, "ok")
    health = (await store.receiver_health())["desk"]
    assert (health.failures, health.last_sent_ms) == (0, NOW + 9)


# --- chains -------------------------------------------------------------------------------------------


async def test_only_the_head_of_a_chain_is_in_the_queue(store: Store) -> None:
    await store.enqueue([delivery(n) for n in "abc"], NOW)
    assert await due(store) == ["dl_a"]
    assert await states(store, "a", "b", "c") == ["queued", "waiting", "waiting"]
    assert (await claim(store, "b")) == ClaimRefused(reason="not_due", retry_ms=NOW)
    health = (await store.receiver_health())["desk"]
    assert (health.queued, health.waiting, health.oldest_due_ms) == (1, 2, NOW)


@pytest.mark.parametrize("end", ["finish", "bury", "expire"])
async def test_when_the_head_ends_the_next_follows_at_once(store: Store, end: str) -> None:
    await store.enqueue([delivery(n) for n in "abc"], NOW)
    await begin(store, "a")
    if end == "expire":
        await store.expire("dl_a", "t1", NOW + 7)
    else:
        await getattr(store, end)("dl_a", "t1", NOW + 7, "")
    found, _ = await store.due("desk", NOW + 7, 10)
    assert [(d.delivery.id, d.delivery.due_ms) for d in found] == [("dl_b", NOW + 7)]
    assert await states(store, "b", "c") == ["queued", "waiting"]


async def test_a_next_message_that_is_held_stays_held(store: Store) -> None:
    await store.enqueue([delivery("a"), delivery("b", due=NOW + 1_000)], NOW)
    await begin(store, "a")
    await store.finish("dl_a", "t1", NOW, "")
    assert await store.due("desk", NOW, 10) == ([], NOW + 1_000)


async def test_a_waiting_message_that_expires_leaves_the_order_of_the_others(store: Store) -> None:
    await store.enqueue([delivery(n) for n in "abc"], NOW)
    await store.expire("dl_b", "", NOW)
    assert await due(store) == ["dl_a"]
    await begin(store, "a")
    await store.finish("dl_a", "t1", NOW, "")
    assert await due(store) == ["dl_c"]


async def test_the_latest_message_supersedes_what_was_never_begun(store: Store) -> None:
    await store.enqueue([delivery("a", mode="latest")], NOW)
    await store.enqueue([delivery("b", mode="latest", lane="critical")], NOW + 1)
    assert await states(store, "a", "b") == ["superseded", "queued"]
    assert await due(store, NOW + 1) == ["dl_b"]
    assert await reasons(store, "dl_a") == ["superseded"]
    assert await reasons(store, "al_1") == ["superseded"]


async def test_the_latest_message_waits_for_one_that_is_being_sent(store: Store) -> None:
    await store.enqueue([delivery("a", mode="latest")], NOW)
    await begin(store, "a")
    await store.enqueue([delivery("b", mode="latest")], NOW)
    await store.enqueue([delivery("c", mode="latest")], NOW)
    assert await states(store, "a", "b", "c") == ["sending", "superseded", "waiting"]


async def test_the_latest_message_does_not_wait_for_another_try_of_an_older_one(store: Store) -> None:
    await store.enqueue([delivery("a", mode="latest")], NOW)
    await begin(store, "a")
    await store.retry("dl_a", "t1", NOW, NOW + 7_200_000, "500", counts=True)
    await store.enqueue([delivery("b", mode="latest")], NOW)
    assert await states(store, "a", "b") == ["superseded", "queued"]
    assert await due(store, NOW) == ["dl_b"]


async def test_several_revisions_in_one_call_leave_the_latest(store: Store) -> None:
    await store.enqueue([delivery(n, mode="latest") for n in "abc"], NOW)
    assert await states(store, "a", "b", "c") == ["superseded", "superseded", "queued"]
    assert await due(store) == ["dl_c"]


async def test_chains_of_different_receivers_are_apart(store: Store) -> None:
    await store.enqueue([delivery("a", mode="latest"), delivery("b", receiver="ops", mode="latest")], NOW)
    assert await states(store, "a", "b") == ["queued", "queued"]


async def test_a_dead_letter_tried_again_queues_behind_what_came_since(store: Store) -> None:
    await store.enqueue([delivery("a"), delivery("b")], NOW)
    await begin(store, "a")
    await store.bury("dl_a", "t1", NOW, "404")
    await store.retry_dead(["dl_a"], NOW)
    assert await states(store, "a", "b") == ["waiting", "queued"]


async def test_a_dead_letter_tried_again_gives_way_to_newer_news(store: Store) -> None:
    await store.enqueue([delivery("a", mode="latest"), delivery("b", chain="x")], NOW)
    await begin(store, "a")
    await store.bury("dl_a", "t1", NOW, "404")
    await store.enqueue([delivery("c", mode="latest")], NOW)
    await store.retry_dead(["dl_a"], NOW)
    await store.enqueue([delivery("d", mode="latest")], NOW)
    assert await states(store, "c", "a", "d") == ["superseded", "superseded", "queued"]
    assert sorted(await due(store)) == ["dl_b", "dl_d"]


# --- pace and waking ----------------------------------------------------------------------------------


async def test_a_receiver_gets_one_message_in_its_pace(store: Store) -> None:
    await store.enqueue([delivery(n, chain=n) for n in "ab"], NOW)
    assert isinstance(await claim(store, "a", "t1", NOW, 1_000), Claim)
    assert await claim(store, "b", "t2", NOW + 1, 1_000) == ClaimRefused(reason="paced", retry_ms=NOW + 1_000)
    assert isinstance(await claim(store, "b", "t2", NOW + 1_000, 1_000), Claim)


async def test_a_clock_that_goes_back_stops_nobody(store: Store) -> None:
    await store.enqueue([delivery("a", chain="a"), delivery("b", chain="b", due=NOW - 3_600_000)], NOW)
    await claim(store, "a", "t1", NOW, 1_000)
    assert isinstance(await claim(store, "b", "t2", NOW - 3_600_000, 1_000), Claim)


async def test_a_new_delivery_wakes_whoever_waits(store: Store) -> None:
    waiting = asyncio.create_task(store.wait_wake(2_400))
    await asyncio.sleep(0)
    await store.enqueue([delivery("a")], NOW)
    assert await waiting == "desk"
    assert await store.wait_wake(20) is None


async def test_repeats_wake_nobody(store: Store) -> None:
    await store.enqueue([delivery("a")], NOW)
    await store.enqueue([delivery("a")], NOW)
    assert await store.wait_wake(20) == "desk"
    assert await store.wait_wake(20) is None


async def test_whoever_waits_can_be_woken_without_a_delivery(store: Store) -> None:
    waiting = asyncio.create_task(store.wait_wake(2_400))
    await asyncio.sleep(0)
    await store.wake("desk")
    assert await waiting == "desk"
    assert await store.receiver_health() == {}


async def test_the_wake_up_list_is_bounded(store: Store) -> None:
    await store.enqueue([delivery(f"{n}", chain=f"{n}") for n in range(1_100)], NOW)
    assert (await store.key_counts())["wake"] == 1_000


async def test_a_delivery_without_an_alert_is_traced_by_what_it_has(store: Store) -> None:
    bare = delivery("n", chain="dl_n")
    message = bare.message
    notice = NewDelivery(
        id=bare.id,
        receiver="desk",
        lane="normal",
        mode="every",
        chain="dl_n",
        due_ms=NOW,
        expires_ms=FAR,
        message=type(message)(type="notice", delivery=bare.id, receiver="desk", at="now"),
    )
    await store.enqueue([notice], NOW)
    await begin(store, "n")
    await store.finish("dl_n", "t1", NOW, "ok")
    ((_, record),) = await store.trace("dl_n")
    assert record.ids == ["dl_n", "desk"]
    assert record.data["alert"] == ""
    assert (record.kind, record.at) == ("delivery", "2026-01-01T00:00:00.000Z")


async def test_the_journal_says_what_an_attempt_led_to(store: Store) -> None:
    await store.commit("al_1", 0, state(), [delivery("a")], NOW)
    await begin(store, "a")
    await store.finish("dl_a", "t1", NOW, "200 OK")
    ((_, record),) = await store.trace("dl_a")
    assert record.data == {
        "delivery": "dl_a",
        "receiver": "desk",
        "alert": "al_1",
        "alert_revision": 1,
        "type": "alert.fired",
        "queued_ms": NOW,
        "attempts": 1,
        "due_ms": NOW + LEASE,
        "detail": "200 OK",
    }


async def test_after_the_clock_was_set_back_all_that_waits_is_due_as_much_earlier_and_never_before_now(
    store: Store,
) -> None:
    hour = 3_600_000
    behind = delivery("c", chain="same")
    await store.enqueue([delivery("a"), delivery("b", chain="same"), behind], NOW)
    await begin(store, "a")
    assert await store.retry("dl_a", "t1", NOW, NOW + 30_000, "503", counts=True, pause_until_ms=NOW + 20_000)
    then = NOW - hour
    for _ in range(2):
        await store.set_back(hour, then)
    await store.set_back(hour + 20, then + 900)  # another process of the machine noticed the same step
    assert await due(store, then) == ["dl_b"]
    assert await due(store, then + 29_999) == ["dl_b"]
    assert await due(store, then + 30_000) == ["dl_b", "dl_a"]
    assert (await store.receiver_health())["desk"].paused_until_ms == then + 20_000
    claimed = await claim(store, "b", "t2", then + 20_000)
    assert not isinstance(claimed, ClaimRefused)
    await store.finish("dl_b", "t2", then + 20_001, "")
    assert await due(store, then + 20_001 + 60_000) == ["dl_a", "dl_c"], "nor does what waits behind one wait an hour"
