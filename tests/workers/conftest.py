"""Polling over real HTTP and a real parse worker; one worker, and one event loop, for all tests of a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from alertd.net.client import HttpClient
from alertd.store.memory import MemoryStore
from alertd.store.protocol import Store
from alertd.store.redis import open_store
from tests.support.edgar import EdgarSite
from tests.support.http import FaultServer
from tests.support.redis import namespace, redis_server, redis_url  # noqa: F401
from tests.workers.edgar_polling import Edgar
from tests.workers.polling import CountingPool, Wire
from tests.workers.texting import Texts


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool() -> AsyncIterator[CountingPool]:
    async with CountingPool(1) as running:
        yield running


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def http() -> AsyncIterator[HttpClient]:
    async with HttpClient("alertd test") as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def wire(http: HttpClient, pool: CountingPool, server: FaultServer) -> Wire:
    return Wire(MemoryStore(), http, pool, server)


@pytest_asyncio.fixture(loop_scope="module", params=["memory", "redis"])
async def any_store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """A prepared store, of each kind."""
    store: Store = MemoryStore()
    if request.param == "redis":
        url, name = request.getfixturevalue("redis_url"), request.getfixturevalue("namespace")
        store = await open_store(url, name, name="test")
    await store.prepare()
    yield store
    await store.aclose()


@pytest_asyncio.fixture(loop_scope="module")
async def stored(any_store: Store, http: HttpClient, pool: CountingPool, server: FaultServer) -> Wire:
    """The same over each store."""
    return Wire(any_store, http, pool, server)


@pytest_asyncio.fixture(loop_scope="module")
async def texts(http: HttpClient, pool: CountingPool, server: FaultServer) -> AsyncIterator[Texts]:
    """Sources with full texts, over a store in memory."""
    async with Texts(MemoryStore(), http, pool, server) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def stored_texts(
    any_store: Store, http: HttpClient, pool: CountingPool, server: FaultServer
) -> AsyncIterator[Texts]:
    """The same over each store."""
    async with Texts(any_store, http, pool, server) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def site() -> AsyncIterator[EdgarSite]:
    async with EdgarSite() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def edgar(http: HttpClient, pool: CountingPool, site: EdgarSite) -> Edgar:
    return Edgar(MemoryStore(), http, pool, site)


@pytest_asyncio.fixture(loop_scope="module", params=["memory", "redis"])
async def kept(
    request: pytest.FixtureRequest, http: HttpClient, pool: CountingPool, site: EdgarSite
) -> AsyncIterator[Edgar]:
    """The same over each store."""
    store: Store = MemoryStore()
    if request.param == "redis":
        url, name = request.getfixturevalue("redis_url"), request.getfixturevalue("namespace")
        store = await open_store(url, name, name="test")
    await store.prepare()
    yield Edgar(store, http, pool, site)
    await store.aclose()
