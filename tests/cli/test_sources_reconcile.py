"""`alertd sources reconcile`: what EDGAR's index of a day says that was not seen."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from alertd.model import IngestItem, SourceState
from alertd.sources.edgar_places import header_url, index_url
from alertd.store.protocol import Store
from alertd.store.redis import open_store
from tests.app.test_edgar_gap import BEFORE, DAY, FORMS, filed
from tests.sources.edgar_files import Made, index
from tests.sources.edgar_pages import number, page, parse
from tests.support.daemon import command
from tests.support.edgar import EdgarSite
from tests.support.redis import namespace, redis_server, redis_url  # noqa: F401

SEEN = filed(1, DAY, "09:00", items=("8.01",))
MISSED = [filed(2, DAY, "10:00", items=("1.01", "9.01")), filed(3, DAY, "11:00", form="4")]
LONG_AGO = (DAY - timedelta(days=30)).isoformat()


class Rig:
    def __init__(self, folder: Path, site: EdgarSite, store: Store) -> None:
        self.folder, self.site, self.store = folder, site, store

    async def run(self, *words: str) -> tuple[int, str, str]:
        return await command("sources", "reconcile", *words, folder=self.folder)

    async def rows(self, *words: str) -> tuple[int, list[dict[str, Any]]]:
        code, out, err = await self.run(*words, "--json")
        assert out, err
        return code, json.loads(out)

    def index(self, day: date, *made: Made, body: bytes | None = None) -> None:
        path = index_url("", day)
        self.site.files[path] = index(day.isoformat(), *made) if body is None else body

    async def late(self) -> list[str]:
        events = await self.store.read_events("test", 1000, 0)
        return [read.event.accession or "" for read in events if read.event.late]


@pytest_asyncio.fixture
async def rig(tmp_path: Path, redis_url: str, namespace: str) -> AsyncIterator[Rig]:  # noqa: F811
    store = await open_store(redis_url, namespace, name="test")
    await store.prepare()
    cursor = {"watched": {"2026-01-05": FORMS}, "reconciled": BEFORE.isoformat()}
    await store.save_source_state(SourceState(source="edgar", cursor=cursor))
    items = [IngestItem(candidate=one, verdict="new") for one in parse(page(*SEEN.entries())).candidates]
    await store.ingest("edgar", items, 1)
    async with EdgarSite() as site:
        (tmp_path / "rules").mkdir()
        settings = {
            "redis": redis_url, "namespace": namespace, "contact": "Example Desk desk@example.com",
            "receivers": [{"id": "desk", "type": "console"}],
            "sources": [
                {"id": "edgar", "type": "edgar", "base_url": site.url, "allow_private": True, "forms": FORMS},
                {"id": "wire", "type": "feed", "url": "https://news.example.com/rss"},
            ],
        }  # fmt: skip
        (tmp_path / "alertd.yaml").write_text(json.dumps(settings))
        for one in MISSED:
            site.files[header_url("", str(one.filers[0][1]), one.accession)] = one.header()
        yield Rig(tmp_path, site, store)
    await store.aclose()


async def test_what_was_missing_is_counted_and_comes_late_and_is_seen_the_next_time(rig: Rig) -> None:
    rig.index(DAY, SEEN, *MISSED, filed(4, DAY, "12:00", form="SC TO-I"))
    code, out, err = await rig.run("edgar", DAY.isoformat())
    assert (code, err) == (1, "2 filings had not been seen, 2 late events made\n")
    assert out.splitlines() == [
        "EDGAR's indexes and edgar",
        "day         in index  watched  seen  missing  made late  forms   note",
        f"{DAY}  4         3        1     2        2          8-K, 4",
    ]
    assert await rig.late() == [number(3), number(2)]
    code, rows = await rig.rows("edgar", DAY.isoformat())
    assert (code, rows[0]["seen"], rows[0]["missing"], rows[0]["done"]) == (0, 3, 0, True)
    reasons = [record.reason for _, record in await rig.store.read_journal("", 100, 0) if record.kind == "source"]
    assert [reason.partition(", ")[2] for reason in reasons] == ["2 had not been seen", "all were seen"]


async def test_several_days_are_reconciled_each_for_itself(rig: Rig) -> None:
    rig.index(BEFORE, filed(5, BEFORE, "12:00"))
    rig.index(DAY, body=b"")
    code, rows = await rig.rows("edgar", BEFORE.isoformat(), "--to", DAY.isoformat())
    found = {row["day"]: row for row in rows if row["note"] != "no business day of EDGAR"}
    assert (code, list(found)) == (1, [BEFORE.isoformat(), DAY.isoformat()])
    assert (found[str(BEFORE)]["late"], found[str(BEFORE)]["done"]) == (1, True)
    assert (found[str(DAY)]["note"], found[str(DAY)]["done"]) == ("the index is empty", False)


async def test_a_day_that_cannot_be_proved_says_why(rig: Rig) -> None:
    for words, note in (
        ([DAY.isoformat()], "EDGAR has no index of this day (yet)"),
        ([LONG_AGO], "too long ago: what was seen may be forgotten"),
        (["2099-01-15"], "its index is there from 22:30 in New York on"),
        (["2026-01-11"], "no business day of EDGAR"),
    ):
        code, rows = await rig.rows("edgar", *words)
        assert rows[0]["note"] == note or rows[0]["note"] == "no business day of EDGAR"
        assert code == int(rows[0]["note"] != "no business day of EDGAR")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["edgr", "2026-01-12"], "there is no source edgr; did you mean `edgar`?"),
        (["wire", "2026-01-12"], "wire is of type feed; only EDGAR has indexes of days"),
        (["edgar", "12.1.2026"], "“12.1.2026” is no date, such as 2026-01-12"),
        (["edgar", "2026-01-12", "--to", "2026-01-11"], "to 2026-01-11 lies before 2026-01-12"),
        (["edgar", "2026-01-12", "--to", "2027-01-12"], "these are 366 days; ask for 60 at most"),
    ],
)
async def test_words_that_cannot_be_meant_are_refused(rig: Rig, words: list[str], said: str) -> None:
    code, out, err = await rig.run(*words)
    assert (code, out) == (2, "")
    assert said in err


async def test_a_source_that_was_never_polled_cannot_be_reconciled(rig: Rig) -> None:
    await rig.store.save_source_state(SourceState(source="edgar"))
    code, _, err = await rig.run("edgar", DAY.isoformat())
    assert (code, err) == (1, "alertd: edgar has not been polled yet: nothing of it can have been seen\n")
