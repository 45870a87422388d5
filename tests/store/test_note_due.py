"""Alerts whose notes a model is to write: who has one in hand, and how long it stays due."""

from __future__ import annotations

from alertd.model import AlertState, Effects
from alertd.store.protocol import Store
from tests.store.make import NOW, alert

TURN = 1_000


async def due(store: Store, name: str, at: int | None, version: int = 0) -> bool:
    """Commit an alert whose note is due then, over (0), or as it was (None); tells whether it was taken."""
    effects = Effects(note_due_ms=at)
    return (
        await store.commit(name, version, AlertState(alert=alert(name)), [], NOW, effects=effects, answer=True)
        is None
    )


async def test_a_note_is_given_to_one_until_the_end_of_the_turn(store: Store) -> None:
    assert await due(store, "al_1", NOW)
    assert await store.claim_notes(NOW - 1, NOW + TURN, 10) == []
    assert await store.claim_notes(NOW, NOW + TURN, 10) == ["al_1"]
    assert await store.claim_notes(NOW + TURN - 1, NOW + 2 * TURN, 10) == []
    assert await store.claim_notes(NOW + TURN, NOW + 2 * TURN, 10) == ["al_1"], "who had it in hand is gone"


async def test_the_oldest_are_given_first_and_no_more_than_asked_for(store: Store) -> None:
    for name, at in (("al_3", NOW), ("al_1", NOW - 5), ("al_2", NOW)):
        assert await due(store, name, at)
    assert await store.claim_notes(NOW, NOW + TURN, 2) == ["al_1", "al_2"]
    assert await store.claim_notes(NOW, NOW + TURN, 2) == ["al_3"]


async def test_a_commit_ends_it_and_one_that_does_not_speak_of_it_leaves_it(store: Store) -> None:
    assert await due(store, "al_1", NOW)
    assert await due(store, "al_1", None, version=1)
    assert (await store.key_counts())["note_due"] == 1
    assert await due(store, "al_1", 0, version=2)
    assert (await store.key_counts())["note_due"] == 0
    assert await store.claim_notes(NOW, NOW + TURN, 10) == []


async def test_a_commit_that_is_refused_changes_nothing_of_it(store: Store) -> None:
    assert await due(store, "al_1", NOW)
    assert not await due(store, "al_1", 0)
    assert await store.claim_notes(NOW, NOW + TURN, 10) == ["al_1"]


async def test_one_that_is_put_off_is_due_then_and_one_that_is_over_stays_over(store: Store) -> None:
    assert await due(store, "al_1", NOW)
    await store.put_off_note("al_1", NOW + 5)
    assert await store.claim_notes(NOW, NOW + TURN, 10) == []
    assert await store.claim_notes(NOW + 5, NOW + TURN, 10) == ["al_1"]
    await store.drop_note("al_1")
    await store.put_off_note("al_1", NOW)
    assert await store.claim_notes(NOW + TURN, NOW + 2 * TURN, 10) == []
