"""Chapter 4. The store's steps can be repeated: after a crash or a lost reply the second time changes nothing."""

from __future__ import annotations

import msgspec
import pytest

from alertd.base.ids import event_id, mark
from alertd.model import (
    Alert,
    AlertState,
    Candidate,
    Claim,
    Event,
    IngestItem,
    Message,
    NewDelivery,
    event_to_json,
)
from alertd.store.memory import MemoryStore

NOW = 1_768_000_000_000


def candidate(title: str) -> Candidate:
    """Make what a parse worker would hand over for the entry `g1`."""
    event = Event(id=event_id("wire", "guid:g1"), source="wire", title=title)
    return Candidate(
        position=0, event_id=event.id, identity="i" + mark("g1"), strong="s" + mark(title), weak="w" + mark(title),
        content_hash=mark(title), withdrawn=False, title=title, published_ms=None,
        event=msgspec.Raw(event_to_json(event)),
    )  # fmt: skip


def new(title: str) -> IngestItem:
    """Say that it is new, as the poller decided."""
    return IngestItem(candidate=candidate(title), verdict="new")


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


async def test_an_entry_is_taken_once_however_often_it_is_offered(store: MemoryStore) -> None:
    await store.prepare()
    (first,) = await store.ingest("wire", [new("Vega leases Orion")], NOW)
    (again,) = await store.ingest("wire", [new("Vega leases Orion")], NOW + 60_000)
    assert (first.outcome, again.outcome) == ("new", "known")
    assert len(await store.read_events("me", 10, 0)) == 1


async def test_changed_content_under_the_same_name_is_a_revision(store: MemoryStore) -> None:
    await store.prepare()
    await store.ingest("wire", [new("Vega leases Orion")], NOW)
    (changed,) = await store.ingest("wire", [new("Vega leases Orion, corrected")], NOW)
    (flapped,) = await store.ingest("wire", [new("Vega leases Orion")], NOW)
    assert (changed.outcome, changed.revision) == ("revised", 2)
    assert flapped.outcome == "known", "going back and forth between two versions is no news"


def alert_state() -> AlertState:
    """Make an alert as it is committed."""
    alert = Alert(
        id="al_1", revision=1, portfolio="p", subject="st_1", severity="high", title="t", matches=[], story="st_1",
        first_at="2026-01-12T07:42:03.000Z", updated_at="2026-01-12T07:42:03.000Z",
    )  # fmt: skip
    return AlertState(alert=alert)


def delivery() -> NewDelivery:
    """Make its message to the desk."""
    message = Message(type="alert.fired", delivery="dl_1", receiver="desk", at="2026-01-12T07:42:03.000Z")
    return NewDelivery(
        id="dl_1", receiver="desk", lane="normal", mode="every", chain="al_1", due_ms=NOW,
        expires_ms=NOW + 3_600_000, message=message,
    )  # fmt: skip


async def test_of_two_workers_that_commit_the_same_alert_one_is_told_to_decide_again(store: MemoryStore) -> None:
    assert await store.commit("al_1", 0, alert_state(), [delivery()], NOW) is None
    conflict = await store.commit("al_1", 0, alert_state(), [delivery()], NOW)
    assert conflict is not None
    assert conflict.version == 1
    due, _ = await store.due("desk", NOW, 10)
    assert [item.delivery.id for item in due] == ["dl_1"], "and the message is queued once"


async def test_an_attempt_holds_a_lease_and_its_outcome_is_recorded_once(store: MemoryStore) -> None:
    await store.commit("al_1", 0, alert_state(), [delivery()], NOW)
    claim = await store.claim("desk", "dl_1", "token", NOW, 60_000, 0, b"payload")
    assert isinstance(claim, Claim)
    assert not isinstance(await store.claim("desk", "dl_1", "other", NOW, 60_000, 0, b"payload"), Claim)
    assert await store.finish("dl_1", "token", NOW, "204")
    assert not await store.finish("dl_1", "other", NOW, "204"), "only the holder of the lease may say so"


async def test_an_attempt_whose_end_nobody_knows_is_repeated_with_the_same_bytes_and_says_so(
    store: MemoryStore,
) -> None:
    await store.commit("al_1", 0, alert_state(), [delivery()], NOW)
    await store.claim("desk", "dl_1", "dead process", NOW, 60_000, 0, b"payload")
    again = await store.claim("desk", "dl_1", "living process", NOW + 60_001, 60_000, 0, b"rendered anew")
    assert isinstance(again, Claim)
    assert again.in_doubt
    assert again.payload == b"payload"
