"""A sequence with conditions beside it, through the pipeline: told once, whichever of its events is heard of last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from alertd.model import Event
from alertd.rules.book import make_book
from tests.pipeline.desk import Desk, changed, desk, dispute, lease, rules
from tests.rules.make import portfolio

SUED = """
all:
  - title: sued
  - sequence: [{event_type: compute_lease}, {event_type: contract_dispute}]
    by: parties
    within: 365d
"""
BOOK = rules(SUED)


def sued(name: str = "dispute", day: float = 90.0, **more: Any) -> Event:
    """Make a dispute that meets what stands beside the sequence."""
    return dispute(name, day, **{"title": "Vega is sued", **more})


@pytest.fixture
async def ours(redis_url: str, namespace: str) -> AsyncIterator[Desk]:
    async with desk(BOOK, redis_url, namespace) as opened:
        yield opened


async def test_the_first_step_need_not_meet_what_the_last_must(ours: Desk) -> None:
    assert await ours.each(lease(), sued()) == ["no_match", "first"]
    assert await ours.each(lease("l2", title="sued", between=("a", "b")), dispute("d2", between=("a", "b"))) == [
        "no_match", "no_match",
    ]  # fmt: skip


async def test_a_lease_that_is_heard_of_last_completes_it_if_the_dispute_met_the_rest(ours: Desk) -> None:
    assert await ours.each(sued(), lease()) == ["no_match", "first"]
    assert await ours.each(dispute("d2", between=("a", "b")), lease("l2", title="sued", between=("a", "b"))) == [
        "no_match", "no_match",
    ]  # fmt: skip


async def test_the_match_of_a_late_lease_quotes_the_dispute(ours: Desk) -> None:
    assert await ours.each(sued()) == ["no_match"]
    match = await ours.match(lease())
    assert (match.rule, match.event) == ("rule-0", "ev_lease")
    assert [(found.field, found.quote) for found in match.evidence] == [
        ("sequence", "contract_dispute 2026-05-30 · Vega is sued · ev_dispute")
    ]


async def test_the_lease_that_comes_again_tells_nothing_new(ours: Desk) -> None:
    events = [sued(), lease(), lease(), lease(revision=2, title="Anew"), sued()]
    assert await ours.each(*events) == ["no_match", "first", "first", "update_material", "no_match"]


async def test_a_later_revision_of_the_dispute_says_whether_it_meets_the_rest(ours: Desk) -> None:
    calm = dispute(revision=2, title="Vega settles")
    assert await ours.each(sued(), calm, lease()) == ["no_match", "no_match", "no_match"]
    assert await ours.each(sued(revision=3)) == ["first"], "and the lease was there"


async def test_a_dispute_that_is_taken_back_was_none(ours: Desk) -> None:
    back = sued(revision=2, withdrawn=True, revision_reason="withdrawal")
    assert await ours.each(sued(), back, lease()) == ["no_match", "no_match", "no_match"]


async def test_what_the_dispute_met_is_remembered_over_a_restart(redis_url: str, namespace: str) -> None:
    async with desk(BOOK, redis_url, namespace) as before:
        assert await before.each(sued()) == ["no_match"]
    async with desk(BOOK, redis_url, namespace) as after:
        assert await after.each(lease()) == ["first"]


async def test_it_belongs_to_the_rule_by_its_first_ids(redis_url: str, namespace: str) -> None:
    async with desk(BOOK, redis_url, namespace) as before:
        assert await before.each(sued()) == ["no_match"]
    (renamed,) = changed(rules(SUED, name="desk-b"), id="anew", identity="rule-0").portfolios
    book = make_book([msgspec.structs.replace(renamed, identity="desk-a", hash="")])
    async with desk(book, redis_url, namespace) as after:
        assert (await after.match(lease())).rule == "anew"


async def test_a_rule_that_is_new_knows_leases_of_before_and_asks_only_disputes_that_come(
    redis_url: str, namespace: str
) -> None:
    async with desk(rules("text: merger"), redis_url, namespace) as before:
        await before.each(lease(), sued("old", between=("a", "b")))
    async with desk(BOOK, redis_url, namespace) as after:
        assert await after.each(lease("late", between=("a", "b"))) == ["no_match"]
        assert await after.each(sued()) == ["first"]


async def test_of_two_workers_at_once_exactly_one_completes_it(redis_url: str, namespace: str) -> None:
    async with desk(BOOK, redis_url, namespace) as one, desk(BOOK, redis_url, namespace) as two:
        pairs = [(f"a{n}", f"b{n}") for n in range(20)]
        told = await asyncio.gather(
            *(one.each(lease(f"l{n}", between=pair)) for n, pair in enumerate(pairs)),
            *(two.each(sued(f"d{n}", between=pair)) for n, pair in enumerate(pairs)),
        )
    assert [[reasons, told[n + 20]].count(["first"]) for n, reasons in enumerate(told[:20])] == [1] * 20


async def test_in_one_batch_each_sees_those_before_it(ours: Desk) -> None:
    answers = await ours.take(sued(), lease(), sued("other", between=("x", "y")))
    assert [answer.record.reason for answer in answers] == ["no_match", "first", "no_match"]


async def test_a_lease_for_which_nothing_waits_asks_no_rule(ours: Desk) -> None:
    (answer,) = await ours.take(lease())
    assert answer.settled == ()
    await ours.each(sued("before", day=-1))
    (answer,) = await ours.take(lease("next", day=1))
    assert answer.settled == (), "a dispute before it waits for no lease"


async def test_desks_do_not_learn_of_what_met_the_rules_of_others(redis_url: str, namespace: str) -> None:
    first = msgspec.structs.replace(portfolio(SUED, name="first"), desk="one", hash="")
    other = msgspec.structs.replace(portfolio(SUED, name="other"), desk="two", hash="")
    book = make_book([first, other], source_desks={"private": "one"})
    async with desk(book, redis_url, namespace) as ours:
        assert await ours.each(sued(source="private")) == ["no_match"]
        (answer,) = await ours.take(lease())
        assert [match.portfolio for match in answer.matches] == ["first"]
