"""Jobs: taken on once, done by whoever has the turn, known after their end."""

from __future__ import annotations

import pytest

from alertd.store.protocol import Store
from alertd.store.records import MOST_JOBS
from alertd.store.redis import RedisStore
from alertd.store.types import Job, Taken
from tests.store.make import NOW

TURN = 1_000
DAY = "reconcile/edgar/2026-01-12"


async def claimed(store: Store, token: str = "t1", now: int = NOW) -> Job:
    job = await store.claim_job(token, now, now + TURN)
    assert job is not None
    return job


async def test_a_job_is_given_to_one_until_the_end_of_the_turn(store: Store) -> None:
    assert await store.add_job("jo_1", b"what", [DAY], NOW) == Taken(outcome="ok")
    assert await store.claim_job("t0", NOW - 1, NOW + TURN) is None
    first = await claimed(store)
    assert (first.id, first.what, first.state, first.attempts, first.came) == ("jo_1", b"what", "running", 1, b"")
    assert await store.claim_job("t2", NOW + TURN - 1, NOW + 2 * TURN) is None
    assert await store.keep_job(first, b"half", NOW + 2 * TURN)
    assert await store.claim_job("t2", NOW + TURN, NOW + 3 * TURN) is None, "the turn goes on"
    second = await claimed(store, "t2", NOW + 2 * TURN)
    assert (second.attempts, second.came) == (2, b"half"), "who had it is gone"
    for late in (store.keep_job(first, b"x", NOW), store.give_back_job(first, b"x", NOW)):
        assert not await late
    assert not await store.end_job(first, "done", b"x")
    there = await store.job("jo_1")
    assert there == Job(id="jo_1", what=b"what", state="running", attempts=2, came=b"half")


async def test_only_one_job_at_a_time_has_to_do_with_the_same(store: Store) -> None:
    assert (await store.add_job("jo_1", b"", [DAY, f"{DAY}-next"], NOW)).outcome == "ok"
    assert await store.add_job("jo_1", b"", [DAY], NOW) == Taken(outcome="ok"), "the same again"
    assert await store.add_job("jo_2", b"", ["reconcile/other/2026-01-12", DAY], NOW) == Taken(
        outcome="held", by="jo_1"
    )
    assert await store.job("jo_2") is None
    assert (await store.add_job("jo_3", b"", ["reconcile/other/2026-01-12"], NOW)).outcome == "ok"
    job = await claimed(store)
    assert await store.end_job(job, "done", b"came")
    assert await store.end_job(job, "done", b"came"), "a repeat"
    assert (await store.add_job("jo_4", b"", [DAY], NOW)).outcome == "ok"


async def test_what_is_over_stays_known_and_is_given_to_nobody(store: Store) -> None:
    await store.add_job("jo_1", b"what", [DAY], NOW)
    assert (await store.key_counts())["jobs"] == 1
    job = await claimed(store)
    assert await store.end_job(job, "failed", b"why")
    assert not await store.keep_job(job, b"x", NOW), "a late word of progress does not begin it anew"
    assert await store.claim_job("t2", NOW + 9 * TURN, NOW + 10 * TURN) is None
    assert await store.job("jo_1") == Job(id="jo_1", what=b"what", state="failed", attempts=1, came=b"why")
    assert (await store.key_counts())["jobs"] == 0
    assert await store.job("jo_gone") is None


async def test_what_is_given_back_is_due_again_and_counts_as_no_attempt(store: Store) -> None:
    await store.add_job("jo_1", b"", [DAY], NOW)
    job = await claimed(store)
    assert await store.give_back_job(job, b"half", NOW + 5)
    there = await store.job("jo_1")
    assert there is not None
    assert (there.state, there.attempts) == ("queued", 0)
    assert not await store.keep_job(job, b"x", NOW), "it is in nobody's hands"
    assert (await claimed(store, "t2", NOW + 5)).attempts == 1


async def test_those_asked_for_first_are_done_first_and_too_many_are_not_taken(store: Store) -> None:
    for n in range(MOST_JOBS):
        assert (await store.add_job(f"jo_{n}", b"", [f"a/{n}"], NOW + n)).outcome == "ok"
    assert (await store.add_job("jo_more", b"", ["a/more"], NOW)).outcome == "full"
    assert [(await claimed(store, f"t{n}", NOW + 500)).id for n in range(3)] == ["jo_0", "jo_1", "jo_2"]


async def test_names_that_would_break_a_list_are_refused(store: Store) -> None:
    for holds in (["a,b"], [""], ["ü"]):
        with pytest.raises(ValueError, match="not usable"):
            await store.add_job("jo_1", b"", holds, NOW)
    with pytest.raises(ValueError, match="not usable"):
        await store.add_job("jo|1", b"", ["a"], NOW)


async def test_a_job_whose_record_is_gone_holds_up_nobody(redis_store: RedisStore) -> None:
    await redis_store.add_job("jo_1", b"", [DAY], NOW)
    await redis_store.link.call("DEL", redis_store.keys("job:jo_1"))
    assert await redis_store.claim_job("t1", NOW, NOW + TURN) is None
    assert (await redis_store.add_job("jo_2", b"", [DAY], NOW)).outcome == "ok"
    assert (await claimed(redis_store)).id == "jo_2"
    assert await redis_store.end_job(Job(id="jo_2", what=b"", token="t1"), "done", b"")
    assert 0 < await redis_store.link.call("PTTL", redis_store.keys("job:jo_2")) <= 7 * 86_400_000
    assert await redis_store.link.call("HLEN", redis_store.keys("job_holds")) == 0
