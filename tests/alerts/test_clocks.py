"""What clocks bring about: an alert that nobody took is passed on, a snoozed one comes back, an old one closes."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.alerts.answers import answer
from alertd.alerts.clocks import close_timer, escalate_timer
from alertd.alerts.policy import Cooldown, DigestTimes, Escalate, Quiet, ReceiverPolicy, Storm
from alertd.alerts.ring import ring
from alertd.alerts.ringing import Rung
from alertd.base.clock import rfc3339
from alertd.model import AlertState, Answer, Rights, Severity, Silence, Timer, TimerKind, Told
from tests.alerts.living import DAY, HOUR, MINUTE, NOW, match, policies, silence, state, withdrawn

DESK = ReceiverPolicy("desk", escalate=Escalate(900, ("pm", "boss")))
PM = ReceiverPolicy("pm", escalate=Escalate(1800, ("boss", "desk")))
BOSS = ReceiverPolicy("boss")
ALL = (DESK, PM, BOSS)


def rings(
    of: AlertState,
    kind: TimerKind = "escalate",
    at: str = "desk",
    receivers: tuple[ReceiverPolicy, ...] = ALL,
    silences: tuple[Silence, ...] = (),
) -> Rung:
    timer = Timer(kind=kind, alert="al_a", receiver=at if kind == "escalate" else "", due_ms=NOW)
    return ring(timer, of, policies(*receivers), silences, NOW)


def told(rung: Rung) -> dict[str, str]:
    return {one.receiver: one.message.type for one in rung.deliveries}


def without(rung: Rung) -> dict[str, str]:
    assert rung.effects.record is not None
    receivers: dict[str, str] = rung.effects.record.data["receivers"]
    return {name: what for name, what in receivers.items() if not what.startswith("dl_")}


# --- escalation ------------------------------------------------------------------------------------------


def test_what_nobody_took_in_time_is_passed_on_loudly() -> None:
    rung = rings(state())
    assert rung.outcome == "escalated"
    assert told(rung) == {"pm": "alert.fired", "boss": "alert.fired"}
    message = rung.deliveries[0].message
    assert (message.loud, message.escalated_from, message.reason) == (True, "desk", "escalated")
    assert message.news == ["nobody acknowledged it at desk within 15 min"]
    assert rung.state.alert.changes[-1].text.endswith("passed on to pm, boss")
    assert rung.effects.cancel == ["escalate/al_a/desk"]


def test_whom_it_was_passed_on_to_passes_it_on_again_after_its_own_time() -> None:
    rung = rings(state())
    assert [(timer.name, timer.due_ms) for timer in rung.effects.timers] == [("escalate/al_a/pm", NOW + 30 * MINUTE)]
    assert (rung.state.told["pm"].via, rung.state.told["pm"].revision) == ("desk", 2)


def test_it_is_passed_on_level_by_level_and_never_back() -> None:
    steps = (ReceiverPolicy("desk", escalate=Escalate(900, ("pm",))), PM, BOSS)
    second = rings(rings(state(), receivers=steps).state, at="pm", receivers=steps)
    assert told(second) == {"boss": "alert.fired"}
    assert without(second) == {"desk": "it was told of it on the way here"}
    assert second.deliveries[0].message.escalated_from == "pm"


def test_nobody_is_told_twice_by_one_escalation() -> None:
    second = rings(rings(state()).state, at="pm")
    assert (second.outcome, second.deliveries) == ("nobody to pass it on to", ())
    assert set(without(second)) == {"boss", "desk"}


def test_two_that_pass_on_to_each_other_do_so_once() -> None:
    pair = (
        ReceiverPolicy("desk", escalate=Escalate(900, ("pm",))),
        ReceiverPolicy("pm", escalate=Escalate(900, ("desk",))),
    )
    both = state(told={name: Told(revision=1, severity="high") for name in ("desk", "pm")}, receivers=("desk", "pm"))
    first = rings(both, receivers=pair)
    assert told(first) == {"pm": "alert.updated"}
    assert rings(first.state, at="pm", receivers=pair).outcome == "nobody to pass it on to"


def test_taken_back_an_acknowledgement_lets_it_be_passed_on_afresh() -> None:
    passed = rings(state()).state
    for kind in ("acknowledge", "unacknowledge"):
        given = Answer(kind=kind, alert="al_a", who="jd", via="slack", at_ms=NOW)
        answered = answer(passed, given, policies(*ALL), NOW)
        assert answered.state is not None
        passed = answered.state
    assert told(rings(passed)) == {"pm": "alert.updated", "boss": "alert.updated"}


def test_who_knows_of_it_already_is_told_again_and_keeps_its_own_clock() -> None:
    both = state(told={"desk": Told(revision=1, severity="high"), "pm": Told(revision=1, severity="high")})
    rung = rings(both)
    assert told(rung) == {"pm": "alert.updated", "boss": "alert.fired"}
    assert rung.effects.timers == []


@pytest.mark.parametrize("kind", ["acknowledge", "close", "snooze"])
def test_what_somebody_answered_is_not_passed_on(kind: Any) -> None:
    given = Answer(kind=kind, alert="al_a", who="jd", via="slack", at_ms=NOW, until_ms=NOW + HOUR)
    answered = answer(state(), given, policies(*ALL), NOW)
    assert answered.state is not None
    rung = rings(answered.state)
    assert (rung.outcome == "escalated", rung.deliveries, rung.state) == (False, (), answered.state)
    assert "escalate/al_a/desk" in rung.effects.cancel


def test_what_is_passed_on_counts_for_a_storm() -> None:
    stormy = ReceiverPolicy("pm", storm=Storm())
    rung = rings(state(), receivers=(DESK, stormy, BOSS))
    assert [count.name.split(":")[1] for count in rung.effects.counts] == ["pm"]


def test_what_was_withdrawn_meanwhile_is_not_passed_on() -> None:
    rung = rings(withdrawn(state()))
    assert (rung.outcome, rung.deliveries) == ("withdrawn meanwhile", ())


def test_walls_and_rights_of_the_target_are_respected() -> None:
    desk, other = ReceiverPolicy("desk", desk="ai", escalate=Escalate(900, ("pm",))), ReceiverPolicy("pm", desk="b")
    assert without(rings(state(desk="ai"), receivers=(desk, other))) == {
        "pm": "restricted: the alert is another desk's"
    }
    public = ReceiverPolicy("pm", accepts="public")
    internal = state(matches=[match(rights=Rights(classification="internal"))])
    rung = rings(internal, receivers=(DESK, public))
    assert rung.outcome == "nobody to pass it on to"
    assert without(rung) == {"pm": "restricted: nothing of it may be told there", "boss": "receiver_removed"}


def test_a_target_sees_what_the_receiver_saw_in_whose_place_it_is_told() -> None:
    two = state(matches=[match("lease", receivers=["desk"]), match("secret", receivers=["other"])])
    (first, _) = rings(two).deliveries
    assert first.message.alert is not None
    assert [one.rule for one in first.message.alert.matches] == ["lease"]


def test_a_silence_that_began_meanwhile_keeps_it() -> None:
    assert told(rings(state(), silences=(silence(receivers=["pm"]),))) == {"boss": "alert.fired"}


@pytest.mark.parametrize(("severity", "sets"), [("medium", False), ("high", True), ("critical", True)])
def test_only_what_is_loud_enough_sets_the_clock(severity: Severity, sets: bool) -> None:
    policy = ReceiverPolicy("desk", escalate=Escalate(60, ("pm",), min_severity="high"))
    assert (escalate_timer(policy, state(severity=severity).alert, NOW) is not None) is sets
    assert escalate_timer(ReceiverPolicy("desk"), state().alert, NOW) is None


def test_a_receiver_that_is_gone_or_passes_nothing_on_any_more_is_left_alone() -> None:
    assert rings(state(), receivers=(PM,)).outcome == "receiver_removed"
    assert rings(state(), receivers=(ReceiverPolicy("desk"), PM)).outcome == "it passes nothing on any more"


# --- the end of a snooze ---------------------------------------------------------------------------------


def test_when_a_snooze_is_over_who_knows_of_it_is_told_what_came_meanwhile() -> None:
    rung = rings(state(revision=3, snoozed_until=rfc3339(NOW)), "resurface")
    assert told(rung) == {"desk": "alert.updated"}
    assert rung.deliveries[0].message.news == ["news 2", "news 3", "the snooze is over"]
    assert rung.state.alert.snoozed_until is None
    assert [timer.name for timer in rung.effects.timers] == ["escalate/al_a/desk", "close/al_a/"]
    assert rung.effects.cancel == ["resurface/al_a/"]


def test_a_snooze_that_was_prolonged_keeps_its_clock() -> None:
    rung = rings(state(snoozed_until=rfc3339(NOW + HOUR)), "resurface")
    assert (rung.deliveries, [timer.due_ms for timer in rung.effects.timers]) == ((), [NOW + HOUR])
    assert rung.effects.cancel == []


def test_who_would_have_been_told_meanwhile_hears_of_it_then() -> None:
    later = {"desk": Told(revision=1, severity="high"), "pm": Told()}
    rung = rings(state(told=later, snoozed_until=rfc3339(NOW), receivers=("desk", "pm")), "resurface")
    assert told(rung) == {"desk": "alert.updated", "pm": "alert.fired"}


def test_whose_quiet_hours_these_are_hears_of_it_in_the_brief_and_who_wants_digests_in_the_next() -> None:
    asleep = ReceiverPolicy("desk", quiet=Quiet(hours="00:00-12:00"))
    slow = ReceiverPolicy("slow", digest=DigestTimes(("12:00",)))
    both = state(
        told={name: Told(revision=1, severity="high") for name in ("desk", "slow")},
        snoozed_until=rfc3339(NOW),
        receivers=("desk", "slow"),
    )
    rung = rings(both, "resurface", receivers=(asleep, slow))
    noon = NOW + 4 * HOUR
    assert rung.deliveries == ()
    assert [hold.window for hold in rung.effects.holds] == [f"desk/brief//{noon}", f"slow/digest//{noon}"]
    assert rung.state.told["desk"].held == f"desk/brief//{noon}"
    assert without(rung)["desk"] == "quiet_until: 2027-01-15T12:00:00.000Z"


def test_nobody_is_told_in_the_place_of_who_hears_of_it_only_in_the_morning() -> None:
    asleep = ReceiverPolicy("desk", quiet=Quiet(hours="00:00-12:00"), escalate=Escalate(900, ("boss",)))
    rung = rings(state(snoozed_until=rfc3339(NOW)), "resurface", receivers=(asleep, BOSS))
    assert [timer.kind for timer in rung.effects.timers] == ["close"], "its clock begins with the brief"


def test_from_whom_a_silence_keeps_it_then_the_next_report_is_news() -> None:
    rung = rings(state(snoozed_until=rfc3339(NOW)), "resurface", silences=(silence(),))
    assert (rung.deliveries, rung.state.told["desk"].missed) == ((), True)
    assert without(rung)["desk"].startswith("silenced: by si_x")


def test_a_snooze_comes_back_although_its_receiver_was_told_of_the_story_a_while_ago() -> None:
    """Also who was told of the snooze itself was told; a cooldown must not swallow what somebody asked for."""
    calm = ReceiverPolicy("desk", cooldown=Cooldown("story", 4 * 3600))
    rung = rings(state(revision=3, snoozed_until=rfc3339(NOW)), "resurface", receivers=(calm,))
    assert told(rung) == {"desk": "alert.updated"}


def test_that_no_rule_holds_any_more_is_told_at_the_end_of_a_snooze_to_who_was_told_that_one_did() -> None:
    rung = rings(state(revision=2, matches=[], snoozed_until=rfc3339(NOW)), "resurface")
    assert told(rung) == {"desk": "alert.updated"}


def test_who_was_told_nothing_hears_of_it_then_only_if_it_is_loud_enough_and_of_its_portfolios() -> None:
    missed = {name: Told(missed=True) for name in ("pm", "other", "desk")}
    deaf = ReceiverPolicy("pm", min_severity="critical")
    other = ReceiverPolicy("other", portfolios=frozenset({"energy"}))
    of = state(told=missed, snoozed_until=rfc3339(NOW), receivers=("pm", "other", "desk"))
    rung = rings(of, "resurface", receivers=(deaf, other, ReceiverPolicy("desk")))
    assert told(rung) == {"desk": "alert.fired"}
    assert without(rung)["pm"].startswith("no_receiver: below its min_severity")
    assert without(rung)["other"].startswith("no_receiver: its portfolios")


# --- the end of a story ----------------------------------------------------------------------------------


def test_an_alert_closes_without_a_page_when_its_story_is_over() -> None:
    machine = ReceiverPolicy("oms", mode="every")
    both = {"desk": Told(revision=1), "oms": Told(revision=1)}
    rung = rings(state(told=both, receivers=("desk", "oms")), "close", receivers=(DESK, machine))
    assert rung.state.alert.status == "closed"
    assert told(rung) == {"oms": "alert.closed"}
    assert rung.effects.cancel == ["close/al_a/", "escalate/al_a/desk", "escalate/al_a/oms"]


@pytest.mark.parametrize(("subject", "days"), [("st_a", 3), ("company:vega", 7)])
def test_a_story_is_over_after_three_days_and_what_else_after_seven(subject: str, days: int) -> None:
    assert close_timer(state(subject=subject).alert, NOW).due_ms == NOW + days * DAY


def test_what_waits_for_a_weekly_digest_does_not_close_before() -> None:
    waits = state(told={"desk": Told(held=f"desk/digest//{NOW + DAY}")})
    rung = rings(waits, "close")
    assert (rung.state, [timer.due_ms for timer in rung.effects.timers]) == (waits, [NOW + DAY + HOUR])
