"""Silences, threads, feedback, the list of alerts; and how long all that is kept."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from msgspec.structs import replace

from alertd.model import AlertState, Claim, CoolMark, Count, Effects, Timer
from alertd.store import keys, scripts
from alertd.store.memory import MemoryStore
from alertd.store.protocol import Store
from alertd.store.records import ALERT_MS, CLOSED_MS
from alertd.store.redis import RedisStore, open_store
from tests.store.dump import dump
from tests.store.make import FAR, NOW, alert, delivery, hold, record, silence, state

DAY = 86_400_000

# --- silences -----------------------------------------------------------------------------------------


async def test_without_silences_there_are_none(store: Store) -> None:
    assert await store.silences(NOW) == []


async def test_silences_that_are_not_over_are_given_by_id(store: Store) -> None:
    b, a, over = silence("b"), silence("a", ends=NOW + 10), silence("c", ends=NOW)
    for one in (b, a, over):
        await store.put_silence(one, record(one.id, reason="made"), NOW)
    assert await store.silences(NOW) == [a, b]
    assert await store.silences(NOW + 10) == [b]
    assert await store.silences(NOW - 1) == [a, b, over], "what was silent then, for those who ask why"
    assert [r.reason for _, r in await store.trace("si_a")] == ["made"]


async def test_a_silence_changed_counts_from_then_on(store: Store) -> None:
    await store.put_silence(silence(), record("si_a"), NOW)
    assert await store.silences(NOW) == [silence()]
    ended = silence(ends=NOW + 1)
    await store.put_silence(ended, record("si_a"), NOW)
    assert await store.silences(NOW) == [ended]
    assert await store.silences(NOW + 1) == []
    assert len(await store.trace("si_a")) == 2


async def test_another_process_sees_a_silence_at_once(
    redis_store: RedisStore, redis_url: str, namespace: str
) -> None:
    other = await open_store(redis_url, namespace, name="other")
    assert await other.silences(NOW) == []
    for reason in ("one", "two", "one"):
        await redis_store.put_silence(silence(reason=reason), record("si_a"), NOW)
        assert [s.reason for s in await other.silences(NOW)] == [reason]
    await redis_store.link.call("DEL", redis_store.keys("silences"))
    assert await other.silences(NOW) == []
    await other.aclose()


async def test_a_failover_that_lost_a_silence_is_noticed(redis_store: RedisStore) -> None:
    """Number of changes and content are two things: another change after the loss is not taken for the lost one."""
    await redis_store.put_silence(silence("a"), record("si_a"), NOW)
    before = await redis_store.link.call("DUMP", redis_store.keys("silences"))
    await redis_store.put_silence(silence("b"), record("si_b"), NOW)
    assert await redis_store.silences(NOW) == [silence("a"), silence("b")]
    await redis_store.link.call("RESTORE", redis_store.keys("silences"), 0, before, "REPLACE")
    await redis_store.put_silence(silence("c"), record("si_c"), NOW)
    assert await redis_store.silences(NOW) == [silence("a"), silence("c")]


async def test_a_silence_that_cannot_be_read_silences_nothing_and_harms_no_other(redis_store: RedisStore) -> None:
    await redis_store.link.call("HSET", redis_store.keys("silences"), "si_x", "{", "si_y", "{}")
    await redis_store.put_silence(silence(), record("si_a"), NOW)
    assert await redis_store.silences(NOW) == [silence()]


@pytest.mark.parametrize("fields", [{"id": "#"}, {"id": ""}, {"id": "a/b"}, {"ends_at": "tomorrow"}])
async def test_a_silence_that_no_record_can_be_made_of_is_refused(store: Store, fields: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"not usable|Invalid isoformat"):
        await store.put_silence(replace(silence(), **fields), record("si_a"), NOW)
    assert await store.silences(NOW) == []


async def test_silences_are_forgotten_thirty_days_after_their_end(store: Store) -> None:
    await store.put_silence(silence(ends=NOW), record("si_a"), NOW)
    assert (await store.sweep(NOW + 30 * DAY - 1))["silences"] == 0
    assert await store.silences(NOW - 1) != []
    assert (await store.sweep(NOW + 30 * DAY))["silences"] == 1
    assert await store.silences(NOW - 1) == []
    assert (await store.key_counts())["silences"] == 0


async def test_a_silence_put_again_before_it_is_swept_is_kept(store: Store) -> None:
    await store.put_silence(silence(ends=NOW), record("si_a"), NOW)
    await store.put_silence(silence(), record("si_a"), NOW + 31 * DAY)
    assert (await store.sweep(NOW + 31 * DAY))["silences"] == 0
    assert await store.silences(NOW) == [silence()]


# --- threads ------------------------------------------------------------------------------------------


async def send(store: Store, name: str, thread: str, receiver: str = "desk") -> str:
    """Send a delivery about al_1, which leaves a thread; gives the thread that it was to join."""
    await store.enqueue([delivery(name, receiver)], NOW)
    claim = await store.claim(receiver, f"dl_{name}", "t", NOW, 1_000, 0, b"")
    assert isinstance(claim, Claim)
    again = await store.claim(receiver, f"dl_{name}", "t", NOW, 1_000, 0, b"")
    assert again == claim
    assert await store.finish(f"dl_{name}", "t", NOW, "ok", thread=thread)
    return claim.thread


async def test_later_messages_about_an_alert_are_told_where_the_first_one_stands(store: Store) -> None:
    await store.commit("al_1", 0, state(), [], NOW)
    assert await send(store, "a", "C1 170.1") == ""
    assert await send(store, "b", "") == "C1 170.1"
    assert await send(store, "c", "C1 170.9", "ops") == "", "each receiver has its own"
    assert await send(store, "d", "C1 171.0") == "C1 170.1"
    assert await send(store, "e", "") == "C1 171.0", "the newest counts"
    await store.commit("al_1", 1, state(2), [], NOW)
    assert await send(store, "f", "") == "C1 171.0", "a commit keeps it"


async def test_a_thread_is_kept_only_with_an_alert(store: Store) -> None:
    assert await send(store, "a", "C1 170.1") == ""
    assert await send(store, "b", "") == ""
    assert (await store.load_alerts(["al_1"]))["al_1"].version == 0
    await store.commit("al_1", 0, state(), [], NOW)
    assert await send(store, "c", "") == ""


async def test_a_thread_is_bounded_and_what_was_not_sent_leaves_none(store: Store) -> None:
    await store.commit("al_1", 0, state(), [], NOW)
    await store.enqueue([delivery("a")], NOW)
    await store.claim("desk", "dl_a", "t", NOW, 1_000, 0, b"")
    assert not await store.finish("dl_a", "another", NOW, "ok", thread="lost")
    assert await store.finish("dl_a", "t", NOW, "ok", thread="x\ud800" * 400)
    assert await store.finish("dl_a", "t", NOW, "ok", thread="a repeat changes nothing")
    assert await send(store, "b", "") == "x?" * 250


async def test_claiming_what_was_seen_due_takes_one_round_trip(redis_store: RedisStore) -> None:
    await redis_store.commit("al_1", 0, state(), [delivery("a"), delivery("b", mode="every")], NOW)
    for name in "ab":
        await redis_store.due("desk", NOW, 10)
        before = await scripts_run(redis_store)
        await redis_store.claim("desk", f"dl_{name}", "t", NOW, 1_000, 0, b"")
        await redis_store.finish(f"dl_{name}", "t", NOW, "", thread="C1 170.1")
        after = await scripts_run(redis_store)
    assert after - before == 2


async def scripts_run(store: RedisStore) -> int:
    info = (await store.link.call("INFO", "commandstats")).decode()
    return sum(int(line.split("calls=")[1].split(",")[0]) for line in info.splitlines() if "evalsha" in line)


# --- feedback, alerts ---------------------------------------------------------------------------------


async def test_the_last_word_of_feedback_counts(store: Store) -> None:
    assert await store.feedback(["ai", "ai"]) == {"ai": {}}
    await store.note_feedback("ai", "al_1", {"rules": ["big"], "said": {"jd": "noise"}}, NOW)
    await store.note_feedback("ai", "al_0", {"said": {}}, NOW)
    await store.note_feedback("uk", "al_9", {"said": {}}, NOW)
    await store.note_feedback("ai", "al_1", {"said": {"jd": "useful"}}, NOW + 1)
    assert await store.feedback(["ai"]) == {"ai": {"al_0": {"said": {}}, "al_1": {"said": {"jd": "useful"}}}}
    assert (await store.key_counts())["feedback"] == 3


async def test_feedback_is_forgotten_400_days_after_the_last_word(store: Store) -> None:
    await store.note_feedback("ai", "al_1", {}, NOW)
    await store.note_feedback("ai", "al_1", {"again": True}, NOW + 1)
    await store.note_feedback("uk", "al_2", {}, NOW)
    assert (await store.sweep(NOW + 400 * DAY))["feedback"] == 1
    assert await store.feedback(["ai", "uk"]) == {"ai": {"al_1": {"again": True}}, "uk": {}}
    assert (await store.sweep(NOW + 400 * DAY + 1))["feedback"] == 1
    assert await store.feedback(["ai"]) == {"ai": {}}


@pytest.mark.parametrize(("portfolio", "about"), [("a/b", "al_1"), ("", "al_1"), ("ai", "")])
async def test_feedback_on_nothing_is_refused(store: Store, portfolio: str, about: str) -> None:
    with pytest.raises(ValueError, match="not usable"):
        await store.note_feedback(portfolio, about, {}, NOW)


async def test_alerts_are_listed_from_the_one_that_changed_last(store: Store) -> None:
    for number, at in ((1, NOW), (2, NOW + 5), (3, NOW + 1)):
        await store.commit(f"al_{number}", 0, state(), [], at)
    await store.commit("al_1", 1, state(), [], NOW + 9, answer=True)
    assert await store.alerts(NOW, 10) == ["al_1", "al_2", "al_3"]
    assert await store.alerts(NOW + 5, 10) == ["al_1", "al_2"]
    assert await store.alerts(0, 1) == ["al_1"]
    assert await store.alerts(0, 0) == []


# --- how long -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "life"), [("open", ALERT_MS), ("acknowledged", ALERT_MS), ("closed", CLOSED_MS)])
async def test_an_alert_is_kept_30_days_after_it_was_closed(
    redis_store: RedisStore, status: Literal["open", "acknowledged", "closed"], life: int
) -> None:
    kept = AlertState(alert=replace(alert(), status=status))
    await redis_store.commit("al_1", 0, kept, [], NOW)
    left = await redis_store.link.call("TTL", redis_store.keys("alert:al_1"))
    assert life / 1000 - 60 < left <= life / 1000
    clock = [NOW]
    memory = MemoryStore(lambda: clock[0])
    await memory.commit("al_1", 0, kept, [], NOW)
    clock[0] += life - 1
    assert (await memory.load_alerts(["al_1"]))["al_1"].version == 1
    clock[0] += 1
    assert (await memory.load_alerts(["al_1"]))["al_1"].version == 0
    assert (await memory.sweep(clock[0]))["alerts"] == 1


async def test_timers_whose_alert_is_gone_are_dropped_a_day_later(store: Store) -> None:
    kept, lost = (Timer(kind="close", alert=f"al_{n}", due_ms=NOW) for n in (1, 2))
    await store.commit("al_1", 0, state(), [], NOW, effects=Effects(timers=[kept, lost]))
    assert (await store.sweep(NOW + DAY - 1))["timers"] == 0
    assert (await store.sweep(NOW + DAY))["timers"] == 1
    assert await store.timers_due(NOW, 10) == [kept]


async def test_marks_and_counters_are_forgotten_at_their_end(store: Store) -> None:
    effects = Effects(
        counts=[Count(name="c", keep_s=10), Count(name="d", keep_s=11)],
        marks=[CoolMark(name=n, value="x", until_ms=NOW + end) for n, end in (("m", 10_000), ("n", 11_000))],
    )
    await store.commit("al_1", 0, state(), [], NOW, effects=effects)
    swept = await store.sweep(NOW + 10_000)
    assert (swept["marks"], swept["counters"]) == (1, 1)
    assert await store.counted(["c", "d"]) == {"c": 0, "d": 1}
    assert await store.marks(["m", "n"], NOW) == {"n": ("x", NOW + 11_000)}
    counts = await store.key_counts()
    assert (counts["marks"], counts["counters"]) == (1, 1)


async def test_more_than_one_batch_is_forgotten_at_once(redis_store: RedisStore) -> None:
    many = [Count(name=f"c{n}", keep_s=1) for n in range(1_200)]
    await redis_store.commit("al_1", 0, state(), [], NOW, effects=Effects(counts=many))
    assert (await redis_store.sweep(NOW + 1_000))["counters"] == 1_200
    assert not [name for name in await dump(redis_store) if name.startswith("counter")]


async def test_what_waits_is_counted(store: Store) -> None:
    await store.commit("al_1", 0, state(), [], NOW, effects=Effects(holds=[hold(), hold(until=FAR)]))
    await store.commit("al_2", 0, state(), [], NOW, effects=Effects(holds=[hold("al_2")]))
    counts = await store.key_counts()
    assert (counts["windows"], counts["held"], counts["timers"]) == (2, 3, 0)


async def test_every_key_is_documented(redis_store: RedisStore) -> None:
    """Those of the life of alerts, by the part of their names that comes before the first colon."""
    effects = Effects(
        holds=[hold()],
        timers=[Timer(kind="close", alert="al_1", due_ms=NOW)],
        counts=[Count(name="c", keep_s=1)],
        marks=[CoolMark(name="m", value="x", until_ms=FAR)],
    )
    await redis_store.commit("al_1", 0, state(), [delivery("a")], NOW, effects=effects)
    members = await redis_store.held(hold().window)
    await redis_store.release(hold().window, members, [delivery("b", chain="b")], record("al_1"), NOW)
    await redis_store.commit("al_2", 0, state(), [], NOW, effects=Effects(holds=[hold("al_2")]))
    await redis_store.put_silence(silence(), record("si_a"), NOW)
    await redis_store.note_feedback("ai", "al_1", {}, NOW)
    table = (Path(__file__).parents[2] / "docs/store.md").read_text("utf-8")
    kinds = {name.partition(":")[0] for name in await dump(redis_store)} - {"pending"}
    assert {"held", "windows", "parts", "part_ends", "timers", "marks", "silences", "feedback"} < kinds
    for kind in kinds:
        assert f"`{kind}`" in table or f"`{kind}:<" in table, f"{kind} is not in docs/store.md"
        assert re.search(rf"\b{kind}\b", keys.__doc__ or ""), f"{kind} is not in store/keys.py"


def test_every_script_is_documented() -> None:
    table = (Path(__file__).parents[2] / "docs/store.md").read_text("utf-8")
    for name in sorted(path.stem for path in Path(scripts.__file__).parent.glob("*.lua")):
        assert f"`{name}`" in table, f"{name} is not in docs/store.md"
