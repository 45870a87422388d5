"""Jobs of the API at work: a real EDGAR on loopback, a real parse worker, both stores."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Any

import pytest
import pytest_asyncio

from alertd.asking.jobs import ask_to_reconcile, job_row
from alertd.errors import StoreUnavailable
from alertd.model import SourceState
from alertd.net.client import HttpClient
from alertd.store.protocol import Store
from alertd.telemetry import JOBS
from alertd.workers.intake import Intake
from alertd.workers.jobs import MOST_ATTEMPTS, TURN_MS, Jobs
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress
from alertd.workers.reconciling import Reconciling
from alertd.workers.sec_requests import SecRequests
from alertd.workers.source_health import SourceHealth
from tests.sources.edgar_files import Made
from tests.support.daemon import eventually
from tests.support.edgar import EdgarSite
from tests.support.http import DEADLINE_S
from tests.workers.edgar_gaps_rig import MONDAY, TUESDAY, Gaps, at
from tests.workers.polling import CountingPool

pytestmark = pytest.mark.asyncio(loop_scope="module")

MISSED = [
    Made(11, items=("8.01",), accepted="2026-01-12T09:50:00-05:00"),
    Made(12, items=("1.01",), accepted="2026-01-12T10:10:00-05:00"),
]
DAYS = (date.fromisoformat(MONDAY), date.fromisoformat(TUESDAY))


class Rig:
    """A store with jobs, and processes that do them, one after the other."""

    def __init__(self, gaps: Gaps, http: HttpClient, pool: CountingPool) -> None:
        self.gaps, self.store = gaps, gaps.store
        self._http, self._pool = http, pool
        self._running: list[tuple[Jobs, asyncio.Task[None]]] = []

    def process(self, store: Any = None, sources: list[Any] | None = None) -> Jobs:
        """Begin a process that does jobs."""
        gaps, clock = self.gaps, self.gaps.clock
        notices = Notices(self.store, {"ops": "every"}, clock)
        intake = Intake(self.store, notices, clock, SourceHealth(self.store, notices, clock))
        requests = SecRequests(self._http, self.store, notices, clock)
        reconciling = Reconciling(requests, self._pool, self.store, intake, notices, clock)
        jobs = Jobs(store or self.store, reconciling, clock, Progress())
        jobs.serve([gaps.source] if sources is None else sources)
        self._running.append((jobs, asyncio.create_task(jobs.run())))
        return jobs

    async def stop(self) -> None:
        """Stop all processes as a daemon does."""
        for jobs, loop in self._running:
            jobs.stop()
            await loop
            await jobs.drain()
        self._running.clear()

    async def die(self) -> None:
        """End all processes without a word to anybody."""
        for jobs, loop in self._running:
            loop.cancel()
            if jobs._at_work is not None:
                jobs._at_work.cancel()
            await asyncio.gather(loop, *([jobs._at_work] if jobs._at_work else []), return_exceptions=True)
        self._running.clear()

    async def ask(self, *days: date) -> str:
        name, taken = await ask_to_reconcile(self.store, "edgar", days, "jd", self.gaps.clock())
        assert taken.outcome == "ok"
        return name

    async def row(self, name: str) -> dict[str, Any]:
        found = await job_row(self.store, name)
        assert found is not None
        return found

    async def until(self, name: str, check: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait until a job stands so."""
        async with asyncio.timeout(DEADLINE_S):
            while not check(row := await self.row(name)):  # noqa: ASYNC110 - the store rings no bell
                await asyncio.sleep(0.02)
        return row

    async def ended(self, name: str) -> dict[str, Any]:
        return await self.until(name, lambda row: row["state"] in ("done", "failed"))


@pytest_asyncio.fixture(loop_scope="module")
async def rig(any_store: Store, http: HttpClient, pool: CountingPool) -> AsyncIterator[Rig]:
    async with EdgarSite() as site:
        gaps = Gaps(any_store, http, pool, site)
        gaps.clock.set(at("23:30", TUESDAY))
        await any_store.save_source_state(SourceState(source="edgar", cursor=gaps.cursor))
        made = Rig(gaps, http, pool)
        yield made
        await made.stop()
        await gaps.filler.aclose()


async def test_days_are_reconciled_and_what_was_missing_comes_late(rig: Rig) -> None:
    rig.gaps.index(MONDAY, *MISSED)
    rig.gaps.headers(*MISSED)
    name = await rig.ask(*DAYS)
    row = await rig.row(name)
    assert (row["state"], row["days"], row["who"], row["began_at"]) == ("queued", [MONDAY, TUESDAY], "jd", None)
    done = JOBS.labels("reconcile", "done")._value.get()
    rig.process()
    row = await rig.ended(name)
    assert (row["state"], row["attempts"], row["trouble"]) == ("done", 1, None)
    assert row["progress"] == {"days_done": 2, "days": 2, "day": None, "missing": 0, "fetched": 0}
    assert [(one["day"], one["missing"], one["late"], one["done"], one["note"]) for one in row["result"]] == [
        (MONDAY, 2, 2, True, ""),
        (TUESDAY, 0, 0, False, "EDGAR has no index of this day (yet)"),
    ]
    assert row["made_at"] <= row["began_at"] <= row["ended_at"]
    assert [event.late for event in await rig.gaps.events()] == [True, True]
    assert len(await rig.gaps.told("edgar_missing")) == 1, "nobody may look at the job: the operator is told"
    assert JOBS.labels("reconcile", "done")._value.get() == done + 1


async def held_up(rig: Rig, name: str) -> asyncio.Event:
    """Let EDGAR keep the second filing back, and a process wait for it; gives what lets it go."""
    rig.gaps.index(MONDAY, *MISSED)
    rig.gaps.headers(*MISSED)
    go_on = asyncio.Event()
    given = rig.gaps.store.ingest
    begun = 0

    async def slow(*args: Any) -> Any:
        nonlocal begun
        begun += 1
        if begun > 1:
            await go_on.wait()
        return await given(*args)

    rig.gaps.store.ingest = slow  # type: ignore[assignment,method-assign]
    rig.process()
    row = await rig.until(name, lambda row: row["progress"]["fetched"] == 1)
    assert (row["state"], row["progress"]) == (
        "running", {"days_done": 0, "days": 1, "day": MONDAY, "missing": 2, "fetched": 1},
    )  # fmt: skip
    return go_on


async def test_a_process_that_stops_gives_its_job_back_and_the_next_one_ends_it(rig: Rig) -> None:
    name = await rig.ask(DAYS[0])
    go_on = await held_up(rig, name)
    await rig.stop()
    row = await rig.row(name)
    assert (row["state"], row["attempts"]) == ("queued", 0)
    go_on.set()
    rig.process()
    row = await rig.ended(name)
    assert (row["state"], row["attempts"], row["result"][0]["late"]) == ("done", 1, 1), "the first was in already"
    assert len(await rig.gaps.events()) == 2


async def test_a_job_whose_process_died_is_taken_up_when_its_turn_is_over(rig: Rig) -> None:
    name = await rig.ask(DAYS[0])
    go_on = await held_up(rig, name)
    await rig.die()
    go_on.set()
    rig.process()
    assert (await rig.row(name))["state"] == "running", "it may be that somebody is at it still"
    rig.gaps.clock.set(rig.gaps.clock() + TURN_MS)
    row = await rig.ended(name)
    assert (row["state"], row["attempts"], len(await rig.gaps.events())) == ("done", 2, 2)


async def test_a_job_at_which_process_after_process_dies_is_given_up(rig: Rig) -> None:
    name = await rig.ask(DAYS[0])
    for n in range(MOST_ATTEMPTS):
        assert await rig.store.claim_job(f"t{n}", rig.gaps.clock(), rig.gaps.clock()) is not None
    rig.process()
    row = await rig.ended(name)
    text = "it was begun 3 times and never came to its end; the log says more"
    assert (row["state"], row["result"], row["trouble"]) == ("failed", None, (409, text))


async def test_a_job_for_what_is_not_there_fails_with_the_reason(rig: Rig) -> None:
    name = await rig.ask(DAYS[0])
    rig.process(sources=[])
    assert (await rig.ended(name))["trouble"] == (409, "the settings name no source edgar of type edgar any more")
    await rig.stop()
    await rig.store.save_source_state(SourceState(source="edgar"))
    rig.gaps.clock.set(rig.gaps.clock() + 1)
    name = await rig.ask(DAYS[0])
    rig.process()
    assert (await rig.ended(name))["trouble"][1] == "edgar has not been polled yet: nothing of it can have been seen"


async def test_what_cannot_be_read_or_raises_ends_that_job_alone(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    await rig.store.add_job("jo_bad", json.dumps({"kind": "reconcile"}).encode(), ["a"], rig.gaps.clock())
    name = await rig.ask(DAYS[0])

    async def wrong(*_: object) -> None:
        raise RuntimeError("CANARY inside")

    monkeypatch.setattr(rig.gaps.store, "known_marks", wrong)
    rig.gaps.index(MONDAY, *MISSED)
    rig.process()
    assert (await rig.ended(name))["trouble"] == (500, "internal error; the log says more")

    async def given_up() -> bool:
        bad = await rig.store.job("jo_bad")
        return bad is not None and bad.state == "failed"

    await eventually(given_up, "the one that cannot be read has failed, too")


async def test_while_redis_is_away_nothing_is_lost(rig: Rig) -> None:
    class Away:
        """The store, without a reply to the first word of an end."""

        def __init__(self, store: Store) -> None:
            self._store, self.failed = store, False

        def __getattr__(self, name: str) -> Any:
            return getattr(self._store, name)

        async def end_job(self, *args: Any) -> bool:
            if not self.failed:
                self.failed = True
                raise StoreUnavailable("away")
            return await self._store.end_job(*args)

    name = await rig.ask(DAYS[0])
    away = Away(rig.store)
    rig.process(store=away)
    async with asyncio.timeout(DEADLINE_S):
        while not away.failed:  # noqa: ASYNC110 - what is awaited has no event to offer
            await asyncio.sleep(0.01)
    rig.gaps.clock.set(rig.gaps.clock() + TURN_MS)
    row = await rig.ended(name)
    assert (row["state"], row["attempts"]) == ("done", 2)
