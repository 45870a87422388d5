"""What models answered, kept for all processes: for a while, and no more of it than there is room for."""

from __future__ import annotations

import pytest

from alertd.store.answers import MOST_ANSWER_BYTES, MOST_ANSWERS
from alertd.store.protocol import Store
from alertd.store.redis import RedisStore
from tests.store.make import NOW

DAY_MS = 86_400_000


async def test_an_answer_is_kept_as_it_is_until_its_time_is_over(store: Store) -> None:
    answer = b"\x00|7|\xff" + "“Vega”".encode()
    await store.keep_answer("a1", answer, NOW, DAY_MS)
    assert await store.kept_answer("a1", NOW) == answer
    assert await store.kept_answer("a1", NOW + DAY_MS - 1) == answer
    assert await store.kept_answer("a1", NOW + DAY_MS) is None
    assert await store.kept_answer("b2", NOW) is None


async def test_a_later_answer_takes_the_place_of_one_before(store: Store) -> None:
    await store.keep_answer("a1", b"one", NOW, DAY_MS)
    for _ in range(2):
        await store.keep_answer("a1", b"another", NOW, DAY_MS)
    assert await store.kept_answer("a1", NOW) == b"another"
    assert (await store.key_counts())["answers"] == 1


async def test_what_is_dropped_is_gone_and_nothing_else(store: Store) -> None:
    await store.keep_answer("a1", b"one", NOW, DAY_MS)
    await store.keep_answer("b2", b"two", NOW, DAY_MS)
    for _ in range(2):
        await store.drop_answer("a1", NOW)
    assert [await store.kept_answer(key, NOW) for key in ("a1", "b2")] == [None, b"two"]
    await store.drop_answer("b2", NOW)
    assert (await store.key_counts())["answers"] == 0


async def test_what_is_over_goes_with_the_next_answer(store: Store) -> None:
    await store.keep_answer("a1", b"one", NOW, DAY_MS)
    await store.keep_answer("b2", b"two", NOW + DAY_MS, DAY_MS)
    assert (await store.key_counts())["answers"] == 1


async def test_of_too_many_answers_the_oldest_go(store: Store) -> None:
    for number in range(MOST_ANSWERS + 2):
        await store.keep_answer(f"k{number}", b"x", NOW + number, DAY_MS)
    assert (await store.key_counts())["answers"] == MOST_ANSWERS
    assert [await store.kept_answer(f"k{number}", NOW) for number in (0, 1, 2)] == [None, None, b"x"]


async def test_of_too_large_answers_the_oldest_go_and_each_is_counted_once(store: Store) -> None:
    half = b"x" * (MOST_ANSWER_BYTES // 2 - 100)
    for number in (1, 1, 2, 2):
        await store.keep_answer(f"k{number}", half, NOW + number, DAY_MS)
    assert (await store.key_counts())["answers"] == 2
    await store.keep_answer("k3", b"x" * 1_000, NOW + 3, DAY_MS)
    assert [await store.kept_answer(f"k{number}", NOW) is not None for number in (1, 2, 3)] == [False, True, True]


@pytest.mark.parametrize("key", ["", "#", "r", "a\nb"])
async def test_a_key_that_stands_for_something_is_refused(store: Store, key: str) -> None:
    with pytest.raises(ValueError, match="not usable"):
        await store.keep_answer(key, b"one", NOW, DAY_MS)


async def test_the_keys_go_by_themselves(redis_store: RedisStore) -> None:
    await redis_store.keep_answer("a1", b"one", NOW, DAY_MS)
    for name in ("answers", "answer_ends"):
        left = await redis_store.link.call("PTTL", redis_store.keys(name))
        assert DAY_MS < left <= DAY_MS + 60_000
