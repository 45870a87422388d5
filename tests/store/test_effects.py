"""What a commit brings about beside its alert: all of it or nothing."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from alertd.model import CoolMark, Count, Effects, Hold, StoredAlert, Timer
from alertd.store.protocol import Store
from alertd.store.redis import RedisStore
from tests.store.dump import dump
from tests.store.make import NOW, delivery, hold, record, state
from tests.store.test_alerts import told

COOL = "desk/story/st_1"
TIMER = Timer(kind="escalate", alert="al_1", receiver="desk", due_ms=NOW + 50)


def read(*holds: Hold, version: int = 1) -> list[Hold]:
    """Holds as the store gives them back."""
    return [replace(one, version=version) for one in holds]


def mark(value: str = "al_1", *, expected: str = "", until: int = NOW + 1_000) -> CoolMark:
    return CoolMark(name=COOL, expected=expected, value=value, until_ms=until)


async def test_a_commit_brings_all_its_effects_about(store: Store) -> None:
    held = hold(message=delivery("later"))
    effects = Effects(
        holds=[held],
        timers=[TIMER],
        counts=[Count(name="flow:desk:1", keep_s=60), Count(name="expect:ai/big:1", by=3, keep_s=60)],
        marks=[mark()],
        record=record("al_1", "u", reason="acknowledged"),
    )
    assert await store.commit("al_1", 0, state(), [delivery("a")], NOW, effects=effects) is None
    assert await store.held(held.window) == read(held)
    assert await store.timers_due(NOW + 50, 10) == [TIMER]
    assert await store.counted(["flow:desk:1", "expect:ai/big:1", "x"]) == {
        "flow:desk:1": 1, "expect:ai/big:1": 3, "x": 0,
    }  # fmt: skip
    assert await store.marks([COOL, "x"], NOW) == {COOL: ("al_1", NOW + 1_000)}
    assert [r.reason for _, r in await store.trace("u")] == ["acknowledged"]
    assert len((await store.due("desk", NOW, 10))[0]) == 1


async def test_a_stale_commit_brings_nothing_about(store: Store) -> None:
    await store.commit("al_1", 0, state(), [], NOW)
    effects = Effects(
        holds=[hold()],
        timers=[TIMER],
        counts=[Count(name="c", keep_s=60)],
        marks=[mark()],
        record=record("al_1"),
    )
    assert await store.commit("al_1", 0, state(2), [], NOW, effects=effects) == StoredAlert(version=1, state=state())
    assert await store.held(hold().window) == []
    assert await store.waiting_in(["desk"]) == []
    assert await store.timers_due(NOW + 50, 10) == []
    assert await store.counted(["c"]) == {"c": 0}
    assert await store.marks([COOL], NOW) == {}
    assert await store.trace("al_1") == []


async def test_a_commit_that_rests_on_another_mark_is_a_conflict(store: Store) -> None:
    first = Effects(marks=[mark()])
    assert await store.commit("al_1", 0, state(), [], NOW, effects=first) is None
    late = Effects(marks=[mark("al_2")])
    assert await store.commit("al_2", 0, state(), [delivery("b")], NOW, effects=late) == StoredAlert(
        version=0, state=None
    )
    assert await store.delivery("dl_b") is None
    known = Effects(marks=[mark("al_2", expected="al_1")])
    assert await store.commit("al_2", 0, state(), [], NOW, effects=known) is None
    assert await store.marks([COOL], NOW) == {COOL: ("al_2", NOW + 1_000)}
    conflict = await store.commit("al_1", 1, state(2), [], NOW, effects=known)
    assert conflict == StoredAlert(version=1, state=state())


async def test_a_mark_that_is_over_is_none(store: Store) -> None:
    await store.commit("al_1", 0, state(), [], NOW, effects=Effects(marks=[mark()]))
    end = NOW + 1_000
    assert await store.marks([COOL], end - 1) == {COOL: ("al_1", end)}
    assert await store.marks([COOL], end) == {}
    again = Effects(marks=[mark("al_2", until=end + 5)])
    assert await store.commit("al_2", 0, state(), [], end, effects=again) is None
    assert await store.marks([COOL], end) == {COOL: ("al_2", end + 5)}


@pytest.mark.parametrize("ended", [mark("", expected="al_1"), mark("x", expected="al_1", until=NOW)])
async def test_a_mark_is_taken_away_by_an_empty_value_or_an_end_that_is_past(store: Store, ended: CoolMark) -> None:
    await store.commit("al_1", 0, state(), [], NOW, effects=Effects(marks=[mark()]))
    assert await store.commit("al_1", 1, state(), [], NOW, effects=Effects(marks=[ended])) is None
    assert await store.marks([COOL], NOW) == {}


async def test_a_counter_begins_again_when_it_was_forgotten(store: Store) -> None:
    one = Effects(counts=[Count(name="c", keep_s=10)])
    for version, at in ((0, NOW), (1, NOW + 9_999), (2, NOW + 19_998)):
        await store.commit("al_1", version, state(), [], at, effects=one)
    assert await store.counted(["c", "c"]) == {"c": 3}, "each time it is kept for longer"
    await store.commit("al_1", 3, state(), [], NOW + 29_998, effects=one)
    assert await store.counted(["c"]) == {"c": 1}


async def test_a_timer_set_again_is_moved_and_one_cancelled_is_gone(store: Store) -> None:
    later = replace(TIMER, due_ms=NOW + 500)
    other = Timer(kind="close", alert="al_1", due_ms=NOW + 10)
    await store.commit("al_1", 0, state(), [], NOW, effects=Effects(timers=[TIMER, other]))
    assert await store.timers_due(NOW + 50, 10) == [other, TIMER]
    assert await store.timers_due(NOW + 50, 1) == [other]
    await store.commit(
        "al_1", 1, state(), [], NOW, effects=Effects(timers=[later], cancel=[other.name, "no/such/one"])
    )
    assert await store.timers_due(NOW + 499, 10) == []
    assert await store.timers_due(NOW + 500, 10) == [later]
    both = Effects(timers=[TIMER], cancel=[TIMER.name])
    await store.commit("al_1", 2, state(), [], NOW, effects=both)
    assert await store.timers_due(NOW + 500, 10) == [TIMER], "what is set outlives what is cancelled"


async def test_a_timer_is_dropped_only_as_it_was_seen(store: Store) -> None:
    await store.commit("al_1", 0, state(), [], NOW, effects=Effects(timers=[TIMER]))
    await store.drop_timer(TIMER.name, TIMER.due_ms - 1)
    assert await store.timers_due(NOW + 50, 10) == [TIMER]
    for _ in range(2):
        await store.drop_timer(TIMER.name, TIMER.due_ms)
        assert await store.timers_due(NOW + 50, 10) == []


async def test_an_answer_takes_no_event_in(store: Store) -> None:
    await store.commit("al_1", 0, told("al_1", "ev_a"), [], NOW, answer=True)
    assert await store.alerts_of(["ev_a"]) == {"ev_a": []}
    await store.commit("al_1", 1, told("al_1", "ev_a"), [], NOW)
    assert await store.alerts_of(["ev_a"]) == {"ev_a": ["al_1"]}


@pytest.mark.parametrize(
    "effects",
    [
        Effects(holds=[hold("al_2")]),
        Effects(holds=[hold(receiver="a/b")]),
        Effects(holds=[hold(portfolio="a/b")]),
        Effects(timers=[Timer(kind="close", alert="", due_ms=1)]),
        Effects(timers=[Timer(kind="close", alert="al_1", receiver="a,b", due_ms=1)]),
        Effects(cancel=[""]),
        Effects(counts=[Count(name="x" * 501, keep_s=1)]),
        Effects(marks=[CoolMark(name="a\nb", value="x", until_ms=1)]),
        Effects(marks=[CoolMark(name="a", value="\ud800", until_ms=1)]),
    ],
)
async def test_what_would_break_a_record_is_refused_before_anything_is_written(
    store: Store, effects: Effects
) -> None:
    with pytest.raises(ValueError, match=r"not usable|cannot put"):
        await store.commit("al_1", 0, state(), [], NOW, effects=effects)
    assert (await store.load_alerts(["al_1"]))["al_1"].version == 0


async def test_a_commit_with_effects_twice_is_once(redis_store: RedisStore) -> None:
    effects = Effects(
        holds=[hold()], timers=[TIMER], counts=[Count(name="c", keep_s=9)], marks=[mark()], record=record("al_1")
    )
    await redis_store.commit("al_1", 0, state(), [delivery("a")], NOW, effects=effects)
    once = await dump(redis_store)
    assert await redis_store.commit("al_1", 0, state(), [delivery("a")], NOW, effects=effects) == StoredAlert(
        version=1, state=state()
    )
    assert await dump(redis_store) == once
