"""Two match workers read one group and ask the same past: what both complete is told once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from alertd import telemetry
from alertd.base.clock import rfc3339
from alertd.model import IngestItem, JournalRecord, Party, ReportedType
from alertd.pipeline import Pipeline
from alertd.rules.book import BookChange, RuleBook
from alertd.store.redis import open_store
from alertd.workers.match import Matcher
from tests.rules.make import book
from tests.store.make import baseline, candidate
from tests.support.daemon import eventually
from tests.workers.matching import RECEIVERS, World, matching

DAY = 86_400_000
SOUR = "sequence: [{event_type: compute_lease}, {event_type: contract_dispute}]\nby: parties\nwithin: 365d"
BESIDE = "all:\n  - title: dispute\n  - " + SOUR.replace("\n", "\n    ")
PAIRS = 40


@pytest.fixture
async def worlds(redis_url: str, namespace: str) -> AsyncIterator[list[World]]:
    """Give two processes over one Redis, each with a connection of its own."""
    stores = [await open_store(redis_url, namespace, name=name) for name in ("one", "two")]
    await stores[0].prepare()
    yield [World(store) for store in stores]
    for store in stores:
        await store.aclose()


def reports(world: World, name: str, kind: str, day: int, pair: Sequence[str]) -> IngestItem:
    """Make an entry that reports an event type between two companies, some days ago."""
    at = rfc3339(world.clock.now - 100 * DAY + day * DAY)
    reported = ReportedType(type=kind, parties=[Party(company=company) for company in pair])
    return IngestItem(candidate=candidate(name, event_at=at, seen_at=at, event_types=[reported]), verdict="new")


def pair(number: int) -> tuple[str, str]:
    return f"a{number}", f"b{number}"


def matchers(worlds: Sequence[World], rules: RuleBook) -> list[Matcher]:
    return [w.matcher(f"m{n}", Pipeline(rules, RECEIVERS, w.clock)) for n, w in enumerate(worlds)]


async def ingest(world: World, items: Sequence[IngestItem]) -> None:
    """Offer entries, each alone, so that the workers share them."""
    for item in items:
        await world.store.ingest("wire", [item], world.clock.now)


def fired(records: Sequence[JournalRecord]) -> list[str]:
    """Give the pairs for which the rule held, sorted."""
    found = [v for record in records for v in record.data.get("over_time", {"verdicts": []})["verdicts"]]
    return sorted(verdict["by"] for verdict in found if verdict["holds"])


@pytest.mark.parametrize("rule", [SOUR, BESIDE], ids=["alone", "with a condition beside it"])
async def test_two_workers_tell_each_dispute_after_its_lease_once(worlds: list[World], rule: str) -> None:
    here = worlds[0]
    leases = [reports(here, f"lease-{n}", "compute_lease", 0, pair(n)) for n in range(PAIRS)]
    disputes = [reports(here, f"dispute-{n}", "contract_dispute", 90, pair(n)) for n in range(PAIRS)]
    async with matching(here, *matchers(worlds, book(rule))):
        # Of every second pair the dispute is heard of first, and all are offered twice.
        for n, items in enumerate(zip(leases, disputes, strict=True)):
            await ingest(here, [*(items if n % 2 else items[::-1]), *items])
        await eventually(here.idle, "all are finished")
    assert fired(await here.journal()) == sorted("+".join(pair(n)) for n in range(PAIRS))
    assert len(await here.told()) == PAIRS


async def test_what_is_in_the_wrong_order_is_told_by_neither(worlds: list[World]) -> None:
    here = worlds[0]
    async with matching(here, *matchers(worlds, book(SOUR))):
        for n in range(PAIRS):
            first, second = ("contract_dispute", 0), ("compute_lease", 90)
            await ingest(here, [reports(here, f"{kind}-{n}", kind, day, pair(n)) for kind, day in (first, second)])
        await eventually(here.idle, "all are finished")
    assert fired(await here.journal()) == []
    assert await here.told() == []


async def test_what_a_worker_held_when_it_died_is_decided_as_it_was(worlds: list[World]) -> None:
    here, there = worlds
    await ingest(here, [reports(here, "lease", "compute_lease", 0, pair(1))])
    await ingest(here, [reports(here, "dispute", "contract_dispute", 90, pair(1))])
    held = await here.store.read_events("m", 10, 0)
    await Pipeline(book(SOUR), RECEIVERS, here.clock).process(held, here.store)  # and it dies before it records them
    assert len(await here.told()) == 1
    async with matching(there, there.matcher("m", Pipeline(book(SOUR), RECEIVERS, there.clock))):
        await eventually(there.idle, "its next life records them")
    assert (fired(await there.journal()), len(await there.told())) == (["a1+b1"], 1)


async def test_what_is_there_at_the_first_look_is_remembered_and_not_told(worlds: list[World]) -> None:
    here = worlds[0]
    old = reports(here, "lease", "compute_lease", 0, pair(1))
    async with matching(here, *matchers(worlds, book(SOUR))):
        await ingest(here, [IngestItem(candidate=old.candidate, verdict="baseline"), baseline("other")])
        await eventually(here.idle, "it is known")
        await ingest(here, [reports(here, "dispute", "contract_dispute", 90, pair(1))])
        await eventually(here.idle, "it is told")
    assert [record.reason for record in await here.journal()][-1] == "first"


async def test_a_changed_rule_asks_the_past_from_the_next_batch_on(worlds: list[World]) -> None:
    here = worlds[0]
    before, after = book("title: merger"), book("title: merger", SOUR)
    one, two = matchers(worlds, before)
    said = telemetry.OVER_TIME.labels(kind="sequence", verdict="holds")
    so_far = said._value.get()
    async with matching(here, one, two):
        await ingest(here, [reports(here, "lease", "compute_lease", 0, pair(1))])
        await eventually(here.idle, "the lease is known")
        change = BookChange(before=before.version, version=after.version, portfolios=after.portfolios)
        for matcher in (one, two):
            matcher.apply(change, RECEIVERS)
        await ingest(here, [reports(here, "dispute", "contract_dispute", 90, pair(1))])
        await eventually(here.idle, "the dispute is told")
    records = await here.journal()
    assert [record.reason for record in records] == ["no_match", "first"]
    assert [record.data["rules_version"] for record in records] == [before.version, after.version]
    assert said._value.get() == so_far + 1
