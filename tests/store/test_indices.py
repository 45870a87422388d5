"""What the news about companies has been doing: written once a minute, read with each batch."""

from __future__ import annotations

from alertd.base.clock import rfc3339
from alertd.model import CompanyIndex
from alertd.store.indices import KEPT_S, USED_MS
from alertd.store.protocol import Store
from alertd.store.redis import RedisStore
from tests.store.make import NOW

BAD = CompanyIndex(as_of=rfc3339(NOW), sentiment=-0.4, stories=7, volume_z=3.2, day=4)
FINE = CompanyIndex(as_of=rfc3339(NOW), sentiment=0.4, stories=3)


async def test_indices_come_back_as_of_when_they_were_confirmed_last(store: Store) -> None:
    assert await store.indices(["acme"], NOW) == {}
    assert await store.indices_as_of() == 0
    await store.put_indices({"acme": BAD, "vega": FINE}, NOW)
    assert await store.indices(["acme", "nobody", "acme"], NOW) == {"acme": BAD}
    assert await store.indices([], NOW) == {}
    await store.put_indices({"vega": None}, NOW + 60_000)
    known = await store.indices(["acme", "vega"], NOW + 60_000)
    assert known.keys() == {"acme"}
    assert (known["acme"].sentiment, known["acme"].as_of) == (-0.4, rfc3339(NOW + 60_000))
    assert await store.indices_as_of() == NOW + 60_000


async def test_what_was_not_confirmed_for_an_hour_is_not_known(store: Store) -> None:
    await store.put_indices({"acme": BAD}, NOW)
    assert "acme" in await store.indices(["acme"], NOW + USED_MS)
    assert await store.indices(["acme"], NOW + USED_MS + 1) == {}
    await store.put_indices({}, NOW + USED_MS)
    assert "acme" in await store.indices(["acme"], NOW + USED_MS + 1)


async def test_who_begins_anew_says_what_there_is_and_the_rest_is_gone(store: Store) -> None:
    await store.put_indices({f"company-{n}": FINE for n in range(1_200)}, NOW)
    await store.put_indices({"acme": BAD}, NOW, whole=True)
    assert (await store.key_counts())["indices"] == 1
    assert (await store.indices(["acme", "company-1"], NOW)).keys() == {"acme"}


async def test_companies_of_any_name_stand_side_by_side(store: Store) -> None:
    odd = {"": FINE, "#": BAD, "a b\n": FINE, "ü" * 50: BAD}
    await store.put_indices(odd, NOW)
    assert await store.indices(list(odd), NOW) == odd


async def test_a_value_that_cannot_be_read_is_left_out(redis_store: RedisStore) -> None:
    await redis_store.put_indices({"acme": BAD, "vega": FINE}, NOW)
    await redis_store.link.call("HSET", redis_store.keys("indices"), "acme", "{")
    assert (await redis_store.indices(["acme", "vega"], NOW)).keys() == {"vega"}


async def test_values_that_nobody_confirms_are_forgotten_after_two_days(redis_store: RedisStore) -> None:
    await redis_store.put_indices({"acme": BAD}, NOW)
    for key in ("indices", "indices_at"):
        assert KEPT_S - 60 < await redis_store.link.call("TTL", redis_store.keys(key)) <= KEPT_S
