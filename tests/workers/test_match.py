"""The match loop over a store in memory (and a real Redis), with a clock that the test moves on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from alertd.base.ids import alert_id, story_id
from alertd.errors import Corrupt
from alertd.model import AlertState, Effects, NewDelivery, StoredAlert, StreamEvent
from alertd.pipeline import AlertStore, Pipeline, PoisonEvent, Processed
from alertd.rules.book import Budget, RuleBook, make_book
from alertd.rules.leaves import Words
from alertd.rules.logic import Reading, Result, Scope, Truth
from alertd.store.memory import MemoryStore
from alertd.store.protocol import Store
from alertd.store.redis import open_store
from alertd.workers.match import BATCH, CLAIM_IDLE_MS, MAX_DELIVERIES
from tests.rules.make import book, portfolio
from tests.support.daemon import eventually
from tests.workers.make import until
from tests.workers.matching import BOOK, RECEIVERS, Seen, World, brisk, matching


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(params=["memory", "redis"])
async def stored(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    store: Store | None = None
    if request.param == "redis":
        url, name = request.getfixturevalue("redis_url"), request.getfixturevalue("namespace")
        store = await open_store(url, name, name="test")
    made = World(store)
    await made.store.prepare()
    yield made
    await made.store.aclose()


async def test_an_event_becomes_an_alert_a_message_and_a_line_of_the_journal(stored: World) -> None:
    async with matching(stored):
        await stored.offer("a")
        await eventually(stored.idle, "it is finished")
    (record,) = await stored.journal()
    assert record.reason == "first"
    assert record.ids[0] == "ev_a"
    assert await stored.told() == ["a says one"]


async def test_many_events_are_each_finished_once_by_whoever_reads_them(stored: World) -> None:
    names = [f"n{n}" for n in range(3 * BATCH)]
    await stored.offer(*names)
    async with matching(stored, stored.matcher("one"), stored.matcher("two")):
        await eventually(stored.idle, "all are finished")
    assert max(len(batch) for batch in stored.pipeline.batches) == BATCH
    assert sorted(record.ids[0] for record in await stored.journal()) == sorted(f"ev_{name}" for name in names)
    assert len(await stored.told()) == len(names)


async def test_what_no_rule_holds_for_is_journalled_too(world: World) -> None:
    async with matching(world, world.matcher(pipeline=Pipeline(book("title: merger"), RECEIVERS, world.clock))):
        await world.offer("a")
        await eventually(world.idle, "it is finished")
    assert [record.reason for record in await world.journal()] == ["no_match"]
    assert await world.told() == []


# --- events that were handed out before ---------------------------------------------------------------


async def test_what_it_held_when_it_died_comes_first_and_one_by_one(stored: World) -> None:
    await stored.offer("a", "b")
    assert len(await stored.store.read_events("me", 10, 0)) == 2
    await stored.offer("c", "d")
    async with matching(stored):
        await eventually(stored.idle, "all are finished")
    assert stored.pipeline.batches == [["ev_a"], ["ev_b"], ["ev_c", "ev_d"]]


async def test_what_another_holds_is_taken_over_once_it_was_idle_for_long(world: World) -> None:
    await world.offer("a")
    await world.store.read_events("dead", 10, 0)
    await world.offer("b")
    async with matching(world):
        await until(lambda: len(world.pipeline.batches) == 1, "its own is done")
        assert (await world.store.backlog()).pending == 1
        world.clock.pass_by(CLAIM_IDLE_MS / 1000)
        await eventually(world.idle, "it is taken over")
    assert world.pipeline.batches == [["ev_b"], ["ev_a"]]


class Poisoned(MemoryStore):
    """A store that cannot keep alerts about what is called poison."""

    attempts = 0
    error: Exception = ZeroDivisionError("no way to divide")

    async def commit(
        self,
        alert_id: str,
        expected_version: int,
        state: AlertState,
        deliveries: Sequence[NewDelivery],
        now: int,
        *,
        effects: Effects | None = None,
        answer: bool = False,
    ) -> StoredAlert | None:
        if state.alert.title.startswith("poison"):
            self.attempts += 1
            raise self.error
        return await super().commit(
            alert_id, expected_version, state, deliveries, now, effects=effects, answer=answer
        )


async def test_an_event_that_cannot_be_processed_is_taken_alone_and_buried_after_five_attempts() -> None:
    world = World()
    store = Poisoned(world.clock)
    world.store = brisk(store)
    await world.offer("a", "poison", "b")
    with capture_logs() as logs:
        async with matching(world):
            for attempt in range(1, MAX_DELIVERIES + 1):
                await until(lambda n=attempt: store.attempts == n, f"attempt {attempt}")  # type: ignore[misc]
                assert len(await world.journal()) == 2, "its neighbours are done"
                world.clock.pass_by(CLAIM_IDLE_MS / 1000 + 1)
            await eventually(world.idle, "it is put aside")
    assert world.pipeline.batches == [["ev_a", "ev_poison", "ev_b"], *[["ev_poison"]] * 4]
    (dead,) = await store.dead_events(10)
    assert dead.event_id == "ev_poison"
    assert dead.reason == "not finished after 5 attempts"
    assert [record.reason for record in await world.journal("notice")] == ["dead_event"]
    assert [line["event"] for line in logs].count("event_buried") == 1


async def test_a_stored_alert_that_does_not_decode_harms_only_the_events_about_it(world: World) -> None:
    class Broken(MemoryStore):
        async def load_alerts(self, ids: Sequence[str]) -> dict[str, StoredAlert]:
            if alert_id("desk-a", story_id("ev_b")) in ids:
                raise Corrupt("the alert does not decode")
            return await super().load_alerts(ids)

    world.store = brisk(Broken(world.clock))
    await world.offer("a", "b", "c")
    async with matching(world):
        await until(lambda: len(world.pipeline.batches) == 4, "each is taken alone")
        await eventually(lambda: _pending(world, 1), "the others are finished")
        for _ in range(MAX_DELIVERIES):
            world.clock.pass_by(CLAIM_IDLE_MS / 1000 + 1)
            await eventually(lambda: _looked_at(world), "it is looked at again")
    assert sorted(record.ids[0] for record in await world.journal()) == ["ev_a", "ev_c"]
    assert [dead.event_id for dead in await world.store.dead_events(10)] == ["ev_b"]


async def _pending(world: World, count: int) -> bool:
    return (await world.store.backlog()).pending == count


async def _looked_at(world: World) -> bool:
    """Tell whether nothing waits long enough to be looked at."""
    return not await world.store.pending(None, CLAIM_IDLE_MS, 1)


# --- rules --------------------------------------------------------------------------------------------


class Breaking(Words, frozen=True):
    """A condition that raises when it is asked."""

    def truth(self, reading: Reading, scope: Scope) -> Truth:
        raise ZeroDivisionError("no way to divide")

    def result(self, reading: Reading, scope: Scope) -> Result:
        raise ZeroDivisionError("no way to divide")


def broken_book() -> RuleBook:
    sound = portfolio("title: says", "title: one")
    when = sound.rules[1].when
    assert isinstance(when, Words)
    broken = msgspec.structs.replace(sound.rules[1], when=Breaking(when.name, when.written, when.any_of))
    return make_book([msgspec.structs.replace(sound, rules=(sound.rules[0], broken))])


async def test_a_rule_that_raises_more_than_its_author_expects_is_told_once_in_its_window(world: World) -> None:
    desk = portfolio("title: says")
    rule = msgspec.structs.replace(desk.rules[0], expect=Budget(at_most=1), owner="jd")
    rules = make_book([msgspec.structs.replace(desk, rules=(rule,))])
    async with matching(world, world.matcher("one", Pipeline(rules, RECEIVERS, world.clock))):
        for name in "abc":
            await world.offer(name, text=name * 9)
            await eventually(world.idle, f"{name} is finished")
    due, _ = await world.store.due("ops", world.clock.now, 10)
    (notice,) = [item.message.notice for item in due if item.message.notice]
    assert (notice.kind, notice.subject) == ("rule_over_budget", "desk-a/rule-0")
    assert notice.text.startswith("Rule rule-0 of desk-a (owner jd) has raised more alerts than expected (at_most 1")


async def test_a_rule_that_breaks_is_told_once_by_all_processes_together(world: World) -> None:
    rules = broken_book()
    matchers = [world.matcher(name, Pipeline(rules, RECEIVERS, world.clock)) for name in ("one", "two")]
    for number, matcher in enumerate(matchers):
        async with matching(world, matcher):
            await world.offer(f"a{number}", f"b{number}")
            await eventually(world.idle, "both are finished")
    due, _ = await world.store.due("ops", world.clock.now, 10)
    (notice,) = [item.message.notice for item in due]
    assert notice is not None
    assert (notice.kind, notice.subject) == ("rule_failed", "desk-a/rule-1")
    assert "ZeroDivisionError" in notice.text
    assert len(await world.journal("notice")) == 1
    assert len(await world.told()) == 4, "the other rule goes on"


async def test_new_rules_hold_from_the_next_batch_on(world: World) -> None:
    matcher = world.matcher()
    async with matching(world, matcher):
        await world.offer("a")
        await eventually(world.idle, "it is finished")
        matcher.use(Pipeline(book("title: merger"), RECEIVERS, world.clock))
        await world.offer("b")
        await eventually(world.idle, "it is finished")
    assert [record.reason for record in await world.journal()] == ["first", "no_match"]


async def test_stopping_ends_the_batch_under_way_and_reads_no_other(world: World) -> None:
    gate, begun = asyncio.Event(), asyncio.Event()

    class Held(Seen):
        async def process(self, batch: Sequence[StreamEvent], store: AlertStore) -> list[Processed | PoisonEvent]:
            begun.set()
            await gate.wait()
            return await super().process(batch, store)

    matcher = world.matcher(pipeline=Held(BOOK, world.clock))
    running = asyncio.create_task(matcher.run())
    await world.offer("a")
    await begun.wait()
    await world.offer("b")
    matcher.stop()
    gate.set()
    await running
    assert [record.ids[0] for record in await world.journal()] == ["ev_a"]
    assert (await world.store.backlog()).events == 1


async def test_a_revision_updates_the_alert_its_event_has(world: World) -> None:
    async with matching(world):
        await world.offer("a")
        await eventually(world.idle, "it is finished")
        await world.offer("a", text="two")
        await eventually(world.idle, "it is finished")
    records = await world.journal()
    assert [record.reason for record in records] == ["first", "update_material"]
    decisions = [msgspec.convert(record.data["decisions"], list[dict[str, Any]]) for record in records]
    assert len({decision["alert"] for (decision,) in decisions}) == 1
