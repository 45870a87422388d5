"""Once a minute the matching processes get what has changed of the indices of companies."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from alertd.base.clock import rfc3339
from alertd.errors import StoreUnavailable
from alertd.history.analytics.minutes import MINUTE_MS
from alertd.history.analytics.usual import HOUR_MS
from alertd.model import CompanyIndex
from alertd.store.memory import MemoryStore
from alertd.workers.indices import SETTLE_MS, Indices
from alertd.workers.progress import Progress
from tests.history.analytics.test_live import NOW, Past, three
from tests.workers.make import HandClock


class Store(MemoryStore):
    """A store that may be away; counts what was written."""

    away = False
    end = ""

    def __init__(self) -> None:
        super().__init__(lambda: NOW)
        self.written: list[tuple[list[str], bool]] = []

    async def journal_end(self) -> str:
        return self.end

    async def put_indices(
        self, changed: Mapping[str, CompanyIndex | None], as_of_ms: int, *, whole: bool = False
    ) -> None:
        if self.away:
            raise StoreUnavailable("away")
        self.written.append((sorted(changed), whole))
        await super().put_indices(changed, as_of_ms, whole=whole)


class Rig:
    def __init__(self, folder: Path) -> None:
        self.past, self.store = Past(folder), Store()
        self.clock = HandClock(NOW + SETTLE_MS)
        self.worker = self.begin()

    def begin(self) -> Indices:
        return Indices(self.store, self.past.history, self.clock, Progress())

    def add(self, at_ms: int, first: int = 0, company: str = "acme") -> None:
        self.past.add(*three(at_ms, first, company))
        self.store.end = self.past.end

    async def minute(self) -> None:
        self.clock.now += MINUTE_MS
        await self.worker.look()

    async def known(self, *companies: str) -> dict[str, CompanyIndex]:
        return await self.store.indices(companies or ("acme", "vega"), self.clock())


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


async def test_of_two_that_archive_the_other_gives_them(rig: Rig) -> None:
    rig.add(NOW - HOUR_MS)
    mine = [False]
    rig.worker = Indices(rig.store, rig.past.history, rig.clock, Progress(), lambda: mine[0])
    await rig.minute()
    assert rig.store.written == []
    mine[0] = True  # the other one is gone
    await rig.minute()
    assert rig.store.written == [(["acme"], True)]


async def test_what_has_changed_is_given_once_a_minute_and_all_confirmed(rig: Rig) -> None:
    rig.add(NOW - HOUR_MS)
    await rig.worker.look()
    await rig.worker.look()
    assert rig.store.written == [(["acme"], True)]
    rig.add(NOW, 10, "vega")
    await rig.minute()
    await rig.minute()
    assert rig.store.written == [(["acme"], True), (["vega"], False), ([], False)]
    known = await rig.known()
    assert known.keys() == {"acme", "vega"}
    assert known["acme"].as_of == rfc3339(NOW + 2 * MINUTE_MS)


async def test_a_store_that_has_forgotten_them_gets_all(rig: Rig) -> None:
    rig.add(NOW - HOUR_MS)
    await rig.worker.look()
    await rig.store.put_indices({}, NOW - HOUR_MS, whole=True)
    await rig.minute()
    assert (await rig.known()).keys() == {"acme"}


async def test_a_process_that_begins_anew_gives_what_the_one_before_it_gave(rig: Rig) -> None:
    rig.add(NOW - HOUR_MS)
    await rig.worker.look()
    before = await rig.known()
    rig.worker = rig.begin()
    await rig.worker.look()
    assert rig.store.written[-1] == (["acme"], True)
    assert await rig.known() == before


async def test_what_could_not_be_written_is_written_later(rig: Rig) -> None:
    rig.add(NOW - HOUR_MS)
    await rig.worker.look()
    rig.add(NOW, 10, "vega")
    rig.store.away = True
    with pytest.raises(StoreUnavailable):
        await rig.minute()
    rig.store.away = False
    await rig.worker.look()
    assert (await rig.known()).keys() == {"acme", "vega"}


async def test_while_the_history_is_away_what_was_given_is_used_for_an_hour(rig: Rig) -> None:
    rig.add(NOW - HOUR_MS)
    await rig.worker.look()
    rig.past.history.rename(rig.past.history.with_suffix(".away"))
    await rig.minute()
    assert (await rig.known()).keys() == {"acme"}
    rig.clock.now += HOUR_MS
    await rig.worker.look()
    assert await rig.known() == {}
    rig.past.history.with_suffix(".away").rename(rig.past.history)
    await rig.worker.look()
    assert (await rig.known()).keys() == {"acme"}


async def test_a_line_that_the_code_cannot_take_ends_the_indices_and_nothing_else(rig: Rig) -> None:
    rig.add(NOW - HOUR_MS)
    await rig.worker.look()
    rig.add(NOW, 10, "vega")
    with closing(sqlite3.connect(rig.past.history)) as db:
        db.execute("UPDATE mentions SET relevance = 'much' WHERE company = 'vega'")
        db.commit()
    await rig.minute()
    await rig.minute()
    assert rig.store.written == [(["acme"], True)] and "acme" in await rig.known()


async def test_without_a_history_nothing_is_given(rig: Rig) -> None:
    await rig.worker.look()
    assert rig.store.written == []
