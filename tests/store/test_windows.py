"""Alerts put off: what waits in which window, and how it leaves it."""

from __future__ import annotations

import asyncio

from msgspec.structs import replace

from alertd.model import AlertState, Effects, Hold, Timer, Told, Window
from alertd.store.protocol import Store
from alertd.store.redis import RedisStore
from tests.store.dump import dump
from tests.store.make import NOW, alert, delivery, hold, record, state
from tests.store.test_effects import read

END = NOW + 100
DAY = 86_400_000


def window(held: Hold, *, part: int = 0, members: int = 1) -> Window:
    return Window(
        name=held.window,
        receiver=held.receiver,
        kind=held.kind,
        portfolio=held.portfolio,
        until_ms=held.until_ms,
        part=part,
        members=members,
    )


async def put(store: Store, *holds: Hold, version: int = 0) -> None:
    """Commit each hold with its alert."""
    for one in holds:
        found = AlertState(alert=alert(one.item.alert))
        assert await store.commit(one.item.alert, version, found, [], NOW, effects=Effects(holds=[one])) is None


async def test_windows_that_are_over_are_given_oldest_first(store: Store) -> None:
    late, early = hold("al_1", until=END + 1), hold("al_2", "ops", kind="budget", portfolio="ai", until=END)
    await put(store, late, early)
    assert await store.windows(END - 1, 10) == []
    assert await store.windows(END, 10) == [window(early)]
    assert await store.windows(END + 1, 10) == [window(early), window(late)]
    assert await store.windows(END + 1, 1) == [window(early)]
    assert await store.windows(END + 1, 0) == []
    assert await store.waiting_in(["desk"]) == [window(late)]
    assert await store.waiting_in(["ops", "desk", "x"]) == [window(early), window(late)]
    assert await store.waiting_in(["des"]) == []


async def test_a_newer_hold_replaces_the_older_in_its_window_and_leaves_other_windows_alone(store: Store) -> None:
    first, newer, other = hold(), hold(revision=2), hold(revision=2, until=END + DAY)
    await put(store, first)
    await put(store, newer, version=1)
    assert await store.held(first.window) == read(newer, version=2)
    await put(store, other, version=2)
    assert await store.held(first.window) == read(newer, version=2)
    assert await store.held(other.window) == read(other, version=3)


async def test_a_release_queues_its_messages_and_leaves_no_window_behind(store: Store) -> None:
    held = [hold("al_2"), hold("al_1")]
    await put(store, *held)
    members = await store.held(held[0].window)
    assert [one.item.alert for one in members] == ["al_1", "al_2"]
    brief = delivery("brief", chain="dl_brief")
    assert await store.release(held[0].window, members, [brief], record("al_1", "al_2", reason="released"), END)
    assert await store.held(held[0].window) == []
    assert await store.windows(END, 10) == await store.waiting_in(["desk"]) == []
    assert [d.delivery.id for d in (await store.due("desk", END, 10))[0]] == ["dl_brief"]
    assert [r.reason for _, r in await store.trace("al_2")] == ["released"]


async def test_a_release_again_does_nothing_and_says_so(store: Store) -> None:
    await put(store, hold())
    members = await store.held(hold().window)
    outcomes = [
        await store.release(hold().window, members, [delivery(f"{n}", chain=f"{n}")], record("al_1"), END)
        for n in range(2)
    ]
    assert outcomes == [True, False]
    assert await store.delivery("dl_1") is None
    assert len(await store.trace("al_1")) == 1


async def test_what_came_since_it_was_read_stops_a_release(store: Store) -> None:
    await put(store, hold())
    members = await store.held(hold().window)
    await put(store, hold(revision=2), version=1)
    assert not await store.release(hold().window, members, [delivery("a")], record("al_1"), END)
    assert await store.delivery("dl_a") is None
    assert await store.held(hold().window) == read(hold(revision=2), version=2)


async def test_even_the_same_put_off_anew_stops_a_release(store: Store) -> None:
    await put(store, hold())
    members = await store.held(hold().window)
    await put(store, hold(), version=1)
    assert not await store.release(hold().window, members, [], record("al_1"), END)


async def test_what_comes_late_into_a_window_is_another_part(store: Store) -> None:
    await put(store, hold("al_1"), hold("al_2"))
    (first, second) = await store.held(hold().window)
    assert await store.release(hold().window, [first], [delivery("a", chain="a")], record("al_1"), END)
    assert await store.windows(END, 10) == [window(hold(), part=1)], "one stays"
    assert await store.release(hold().window, [second], [], record("al_2"), END)
    await put(store, hold("al_3"))
    assert await store.windows(END, 10) == [window(hold(), part=1)], "where nothing was sent no part is used up"
    late = await store.held(hold().window)
    assert await store.release(hold().window, late, [delivery("b", chain="b")], record("al_3"), END)
    await put(store, hold("al_4"))
    assert (await store.windows(END, 10))[0].part == 2


async def test_two_that_release_each_a_part_do_not_use_the_same(store: Store) -> None:
    await put(store, hold("al_1"), hold("al_2"))
    first, second = await store.held(hold().window)
    sent, again = delivery("part-0", chain="dl_part-0"), delivery("part-1", chain="dl_part-1")
    assert await store.release(hold().window, [first], [sent], record("al_1"), END, part=0)
    assert not await store.release(hold().window, [second], [sent], record("al_2"), END, part=0)
    assert await store.held(hold().window) == [second]
    assert await store.release(hold().window, [second], [again], record("al_2"), END, part=1)
    await put(store, hold("al_3"))
    late = await store.held(hold().window)
    assert await store.release(hold().window, late, [], record("al_3"), END, part=0), "no message, no part"


async def test_parts_are_forgotten_after_the_deliveries_that_they_name(store: Store) -> None:
    await put(store, hold())
    await store.release(hold().window, await store.held(hold().window), [delivery("a")], record("al_1"), END)
    assert (await store.sweep(END + 8 * DAY - 1))["parts"] == 0
    assert (await store.sweep(END + 8 * DAY))["parts"] == 1
    await put(store, hold("al_2"))
    assert (await store.windows(END, 10))[0].part == 0


async def test_a_message_that_is_known_already_is_not_queued_again_by_a_release(store: Store) -> None:
    await store.enqueue([delivery("a")], NOW)
    await put(store, hold())
    assert await store.release(hold().window, await store.held(hold().window), [delivery("a")], record("al_1"), END)
    assert len((await store.due("desk", END, 10))[0]) == 1


async def test_of_many_releases_at_once_one_is_done(store: Store) -> None:
    await put(store, hold("al_1"), hold("al_2"))
    members = await store.held(hold().window)
    outcomes = await asyncio.gather(
        *(
            store.release(hold().window, members, [delivery(f"{n}", chain=f"{n}")], record("al_1"), END)
            for n in range(10)
        )
    )
    assert sum(outcomes) == 1
    assert len((await store.due("desk", END, 20))[0]) == 1


async def test_whatever_is_put_off_while_several_release_goes_out_once(store: Store) -> None:
    name, alerts, rounds = hold().window, 12, 4
    told: list[tuple[str, int]] = []
    sent: list[str] = []
    busy = True

    async def put_off(about: str) -> None:
        for version in range(rounds):
            await put(store, hold(about), version=version)

    async def release() -> None:
        while busy or await store.held(name):
            found = [one for one in await store.waiting_in(["desk"]) if one.name == name]
            members = await store.held(name)
            for one in found[:1] if members else []:
                message = delivery(f"part-{one.part}", chain=f"dl_part-{one.part}")
                ids = [hold.item.alert for hold in members]
                if await store.release(name, members, [message], record(*ids), END, part=one.part):
                    told.extend((hold.item.alert, hold.version) for hold in members)
                    sent.append(message.id)
            await asyncio.sleep(0)

    async def all_put_off() -> None:
        nonlocal busy
        try:
            await asyncio.gather(*(put_off(f"al_{number}") for number in range(alerts)))
        finally:
            busy = False

    await asyncio.gather(all_put_off(), *(release() for _ in range(3)))
    assert len(told) == len(set(told)), "nothing twice"
    newest = {about: max(version for one, version in told if one == about) for about, _ in told}
    assert newest == {f"al_{number}": rounds for number in range(alerts)}, "the newest of each"
    due, _ = await store.due("desk", END, 1_000)
    assert sorted(one.delivery.id for one in due) == sorted(sent), "each message is there, under an id of its own"


# --- lanes --------------------------------------------------------------------------------------------


def lanes_of(found: AlertState | None) -> dict[str, Told]:
    assert found is not None
    return found.told


async def test_a_release_says_what_its_receiver_knows_from_now_on(store: Store) -> None:
    held = hold()
    before = replace(state(), told={"desk": Told(held=held.window, held_since_ms=NOW), "ops": Told(revision=1)})
    await store.commit("al_1", 0, before, [], NOW, effects=Effects(holds=[held]))
    lane = Told(revision=1, at_ms=END, severity="high")
    members = await store.held(held.window)
    assert await store.release(held.window, members, [], record("al_1"), END, lanes={"al_1": lane, "al_gone": lane})
    found = (await store.load_alerts(["al_1", "al_gone"]))["al_1"]
    assert found.version == 2
    assert lanes_of(found.state) == {"desk": lane, "ops": Told(revision=1)}
    assert (await store.load_alerts(["al_gone"]))["al_gone"].version == 0


async def test_a_commit_that_has_not_seen_a_release_is_told_of_it(store: Store) -> None:
    await put(store, hold())
    lane = Told(revision=1, at_ms=END)
    members = await store.held(hold().window)
    await store.release(hold().window, members, [], record("al_1"), END, lanes={"al_1": lane})
    conflict = await store.commit("al_1", 1, state(2), [], END)
    assert conflict is not None
    assert (conflict.version, lanes_of(conflict.state)) == (2, {"desk": lane})
    assert await store.commit("al_1", 2, state(2), [], END) is None
    found = (await store.load_alerts(["al_1"]))["al_1"]
    assert lanes_of(found.state) == {}, "what the commit wrote counts, nothing is laid over it any more"


async def test_a_lane_that_knows_more_by_then_keeps_it(store: Store) -> None:
    old, new = hold(), hold(revision=3, until=END + DAY)
    newer = replace(state(), told={"desk": Told(revision=2, held=old.window, held_since_ms=NOW)})
    await store.commit("al_1", 0, newer, [], NOW, effects=Effects(holds=[old]))
    moved = replace(state(), told={"desk": Told(revision=0, held=new.window, held_since_ms=NOW)})
    await store.commit("al_2", 0, moved, [], NOW, effects=Effects(holds=[hold("al_2")]))
    members = await store.held(old.window)
    lane = Told(revision=1, at_ms=END)
    await store.release(old.window, members, [], record("al_1"), END, lanes={"al_1": lane, "al_2": lane})
    found = await store.load_alerts(["al_1", "al_2"])
    assert lanes_of(found["al_1"].state) == {"desk": Told(revision=2)}, "a newer revision was told meanwhile"
    kept = Told(revision=1, at_ms=END, held=new.window, held_since_ms=NOW)
    assert lanes_of(found["al_2"].state) == {"desk": kept}, "it waits in another window"


# --- what cannot be read ------------------------------------------------------------------------------


async def test_a_hold_that_cannot_be_read_is_left_there_and_keeps_no_others_waiting(redis_store: RedisStore) -> None:
    await put(redis_store, hold("al_1"), hold("al_2"), hold("al_3", until=END + 1))
    key = redis_store.keys(f"held:{hold().window}")
    await redis_store.link.call("HSET", key, "al_1", "1|{", "al_9", "x|{}")
    members = await redis_store.held(hold().window)
    assert [one.item.alert for one in members] == ["al_2"]
    assert await redis_store.release(hold().window, members, [], record("al_2"), END)
    assert await redis_store.held(hold().window) == []
    assert [w.until_ms for w in await redis_store.windows(END + 1, 1)] == [END + 1], "it is looked at again later"
    assert (await redis_store.waiting_in(["desk"]))[-1].members == 2


async def test_windows_and_timers_of_a_later_version_are_passed_over(redis_store: RedisStore) -> None:
    for name in ("desk/novel//1", "desk", "desk/brief//x"):
        await redis_store.link.call("ZADD", redis_store.keys("windows"), 1, name)
    for name in ("novel/al_1/", "close", "close/al_1/desk/more"):
        await redis_store.link.call("ZADD", redis_store.keys("timers"), 1, name)
    assert await redis_store.windows(END, 10) == await redis_store.waiting_in(["desk"]) == []
    assert await redis_store.timers_due(END, 10) == []


async def test_fields_that_a_later_version_wrote_do_not_keep_a_hold_from_being_released(
    redis_store: RedisStore,
) -> None:
    await put(redis_store, hold())
    key = redis_store.keys(f"held:{hold().window}")
    raw = await redis_store.link.call("HGET", key, "al_1")
    await redis_store.link.call("HSET", key, "al_1", raw[:-1] + b',"novel":1}')
    members = await redis_store.held(hold().window)
    assert await redis_store.release(hold().window, members, [], record("al_1"), END)
    assert "windows" not in await dump(redis_store)


async def test_thousands_of_alerts_in_one_window_are_read_and_released(redis_store: RedisStore) -> None:
    many = 3_000
    for start in range(0, many, 500):
        await asyncio.gather(*(put(redis_store, hold(f"al_{n}")) for n in range(start, start + 500)))
    members = await redis_store.held(hold().window)
    assert len(members) == many
    lanes = {one.item.alert: Told(revision=1) for one in members}
    assert await redis_store.release(hold().window, members, [delivery("a")], record("al_1"), END, lanes=lanes)
    assert await redis_store.held(hold().window) == []


async def test_a_release_sets_the_timers_of_what_it_tells_but_for_those_that_run_already(store: Store) -> None:
    await put(store, hold("al_1"), hold("al_2"))
    rings = [Timer(kind="escalate", alert=name, receiver="desk", due_ms=END + DAY) for name in ("al_1", "al_2")]
    effects = Effects(timers=[replace(rings[0], due_ms=END)])
    assert await store.commit("al_1", 1, AlertState(alert=alert("al_1")), [], NOW, effects=effects) is None
    members = await store.held(hold().window)
    assert await store.release(hold().window, members, [], record("al_1"), END, timers=rings)
    assert await store.timers_due(END + DAY, 10) == [replace(rings[0], due_ms=END), rings[1]]
