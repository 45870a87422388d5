"""What deciding rests on, over a real store: counts within a batch and between batches, marks that workers share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from alertd.alerts.policy import Cooldown, Quiet, ReceiverPolicy, Storm
from alertd.base.clock import rfc3339
from alertd.base.failpoints import arm
from alertd.base.ids import alert_id, story_id
from alertd.errors import StoreUnavailable
from alertd.model import DealTerm, Event, Evidence, JournalRecord, ReportedType, Silence, StreamEvent
from alertd.pipeline import Pipeline, Processed
from alertd.rules.book import Budget, RuleBook
from alertd.store.memory import MemoryStore
from alertd.store.protocol import Store
from tests.pipeline.desk import NOW, changed, rules
from tests.pipeline.test_stories import PAPER, SHOWS, WIRE, apart
from tests.store.operations import prepared

BOOK = rules("title: happens")
HOUR = 3_600_000


@pytest.fixture(params=["memory", "redis"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """A store of each kind."""
    if request.param == "memory":
        yield MemoryStore(lambda: NOW)
        return
    async with prepared(request.getfixturevalue("redis_url"), 1) as stores:
        yield stores[0]


def happens(name: str, **fields: Any) -> Event:
    """Make an event of a story of its own: its words are like no other's."""
    title = f"{name} happens to {name * 3} at {name[::-1]}"
    at = rfc3339(NOW)
    return Event(id=f"ev_{name}", source="wire", title=title, seen_at=at, event_at=at, **fields)


async def take(store: Store, policy: ReceiverPolicy, *events: Event, book: RuleBook = BOOK) -> list[Processed]:
    """Take events as one batch of a process that has just started."""
    pipeline = Pipeline(book, {policy.id: policy}, lambda: NOW)
    batch = [StreamEvent(stream_id=f"{n}-1", event=event, deliveries=1) for n, event in enumerate(events)]
    answers = await pipeline.process(batch, store)
    assert all(isinstance(answer, Processed) for answer in answers), answers
    return [answer for answer in answers if isinstance(answer, Processed)]


def answers(done: list[Processed]) -> list[str]:
    """Give for each event what became of it at the desk: `sent`, or the beginning of the reason."""
    said = [decision.receivers["desk"] for one in done for decision in one.decisions]
    return ["sent" if text.startswith("dl_") else text.partition(" until ")[0] for text in said]


NAMES = ("alpha", "bravo", "charlie", "delta", "echo")


async def test_within_a_batch_each_message_counts_for_the_next(store: Store) -> None:
    desk = ReceiverPolicy("desk", storm=Storm(at_most=2, per_s=60, every_s=60))
    done = await take(store, desk, *map(happens, NAMES))
    assert sorted(answers(done)) == ["folded_into: storm"] * 3 + ["sent"] * 2


async def test_another_process_goes_on_counting(store: Store) -> None:
    desk = ReceiverPolicy("desk", storm=Storm(at_most=2, per_s=60, every_s=60))
    await take(store, desk, happens("alpha"))
    assert answers(await take(store, desk, happens("bravo"))) == ["sent"]
    assert answers(await take(store, desk, happens("charlie"))) == ["folded_into: storm"]


async def test_what_folds_waits_in_the_store_with_the_decision_that_put_it_there(store: Store) -> None:
    desk = ReceiverPolicy("desk", quiet=Quiet("00:00-23:59"))
    (done,) = await take(store, desk, happens("alpha"))
    (window,) = await store.waiting_in(["desk"])
    (hold,) = await store.held(window.name)
    assert done.decisions[0].receivers == {"desk": f"quiet_until: {rfc3339(window.until_ms)}"}
    assert (hold.item.alert, hold.item.title) == (done.decisions[0].alert, done.event.title)
    assert done.deliveries == ()


async def test_of_several_alerts_of_one_rule_in_a_batch_one_is_told(store: Store) -> None:
    desk = ReceiverPolicy("desk", cooldown=Cooldown("rule", 600))
    done = await take(store, desk, *map(happens, NAMES))
    kinds = [text.partition(":")[0] for text in answers(done)]
    assert sorted(kinds) == ["cooldown"] * 4 + ["sent"]
    again = await take(store, desk, happens("foxtrot"))
    assert answers(again)[0].startswith("cooldown: was told of rule rule-0")


async def test_workers_that_decide_at_once_about_one_rule_tell_it_once(redis_url: str) -> None:
    desk = ReceiverPolicy("desk", cooldown=Cooldown("rule", 600))
    async with prepared(redis_url, 5) as stores:
        jobs = (take(s, desk, happens(n)) for s, n in zip(stores, NAMES, strict=True))
        done = [one for (one,) in await asyncio.gather(*jobs)]
    assert sorted(text.partition(":")[0] for text in answers(done)) == ["cooldown"] * 4 + ["sent"]


async def test_a_silence_is_seen_by_the_next_batch_and_named_in_the_journal(store: Store) -> None:
    desk = ReceiverPolicy("desk")
    silence = Silence(
        id="si_abc", author="jd", reason="earnings", created_at=rfc3339(NOW), starts_at=rfc3339(NOW - 1),
        ends_at=rfc3339(NOW + HOUR), sources=["wire"],
    )  # fmt: skip
    record = JournalRecord(kind="silence", at=rfc3339(NOW), ids=["si_abc"], reason="added")
    await store.put_silence(silence, record, NOW)
    (done,) = await take(store, desk, happens("alpha"))
    assert (done.record.reason, answers([done])) == ("silenced", ["silenced: by si_abc"])
    assert "si_abc" in done.record.ids


async def test_a_rule_beyond_its_budget_is_counted_over_batches_and_folds(store: Store) -> None:
    desk = ReceiverPolicy("desk")
    book = changed(BOOK, expect=Budget(at_most=2), owner="jd")
    first = await take(store, desk, happens("alpha"), happens("bravo"), happens("charlie"), book=book)
    assert sorted(answers(first)) == ["folded_into: budget", "sent", "sent"]
    assert [over.rule for one in first for over in one.over_budget] == ["rule-0"]
    (second,) = await take(store, desk, happens("delta"), book=book)
    assert (answers([second]), len(second.over_budget)) == (["folded_into: budget"], 1)


async def test_a_commit_that_is_refused_gives_back_what_it_counted() -> None:
    class Rival(MemoryStore):
        refused = 0

        async def commit(self, *args: Any, **more: Any) -> Any:
            if self.refused < 3:
                self.refused += 1
                return (await self.load_alerts([args[0]]))[args[0]]
            return await super().commit(*args, **more)

    desk = ReceiverPolicy("desk", storm=Storm(at_most=2, per_s=60, every_s=60))
    done = await take(Rival(lambda: NOW), desk, happens("alpha"), happens("bravo"))
    assert answers(done) == ["sent", "sent"]


async def test_what_died_before_its_end_is_decided_as_it_was_and_counts_once() -> None:
    desk = ReceiverPolicy("desk", storm=Storm(at_most=2, per_s=60, every_s=60))
    store = MemoryStore(lambda: NOW)
    once = await take(store, desk, happens("alpha"))
    again = await take(store, desk, happens("alpha"))
    assert again[0].record == once[0].record
    assert again[0].deliveries == ()
    assert answers(await take(store, desk, happens("bravo"))) == ["sent"]


async def test_a_merged_alert_hands_over_who_was_told_and_what_waits(store: Store) -> None:
    book = rules("text: [lease, leases, rents]", name="desk-a")
    desk = ReceiverPolicy("desk", quiet=Quiet("00:00-23:59"))
    await apart(store, WIRE, PAPER)
    await take(store, desk, WIRE, PAPER, book=book)
    await take(store, desk, SHOWS, book=book)
    older, younger = (alert_id("desk-a", story_id(f"ev_{name}")) for name in ("wire", "paper"))
    states = {name: known.state for name, known in (await store.load_alerts([older, younger])).items()}
    kept, closed = states[older], states[younger]
    assert kept is not None
    assert closed is not None
    assert closed.alert.merged_into == older
    (window,) = await store.waiting_in(["desk"])
    assert kept.told["desk"].held == closed.told["desk"].held == window.name
    assert {hold.item.alert for hold in await store.held(window.name)} == {older, younger}
    timers = await store.timers_due(NOW + 30 * 24 * HOUR, 100)
    assert {timer.alert for timer in timers} == {older}


@pytest.mark.parametrize("dies", [False, True])
async def test_a_merged_alert_hands_over_the_note_that_was_due(store: Store, dies: bool) -> None:
    book = rules("text: [lease, leases, rents]", name="desk-a")
    desk = ReceiverPolicy("desk", note="model", notes_apart=True)
    clause = "An unusual clause lets Vega claw it back."
    start = PAPER.body.index(clause)
    words = Evidence(field="body", start=start, end=start + len(clause), quote=clause)
    risk = DealTerm(type="reclaim_right", held_by="vega", evidence=[words])
    paper = replace(PAPER, terms=[risk], event_types=[ReportedType(type="compute_lease", confidence=0.9)])
    await apart(store, WIRE, paper)
    await take(store, desk, WIRE, paper, book=book)
    older, younger = (alert_id("desk-a", story_id(f"ev_{name}")) for name in ("wire", "paper"))
    assert await store.claim_notes(NOW, NOW, 9) == [younger]
    if dies:
        arm("match.carried_on:1:raise", environment="test")
        await Pipeline(book, {desk.id: desk}, lambda: NOW).process(
            [StreamEvent(stream_id="0-2", event=SHOWS, deliveries=1)], store
        )
        arm("")
    await take(store, desk, SHOWS, book=book)
    assert await store.claim_notes(NOW, NOW, 9) == [older]
    state = (await store.load_alerts([older]))[older].state
    assert state is not None
    assert state.note_due is not None
    assert (state.note_due.event, state.alert.note and state.alert.note.event) == ("ev_paper", "ev_paper")


async def test_a_store_that_cannot_be_asked_gives_the_batch_back() -> None:
    class Away(MemoryStore):
        async def silences(self, now: int) -> list[Silence]:
            raise StoreUnavailable("gone")

    with pytest.raises(StoreUnavailable):
        await take(Away(lambda: NOW), ReceiverPolicy("desk"), happens("alpha"))


async def test_where_nothing_matches_nothing_is_asked() -> None:
    class Away(MemoryStore):
        async def silences(self, now: int) -> list[Silence]:
            raise AssertionError("it was asked")

    (done,) = await take(Away(lambda: NOW), ReceiverPolicy("desk"), happens("alpha"), book=rules("title: nothing"))
    assert done.record.reason == "no_match"
