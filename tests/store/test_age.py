"""A store that is older than a process knew: its seconds say so, and no state is written over another history's."""

from __future__ import annotations

import msgspec
import pytest

from alertd.errors import StoreUnavailable, StoreWentBack
from alertd.model import Claim
from alertd.store.age import Beat, beat_of, went_back_ms
from alertd.store.redis import RedisStore, open_store
from tests.faults.proxy import Proxy
from tests.store.make import NOW, delivery, new, record, source_state

E = "epoch"
DAY_MS = 86_400_000


@pytest.mark.parametrize(
    ("known", "found", "epoch", "back"),
    [
        (None, None, E, None),
        (None, Beat(9, NOW, E), E, None),
        (Beat(9, NOW, E), Beat(9, NOW, E), E, None),
        (Beat(9, NOW, E), Beat(10, NOW + 1_000, E), E, None),  # the reply of the last beat was lost
        (Beat(9, NOW, E), Beat(7, NOW - 2_000, E), E, 2_000),
        (Beat(9, NOW, E), Beat(7, NOW + 2_000, E), E, 0),  # another clock
        (Beat(9, NOW, E), None, E, NOW),
        (Beat(9, NOW - 29 * DAY_MS, E), None, E, NOW - 29 * DAY_MS),
        (Beat(9, NOW - 30 * DAY_MS, E), None, E, None),  # it was away for so long that its beat is forgotten
        (Beat(9, NOW - 40 * DAY_MS, E), Beat(7, NOW - 41 * DAY_MS, E), E, DAY_MS),
        (Beat(1, NOW, E), None, E, None),  # its first beat was never answered
        (Beat(9, NOW, E), None, "other", None),  # all of it was lost, which is told elsewhere
    ],
)
def test_a_smaller_number_than_was_written_last_is_a_store_that_went_back(
    known: Beat | None, found: Beat | None, epoch: str, back: int | None
) -> None:
    assert went_back_ms(known, found, epoch, NOW) == back


def test_a_beat_of_another_kind_is_none() -> None:
    assert beat_of(b"", E) is None
    assert beat_of(b"v2:whatever", E) is None
    assert beat_of(b"7|123", E) == Beat(7, 123, E)


async def test_each_beat_gives_what_stood_there_and_goes_on_behind_it(redis_store: RedisStore) -> None:
    epoch = await redis_store.epoch()
    assert await redis_store.beat("io", 0, NOW) == (None, Beat(1, NOW, epoch))
    assert await redis_store.beat("io", 1, NOW + 1) == (Beat(1, NOW, epoch), Beat(2, NOW + 1, epoch))
    went_back = (Beat(2, NOW + 1, epoch), Beat(0, NOW, epoch))
    assert await redis_store.beat("io", 7, NOW) == went_back
    assert await redis_store.beat("io", 7, NOW) == went_back, "whoever lost the reply hears of it again"
    assert (await redis_store.beat("io", 7, NOW, seen=True))[1].count == 8
    assert (await redis_store.beat("io", 2, NOW))[1].count == 9, "another process of the same name"
    assert (await redis_store.beat("another", 0, NOW))[0] is None


async def put_back(store: RedisStore, raw: bytes) -> None:
    await store.link.call("HSET", store.keys("sources"), "wire", raw)


async def test_no_state_is_written_over_that_of_another_history(redis_store: RedisStore) -> None:
    store = redis_store
    await store.save_source_state(source_state(etag="old"))
    older = await store.link.call("HGET", store.keys("sources"), "wire")
    await store.end_poll("wire", source_state(etag="new"), [], NOW)
    await put_back(store, older)
    with pytest.raises(StoreWentBack):
        await store.end_poll("wire", source_state(etag="newer"), [], NOW)
    found = await store.source_state("wire")
    assert found is not None
    assert found.etag == "old"
    await store.end_poll("wire", msgspec.structs.replace(found, etag="read anew"), [], NOW)
    await put_back(store, older)
    with pytest.raises(StoreWentBack):
        await store.save_source_state(source_state(etag="newer"))
    await put_back(store, b'{"source": "wire", "etag": "of another process"}')
    store.trust_state("wire")
    await store.save_source_state(source_state(etag="mine"))


async def test_a_state_whose_reply_was_lost_is_written_over(redis_url: str, namespace: str) -> None:
    async with Proxy(redis_url) as proxy:
        store = await open_store(proxy.url, namespace, name="test")
        await store.prepare()
        await store.save_source_state(source_state(etag="1"))
        proxy.drop_reply("end_poll")
        with pytest.raises(StoreUnavailable, match="does not answer"):
            await store.end_poll("wire", source_state(etag="2"), [], NOW)
        await store.end_poll("wire", source_state(etag="3"), [], NOW)
        found = await store.source_state("wire")
        await store.aclose()
    assert found is not None
    assert found.etag == "3"


async def test_what_was_sent_in_a_past_that_is_no_more_is_a_possible_repeat(redis_store: RedisStore) -> None:
    await redis_store.enqueue([delivery("a", chain="a"), delivery("b", chain="b")], NOW)
    await redis_store.doubt(["dl_a", "dl_gone"])
    claims = [await redis_store.claim("desk", f"dl_{name}", "t", NOW, 1_000, 0, b"p") for name in "ab"]
    assert [claim.in_doubt for claim in claims if isinstance(claim, Claim)] == [True, False]


async def test_the_journal_says_of_which_ids_it_knows(redis_store: RedisStore) -> None:
    await redis_store.journal(record("ev_a"))
    await redis_store.ingest("wire", [new("b")], NOW)
    assert await redis_store.told_of(["ev_a", "ev_b"]) == {"ev_a"}
    ((name, line),) = await redis_store.read_journal("", 10, 0)
    assert await redis_store.journal_rows([name, "1-1"]) == {name: line}
