"""Collects what the cases say, as rows of the table; keeps the slow ones for `make hostile`."""

from __future__ import annotations

import gc
import os
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from alertd.net.client import HttpClient
from alertd.store.redis import open_store
from tests.hostile.case import ALL, ONLY, ROWS, Case
from tests.support.http import FaultServer
from tests.support.redis import namespace, redis_server, redis_url  # noqa: F401
from tests.support.rows import note
from tests.workers.conftest import http, server  # noqa: F401
from tests.workers.polling import CountingPool, Wire

_CASE = pytest.StashKey[Case]()


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker."""
    config.addinivalue_line("markers", "hostile(number, name, slow): a test of a hostile input")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is slow, or what was not asked for."""
    here = Path(__file__).parent
    only = {int(word) for word in os.environ.get(ONLY, "").split(",") if word.strip()}

    def wanted(item: pytest.Item) -> bool:
        marker = item.get_closest_marker("hostile") if item.path.is_relative_to(here) else None
        if marker is None:
            return not only or not item.path.is_relative_to(here)
        number, _, slow = marker.args
        return number in only if only else not slow or bool(os.environ.get(ALL))

    left_out = [item for item in items if not wanted(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if wanted(item)]


@pytest.fixture(autouse=True, scope="module")
def heap_of_the_tests() -> Iterator[None]:
    """Keep what the test run itself has in memory from being looked through while a loop is measured."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def case(request: pytest.FixtureRequest) -> Case:
    """The input that the test is about."""
    marker = request.node.get_closest_marker("hostile")
    assert marker is not None, "the test is marked with `hostile(number, name)`"
    number, name, _ = marker.args
    made = Case(number, name)
    request.node.stash[_CASE] = made
    return made


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Leave the row of a case."""
    report = yield
    marker = item.get_closest_marker("hostile")
    if marker is not None and (report.when == "call" or not report.passed):
        case = item.stash.get(_CASE, Case(*marker.args[:2]))
        notes = list(case.notes)
        if not report.passed:
            notes.append(str(call.excinfo.value).partition("\n")[0] if call.excinfo else str(report.outcome))
        verdict = {"passed": "held", "failed": "RED", "skipped": "skipped"}[report.outcome]
        note(
            ROWS,
            {"number": case.number, "input": case.name, "happened": "; ".join(notes), "held_ms": case.held_ms,
             "verdict": verdict},
        )  # fmt: skip
    return report


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool() -> AsyncIterator[CountingPool]:
    """A parse worker with more time than it has in a daemon: the machine may have other things to do."""
    async with CountingPool(1, timeout_s=60.0) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def wire(
    redis_url: str,  # noqa: F811
    namespace: str,  # noqa: F811
    http: HttpClient,  # noqa: F811
    pool: CountingPool,
    server: FaultServer,  # noqa: F811
) -> AsyncIterator[Wire]:
    """A source over a real Redis: a store in memory would never let go of the loop."""
    store = await open_store(redis_url, namespace, name="test")
    await store.prepare()
    yield Wire(store, http, pool, server)
    await store.aclose()
