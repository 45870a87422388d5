"""Following the journal for those who look on: who was away, and what comes between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from alertd.errors import AlertdError, Corrupt, StoreUnavailable
from alertd.model import JournalRecord
from alertd.workers import live as module
from alertd.workers.live import Change, Live
from alertd.workers.progress import Progress

DEADLINE_S = 10.0
TROUBLE = (StoreUnavailable("Redis is away"), Corrupt("journal record 3-0 does not decode"))


class Journal:
    """A journal of lines with an alert each, which can be away."""

    def __init__(self, *places: int) -> None:
        self.lines: list[tuple[str, JournalRecord]] = []
        self.trouble: AlertdError | None = None
        self.write(*places)
        self.readers = self.most = 0
        self.begun = asyncio.Event()

    def write(self, *places: int) -> None:
        for place in places:
            record = JournalRecord(kind="answer", at="", reason="", ids=[], data={"alert": {"id": f"al_{place}"}})
            self.lines.append((f"{place}-0", record))

    async def read_journal(self, after_id: str, count: int, block_ms: int) -> list[tuple[str, JournalRecord]]:
        if not block_ms:
            self.readers += 1
            self.most = max(self.most, self.readers)
        await asyncio.sleep(0.001)
        self.readers -= not block_ms
        self._asked()
        after = int(after_id.partition("-")[0])
        return [line for line in self.lines if int(line[0].partition("-")[0]) > after][:count]

    async def journal_end(self) -> str:
        await asyncio.sleep(0)
        self._asked()
        return self.lines[-1][0] if self.lines else "0"

    async def journal_start(self) -> str:
        self._asked()
        return self.lines[0][0] if self.lines else "0"

    def _asked(self) -> None:
        self.begun.set()
        if self.trouble is not None:
            raise self.trouble


@asynccontextmanager
async def following(journal: Journal) -> AsyncIterator[Live]:
    live = Live(journal, Progress())
    loop = asyncio.create_task(live.run())
    yield live
    live.stop()
    await asyncio.wait_for(loop, DEADLINE_S)


async def told(changes: AsyncIterator[Change]) -> tuple[str, bool]:
    change = await asyncio.wait_for(anext(changes), DEADLINE_S)
    return change.id, change.anew


@pytest.mark.parametrize("since", ["2-0", "9-0"])
async def test_of_an_id_that_the_journal_does_not_reach_it_begins_anew(since: str) -> None:
    journal = Journal(3, 4, 5)
    async with following(journal) as live, live.looking_on(since) as changes:
        assert await told(changes) == ("5-0", True)
        journal.write(6)
        assert await told(changes) == ("6-0", False)


async def test_of_an_id_at_either_end_nothing_is_missed() -> None:
    journal = Journal(3, 4)
    async with following(journal) as live, live.looking_on("3-0") as first, live.looking_on("4-0") as last:
        assert await told(first) == ("4-0", False)
        journal.write(5)
        assert [await told(first), await told(last)] == [("5-0", False)] * 2


async def test_five_hundred_lines_are_caught_up_with_and_not_one_more() -> None:
    journal = Journal(*range(1, 502))
    async with following(journal) as live:
        async with live.looking_on("1-0") as changes:
            assert [(await told(changes))[0] for _ in range(500)] == [f"{n}-0" for n in range(2, 502)]
        journal.write(502)
        async with live.looking_on("1-0") as changes:
            assert await told(changes) == ("502-0", True)


async def test_those_who_were_away_are_read_for_one_after_the_other() -> None:
    journal = Journal(*range(1, 400))

    async def catch_up(live: Live) -> tuple[str, bool]:
        async with live.looking_on("1-0") as changes:
            return await told(changes)

    async with following(journal) as live:
        assert await asyncio.gather(*(catch_up(live) for _ in range(20))) == [("2-0", False)] * 20
    assert journal.most == 1


@pytest.mark.parametrize("trouble", TROUBLE, ids=["away", "corrupt"])
async def test_trouble_while_catching_up_is_a_beginning_anew(trouble: AlertdError) -> None:
    journal = Journal(1, 2)
    async with following(journal) as live, live.looking_on("1-0") as changes:
        journal.trouble = trouble
        assert await told(changes) == ("2-0", True)
        journal.trouble = None
        journal.write(3)
        while (said := await told(changes))[1]:
            pass
        assert said == ("3-0", False)


@pytest.mark.parametrize("trouble", TROUBLE, ids=["away", "corrupt"])
async def test_trouble_while_following_ends_in_a_beginning_anew_from_the_end(
    trouble: AlertdError, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REST_S", 0.01)
    journal = Journal(1, 2, 3)
    async with following(journal) as live, live.looking_on() as changes:
        journal.trouble = trouble  # of the end of the journal, too
        journal.begun.clear()
        await journal.begun.wait()
        await asyncio.sleep(0.05)
        del journal.lines[2:]  # a copy was restored that is older
        journal.trouble = None
        assert await told(changes) == ("2-0", True)
        journal.write(3)
        assert await told(changes) == ("3-0", False)


async def test_of_two_who_are_the_first_at_once_neither_moves_where_reading_begins() -> None:
    journal = Journal(1)
    ends = iter(["1-0", "3-0"])
    slow = asyncio.Event()

    async def end() -> str:
        await slow.wait()
        return next(ends)

    journal.journal_end = end  # type: ignore[method-assign]
    async with following(journal) as live:
        one, two = live.looking_on(), live.looking_on()
        entering = [asyncio.create_task(look.__aenter__()) for look in (one, two)]
        await asyncio.sleep(0)
        journal.write(2, 3)
        slow.set()
        first, second = await asyncio.gather(*entering)
        assert [await told(first), await told(second)] == [("2-0", False)] * 2
        await one.__aexit__(None, None, None)
        await two.__aexit__(None, None, None)
