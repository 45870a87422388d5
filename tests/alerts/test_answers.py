"""What a person says about an alert: what it becomes, who hears of it, and what stands in the audit log."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from alertd.alerts.answers import MAX_NOTE, MAX_VOICES, MAX_WHO, Answered, answer, may_answer, tidy
from alertd.alerts.policy import DigestTimes, Escalate, Quiet, ReceiverPolicy
from alertd.alerts.release import Release
from alertd.alerts.ring import ring
from alertd.base.clock import rfc3339
from alertd.model import AlertState, Answer, AnswerKind, Timer, Told, Window
from tests.alerts.living import DAY, HOUR, NOW, policies, state

DESK = ReceiverPolicy("desk", escalate=Escalate(900, ("pm",)))


def said(kind: AnswerKind, who: str = "jd", **more: Any) -> Answer:
    return Answer(kind=kind, alert="al_a", who=who, via="cli", at_ms=NOW, all_desks=True, **more)


def give(
    to: AlertState, kind: AnswerKind, who: str = "jd", *, receivers: tuple[ReceiverPolicy, ...] = (DESK,), **more: Any
) -> Answered:
    return answer(to, said(kind, who, **more), policies(*receivers), NOW)


def becomes(answered: Answered) -> AlertState:
    assert answered.outcome == "done"
    assert answered.state is not None
    return answered.state


def test_an_acknowledgement_names_who_took_it_and_ends_the_escalation() -> None:
    answered = give(state(), "acknowledge")
    alert = becomes(answered).alert
    assert (alert.status, alert.acknowledged_by, alert.acknowledged_at) == ("acknowledged", "jd", rfc3339(NOW))
    assert (alert.revision, alert.changes[-1].reason, alert.changes[-1].text) == (
        2,
        "acknowledged",
        "acknowledged by jd",
    )
    assert answered.effects.cancel == ["escalate/al_a/desk", "resurface/al_a/"]


def test_who_knows_of_it_is_told_quietly_and_counts_as_told() -> None:
    answered = give(state(), "acknowledge")
    (message,) = answered.deliveries
    assert (message.receiver, message.message.type, message.message.loud) == ("desk", "alert.acknowledged", False)
    assert message.message.news == ["acknowledged by jd"]
    assert becomes(answered).told["desk"].revision == 2


def test_the_second_to_acknowledge_is_told_who_was_first() -> None:
    taken = becomes(give(state(), "acknowledge"))
    assert give(taken, "acknowledge", "mk").text == "jd acknowledged it already, 2027-01-15 03:00 EST"
    assert give(taken, "acknowledge").text == "you acknowledged it already, 2027-01-15 03:00 EST"
    assert give(taken, "acknowledge", "mk").state is None


@pytest.mark.parametrize("kind", ["acknowledge", "snooze", "close", "useful", "noise", "unacknowledge"])
def test_given_again_an_answer_changes_nothing(kind: AnswerKind) -> None:
    before = becomes(give(state(), "acknowledge")) if kind == "unacknowledge" else state()
    after = becomes(give(before, kind, until_ms=NOW + HOUR))
    again = give(after, kind, until_ms=NOW + HOUR)
    assert (again.outcome, again.state, again.deliveries) == ("already", None, ())


def test_the_audit_log_says_who_did_what_when_by_which_way_and_with_which_note() -> None:
    record = give(state(desk="ai"), "acknowledge", note="calling\nthe company").effects.record
    assert record is not None
    assert (record.kind, record.reason, record.at) == ("answer", "acknowledge", rfc3339(NOW))
    assert record.data["who"] == "jd"
    assert record.data["via"] == "cli"
    assert record.data["note"] == "calling the company"
    assert (record.data["desk"], record.data["portfolio"]) == ("ai", "ai")
    assert record.ids[0] == "al_a"


def test_an_acknowledgement_taken_back_starts_the_clock_of_escalation_anew() -> None:
    taken = becomes(give(state(), "acknowledge"))
    answered = give(taken, "unacknowledge")
    alert = becomes(answered).alert
    assert (alert.status, alert.acknowledged_by, alert.changes[-1].reason) == ("open", None, "reopened")
    assert [(timer.name, timer.due_ms) for timer in answered.effects.timers] == [
        ("escalate/al_a/desk", NOW + 900_000),
        ("close/al_a/", NOW + 3 * DAY),
    ]


def test_what_was_closed_by_mistake_is_opened_again() -> None:
    assert becomes(give(becomes(give(state(), "close")), "unacknowledge")).alert.status == "open"


def test_a_snoozed_alert_comes_back_at_its_time() -> None:
    answered = give(state(), "snooze", until_ms=NOW + 2 * HOUR)
    assert becomes(answered).alert.snoozed_until == rfc3339(NOW + 2 * HOUR)
    assert [(timer.kind, timer.due_ms) for timer in answered.effects.timers] == [("resurface", NOW + 2 * HOUR)]
    assert answered.effects.cancel == ["escalate/al_a/desk"]
    assert answered.deliveries[0].message.news == ["snoozed until 2027-01-15 05:00 EST by jd"]


@pytest.mark.parametrize(("until", "words"), [(NOW, "is over"), (NOW + 31 * DAY, "at most 30 days")])
def test_a_snooze_ends_neither_in_the_past_nor_beyond_what_is_kept(until: int, words: str) -> None:
    refused = give(state(), "snooze", until_ms=until)
    assert refused.outcome == "refused"
    assert words in refused.text


def test_a_closed_alert_is_neither_acknowledged_nor_snoozed() -> None:
    closed = becomes(give(state(), "close"))
    assert give(closed, "acknowledge").outcome == "already"
    assert give(closed, "snooze", until_ms=NOW + HOUR).outcome == "refused"


def test_closing_ends_all_its_clocks() -> None:
    answered = give(state(), "close", note="no exposure")
    assert becomes(answered).alert.changes[-1].text == "closed by jd: no exposure"
    assert answered.effects.cancel == ["escalate/al_a/desk", "resurface/al_a/", "close/al_a/"]
    assert answered.deliveries[0].message.type == "alert.closed"


def test_what_is_thought_of_an_alert_is_no_news_to_anybody() -> None:
    answered = give(give(state(), "useful").state or state(), "noise")
    assert becomes(answered).alert.feedback == {"jd": "noise"}
    assert becomes(answered).alert.revision == 1
    assert answered.deliveries == ()
    assert answered.effects.record is not None
    assert answered.effects.record.data["rules"] == ["lease"]


def test_opinions_are_bounded() -> None:
    full = state(feedback=dict.fromkeys(map(str, range(MAX_VOICES)), "useful"))
    assert give(full, "noise").outcome == "refused"
    assert give(full, "noise", "7").outcome == "done"


def test_only_receivers_that_know_of_it_and_want_to_hear_of_answers_are_told() -> None:
    told = {name: Told(revision=1) for name in ("desk", "mute", "gone", "b-desk")} | {
        "later": Told(held="later/brief//1")
    }
    receivers = (
        ReceiverPolicy("desk", desk="ai"),
        ReceiverPolicy("mute", desk="ai", answered=False),
        ReceiverPolicy("b-desk", desk="b"),
        ReceiverPolicy("later", desk="ai"),
    )
    answered = give(state(told=told, desk="ai"), "acknowledge", receivers=receivers)
    assert [one.receiver for one in answered.deliveries] == ["desk"]


@pytest.mark.parametrize("kind", ["acknowledge", "close", "unacknowledge"])
def test_what_was_kept_from_a_receiver_is_named_with_the_answer_that_makes_it_know_the_alert(
    kind: AnswerKind,
) -> None:
    """A snooze, a silence or a cooldown withheld it; from now on it counts as told."""
    missed = {"desk": Told(revision=1, severity="high", missed=True)}
    of = state(told=missed, revision=3, snoozed_until=rfc3339(NOW + HOUR))
    (one,) = give(of, kind).deliveries
    assert one.message.news[:2] == ["news 2", "news 3"]
    assert one.message.news[-1].endswith("by jd")


@pytest.mark.parametrize("kind", ["acknowledge", "unacknowledge"])
def test_who_was_told_nothing_while_it_was_snoozed_is_told_when_the_snooze_is_ended(kind: AnswerKind) -> None:
    of = state(told={"desk": Told(missed=True)}, snoozed_until=rfc3339(NOW + HOUR))
    answered = give(of, kind)
    assert "resurface/al_a/" not in answered.effects.cancel
    assert ("resurface/al_a/", NOW) in [(timer.name, timer.due_ms) for timer in answered.effects.timers]
    rung = ring(Timer(kind="resurface", alert="al_a", due_ms=NOW), becomes(answered), policies(DESK), (), NOW)
    assert [one.message.type for one in rung.deliveries] == ["alert.fired"]


def test_for_whom_something_waits_the_answer_is_told_with_it() -> None:
    waits = state(told={"desk": Told(revision=1, held=f"desk/brief//{NOW + HOUR}")}, revision=2)
    answered = give(waits, "acknowledge")
    assert answered.deliveries == ()
    assert becomes(answered).told == waits.told


ASLEEP = Quiet("00:00-10:00")
DAILY = DigestTimes(("10:00",))


@pytest.mark.parametrize(
    ("policy", "window"),
    [
        (ReceiverPolicy("desk", quiet=ASLEEP, answers_wait=True), f"desk/brief//{NOW + 2 * HOUR}"),
        (ReceiverPolicy("desk", digest=DAILY, answers_wait=True), f"desk/digest//{NOW + 2 * HOUR}"),
    ],
)
def test_an_answer_disturbs_nobody_at_night_or_between_digests(policy: ReceiverPolicy, window: str) -> None:
    answered = give(state(), "acknowledge", receivers=(policy,))
    assert answered.deliveries == ()
    (put,) = answered.effects.holds
    assert (put.window, put.item.status, put.item.news) == (window, "acknowledged", ["acknowledged by jd"])
    lane = becomes(answered).told["desk"]
    assert (lane.held, lane.held_quiet, lane.revision) == (window, True, 1)
    assert answered.effects.record is not None
    assert "2027-01-15T10:00:00.000Z" in answered.effects.record.data["receivers"]["desk"]


def test_an_answer_at_night_is_told_in_the_brief_quietly() -> None:
    policy = ReceiverPolicy("desk", quiet=ASLEEP, answers_wait=True)
    answered = give(state(), "acknowledge", receivers=(policy,))
    (put,) = answered.effects.holds
    window = Window(name=put.window, receiver="desk", kind="brief", portfolio="", until_ms=put.until_ms, part=0)
    release = Release(window, policy, (), put.until_ms)
    release.add(put, becomes(answered))
    (one,) = release.made().deliveries
    assert (one.message.news, one.message.loud) == (["acknowledged by jd"], False)


def test_where_what_comes_at_night_is_dropped_an_answer_is_only_recorded() -> None:
    policy = ReceiverPolicy("desk", quiet=Quiet("00:00-10:00", release="drop"), answers_wait=True)
    answered = give(state(), "acknowledge", receivers=(policy,))
    assert (answered.deliveries, answered.effects.holds) == ((), [])
    assert answered.effects.record is not None
    assert answered.effects.record.data["receivers"]["desk"].startswith("quiet_until: 2027-01-15T10:00")


@pytest.mark.parametrize("timed", [{"quiet": ASLEEP}, {"digest": DAILY}])
def test_where_an_answer_makes_no_noise_it_is_told_at_once(timed: dict[str, Any]) -> None:
    answered = give(state(), "acknowledge", receivers=(ReceiverPolicy("desk", **timed),))
    assert [one.receiver for one in answered.deliveries] == ["desk"]


def test_an_alert_of_another_desk_is_not_there() -> None:
    alert, jd = state(desk="ai"), replace(said("acknowledge"), all_desks=False)
    assert not may_answer(alert, replace(jd, desk="energy"))
    assert not may_answer(alert, jd)
    assert may_answer(alert, replace(jd, desk="ai"))
    assert may_answer(alert, replace(jd, all_desks=True))
    assert may_answer(state(), replace(jd, desk="ai"))


@given(st.text(), st.integers(1, 300))
def test_what_strangers_write_is_one_short_line(text: str, most: int) -> None:
    line = tidy(text, most)
    assert len(line) <= most
    assert line.isprintable()


@given(st.text(max_size=2000), st.text(max_size=2000))
def test_whoever_answers_and_whatever_they_note_the_history_stays_small(who: str, note: str) -> None:
    alert = becomes(give(state(), "acknowledge", who, note=note)).alert
    assert len(alert.changes[-1].text) <= MAX_WHO + MAX_NOTE + 50
    assert alert.acknowledged_by


def test_the_record_carries_the_alert_as_it_is_since() -> None:
    record = give(state(desk="ai"), "acknowledge").effects.record
    assert record is not None
    assert (record.data["alert"]["status"], record.data["alert"]["acknowledged_by"]) == ("acknowledged", "jd")
    assert record.data["alert"]["revision"] == record.data["revision"]
