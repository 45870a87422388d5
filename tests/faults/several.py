"""What the tests of several Redis servers share: the servers, a load, a writer that is watched, and the judgement.

The journal of a store that went back has no more what happened since; what came then came all the same, and comes
again. So a message counts as a repeat by its id, whatever its bytes: the clocks in it are those of its second life.
The journal is read when all is over: what went in and was lost must stand in it again.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from alertd.errors import StoreUnavailable
from alertd.history.archive.reader import Reader
from alertd.store.redis import RedisStore, open_store
from alertd.workers.archive_past import own_line
from tests.faults.proxy import Proxy
from tests.faults.world import CONCURRENCY, World, logged
from tests.support.daemon import eventually
from tests.support.redis import bundled_binary, system_binary
from tests.support.redis_topology import Replicated

PAGE = 5
"""Items that are published at once."""
EVERY_S = 0.2
SILENT_S = 1.0
WENT_BACK = "store_rolled_back"


def binary() -> str:
    """Give the newest server there is."""
    return system_binary() or bundled_binary()


@asynccontextmanager
async def replicated(
    flags: Mapping[str, str] | None = None, *, proxied: bool = False
) -> AsyncIterator[tuple[Replicated, Proxy | None]]:
    """Start a primary, a replica and three sentinels; the replica follows through a proxy, if asked to."""
    redis, proxy = Replicated(binary(), flags), None
    async with AsyncExitStack() as stack:
        stack.push_async_callback(asyncio.to_thread, redis.__exit__)
        await asyncio.to_thread(redis.primary.start)
        if proxied:
            proxy = await stack.enter_async_context(Proxy(f"127.0.0.1:{redis.primary.port}"))
        await asyncio.to_thread(redis.follow, proxy.port if proxy is not None else 0)
        await asyncio.to_thread(redis.watch)
        yield redis, proxy


@dataclass
class Writer:
    """Writes all the time, and says for how long it could not."""

    url: str
    longest_s: float = 0.0
    refused: Counter[str] = field(default_factory=Counter)
    """Why it could not, by the first words."""
    stopped: bool = False

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Writer]:
        """Write while the block runs."""
        store = await open_store(self.url, "probe", name="probe")
        task = asyncio.create_task(self._write(store))
        try:
            yield self
        finally:
            self.stopped = True  # not by cancelling, which redis-py can swallow
            await task
            await store.aclose()

    async def _write(self, store: RedisStore) -> None:
        last, count = time.monotonic(), 0
        while not self.stopped:
            count += 1
            try:
                await store.beat("probe", count, count, seen=True)
                self.longest_s, last = max(self.longest_s, time.monotonic() - last), time.monotonic()
            except StoreUnavailable as error:
                self.refused[str(error)[:60]] += 1
            await asyncio.sleep(0.02)


async def under_load(
    w: World, fault: Callable[[], Awaitable[object]], *, before: int = 10, after: int = 15, pushed: int = 0
) -> None:
    """Publish all the while, and let the fault happen in the middle. `pushed`: so many are pushed each time, besides.

    From a moment after its beginning on the first source is silent: what it showed last is asked for again only by
    who knows that it is lost, for its page has not changed.
    """

    async def publish(source: str | None = None) -> None:
        await w.publish(PAGE, source)
        if pushed:
            w.push(pushed)

    for _ in range(before):
        await publish()
        await asyncio.sleep(EVERY_S)
    await w.some_delivered(PAGE * before // 2)
    began, others = time.monotonic(), itertools.cycle(list(w.feeds.pages)[1:])
    happening = asyncio.ensure_future(fault())
    while not happening.done():
        await publish(None if time.monotonic() - began < SILENT_S else next(others))
        await asyncio.sleep(EVERY_S)
    await happening
    for _ in range(after):
        await publish(next(others))
        await asyncio.sleep(EVERY_S)


async def settled(w: World) -> None:
    """Wait until everything is taken in and delivered, and all that has to be told of a store that went back is."""
    await w.delivered(w.feeds.published, 180)
    await eventually(w.quiet, "nothing is under way", 120)
    if logged(w.folder, "store_went_back") or logged(w.folder, "store_lost_lines"):

        async def told() -> bool:
            return bool(logged(w.folder, WENT_BACK)) and bool(w.notices.notices(WENT_BACK))

        await eventually(told, "the operator is told", 90)


async def judged(w: World, setting: str, writer: Writer, bound: int, **row: Any) -> dict[str, int]:
    """Judge the whole history, ledger and leftovers too, and leave a row; gives what was counted."""
    back = logged(w.folder, WENT_BACK)
    gone = sum(len(line["gone"]) for line in back)
    counts = {"lines": sum(line["lost"] for line in back), "again": sum(line["again"] for line in back)}
    await w.settled(
        bound, rewritten=True, setting=setting, again=counts["again"], lines=counts["lines"],
        without_writer_s=round(writer.longest_s, 1),
        note=f"{setting}: {counts['lines']} lines gone, {counts['again']} events derived again, "
        f"{writer.longest_s:.1f} s without a writer", **row,
    )  # fmt: skip
    assert not gone, f"{gone} could not be taken again (seed {w.case.seed})"
    assert not logged(w.folder, "process_died"), "it pauses, and nothing dies"
    return counts


async def missing_lines(w: World) -> int:
    """Count, with nobody's help, the archive's lines that the journal does not have."""
    store = await w.store()
    there: set[tuple[str, str, str]] = set()
    after = "0"
    while rows := await store.read_journal(after, 1_000, 0):
        there |= {(name, record.at, record.reason) for name, record in rows}
        after = rows[-1][0]
    lines = await asyncio.to_thread(lambda: list(Reader(w.daemon.state_dir / "archive").lines()))
    known = [(line.journal_id, line.record) for line in lines if line.record is not None]
    return sum(
        (name, record.at, record.reason) not in there and not own_line(record) and "journal_id" not in record.data
        for name, record in known
    )


def sent_since(w: World, moment: float) -> int:
    """Say how many messages may come again: those that came since the replica heard nothing any more."""
    return sum(receipt.at >= moment for receipt in list(w.sink.receipts)) + CONCURRENCY
