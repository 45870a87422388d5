"""Pollers divide the sources: everything is polled by somebody, and a change moves as little as possible."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

from alertd.base.clock import system_clock
from alertd.store.memory import MemoryStore
from alertd.workers.members import Members, owner
from alertd.workers.progress import Progress
from tests.support.daemon import eventually

SOURCES = [f"source-{n}" for n in range(3000)]


def test_all_members_agree_on_who_polls_what() -> None:
    assert owner("wire", ["a", "b", "c"]) == owner("wire", ["c", "a", "b"])


def test_the_sources_are_spread_evenly() -> None:
    shares = Counter(owner(source, ["a", "b", "c"]) for source in SOURCES)
    assert all(800 < share < 1200 for share in shares.values()), shares


def test_when_one_goes_only_its_sources_move() -> None:
    before = {source: owner(source, ["a", "b", "c"]) for source in SOURCES}
    after = {source: owner(source, ["a", "c"]) for source in SOURCES}
    assert all(after[source] == member for source, member in before.items() if member != "b")


async def test_a_poller_hears_of_another_one() -> None:
    store = MemoryStore()
    heard: list[list[str]] = []

    async def changed(living: Sequence[str]) -> None:
        heard.append(list(living))

    async def told() -> bool:
        return bool(heard)

    await store.heartbeat("b", "poll", system_clock())
    members = Members(store, "a", system_clock, Progress(), changed)
    task = asyncio.create_task(members.run())
    await eventually(told, "the other poller is noticed")
    members.stop()
    await task
    assert heard == [["a", "b"]]
    assert await store.members("poll", system_clock()) == ["b"], "who ends says so, and is not waited for"


async def test_of_those_that_archive_one_does_what_is_done_once() -> None:
    store = MemoryStore()
    await store.heartbeat("b", "archive", system_clock())
    both = [Members(store, name, system_clock, Progress(), role="archive") for name in "ab"]
    tasks = [asyncio.create_task(member.run()) for member in both]

    async def one_of_them() -> bool:
        return sum(member.does("indices") for member in both) == 1

    await eventually(one_of_them, "they agree")
    for member in both:
        member.stop()
    await asyncio.gather(*tasks)
