"""What a source brought counts once in what `alertd sources` says of it, whatever becomes of its state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pytest

from alertd.errors import StoreUnavailable, StoreWentBack
from alertd.model import IngestResult, SourceState
from alertd.net.client import HttpClient
from alertd.store.memory import MemoryStore
from alertd.workers.event_count import EventCount
from tests.support.http import FaultServer, answer
from tests.workers.make import feed
from tests.workers.polling import Away, CountingPool, Wire

pytestmark = pytest.mark.asyncio(loop_scope="module")


def made(*names: str, outcome: Literal["new", "known", "alias"] = "new") -> list[IngestResult]:
    return [IngestResult(event_id=name, outcome=outcome, revision=1) for name in names]


async def test_what_is_new_counts_and_what_is_known_does_not() -> None:
    count = EventCount()
    assert count.took("wire", [*made("ev_a"), *made("ev_b", outcome="known"), *made("ev_c", outcome="alias")]) == 1
    assert count.total("wire", 7) == 8
    count.written("wire")
    assert count.total("wire", 8) == 8


async def test_what_was_lost_with_the_store_and_is_taken_again_counts_once() -> None:
    count = EventCount()
    count.took("wire", made("ev_a", "ev_b"))
    assert count.total("wire", 5) == 7  # refused: the store went back
    count.took("wire", made("ev_b"))
    assert count.total("wire", 4) == 6


async def test_a_state_whose_reply_alone_was_lost_is_not_counted_again() -> None:
    count = EventCount()
    count.took("inbox", made("ev_a"))
    assert count.total("inbox", 0) == 1
    count.took("inbox", made("ev_b"))
    assert count.total("inbox", 1) == 2, "read again, it says that it was written"


async def test_what_comes_while_a_state_is_being_written_is_for_the_next() -> None:
    count = EventCount()
    count.took("edgar", made("ev_a"))
    total = count.total("edgar", 0)
    count.took("edgar", made("ev_late"))
    count.written("edgar")
    assert count.total("edgar", total) == 2


class WentBack(MemoryStore):
    """A store that refuses one state."""

    refuses = False

    async def end_poll(self, source: str, state: SourceState, sighted: Sequence[str], now: int) -> None:
        if self.refuses:
            self.refuses = False
            raise StoreWentBack("not what was written last")
        await super().end_poll(source, state, sighted, now)


async def test_what_a_poll_took_counts_though_its_state_was_refused(
    http: HttpClient, pool: CountingPool, server: FaultServer
) -> None:
    store = WentBack()
    wire = Wire(store, http, pool, server)
    wire.serve(answer(feed("A")), answer(feed("C", "B", "A")), answer(feed("D", "C", "B", "A")))
    await wire.poll()
    store.refuses = True
    with pytest.raises(StoreWentBack):
        await wire.poll()
    wire.state = await store.source_state("wire") or SourceState(source="wire")  # as the timetable reads it anew
    await wire.poll()
    assert (await wire.titles(), wire.state.events) == (["A", "C", "B", "D"], 4)


@pytest.mark.parametrize("call", ["journal", "end_poll"])
async def test_what_a_poll_took_counts_though_the_store_went_away(
    http: HttpClient, pool: CountingPool, server: FaultServer, call: str
) -> None:
    store = Away()
    wire = Wire(store, http, pool, server)
    wire.serve(answer(feed("A", "<item></item>")))
    store.away = call
    with pytest.raises(StoreUnavailable):
        await wire.poll()
    store.away = ""
    await wire.poll()
    assert (await wire.titles(), wire.state.events) == (["A"], 1)
