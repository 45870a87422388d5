"""Batches through all steps, over a store of a few lines that keeps the one promise: compare-and-set."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from alertd.alerts.policy import ReceiverPolicy
from alertd.base.ids import alert_id, delivery_id, story_id
from alertd.errors import StoreUnavailable
from alertd.model import (
    AlertState,
    CompanyIndex,
    Effects,
    Event,
    Known,
    KnownStory,
    NewDelivery,
    Observation,
    Placed,
    Placement,
    Row,
    Silence,
    StoredAlert,
    StoriesFound,
    StoryAsk,
    StreamEvent,
)
from alertd.pipeline import Pipeline, PoisonEvent, Processed
from alertd.rules.book import make_book
from alertd.store.memory import MemoryStore
from tests.rules.make import portfolio

BOOK = make_book([portfolio("text: lease", name="a"), portfolio("text: [lease, merger]", name="b")])
RECEIVERS = {"desk": ReceiverPolicy("desk")}
NOW = 1_800_000_000_000


class Store:
    """Alerts and queued deliveries in dictionaries; stories in memory."""

    def __init__(self) -> None:
        self.alerts: dict[str, StoredAlert] = {}
        self.queue: dict[str, NewDelivery] = {}
        self.stories = MemoryStore()
        self.loads = 0
        self.newest = 0
        """The revision that every known item has reached."""
        self.rivals: list[tuple[str, StoredAlert]] = []
        """Commits of another worker that come in just before the next one of ours."""

    async def find_stories(self, asks: Sequence[StoryAsk]) -> list[StoriesFound]:
        return await self.stories.find_stories(asks)

    async def load_stories(self, ids: Sequence[str]) -> dict[str, KnownStory]:
        return await self.stories.load_stories(ids)

    async def place_events(self, placements: Sequence[Placement], now: int, *, settled: bool = False) -> list[Placed]:
        return await self.stories.place_events(placements, now, settled=settled)

    async def indices(self, companies: Sequence[str], now: int) -> dict[str, CompanyIndex]:
        return {}

    async def known_marks(self, source: str, marks: Sequence[str]) -> dict[str, Known]:
        return {m: Known(identity=m, event_id="", revision=self.newest, hashes=[]) for m in marks if self.newest}

    async def observe(
        self, observations: Sequence[Observation], now: int, *, revised: Mapping[str, int] | None = None
    ) -> list[list[Row]]:
        return [[] for _ in observations]

    async def silences(self, now: int) -> list[Silence]:
        return []

    async def marks(self, names: Sequence[str], now: int) -> dict[str, tuple[str, int]]:
        return {}

    async def counted(self, names: Sequence[str]) -> dict[str, int]:
        return {}

    async def alerts_of(self, events: Sequence[str]) -> dict[str, list[str]]:
        told = {i: {f.event for f in a.state.folded} for i, a in self.alerts.items() if a.state is not None}
        return {event: [alert for alert, of in told.items() if event in of] for event in events}

    async def load_alerts(self, ids: Sequence[str]) -> dict[str, StoredAlert]:
        self.loads += 1
        return {i: self.alerts[i] for i in ids if i in self.alerts}

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
        if self.rivals:
            rival, stored = self.rivals.pop(0)
            self.alerts[rival] = stored
        known = self.alerts.get(alert_id, StoredAlert(version=0, state=None))
        if known.version != expected_version:
            return known
        self.alerts[alert_id] = StoredAlert(version=known.version + 1, state=state)
        self.queue |= {d.id: d for d in deliveries if d.id not in self.queue}
        return None


def _item(number: int, title: str, **fields: Any) -> StreamEvent:
    event = Event(**({"id": f"ev_{number}", "title": title, "body": "The body."} | fields))
    return StreamEvent(stream_id=f"{number}-{event.revision}", event=event, deliveries=1)


def _pipeline() -> Pipeline:
    return Pipeline(BOOK, RECEIVERS, lambda: NOW)


async def _process(store: Store, *items: StreamEvent, pipeline: Pipeline | None = None) -> list[Processed]:
    answers = await (pipeline or _pipeline()).process(items, store)
    return [answer for answer in answers if isinstance(answer, Processed)]


async def test_a_batch_reads_the_alerts_in_one_round_trip_and_answers_in_order() -> None:
    store = Store()
    items = [_item(1, "A lease"), _item(2, "Nothing"), _item(3, "A merger")]
    answers = await _process(store, *items)
    assert store.loads == 1
    assert [answer.stream_id for answer in answers] == [item.stream_id for item in items]
    assert [[(d.portfolio, d.reason) for d in a.decisions] for a in answers] == [
        [("a", "first"), ("b", "first")], [], [("b", "first")],
    ]  # fmt: skip
    assert [d.id for a in answers for d in a.deliveries] == list(store.queue)


async def test_an_event_without_a_match_costs_no_round_trip() -> None:
    store = Store()
    (answer,) = await _process(store, _item(1, "Nothing"))
    assert (store.loads, answer.record.reason, answer.record.ids) == (0, "no_match", ["ev_1"])


async def test_the_journal_line_holds_the_event_its_matches_and_decisions() -> None:
    (answer,) = await _process(Store(), _item(1, "A lease", extra={"x": 1}))
    record = json.loads(msgspec.json.encode(answer.record))
    alerts = [alert_id(desk, story_id("ev_1")) for desk in ("a", "b")]
    deliveries = [delivery_id("desk", alert, 1) for alert in alerts]
    assert record["kind"] == "event"
    assert record["reason"] == "first"
    assert record["ids"] == ["ev_1", *alerts, *deliveries]
    data = record["data"]
    assert data["rules_version"] == BOOK.version
    assert (data["event"]["body"], data["event"]["x"]) == ("The body.", 1)
    assert data["event"]["story"]["id"] == story_id("ev_1")
    assert [match["evidence"][0]["quote"] for match in data["matches"]] == ["A lease", "A lease"]
    assert [decision["receivers"] for decision in data["decisions"]] == [{"desk": i} for i in deliveries]


async def test_the_same_event_again_gives_the_same_decisions_and_queues_nothing() -> None:
    store = Store()
    (once,) = await _process(store, _item(1, "A lease"))
    queued = dict(store.queue)
    (again,) = await _process(store, _item(1, "A lease"))
    assert (again.decisions, again.record, again.deliveries) == (once.decisions, once.record, ())
    assert store.queue == queued


async def test_both_revisions_of_an_event_in_one_batch_are_taken_in_turn() -> None:
    store = Store()
    answers = await _process(store, _item(1, "A lease"), _item(1, "No lese", revision=2))
    assert [[d.reason for d in a.decisions] for a in answers] == [["first"] * 2, ["update_material"] * 2]
    assert answers[1].decisions[0].detail.startswith("no longer matches: Rule 0")
    assert answers[1].record.reason == "update_material"


async def test_a_later_revision_that_never_matched_leaves_no_trace() -> None:
    store = Store()
    (answer,) = await _process(store, _item(1, "Nothing", revision=2))
    assert (answer.decisions, store.alerts) == ((), {})


async def test_on_conflict_it_decides_again_from_the_state_that_won() -> None:
    other = Store()
    await _process(other, _item(1, "A lease"))
    store = Store()
    store.rivals = list(other.alerts.items())
    (answer,) = await _process(store, _item(1, "A lease"))
    assert [d.reason for d in answer.decisions] == ["first", "first"]
    assert store.alerts == other.alerts
    assert answer.deliveries == ()


async def test_an_alert_that_never_holds_still_gives_the_event_back() -> None:
    class Contended(Store):
        async def commit(self, *args: Any, **more: Any) -> StoredAlert | None:
            return StoredAlert(version=99, state=None)

    with capture_logs():
        (answer,) = await _pipeline().process([_item(1, "A lease")], Contended())
    assert isinstance(answer, PoisonEvent)
    assert "changed 20 times" in answer.error


async def test_an_event_that_cannot_be_processed_harms_no_neighbour() -> None:
    poison = _item(2, "A lease")
    broken = msgspec.structs.replace(poison, event=msgspec.structs.replace(poison.event, body=None))
    with capture_logs() as logs:
        answers = await _pipeline().process([_item(1, "A lease"), broken, _item(3, "A lease")], Store())
    assert [type(answer) for answer in answers] == [Processed, PoisonEvent, Processed]
    assert [log["event"] for log in logs] == ["event_failed"]


async def test_trouble_of_the_store_is_the_callers_and_not_the_events() -> None:
    class Away(Store):
        async def commit(self, *args: Any, **more: Any) -> StoredAlert | None:
            raise StoreUnavailable("gone")

    with pytest.raises(StoreUnavailable):
        await _pipeline().process([_item(1, "A lease")], Away())


async def test_a_revision_that_was_overtaken_begins_no_alert() -> None:
    store = Store()
    store.newest = 2
    first = msgspec.structs.replace(_item(1, "Vega leases Orion"), identity="i1")
    (done,) = await _pipeline().process([first], store)
    assert isinstance(done, Processed)
    told = {(d.reason, d.detail) for d in done.decisions}
    assert told == {("duplicate", "revision 2 is there already and is decided in its place")}
    assert not store.queue
    second = msgspec.structs.replace(_item(1, "Vega leases Orion twice", revision=2), identity="i1")
    (done,) = await _pipeline().process([second], store)
    assert isinstance(done, Processed)
    assert {d.reason for d in done.decisions} == {"first"}
