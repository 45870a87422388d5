"""Answers over a store: found or not, taken once whoever else is at work, and written down."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from alertd.alerts.policy import DigestTimes, ReceiverPolicy
from alertd.base.clock import rfc3339
from alertd.model import AlertState, Rights, StoredAlert
from alertd.store.protocol import Store
from tests.alerts.living import HOUR, NOW, TITLE, match, state
from tests.workers.life import Life

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def life(any_store: Store) -> Life:
    return Life(any_store)


async def test_an_acknowledgement_is_stored_told_and_written_down(life: Life) -> None:
    await life.put(state())
    given = await life.answer("acknowledge", note="calling")
    assert (given.outcome, given.text, given.title, given.status) == (
        "done",
        "acknowledged by jd: calling",
        TITLE,
        "acknowledged",
    )
    assert [(m.type, m.loud) for m in await life.queued()] == [("alert.acknowledged", False)]
    (record,) = await life.journal("answer")
    assert (record.reason, record.data["who"], record.data["via"]) == ("acknowledge", "jd", "cli")
    assert ("answer", "acknowledge") in [(r.kind, r.reason) for _, r in await life.store.trace("al_a")]


async def test_an_answer_waits_in_the_store_for_the_digest_of_who_would_be_disturbed(any_store: Store) -> None:
    life = Life(any_store, ReceiverPolicy("desk", digest=DigestTimes(("10:00",)), answers_wait=True))
    await life.put(state())
    assert (await life.answer("acknowledge")).outcome == "done"
    assert await life.queued() == []
    (record,) = await life.journal("answer")
    assert record.data["receivers"] == {"desk": f"folded_into: digest until {rfc3339(NOW + 2 * HOUR)}"}
    await life.answer("unacknowledge", who="mk")
    life.clock.pass_by(2 * 3600)
    await life.worker.look()
    (message,) = await life.queued()
    assert message.digest is not None
    (item,) = message.digest.items
    assert (item.status, item.news) == ("open", ["acknowledged by jd", "acknowledgement taken back by mk"])
    lane = (await life.state()).told["desk"]
    assert (lane.revision, lane.held) == (3, "")


async def test_of_two_who_acknowledge_at_once_one_is_first_and_the_other_is_told_so(life: Life) -> None:
    await life.put(state())
    both = await asyncio.gather(life.answer("acknowledge", who="jd"), life.answer("acknowledge", who="mk"))
    assert sorted(one.outcome for one in both) == ["already", "done"]
    assert len(await life.journal("answer")) == 1
    assert len(await life.queued()) == 1


@pytest.mark.parametrize("alert", ["al_nobody", "", "al_ ", "st_a", "al_a|b", "al_" + "x" * 10_000, "al_\ud800"])
async def test_what_is_no_alert_is_not_there(life: Life, alert: str) -> None:
    assert (await life.answer("acknowledge", alert)).outcome == "unknown"


async def test_an_alert_of_another_desk_is_not_there_and_its_title_is_not_told(life: Life) -> None:
    await life.put(state(desk="ai"))
    given = await life.answer("acknowledge", all_desks=False, desk="energy")
    assert (given.outcome, given.title, given.text) == ("unknown", "", "there is no such alert")
    assert await life.answers.seen("al_a", "energy") is None
    assert (await life.state()).alert.status == "open"
    seen = await life.answers.seen("al_a", "ai")
    assert seen is not None
    assert (seen.title, seen.portfolio_title) == (TITLE, "AI infrastructure")


async def test_an_answer_to_an_alert_that_another_carries_on_goes_there(life: Life) -> None:
    young = state("al_young", merged_into="al_a", status="closed")
    await life.put(state())
    await life.put(young)
    given = await life.answer("acknowledge", "al_young")
    assert (given.outcome, given.alert) == ("done", "al_a")
    assert (await life.state()).alert.status == "acknowledged"


async def test_what_is_thought_of_it_is_remembered_for_its_rules_under_the_first_id_of_the_portfolio(
    life: Life,
) -> None:
    await life.put(replace(state(), identity="ai-first"))
    await life.answer("useful", who="jd")
    await life.answer("noise", who="mk")
    await life.answer("noise", who="jd")
    found = await life.store.feedback(["ai-first", "ai"])
    assert found["ai-first"] == {"al_a": {"rules": ["lease"], "useful": 0, "noise": 2}}
    assert found["ai"] == {}


async def test_a_snooze_lets_the_alert_come_back(life: Life) -> None:
    await life.put(state())
    until = life.clock() + 2 * HOUR
    assert (await life.answer("snooze", until_ms=until)).snoozed_until is not None
    (timer, *_) = await life.store.timers_due(until, 10)
    assert (timer.kind, timer.due_ms) == ("resurface", until)


async def test_where_an_event_was_faster_an_answer_is_decided_again(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    await life.put(state())
    commit = life.store.commit

    async def after_another(alert: str, version: int, made: AlertState, *rest: object, **more: object) -> object:
        monkeypatch.setattr(life.store, "commit", commit)
        known: StoredAlert = (await life.store.load_alerts([alert]))[alert]
        assert known.state is not None
        newer = replace(known.state, alert=replace(known.state.alert, title="Corrected", revision=2))
        await commit(alert, known.version, newer, (), life.clock(), answer=True)
        return await commit(alert, version, made, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(life.store, "commit", after_another)
    assert (await life.answer("acknowledge")).title == "Corrected"
    assert (await life.state()).alert.revision == 3


async def test_receivers_of_a_reload_are_told(life: Life) -> None:
    await life.put(state())
    life.answers.serve({"desk": ReceiverPolicy("desk", answered=False)})
    await life.answer("close")
    assert await life.queued() == []


async def test_who_answers_by_a_message_is_shown_what_its_receiver_may_see(life: Life) -> None:
    """The newest headline may be of an event that the rights of its source close to it."""
    life.policies |= {"risk": ReceiverPolicy("risk")}
    secret = replace(match("lease", "critical", "ev_b"), rights=Rights(receivers=["risk"]))
    put = state(matches=[match(), secret], severity="critical")
    await life.put(replace(put, alert=replace(put.alert, title="SECRET")))
    shown = await life.answers.seen("al_a", None, receiver="desk")
    assert shown is not None
    assert (shown.title, shown.severity) == (TITLE, "high")
    given = await life.answer("acknowledge", receiver="desk")
    assert (given.title, given.severity) == (TITLE, "high")
    whole = await life.answers.seen("al_a", None)
    assert whole is not None
    assert whole.title == "SECRET"
