"""What the doctor says of a real Redis."""

from __future__ import annotations

import pytest

from alertd.app.doctor.server import judge_identity, judge_pings, judge_system, look_at_server, memory_available
from alertd.app.doctor.verdict import Verdict
from alertd.store.redis import open_store
from alertd.store.server import ServerFacts
from tests.support.redis import RedisServer, bundled_binary


async def looked_at(**flags: str) -> list[Verdict]:
    """Look at a server with these settings."""
    with RedisServer(bundled_binary(), {name.replace("_", "-"): value for name, value in flags.items()}) as server:
        store = await open_store(server.url, "doctor", name="test")
        try:
            return await look_at_server(store, relaxed=False)
        finally:
            await store.aclose()


async def test_a_redis_that_keeps_everything_is_fine() -> None:
    found = await looked_at(appendfsync="always")
    redis = [one for one in found if one.area == "redis"]
    assert "append-only, always, noeviction" in redis[0].says
    assert [one for one in redis if one.level == "bad"] == []
    assert any(one.says.startswith("answers within ") for one in redis)
    (clock,) = [one for one in found if one.area == "clock"]
    assert clock.level == "ok", clock


@pytest.mark.parametrize(
    ("flags", "level", "said"),
    [
        ({"appendonly": "no"}, "bad", "appendonly is off"),
        ({"appendfsync": "everysec"}, "warn", "appendfsync is everysec"),
        ({"maxmemory_policy": "allkeys-lru"}, "bad", "maxmemory-policy is allkeys-lru"),
        ({"maxmemory": "0"}, "warn", "maxmemory is not set"),
    ],
)
async def test_a_redis_that_may_lose_something_is_told_with_what_to_set(
    flags: dict[str, str], level: str, said: str
) -> None:
    found = await looked_at(**({"appendfsync": "always"} | flags))
    (verdict,) = [one for one in found if one.says.startswith(said)]
    assert verdict.level == level
    assert verdict.advice.lower().startswith("set ")


@pytest.mark.parametrize(
    ("times", "level"), [([0.2] * 100, "ok"), ([0.2] * 98 + [30.0] * 2, "warn"), ([200.0] * 100, "bad")]
)
def test_a_redis_that_is_far_away_is_told(times: list[float], level: str) -> None:
    assert judge_pings(times).level == level


def facts(**info: str) -> ServerFacts:
    return ServerFacts(info=info, config={}, skew_ms=0, over_socket=True)


def test_a_valkey_is_called_so() -> None:
    found = judge_identity(facts(server_name="valkey", valkey_version="9.1.2", redis_version="7.2.4", maxmemory="0"))
    assert found.says == "Valkey 9.1.2, not append-only, ?, 0 bytes in use, no limit"


@pytest.mark.parametrize(
    ("overcommit", "available", "huge", "count"),
    [
        ("1", 100, "always [madvise] never", 0),
        ("0", 100, "always [madvise] never", 1),
        ("0", 10_000, "", 0),
        ("", None, "[always] madvise never", 1),
        ("2", 100, "[always] madvise never", 2),
    ],
)
def test_a_system_on_which_redis_cannot_fork_well_is_told(
    overcommit: str, available: int | None, huge: str, count: int
) -> None:
    assert len(list(judge_system(facts(used_memory="1000"), overcommit, available, huge))) == count


def test_the_memory_of_this_machine_is_read() -> None:
    available = memory_available()
    assert available is None or available > 0
