"""EDGAR's feed rolls over while the daemon is down: the gap is noticed and filled, and what was missed comes late."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from aiohttp import ClientSession

from alertd.model import SourceState
from alertd.sources.edgar_places import (
    filing_days,
    header_url,
    index_due_ms,
    index_url,
    last_index_day,
    submissions_url,
)
from alertd.sources.sec_day import NEW_YORK, business_day_before
from alertd.store.protocol import Store
from alertd.store.redis import open_store
from tests.sources.edgar_files import Made, index, submissions
from tests.sources.edgar_pages import number
from tests.support.daemon import Daemon, eventually
from tests.support.desk import Desk
from tests.support.edgar import EdgarSite
from tests.support.http import FaultServer
from tests.support.redis import RedisServer, bundled_binary

NOW = datetime.now(NEW_YORK).replace(microsecond=0)
DAY = last_index_day(int(NOW.timestamp() * 1000))
"""The last day with an index, and the one before it."""
BEFORE = business_day_before(DAY)
NVIDIA = ("NVIDIA CORP", 1_045_810, "Filer")
FORMS = ["8-K", "4"]


def filed(n: int, day: date, clock: str, **more: Any) -> Made:
    """Make a filing accepted on a day at a clock of New York."""
    moment = datetime.fromisoformat(f"{day}T{clock}:00").replace(tzinfo=NEW_YORK)
    return Made(n, accepted=moment.isoformat(), filed=day.isoformat(), **more)


OLD = [filed(n, BEFORE, f"12:{n:02d}", items=("8.01",)) for n in range(1, 21)]
MISSED = [
    filed(31, BEFORE, "13:00", items=("1.01", "9.01")),
    filed(32, DAY, "09:30", items=("2.02",)),
    filed(33, DAY, "10:00", form="4", filers=(("Vega Grid Inc.", 7, "Issuer"), ("DOE JANE", 8, "Reporting"))),
    filed(34, DAY, "10:30", form="10-K"),  # not watched
]


class Rig:
    """The desk, its EDGAR, and the store that outlives the daemon."""

    def __init__(self, folder: Path, world: FaultServer, redis: str, store: Store, site: EdgarSite) -> None:
        self.store, self.site = store, site
        self.desk = Desk(folder, world)
        self.desk.when = "{kind: filing}"
        self.desk.settings |= {"contact": "Example Desk desk@example.com", "redis": redis}
        self.desk.sources.append(
            {"id": "edgar", "type": "edgar", "base_url": site.url, "allow_private": True, "backlog": "all",
             "every": {"default": "1s"}, "forms": FORMS}
        )  # fmt: skip

    def daemon(self) -> Daemon:
        daemon = self.desk.daemon()
        file = daemon.folder / "rules/portfolios/p.yaml"
        file.write_text(file.read_text() + "holdings: [{ticker: NVDA, weight: 5%}]\n")
        return daemon

    def show(self, made: list[Made]) -> None:
        """Show these filings, the last one on top."""
        self.site.show(entry.encode() for one in reversed(made) for entry in one.entries())

    def put(self, url: str, body: bytes) -> None:
        self.site.files[url.removeprefix(self.site.url)] = body

    def offer(self, *made: Made) -> None:
        """Let EDGAR have the indexes of both days, and the headers of these filings."""
        everything = [*OLD, *MISSED, *made]
        for day in (BEFORE, DAY):
            self.put(
                index_url(self.site.url, day), index(day.isoformat(), *(m for m in everything if m.filed == str(day)))
            )
        for one in everything:
            self.put(header_url(self.site.url, str(one.filers[0][1]), one.accession), one.header())

    async def state(self) -> SourceState:
        found = await self.store.source_state("edgar")
        assert found is not None
        return found

    async def age(self) -> None:
        """Let the source have been watched for two weeks, and reconciled up to the day before."""
        state = await self.state()
        front = dict(state.cursor["front"])
        fortnight = timedelta(days=14)
        front["begun"] = {form: int((NOW - fortnight).timestamp() * 1000) for form in front["begun"]}
        aged = {
            "front": front,
            "watched": {(DAY - fortnight).isoformat(): FORMS},
            "reconciled": business_day_before(BEFORE).isoformat(),
        }
        await self.store.save_source_state(msgspec.structs.replace(state, cursor=state.cursor | aged))

    async def state_reconciled(self) -> None:
        """Let the night be over in which all was reconciled: the daemon does nothing of itself."""
        state = await self.state()
        await self.store.save_source_state(
            msgspec.structs.replace(state, cursor=state.cursor | {"reconciled": DAY.isoformat()})
        )

    async def events(self) -> list[dict[str, Any]]:
        """Give what was made of each event so far."""
        found: list[dict[str, Any]] = []
        after = ""
        while lines := await self.store.read_journal(after, 500, 0):
            after = lines[-1][0]
            found += [record.data["event"] for _, record in lines if record.kind == "event"]
        return found

    async def numbers(self, *, late: bool) -> list[str]:
        return sorted(event["accession"] for event in await self.events() if event["late"] == late)

    async def first_life(self) -> None:
        """Let the daemon see the first page, and stop it."""
        self.show(OLD)
        self.offer()
        async with self.daemon() as daemon:

            async def seen() -> bool:
                return len(await self.events()) == len(OLD)

            await eventually(seen, f"the first page is taken in; {daemon.log_tail()}")
        await self.age()


@pytest.fixture(scope="module")
def redis() -> Any:
    with RedisServer(bundled_binary(), {"appendfsync": "always", "maxmemory": "1gb"}) as running:
        yield running


@pytest_asyncio.fixture
async def rig(tmp_path: Path, redis: Any, request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    name = f"gap-{abs(hash(request.node.name)) % 100_000}"
    store = await open_store(redis.url, name, name="test")
    with FaultServer() as world:
        async with EdgarSite() as site:
            made = Rig(tmp_path, world, redis.url, store, site)
            made.desk.settings["namespace"] = name
            yield made
    await store.aclose()


async def test_a_feed_that_rolled_over_is_filled_from_the_indexes_and_nothing_is_missing(rig: Rig) -> None:
    await rig.first_life()
    new = [filed(n, DAY, f"15:{n - 40:02d}", items=("5.02",)) for n in range(41, 46)]
    rig.show(new)
    rig.offer(*new)
    async with rig.daemon() as daemon:

        async def filled() -> bool:
            state = await rig.state()
            return not state.cursor.get("gaps") and state.cursor.get("reconciled") == DAY.isoformat()

        await eventually(filled, f"the gap is filled; {daemon.log_tail()}")
        await eventually(rig.desk.told("edgar_gap_filled", "edgar"), "the operator is told")
        everything = {one.accession for one in [*OLD, *MISSED[:3], *new]}

        async def all_made() -> bool:
            return {event["accession"] for event in await rig.events()} >= everything

        await eventually(all_made, "all are events")
    events = {event["accession"]: event for event in await rig.events()}
    assert len(await rig.events()) == len(events) == len(everything)
    late = {name: event for name, event in events.items() if name in {number(31), number(32), number(33)}}
    assert all(event["late"] for event in late.values())
    assert [late[number(n)]["items"] for n in (31, 32, 33)] == [["1.01", "9.01"], ["2.02"], []]
    assert [filer["role"] for filer in late[number(33)]["filers"]] == ["issuer", "reporting"]
    (spell,) = (await rig.state()).cursor["spells"]
    assert spell == [int(OLD[-1].at.timestamp() * 1000), int(new[0].at.timestamp() * 1000), True, 3]
    (told,) = rig.desk.notices("edgar_gap_filled")
    assert told["text"].endswith("is filled: 3 filings have come late.")


async def test_until_the_index_is_there_the_submissions_of_what_is_held_are_asked(rig: Rig) -> None:
    await rig.first_life()
    minutes = timedelta(minutes=1)
    ours = Made(
        51, items=("1.02",), filers=(NVIDIA,), accepted=(NOW - 60 * minutes).isoformat(), filed=str(NOW.date())
    )
    shown = Made(61, items=("5.02",), accepted=(NOW - 5 * minutes).isoformat(), filed=str(NOW.date()))
    rig.show([shown])
    rig.offer(ours)
    rig.put(submissions_url(rig.site.url, f"CIK{NVIDIA[1]:010d}.json"), submissions(NVIDIA[1], NVIDIA[0], ours))
    async with rig.daemon() as daemon:
        await eventually(rig.desk.told("edgar_gap", "edgar"), f"the gap is told of; {daemon.log_tail()}")

        async def caught_up() -> bool:
            return bool((await rig.state()).cursor.get("reconciled") == DAY.isoformat())

        await eventually(caught_up, "the indexes that are there are reconciled")

        async def all_made() -> bool:
            names = {event["accession"] for event in await rig.events()}
            return names >= {number(n) for n in (31, 32, 33, 51, 61)}

        await eventually(all_made, "all are events")
    by_number = {event["accession"]: event for event in await rig.events()}
    assert [by_number[number(n)]["late"] for n in (31, 32, 33, 51)] == [True] * 4
    assert by_number[number(51)]["items"] == ["1.02"]
    cursor = (await rig.state()).cursor
    (gap,) = cursor["gaps"]
    (spell,) = cursor["spells"]
    now = int(NOW.timestamp() * 1000)
    stands_in = filing_days(now, now)[-1]  # of a Sunday it is Monday's index
    assert (spell[:3], index_due_ms(stands_in) > time.time() * 1000 or spell[2]) == ([*gap, False], True)
    (told,) = rig.desk.notices("edgar_gap")
    assert "By the submissions of the company held, 1 filing has come late." in told["text"]


async def test_a_daemon_that_is_killed_while_it_fills_a_gap_goes_on_and_nothing_comes_twice(rig: Rig) -> None:
    many = [filed(100 + n, DAY, f"11:{n:02d}", items=("7.01",)) for n in range(60)]
    shown = filed(161, DAY, "15:00", items=("5.02",))
    await rig.first_life()
    rig.show([shown])
    rig.offer(*many, shown)
    everything = {one.accession for one in [*OLD, *MISSED[:3], *many, shown]}

    async def some() -> bool:
        return 3 <= len(await rig.numbers(late=True)) < 50

    async with rig.daemon() as daemon:
        await eventually(some, f"filings begin to come late; {daemon.log_tail()}")
        daemon.kill()
        await daemon.wait()
    assert {event["accession"] for event in await rig.events()} < everything
    assert len((await rig.state()).cursor["gaps"]) == 1
    async with rig.daemon() as daemon:

        async def filled() -> bool:
            state = await rig.state()
            return not state.cursor.get("gaps") and len(await rig.events()) >= len(everything)

        await eventually(filled, f"the gap is filled; {daemon.log_tail()}")
    events = await rig.events()
    assert sorted(event["accession"] for event in events) == sorted(everything)
    assert {event["revision"] for event in events} == {1}


async def test_a_day_is_reconciled_over_the_api_and_what_came_of_it_outlives_the_daemon(rig: Rig) -> None:
    await rig.first_life()
    many = [filed(200 + n, DAY, f"12:{n:02d}", items=("7.01",)) for n in range(40)]
    rig.show([*OLD])
    rig.offer(*many)
    await rig.state_reconciled()
    everything = {one.accession for one in [*MISSED[:3], *many] if one.filed == str(DAY)}

    async def came() -> list[str]:
        """Give those of the day: what the first page showed was late as well."""
        return [name for name in await rig.numbers(late=True) if name in everything]

    async with rig.daemon() as daemon, asking(daemon) as http:
        async with http.post("/v1/sources/edgar/reconcile", json={"day": str(DAY)}) as answer:
            assert answer.status == 202, await answer.text()
            place = answer.headers["Location"]

        async def begun() -> bool:
            return len(await came()) >= 3

        await eventually(begun, f"filings begin to come late; {daemon.log_tail()}")
    async with rig.daemon() as daemon, asking(daemon) as http:

        async def ended() -> Any:
            async with http.get(place) as answer:
                found = await answer.json()
            return found if found["state"] in ("done", "failed") else None

        job = await eventually(ended, f"the job ends; {daemon.log_tail()}")
        (row,) = job["result"]
        assert (job["state"], row["day"], row["done"]) == ("done", str(DAY), True)

        async def all_made() -> bool:
            return set(await came()) == everything

        await eventually(all_made, "what was missing has come late")
    assert len(await came()) == len(everything), "and each once"


@asynccontextmanager
async def asking(daemon: Daemon) -> AsyncIterator[ClientSession]:
    """Ask the API of a daemon."""
    token = (daemon.folder / "var" / "web.token").read_text().strip()
    headers = {"Authorization": f"Bearer {token}"}
    async with ClientSession(f"http://{daemon.state()['web']}", headers=headers) as http:
        yield http
