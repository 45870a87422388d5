"""Stores to test: in memory, over the bundled Redis, over the one on PATH. All must behave alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from alertd.store.memory import MemoryStore
from alertd.store.protocol import Store
from alertd.store.redis import RedisStore, open_store
from tests.support.redis import (  # noqa: F401
    RedisServer,
    bundled_binary,
    namespace,
    redis_server,
    redis_url,
    shared_server,
    system_binary,
    valkey_binary,
)


@pytest.fixture(scope="session")
def system_url() -> Iterator[str]:
    """The server on PATH, if there is one (test_health.py says so once where there is none)."""
    binary = system_binary()
    if binary is None:
        pytest.skip("no redis-server or valkey-server on PATH: only the bundled one is tested")
    for server in shared_server(binary):
        yield server.url


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """A Valkey, if there is one (test_health.py says so once where there is none)."""
    binary = valkey_binary()
    if binary is None:
        pytest.skip("no valkey-server on PATH, nor from `make valkey`")
    for server in shared_server(binary):
        yield server.url


@pytest.fixture
async def redis_store(redis_url: str, namespace: str) -> AsyncIterator[RedisStore]:  # noqa: F811
    """A prepared store over the run's Redis."""
    store = await open_store(redis_url, namespace, name="test")
    await store.prepare()
    yield store
    await store.aclose()


BINARIES = {"bundled": bundled_binary, "system": system_binary, "valkey": valkey_binary}
KINDS = ["memory", "bundled"]
KINDS += ["system"] if system_binary() else []
KINDS += ["valkey"] if valkey_binary() not in (None, system_binary()) else []
URLS = {"bundled": "redis_url", "system": "system_url", "valkey": "valkey_url"}


@pytest.fixture(params=KINDS)
async def store(request: pytest.FixtureRequest, namespace: str) -> AsyncIterator[Store]:  # noqa: F811
    """A prepared store of each kind."""
    opened: Store
    if request.param == "memory":
        opened = MemoryStore()
    else:
        url = request.getfixturevalue(URLS[request.param])
        opened = await open_store(url, namespace, name="test")
    await opened.prepare()
    yield opened
    await opened.aclose()


@pytest.fixture(params=[kind for kind in KINDS if kind != "memory"])
def binary(request: pytest.FixtureRequest) -> str:
    """Each kind of server there is."""
    return BINARIES[request.param]() or pytest.skip("gone")


@pytest.fixture
def server(binary: str) -> Iterator[RedisServer]:
    """A server for one test, to be stopped, killed or filled up."""
    # `always`: under `everysec` a busy disk postpones the write itself, and what was answered dies with the server
    with RedisServer(binary, {"appendfsync": "always"}) as running:
        yield running
