"""Commands are put into the same bytes as by redis-py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import exceptions
from redis.asyncio.connection import Connection

from alertd.store.found import FoundConnection
from alertd.store.packed import PACKED, PackedConnection
from alertd.store.redis import RedisStore

THEIRS, OURS = Connection(), PackedConnection()
values = st.text(st.characters(exclude_categories=["Cs"])) | st.binary() | st.integers() | st.floats()


@given(st.sampled_from(["GET", "CLIENT SETNAME", b"CONFIG GET"]), st.lists(values))
def test_a_command_is_the_same_bytes(name: str | bytes, args: list[str | bytes | int | float]) -> None:
    assert b"".join(OURS.pack_command(name, *args)) == b"".join(THEIRS.pack_command(name, *args))


def test_several_commands_are_the_same_bytes_however_long() -> None:
    commands = [("SET", "a", b"x" * size) for size in (0, 10, 5_990, 6_001, 100_000)]
    assert b"".join(OURS.pack_commands(commands)) == b"".join(THEIRS.pack_commands(commands))


@pytest.mark.parametrize("value", [None, [], {}])
def test_what_is_no_argument_is_refused(value: object) -> None:
    with pytest.raises(exceptions.DataError):
        OURS.pack_command("GET", value)


async def test_connections_of_the_store_are_packed(redis_store: RedisStore) -> None:
    for client in (redis_store.link._servers._client, redis_store.link._servers._reader):
        assert client.connection_pool.connection_class in PACKED.values()
    assert FoundConnection.pack_command is PackedConnection.pack_command
