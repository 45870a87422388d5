"""The start-up contract, against servers that really are set up wrongly."""

from __future__ import annotations

import pytest

from alertd.base.clock import Clock, system_clock
from alertd.store.redis import open_store
from alertd.store.server import ServerFacts, judge, parse_info, version_of
from alertd.store.types import Finding
from tests.support.redis import RedisServer


async def findings(url: str, clock: Clock = system_clock) -> dict[str, str]:
    store = await open_store(url, "test", name="test", clock=clock)
    try:
        return {f.code: f.level for f in await store.check_server()}
    finally:
        await store.aclose()


async def test_a_server_set_up_as_documented_has_nothing_to_find(binary: str) -> None:
    with RedisServer(binary, {"appendfsync": "always"}) as server:
        assert await findings(server.url) == {}


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({"appendonly": "no"}, {"append_only": "refuse"}),
        ({"appendfsync": "everysec"}, {"fsync": "warn"}),
        ({"appendfsync": "no"}, {"fsync": "warn"}),
        ({"appendfsync": "always", "maxmemory-policy": "allkeys-lru"}, {"policy": "refuse"}),
        ({"appendfsync": "always", "maxmemory-policy": "volatile-ttl"}, {"policy": "refuse"}),
        ({"appendfsync": "always", "maxmemory": "0"}, {"memory": "warn"}),
        ({"appendfsync": "always", "maxmemory": "1mb"}, {"filling": "warn"}),
        ({"appendfsync": "always", "replicaof": "127.0.0.1 1"}, {"replica": "refuse"}),
    ],
)
async def test_a_server_set_up_wrongly_is_found_out(
    binary: str, flags: dict[str, str], expected: dict[str, str]
) -> None:
    with RedisServer(binary, flags) as server:
        assert await findings(server.url) == expected


async def test_where_config_is_forbidden_info_says_most_of_it(binary: str) -> None:
    with RedisServer(binary, {"maxmemory-policy": "allkeys-lru", "appendonly": "no"}) as server:
        server.command("ACL", "SETUSER", "default", "-config")
        assert await findings(server.url) == {"policy": "refuse", "append_only": "refuse"}


@pytest.mark.parametrize(
    ("info", "level"),
    [
        ({"aof_enabled": "0"}, "warn"),
        ({"maxmemory_policy": "volatile-lru"}, "warn"),
        ({"maxmemory_policy": "allkeys-lru"}, "refuse"),
    ],
)
def test_where_the_settings_take_it_on_themselves_what_dies_with_the_server_is_a_warning(
    info: dict[str, str], level: str
) -> None:
    assert [finding.level for finding in judged(info)] == ["refuse"]
    assert [finding.level for finding in judged(info, relaxed=True)] == [level]


async def test_a_clock_that_is_off_is_found_out(redis_url: str) -> None:
    assert "clock" not in await findings(redis_url)
    assert (await findings(redis_url, lambda: system_clock() - 60_000))["clock"] == "warn"


def judged(
    info: dict[str, str], *, over_socket: bool = True, skew_ms: int = 0, relaxed: bool = False
) -> list[Finding]:
    fine = {"redis_version": "7.2.4", "role": "master", "aof_enabled": "1", "maxmemory": "100", "used_memory": "1"}
    facts = ServerFacts(info=fine | info, config={}, skew_ms=skew_ms, over_socket=over_socket, relaxed=relaxed)
    return judge(facts)


@pytest.mark.parametrize(
    ("info", "level", "code"),
    [
        ({"redis_version": "6.0.16"}, "refuse", "version"),
        ({"redis_version": "odd"}, "refuse", "version"),
        ({"redis_version": "6.2.14"}, "warn", "version"),
        ({"aof_last_write_status": "err"}, "warn", "disk"),
        ({"rdb_last_bgsave_status": "err"}, "warn", "disk"),
        ({"evicted_keys": "3"}, "warn", "evicted"),
        ({"used_memory": "81"}, "warn", "filling"),
    ],
)
def test_each_danger_has_its_finding(info: dict[str, str], level: str, code: str) -> None:
    assert [(f.level, f.code) for f in judged(info, over_socket=False)] == [(level, code)]


def test_an_old_version_behind_a_private_socket_is_accepted() -> None:
    assert judged({"redis_version": "6.2.14"}) == []


def test_refusals_come_first_and_say_what_to_set() -> None:
    found = judged({"evicted_keys": "1", "maxmemory_policy": "allkeys-lfu"})
    assert [f.level for f in found] == ["refuse", "warn"]
    assert "Set maxmemory-policy noeviction" in found[0].text


def test_info_and_versions_are_read_as_they_come() -> None:
    assert parse_info("# Server\r\nredis_version:7.0.15\r\n\r\nconfig_file:/etc/a:b\r\n") == {
        "redis_version": "7.0.15",
        "config_file": "/etc/a:b",
    }
    assert version_of("255.255.255") == (255, 255)
    assert version_of("") == (0, 0)
