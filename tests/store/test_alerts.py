"""Alerts are written by compare-and-set, together with the deliveries that follow."""

from __future__ import annotations

from alertd.model import AlertState, Decision, Folded, StoredAlert
from alertd.store.protocol import Store
from tests.store.make import NOW, alert, delivery, state


async def test_an_unknown_alert_has_version_0(store: Store) -> None:
    assert await store.load_alerts(["al_1"]) == {"al_1": StoredAlert(version=0, state=None)}
    assert await store.load_alerts([]) == {}


async def test_a_commit_writes_the_alert_and_queues_its_deliveries(store: Store) -> None:
    assert await store.commit("al_1", 0, state(), [delivery("a")], NOW) is None
    assert await store.load_alerts(["al_1", "al_1"]) == {"al_1": StoredAlert(version=1, state=state())}
    (due,), _ = await store.due("desk", NOW, 10)
    assert (due.delivery.id, due.delivery.alert, due.delivery.alert_revision) == ("dl_a", "al_1", 1)
    assert due.message == delivery("a").message
    assert due.payload is None


async def test_a_stale_commit_is_told_what_is_there_and_changes_nothing(store: Store) -> None:
    await store.commit("al_1", 0, state(1), [], NOW)
    assert await store.commit("al_1", 0, state(2), [delivery("a")], NOW) == StoredAlert(version=1, state=state(1))
    assert await store.delivery("dl_a") is None


async def test_a_repeated_commit_conflicts_with_itself_and_delivers_once(store: Store) -> None:
    await store.commit("al_1", 0, state(), [delivery("a")], NOW)
    assert await store.commit("al_1", 0, state(), [delivery("a")], NOW) == StoredAlert(version=1, state=state())
    assert len((await store.due("desk", NOW, 10))[0]) == 1


async def test_commits_follow_one_another(store: Store) -> None:
    for version in range(3):
        assert await store.commit("al_1", version, state(version + 1), [], NOW) is None
    assert (await store.load_alerts(["al_1"]))["al_1"].version == 3


async def test_a_commit_from_the_future_is_a_conflict(store: Store) -> None:
    assert await store.commit("al_1", 5, state(), [], NOW) == StoredAlert(version=0, state=None)


def told(alert_id: str, *events: str) -> AlertState:
    """What the store keeps of an alert that took these events in."""
    decision = Decision(portfolio="ai", alert=alert_id, alert_revision=1, reason="first")
    folded = [Folded(event=event, revision=1, decision=decision) for event in events]
    return AlertState(alert=alert(alert_id), folded=folded)


async def test_an_event_leads_to_the_alerts_that_it_was_taken_into(store: Store) -> None:
    await store.commit("al_2", 0, told("al_2", "ev_a"), [], NOW)
    await store.commit("al_1", 0, told("al_1", "ev_a"), [], NOW)
    await store.commit("al_1", 1, told("al_1", "ev_a", "ev_b"), [], NOW)
    assert await store.alerts_of(["ev_a", "ev_b", "ev_c", "ev_a"]) == {
        "ev_a": ["al_1", "al_2"], "ev_b": ["al_1"], "ev_c": [],
    }  # fmt: skip
    assert await store.alerts_of([]) == {}


async def test_a_commit_that_is_refused_leads_nowhere(store: Store) -> None:
    await store.commit("al_1", 3, told("al_1", "ev_a"), [], NOW)
    assert await store.alerts_of(["ev_a"]) == {"ev_a": []}
