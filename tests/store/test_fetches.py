"""Full texts: who gets a job, what becomes of it, and why no order of things loses a text or a correction."""

from __future__ import annotations

import asyncio

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.model import Event, event_to_json
from alertd.store.memory import MemoryStore
from alertd.store.protocol import Store
from alertd.store.types import FetchJob
from tests.store.dump import dump
from tests.store.make import NOW, alias, baseline, new
from tests.store.operations import Run, fetching_operations, prepared, view
from tests.store.test_orders import check_stream

URL = "https://wire.example.com/a"
LEASE = 1_000
MINUTE = 60_000


async def ingest(store: Store, text: str = "one", *, now: int = NOW, withdrawn: bool = False, url: str = URL) -> None:
    await store.ingest("wire", [new("a", text, fetch=url, withdrawn=withdrawn)], now)


async def claimed(store: Store, token: str = "t1", now: int = NOW) -> FetchJob:
    (job,) = await store.claim_fetches(token, now, LEASE, 10)
    return job


def text_of(job: FetchJob, body: str) -> bytes:
    event = msgspec.json.decode(job.header, type=Event)
    return event_to_json(msgspec.structs.replace(event, body=body))


async def finish(store: Store, job: FetchJob, body: str = "the text") -> int:
    return await store.add_text(job, text_of(job, body), f"t-{body}")


async def stream(store: Store) -> list[tuple[int, str | None, str, str]]:
    return [
        (e.event.revision, e.event.revision_reason, e.event.title, e.event.body)
        for e in await store.read_events("c", 100, 0)
    ]


async def reasons(store: Store, event: str = "ev_a") -> list[str]:
    return [record.reason for _, record in await store.trace(event)]


# --- who gets a job -----------------------------------------------------------------------------------


async def test_a_new_item_with_an_address_gets_a_job_with_all_that_its_text_is_built_on(store: Store) -> None:
    await ingest(store)
    job = await claimed(store)
    assert (job.event, job.source, job.identity, job.url) == ("ev_a", "wire", "id-a", URL)
    assert (job.revision, job.queued_ms, job.attempts, job.held) == (1, NOW, 1, False)
    assert msgspec.json.decode(job.header)["title"] == "a says one"


async def test_what_is_no_news_gets_none(store: Store) -> None:
    await store.ingest("wire", [baseline("a", fetch=URL), new("b"), new("c", withdrawn=True, fetch=URL)], NOW)
    await store.ingest("wire", [new("a", "one~again", fetch=URL)], NOW)
    assert await store.claim_fetches("t1", NOW, LEASE, 10) == []
    assert (await store.key_counts())["fetches"] == 0


async def test_another_headline_of_a_baseline_item_is_news_and_fetched(store: Store) -> None:
    await store.ingest("wire", [baseline("a", fetch=URL)], NOW)
    await ingest(store, "two")
    assert (await claimed(store)).revision == 2


async def test_a_second_poll_queues_nothing_again(store: Store) -> None:
    await ingest(store)
    assert await finish(store, await claimed(store)) == 2
    await ingest(store)
    await store.ingest("wire", [alias("b", of="a")], NOW)
    assert await store.claim_fetches("t2", NOW + MINUTE, LEASE, 10) == []


# --- the text -----------------------------------------------------------------------------------------


async def test_the_text_is_the_next_revision_and_the_job_is_gone(store: Store) -> None:
    await ingest(store)
    assert await finish(store, await claimed(store)) == 2
    assert await stream(store) == [(1, None, "a says one", ""), (2, "full_text", "a says one", "the text")]
    assert (await store.key_counts())["fetches"] == 0
    known = (await store.known_marks("wire", ["id-a"]))["id-a"]
    assert (known.revision, known.hashes) == (2, ["h-one", "t-the text"])


async def test_a_lost_reply_to_the_text_costs_nothing(store: Store) -> None:
    await ingest(store)
    job = await claimed(store)
    assert [await finish(store, job) for _ in range(3)] == [2, 2, 2]
    assert len(await stream(store)) == 2


async def test_whose_lease_has_ended_stores_nothing(store: Store) -> None:
    await ingest(store)
    slow = await claimed(store, "slow")
    quick = await claimed(store, "quick", NOW + LEASE)
    assert quick.attempts == 2
    assert await finish(store, slow, "late") == 0
    assert await finish(store, quick) == 2
    assert [body for *_, body in await stream(store)] == ["", "the text"]


async def test_a_job_is_leased_to_one_alone_and_given_again_to_who_did_not_hear(store: Store) -> None:
    await ingest(store)
    job = await claimed(store, "t1")
    assert await store.claim_fetches("t2", NOW, LEASE, 10) == []
    assert await claimed(store, "t1") == job


async def test_the_newest_are_fetched_first(store: Store) -> None:
    for age, name in enumerate("abc"):
        await store.ingest("wire", [new(name, fetch=URL)], NOW + age)
    first = await store.claim_fetches("t1", NOW + 10, LEASE, 2)
    assert [job.event for job in first] == ["ev_c", "ev_b"]


# --- corrections --------------------------------------------------------------------------------------


async def test_a_header_corrected_while_its_text_is_fetched_is_told_and_the_text_built_on_it(store: Store) -> None:
    await ingest(store)
    stale = await claimed(store)
    await ingest(store, "two")
    assert await finish(store, stale, "stale") == 0
    fresh = await claimed(store, "t2")
    assert (fresh.revision, fresh.attempts) == (2, 1)
    assert await finish(store, fresh) == 3
    assert await stream(store) == [
        (1, None, "a says one", ""),
        (2, "correction", "a says two", ""),
        (3, "full_text", "a says two", "the text"),
    ]


async def test_a_header_corrected_after_its_text_goes_out_with_the_text_fetched_anew(store: Store) -> None:
    await ingest(store)
    await finish(store, await claimed(store))
    await ingest(store, "two", now=NOW + MINUTE)
    assert [revision for revision, *_ in await stream(store)] == [1, 2], "without its text it would say less"
    job = await claimed(store, "t2", NOW + MINUTE)
    assert job.held
    assert await finish(store, job, "another text") == 3
    assert await stream(store) == [(3, "correction", "a says two", "another text")]
    await ingest(store, "two", now=NOW + 2 * MINUTE)
    assert await store.claim_fetches("t3", NOW + 2 * MINUTE, LEASE, 10) == []


async def test_a_held_correction_whose_text_cannot_be_fetched_goes_out_without(store: Store) -> None:
    await ingest(store)
    await finish(store, await claimed(store))
    await ingest(store, "two")
    assert await store.drop_fetch(await claimed(store, "t2"), "the site answers 404", NOW)
    assert await stream(store) == [
        (1, None, "a says one", ""),
        (2, "full_text", "a says one", "the text"),
        (3, "correction", "a says two", ""),
    ]
    assert await reasons(store) == ["the site answers 404"]


async def test_a_held_correction_can_be_let_go_and_its_text_follows(store: Store) -> None:
    await ingest(store)
    assert not await store.release_fetch(await claimed(store)), "nothing is held"
    await store.add_text(await claimed(store), b'{"title": "a says one", "body": "the text"}', "t-1")
    await ingest(store, "two")
    job = await claimed(store, "t2")
    assert [await store.release_fetch(job), await store.release_fetch(job)] == [True, False]
    assert await finish(store, job, "another text") == 4, "its header is the newest still"
    assert (await stream(store))[2:] == [
        (3, "correction", "a says two", ""),
        (4, "full_text", "a says two", "another text"),
    ]


async def test_what_is_taken_back_is_told_at_once_and_not_fetched_any_more(store: Store) -> None:
    await ingest(store)
    job = await claimed(store)
    await ingest(store, "gone", withdrawn=True)
    assert await finish(store, job) == 0
    assert [(revision, reason) for revision, reason, *_ in await stream(store)] == [(1, None), (2, "withdrawal")]
    assert (await store.key_counts())["fetches"] == 0


async def test_a_correction_without_an_address_ends_the_job_of_the_one_before(store: Store) -> None:
    await ingest(store)
    await ingest(store, "two", url="")
    assert await store.claim_fetches("t1", NOW, LEASE, 10) == []


# --- trouble ------------------------------------------------------------------------------------------


async def test_a_failed_attempt_comes_again_when_it_is_due(store: Store) -> None:
    await ingest(store)
    job = await claimed(store)
    for _ in range(2):
        assert await store.retry_fetch(job, NOW + MINUTE, "answered 503", job.attempts)
    assert await store.claim_fetches("t2", NOW + MINUTE - 1, LEASE, 10) == []
    again = await claimed(store, "t2", NOW + MINUTE)
    assert (again.attempts, again.error) == (2, "answered 503")
    assert not await store.retry_fetch(job, NOW, "late", 9), "the lease is another's by now"


async def test_a_job_given_up_leaves_its_reason_once(store: Store) -> None:
    await ingest(store)
    job = await claimed(store)
    assert not await store.drop_fetch(msgspec.structs.replace(job, token="other"), "no", NOW)
    assert await store.drop_fetch(job, "behind a pay wall", NOW)
    assert not await store.drop_fetch(job, "behind a pay wall", NOW)
    assert await reasons(store) == ["behind a pay wall"]
    assert await reasons(store, "wire") == ["behind a pay wall"]
    assert [revision for revision, *_ in await stream(store)] == [1]


async def test_a_job_is_overdue_after_its_wait_and_again_when_it_is_put_off(store: Store) -> None:
    await ingest(store)
    assert await store.overdue_fetches(NOW + MINUTE - 1, 100, 10) == []
    (job,) = await store.overdue_fetches(NOW + MINUTE, 100, 10)
    assert (job.event, job.header) == ("ev_a", b"")
    await store.put_off_fetch("ev_a", NOW + 2 * MINUTE)
    await store.put_off_fetch("ev_nobody", NOW)
    assert await store.overdue_fetches(NOW + MINUTE, 100, 10) == []
    assert await store.overdue_fetches(NOW + 2 * MINUTE, 100, 10) == [job]


async def test_more_jobs_than_are_kept_are_overdue_the_oldest_first(store: Store) -> None:
    for age, name in enumerate("abcd"):
        await store.ingest("wire", [new(name, fetch=URL)], NOW + age)
    assert [job.event for job in await store.overdue_fetches(NOW, 2, 10)] == ["ev_a", "ev_b"]
    (old, *_) = await store.overdue_fetches(NOW, 2, 10)
    assert await store.drop_fetch(old, "too many", NOW, force=True)


# --- any order ----------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(steps=st.lists(fetching_operations(), max_size=25))
def test_memory_and_redis_fetch_alike_and_no_revision_is_missing(redis_url: str, steps: list[object]) -> None:
    async def check() -> None:
        memory = MemoryStore()
        async with prepared(redis_url) as (store,):
            ours, theirs = Run(store), Run(memory)
            for step in steps:
                assert await ours.apply(step) == await theirs.apply(step), step  # type: ignore[arg-type]
            assert await view(store) == await view(memory)
            await check_stream(store)
            found = await dump(store)
            sizes = {len(found.get(name, {})) for name in ("fetches", "fetch_headers")}
            sizes |= {len(found.get(name, [])) // 2 for name in ("fetch_due", "fetch_ends")}
            assert len(sizes) == 1, "a job is whole or gone"

    asyncio.run(check())
