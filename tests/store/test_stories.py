"""Stories in the store: found under their keys, changed only by who has read them, answered once for an event."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.model import KnownStory, Placed, Placement, StoryAsk
from alertd.store.memory import MemoryStore
from alertd.store.protocol import Store
from alertd.store.redis import RedisStore
from alertd.store.stories import MOST_EARLIER, MOST_STORIES, PLACED_AT_ONCE
from tests.store.dump import dump
from tests.store.make import NOW
from tests.store.operations import prepared

DAY = 86_400_000


def put(event: str = "a", story: str = "", version: int = 0, **more: Any) -> Placement:
    """Put an event into a story: its own, unless one is named."""
    fields: dict[str, Any] = {"keys": ["co:vega"], "last_ms": NOW, "founded_ms": NOW, "data": f"{{{event}}}"} | more
    return Placement(
        event=f"ev_{event}", story=f"st_{story or event}", version=version, answer=f"told {event}", **fields
    )


def ask(event: str = "x", *keys: str, since: int = 0, pairs: list[str] | None = None) -> StoryAsk:
    """Ask what is under keys."""
    return StoryAsk(event=f"ev_{event}", keys=list(keys) or ["co:vega"], pairs=pairs or [], since_ms=since)


async def under(store: Store, *keys: str, since: int = 0) -> list[list[str]]:
    """Give the stories under keys, without what all their names begin with."""
    (found,) = await store.find_stories([ask("x", *keys, since=since)])
    return [[name.removeprefix("st_") for name in names] for names in found.under.values()]


async def outcomes(store: Store, *placements: Placement, settled: bool = False) -> list[str]:
    return [done.outcome for done in await store.place_events(placements, NOW, settled=settled)]


async def test_a_story_is_founded_found_and_joined(store: Store) -> None:
    assert await store.place_events([put("a")], NOW) == [Placed(outcome="placed", answer="told a")]
    assert await under(store) == [["a"]]
    assert await store.load_stories(["st_a", "st_b"]) == {
        "st_a": KnownStory(version=1, data="{a}"), "st_b": KnownStory(),
    }  # fmt: skip
    assert await outcomes(store, put("b", "a", 1)) == ["placed"]
    assert (await store.load_stories(["st_a"]))["st_a"] == KnownStory(version=2, data="{b}")


async def test_the_first_answer_for_an_event_stands(store: Store) -> None:
    await store.place_events([put("a")], NOW)
    for other in (put("a"), put("a", "b"), put("a", version=7)):
        assert await store.place_events([other], NOW) == [Placed(outcome="known", answer="told a")]
    (found, nothing) = await store.find_stories([ask("a"), ask("b")])
    assert (found.answer, nothing.answer) == ("told a", "")
    assert (await store.load_stories(["st_b"]))["st_b"].version == 0


async def test_who_has_not_read_the_story_as_it_is_does_not_change_it(store: Store) -> None:
    await store.place_events([put("a"), put("b", "a", 1)], NOW)
    assert await store.place_events([put("c", "a", 1)], NOW) == [Placed(outcome="stale")]
    assert await outcomes(store, put("c", "a", 0)) == ["stale"], "it is there by now"
    assert await outcomes(store, put("c", "gone", 3)) == ["stale"], "it is over by now"
    assert (await store.load_stories(["st_a"]))["st_a"].version == 2
    assert (await store.find_stories([ask("c")]))[0].answer == ""


async def test_a_story_that_was_founded_under_one_of_the_keys_meanwhile_must_be_looked_at(store: Store) -> None:
    await store.place_events([put("a", keys=["co:vega", "wo:orion"])], NOW)
    new = put("b", keys=["co:lumen", "wo:orion"])
    assert await outcomes(store, new) == ["stale"]
    assert await outcomes(store, put("b", keys=["co:lumen", "wo:orion"], since_ms=NOW + 1)) == ["placed"], "over"
    seen = put("c", keys=["wo:orion"], seen=["st_a", "st_b"])
    assert await outcomes(store, seen) == ["placed"]
    assert await outcomes(store, put("d", keys=["wo:orion"]), settled=True) == ["placed"], "nobody waits any more"


async def test_what_is_placed_first_is_seen_by_what_is_placed_after_it(store: Store) -> None:
    first = put("a")
    both = [first, put("b", "a", 1), put("c", "a", 2), put("d", seen=["st_a"])]
    assert await outcomes(store, *both) == ["placed"] * 4
    assert await under(store) == [["d", "a"]]
    wrong = [put("e", "e", 9), put("f", "e", 10)]
    assert await outcomes(store, *wrong) == ["stale", "stale"], "what rests on a stale one is stale"


async def test_many_at_once_are_answered_in_their_order(store: Store) -> None:
    many = [put(f"n{n}", keys=[f"co:c{n}"]) for n in range(PLACED_AT_ONCE * 2 + 3)]
    assert [done.answer for done in await store.place_events(many, NOW)] == [one.answer for one in many]
    found = await store.find_stories([ask("x", f"co:c{n}") for n in range(len(many))])
    assert [names for one in found for names in one.under.values()] == [[one.story] for one in many]


async def test_under_a_key_stand_the_newest_and_not_those_that_are_over(store: Store) -> None:
    many = [put(f"n{n:03}", last_ms=NOW + n) for n in range(MOST_STORIES + 6)]
    await store.place_events(many, NOW, settled=True)
    (names,) = await under(store)
    assert names == [f"n{n:03}" for n in range(MOST_STORIES + 5, 5, -1)]
    assert await under(store, since=NOW + MOST_STORIES + 4) == [["n069", "n068"]]
    await store.place_events([put("late", "n010", 1, last_ms=NOW + 999)], NOW, settled=True)
    assert (await under(store))[0][0] == "n010"


async def test_stories_between_two_parties_are_remembered_the_newest_first(store: Store) -> None:
    many = [put(f"n{n}", keys=[], pairs=["a+b", "b+c"], founded_ms=NOW + n) for n in range(MOST_EARLIER + 2)]
    await store.place_events(many, NOW)
    (found,) = await store.find_stories([ask("x", "co:x", pairs=["a+b", "a+c"])])
    assert found.earlier == {"a+b": [f"st_n{n}" for n in range(MOST_EARLIER + 1, 1, -1)], "a+c": []}


async def test_a_younger_story_becomes_part_of_an_older(store: Store) -> None:
    await store.place_events([put("old"), put("young", seen=["st_old"])], NOW)
    merging = put("c", "old", 1, seen=["st_young"], merged={"st_young": 1})
    assert await outcomes(store, put("x", "old", 1, seen=["st_young"], merged={"st_young": 2})) == ["stale"]
    assert await outcomes(store, merging) == ["placed"]
    assert await store.load_stories(["st_old", "st_young"]) == {
        "st_old": KnownStory(version=2, data="{c}"), "st_young": KnownStory(version=2, into="st_old"),
    }  # fmt: skip
    assert await outcomes(store, put("d", "young", 1, seen=["st_old"])) == ["stale"], "it is no story any more"


async def test_a_later_revision_changes_the_story_and_what_it_has_shown_and_not_its_first_answer(
    store: Store,
) -> None:
    await store.place_events([put("a"), put("b", seen=["st_a"])], NOW)
    later = put("b", "a", 1, again=True, seen=["st_b"], merged={"st_b": 1})
    assert await outcomes(store, later) == ["placed"]
    assert await outcomes(store, later) == ["stale"]
    assert (await store.load_stories(["st_b"]))["st_b"].into == "st_a"


@pytest.mark.parametrize("key", ["", "a\nb", "x" * 300])
async def test_a_key_that_no_key_can_be_made_of_is_refused(store: Store, key: str) -> None:
    with pytest.raises(ValueError, match="not usable"):
        await store.place_events([put(keys=[key])], NOW)
    with pytest.raises(ValueError, match="not usable"):
        await store.find_stories([StoryAsk(event="ev_x", keys=[key], since_ms=0)])
    assert (await store.key_counts())["stories"] == 0


async def test_asked_for_nothing_it_says_nothing(store: Store) -> None:
    assert await store.find_stories([]) == []
    assert await store.load_stories([]) == {}
    assert await store.place_events([], NOW) == []


async def test_stories_are_counted_until_they_are_over(store: Store) -> None:
    await store.place_events([put("a"), put("b", seen=["st_a"])], NOW)
    assert (await store.key_counts())["stories"] == 2
    assert (await store.sweep(NOW + 3 * DAY - 1))["stories"] == 0
    assert (await store.sweep(NOW + 3 * DAY))["stories"] == 2
    assert (await store.key_counts())["stories"] == 0


async def test_in_memory_a_story_is_over_after_three_days_and_the_answer_stands_for_two_weeks() -> None:
    now = NOW
    memory = MemoryStore(lambda: now)
    await memory.place_events([put("a", pairs=["a+b"])], now)
    now += 3 * DAY
    assert await under(memory) == [[]]
    assert (await memory.load_stories(["st_a"]))["st_a"] == KnownStory()
    (found,) = await memory.find_stories([ask("a", pairs=["a+b"])])
    assert (found.answer, found.earlier) == ("told a", {"a+b": ["st_a"]})
    now += 11 * DAY
    assert (await memory.find_stories([ask("a")]))[0].answer == ""


async def test_every_key_of_a_story_expires(redis_store: RedisStore) -> None:
    await redis_store.place_events([put("a", pairs=["a+b"]), put("b", seen=["st_a"])], NOW)
    await redis_store.place_events([put("c", "a", 1, seen=["st_b"], merged={"st_b": 1})], NOW)
    kinds = {"story", "story_of", "under", "between"}
    names = [name for name in await dump(redis_store) if name.partition(":")[0] in kinds]
    left = {name: await redis_store.link.call("PTTL", redis_store.keys(name)) for name in names}
    assert len(left) == 7
    days = {name.partition(":")[0] + name[-1]: round(ttl / DAY, 2) for name, ttl in left.items()}
    assert days == {
        "storya": 3, "storyb": 37, "story_ofa": 14, "story_ofb": 14, "story_ofc": 14, "undera": 3, "betweenb": 400,
    }  # fmt: skip


async def test_of_many_that_found_the_same_story_at_once_one_does(redis_url: str) -> None:
    async with prepared(redis_url, 8) as stores:
        made = await asyncio.gather(*(s.place_events([put(f"e{n}")], NOW) for n, s in enumerate(stores)))
        assert sorted(done.outcome for (done,) in made) == ["placed", *["stale"] * 7]


_PLACEMENT = st.builds(
    lambda event, story, version, keys, seen, merged, last, again: put(
        event, story, version, keys=[f"k:{k}" for k in keys], seen=[f"st_{s}" for s in seen],
        merged={f"st_{m}": v for m, v in merged.items() if m != story}, last_ms=NOW + last, pairs=["a+b"],
        again=again,
    ),
    event=st.sampled_from("abcdef"),
    story=st.sampled_from("abc"),
    version=st.integers(0, 3),
    keys=st.lists(st.sampled_from("pq"), max_size=2, unique=True),
    seen=st.sets(st.sampled_from("abc")),
    merged=st.dictionaries(st.sampled_from("abc"), st.integers(0, 2), max_size=1),
    last=st.integers(0, 3),
    again=st.booleans(),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.lists(_PLACEMENT, min_size=1, max_size=3), st.booleans()), max_size=8))
def test_memory_and_redis_do_the_same_and_twice_is_once(
    redis_url: str, calls: list[tuple[list[Placement], bool]]
) -> None:
    async def check() -> None:
        memory = MemoryStore()
        asks = [ask(event, "k:p", "k:q", since=NOW + 1, pairs=["a+b"]) for event in "abcdef"]
        async with prepared(redis_url) as (store,):
            for placements, settled in calls:
                ours = await store.place_events(placements, NOW, settled=settled)
                assert ours == await memory.place_events(placements, NOW, settled=settled)
                first = [one for one in placements if not one.again]
                once = await dump(store)
                again = await store.place_events(first, NOW, settled=settled)
                assert await memory.place_events(first, NOW, settled=settled) == again
                if not any(done.outcome == "stale" for done in ours):
                    assert await dump(store) == once
            assert await store.find_stories(asks) == await memory.find_stories(asks)
            names = [f"st_{name}" for name in "abcdef"]
            assert await store.load_stories(names) == await memory.load_stories(names)
            assert (await store.key_counts())["stories"] == (await memory.key_counts())["stories"]

    asyncio.run(check())
