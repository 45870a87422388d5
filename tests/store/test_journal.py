"""The journal: written, traced, read on, trimmed."""

from __future__ import annotations

import asyncio
import re

from alertd.base.clock import system_clock
from alertd.store.protocol import Store
from alertd.store.records import to_json
from alertd.store.redis import RedisStore
from tests.store.make import record


async def test_a_record_is_found_under_each_of_its_ids(store: Store) -> None:
    line = record("ev_1", "al_1", reason="first", empty=[], nested={"a": []}, text="é\u2028")
    assert await store.journal(line)
    assert [r for _, r in await store.trace("ev_1")] == [line]
    assert [r for _, r in await store.trace("al_1")] == [line]
    assert await store.trace("ev_2") == []


async def test_a_record_with_a_once_key_is_written_a_single_time(store: Store) -> None:
    assert await store.journal(record("ev_1"), once="entry wire 7 \ud800")
    assert not await store.journal(record("ev_1"), once="entry wire 7 \ud800")
    assert await store.journal(record("ev_1"), once="entry wire 8")
    assert len(await store.trace("ev_1")) == 2


async def test_a_trace_keeps_the_newest_thousand(store: Store) -> None:
    for number in range(1_005):
        await store.journal(record("wire", number=number))
    found = await store.trace("wire")
    assert len(found) == 1_000
    assert found[-1][1].data == {"number": 1_004}
    assert [r.data["number"] for _, r in await store.trace("wire", 2)] == [1_003, 1_004]
    assert len(await store.trace("wire", 2_000)) == 1_000
    line = len(to_json(found[-1][1]))
    assert [r.data["number"] for _, r in await store.trace("wire", enough=line + 1)] == [1_003, 1_004]
    assert [r.data["number"] for _, r in await store.trace("wire", enough=line)] == [1_004]


async def test_the_journal_is_read_on_from_where_one_was(store: Store) -> None:
    for number in range(3):
        await store.journal(record("ev_1", number=number))
    first, second = await store.read_journal("", 2, 0)
    assert [r.data["number"] for r in (first[1], second[1])] == [0, 1]
    ((_, third),) = await store.read_journal(second[0], 10, 0)
    assert third.data == {"number": 2}


async def test_the_end_of_the_journal_is_where_a_new_reader_begins(store: Store) -> None:
    assert await store.journal_end() == "0"
    await store.journal(record("ev_1", number=0))
    end = await store.journal_end()
    assert await store.read_journal(end, 10, 0) == []
    await store.journal(record("ev_1", number=1))
    assert [r.data["number"] for _, r in await store.read_journal(end, 10, 0)] == [1]


async def test_a_reader_of_the_journal_waits_for_what_is_to_come(store: Store) -> None:
    await store.journal(record("ev_1", number=0))
    assert await store.read_journal("$", 10, 20) == []
    (newest,) = await store.read_journal("", 10, 0)
    waiting = asyncio.create_task(store.read_journal(newest[0], 10, 2_400))
    await asyncio.sleep(0)
    await store.journal(record("ev_1", number=1))
    assert [r.data["number"] for _, r in await waiting] == [1]


async def test_a_long_journal_is_trimmed_in_slices_to_the_very_record(redis_store: RedisStore) -> None:
    key = redis_store.keys("journal")
    entry = (b"j", to_json(record("ev_1")))
    await redis_store.link.pipeline([["XADD", key, f"{ms}-0", *entry] for ms in range(1, 5_001)])
    before = await trims(redis_store)
    assert await redis_store.trim_journal(4_998) == 4_997
    assert await trims(redis_store) - before >= 5, "no command drops more than a thousand"
    assert [place for place, _ in await redis_store.read_journal("", 10, 0)] == ["4998-0", "4999-0", "5000-0"]
    assert await redis_store.trim_journal(4_998) == 0


async def trims(store: RedisStore) -> int:
    said = (await store.link.call("INFO", "commandstats")).decode()
    found = re.search(r"cmdstat_xtrim:calls=(\d+)", said)
    return int(found[1]) if found else 0


async def test_a_trimmed_journal_leaves_shorter_traces(store: Store) -> None:
    await store.journal(record("ev_1"))
    assert await store.trim_journal(system_clock() - 60_000) == 0
    assert await store.trim_journal(system_clock() + 60_000) == 1
    assert await store.trace("ev_1") == []
