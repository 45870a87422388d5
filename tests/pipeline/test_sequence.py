"""A dispute after a compute lease between the same two: told once, in this order, whatever happens to the daemon."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from alertd.errors import StoreUnavailable
from alertd.model import Event, ReportedType
from alertd.rules.book import make_book
from alertd.store.redis import RedisStore
from tests.pipeline.desk import LEASE_TURNS_SOUR, NOW, Desk, desk, dispute, happens, lease, naming, rules
from tests.rules.make import portfolio

BOOK = rules(LEASE_TURNS_SOUR)


@pytest.fixture
async def ours(redis_url: str, namespace: str) -> AsyncIterator[Desk]:
    async with desk(BOOK, redis_url, namespace) as opened:
        yield opened


async def test_a_dispute_after_the_lease_is_told_and_names_the_lease(ours: Desk) -> None:
    assert await ours.each(lease()) == ["no_match"]
    match = await ours.match(dispute())
    assert (match.rule, match.event) == ("rule-0", "ev_dispute")
    assert [found.quote for found in match.evidence if found.field == "sequence"] == [
        "compute_lease 2026-03-01 · lease happens · ev_lease"
    ]


@pytest.mark.parametrize(
    "events",
    [
        [dispute(day=0), lease(day=90)],
        [lease(), dispute(day=0)],
        [lease(), dispute(day=366)],
        [lease(), dispute(between=("vega", "orion"))],
        [lease(between=("vega",)), dispute()],
        [lease(event_types=[ReportedType(type="compute_lease", confidence=0.4)]), dispute()],
        [lease(event_types=[ReportedType(type="compute_lease", status="denied")]), dispute()],
        [lease(), happens("other", 90, "guidance_cut", between=("lumen", "vega"))],
        [lease(event_at="", seen_at=""), dispute()],
    ],
    ids=[
        "the dispute was first", "at the same moment", "too long ago", "with another", "one party alone",
        "hardly a lease", "a lease that is denied", "no dispute", "a lease without a time",
    ],
)  # fmt: skip
async def test_otherwise_it_is_not_told(ours: Desk, events: list[Event]) -> None:
    assert await ours.each(*events) == ["no_match", "no_match"]


async def test_parties_are_the_same_in_whatever_order_they_are_named(ours: Desk) -> None:
    events = [lease(between=("a-co", "b-co", "c-co")), dispute(between=("c-co", "a-co"))]
    assert await ours.each(*events) == ["no_match", "first"]


async def test_a_lease_that_is_heard_of_after_its_dispute_completes_it(ours: Desk) -> None:
    assert await ours.each(dispute(day=90), lease(day=0)) == ["no_match", "first"]


async def test_each_dispute_after_the_lease_is_told_once(ours: Desk) -> None:
    events = [lease(), dispute("first"), dispute("second", 120), dispute("first"), lease()]
    assert await ours.each(*events) == ["no_match", "first", "first", "first", "no_match"]
    assert await told(ours) == ["first happens", "second happens"]


async def test_the_lease_is_remembered_over_a_restart(redis_url: str, namespace: str) -> None:
    async with desk(rules("text: merger"), redis_url, namespace) as before:
        assert await before.each(lease()) == ["no_match"], "and no rule asks for it then"
    async with desk(BOOK, redis_url, namespace) as after:
        assert await after.each(dispute()) == ["first"]


async def test_an_event_that_comes_again_after_a_crash_is_decided_as_it_was(
    redis_url: str, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*args: object, **more: object) -> None:
        raise StoreUnavailable("the process died between its state and its alert")

    async with desk(BOOK, redis_url, namespace) as ours, desk(BOOK, redis_url, namespace) as other:
        await ours.each(lease())
        monkeypatch.setattr(ours.store, "commit", lost)
        with pytest.raises(StoreUnavailable):
            await ours.take(dispute())
        assert await other.each(dispute("second", 120)) == ["first"], "another worker goes on meanwhile"
        (answer,) = await other.take(dispute(), handed_out=2)
        assert answer.record.reason == "first"
        assert len(answer.deliveries) == 1


async def test_of_two_workers_at_once_exactly_one_completes_it(redis_url: str, namespace: str) -> None:
    async with desk(BOOK, redis_url, namespace) as one, desk(BOOK, redis_url, namespace) as two:
        pairs = [(f"a{n}", f"b{n}") for n in range(20)]
        told = await asyncio.gather(
            *(one.each(lease(f"l{n}", between=pair)) for n, pair in enumerate(pairs)),
            *(two.each(dispute(f"d{n}", between=pair)) for n, pair in enumerate(pairs)),
        )
    assert [[reasons, told[n + 20]].count(["first"]) for n, reasons in enumerate(told[:20])] == [1] * 20


async def test_in_one_batch_each_sees_those_before_it(ours: Desk) -> None:
    answers = await ours.take(lease(), dispute(), dispute("other", between=("x", "y")))
    assert [answer.record.reason for answer in answers] == ["no_match", "first", "no_match"]


# --- revisions ------------------------------------------------------------------------------------------------


async def test_a_lease_that_is_taken_back_was_none(ours: Desk) -> None:
    back = lease(revision=2, withdrawn=True, revision_reason="withdrawal")
    assert await ours.each(lease(), back, dispute()) == ["no_match", "no_match", "no_match"]


async def test_an_event_that_is_corrected_into_a_lease_counts_as_one(ours: Desk) -> None:
    other = lease(event_types=[ReportedType(type="merger")])
    events = [other, dispute(), lease(revision=2)]
    assert await ours.each(*events) == ["no_match", "no_match", "first"]


async def test_a_lease_that_is_corrected_later_is_not_told_again(ours: Desk) -> None:
    events = [lease(), dispute(), lease(title="Another headline", revision=2)]
    assert await ours.each(*events) == ["no_match", "first", "no_match"]


async def test_what_was_completed_by_a_correction_stays_so_when_it_is_corrected_again(ours: Desk) -> None:
    other = lease(event_types=[ReportedType(type="merger")])
    events = [other, dispute(), lease(revision=2), lease(title="Anew", revision=3)]
    assert await ours.each(*events) == ["no_match", "no_match", "first", "update_material"]
    assert await ours.each(dispute(revision=2, title="Disputed")) == ["no_match"], (
        "and the dispute did not complete it"
    )


async def test_a_later_revision_of_the_dispute_updates_its_alert(ours: Desk) -> None:
    again = dispute(revision=2, revision_reason="full_text", body="More of it.")
    assert await ours.each(lease(), dispute(), again) == ["no_match", "first", "update_minor"]
    (answer,) = await ours.take(dispute(revision=3, event_types=[ReportedType(type="merger")]))
    assert answer.record.reason == "update_material"
    assert answer.decisions[0].detail == "no longer matches: Rule 0; new: merger"


async def test_both_revisions_of_a_lease_in_one_batch_count_as_the_later_one(ours: Desk) -> None:
    await ours.take(lease(), lease(revision=2, event_types=[ReportedType(type="merger")]))
    assert await ours.each(dispute()) == ["no_match"]


# --- baseline, late, renamed ------------------------------------------------------------------------------------


async def test_what_was_there_before_the_first_look_is_remembered_and_not_told(ours: Desk) -> None:
    events = [lease(baseline=True), dispute("old", 30, baseline=True), dispute("new", 60)]
    assert await ours.each(*events) == ["no_match", "baseline", "first"]


async def test_what_comes_late_is_told_at_its_own_time(ours: Desk) -> None:
    assert await ours.each(dispute("much-later", 400), dispute("late", 90, late=True), lease()) == [
        "no_match", "no_match", "first",
    ]  # fmt: skip


async def test_a_portfolio_that_is_renamed_does_not_tell_it_again(redis_url: str, namespace: str) -> None:
    async with desk(BOOK, redis_url, namespace) as before:
        await before.each(lease(), dispute())
    (renamed,) = rules(LEASE_TURNS_SOUR, name="desk-b").portfolios
    book = make_book([msgspec.structs.replace(renamed, identity="desk-a", hash="")])
    async with desk(book, redis_url, namespace) as after:
        (answer,) = await after.take(dispute(revision=2, title="Lumen drops its claim"))
        assert [(d.portfolio, d.reason) for d in answer.decisions] == [("desk-b", "update_material")]
        (answer,) = await after.take(dispute(revision=3, title="Lumen drops its claim", event_types=[]))
        assert [(d.portfolio, d.detail) for d in answer.decisions] == [("desk-b", "no longer matches: Rule 0")]


async def test_a_routine_filing_is_no_fact_for_rules_that_name_no_form(redis_url: str, namespace: str) -> None:
    steps = "sequence: [{kind: filing}, {event_type: contract_dispute}]\nby: company\nwithin: 90d"
    book = make_book([portfolio(steps)], routine_forms=frozenset({"424B"}))
    async with desk(book, redis_url, namespace) as ours:
        routine = naming("a", 0, "vega", kind="filing", form="424B")
        assert await ours.each(routine, dispute("one", 10)) == ["no_match", "no_match"]
        filing = naming("b", 20, "vega", kind="filing", form="8-K")
        assert await ours.each(filing, dispute("two", 30)) == ["no_match", "first"]


async def told(ours: Desk) -> list[str]:
    """Give the titles of what the desk is told, sorted."""
    assert isinstance(ours.store, RedisStore)
    due, _ = await ours.store.due("desk", NOW, 100)
    return sorted(item.message.alert.title for item in due if item.message.alert)
