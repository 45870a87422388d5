"""Whom an event tells, how loud, when, and who not and why: told by the life of single alerts."""

from __future__ import annotations

import msgspec
import pytest

from alertd.alerts.policy import Cooldown, Escalate, Quiet, ReceiverPolicy, Storm
from alertd.base.clock import rfc3339
from alertd.model import Amount, Provenance, ReportedType, Rights, Silence, Told
from alertd.rules.book import Budget
from tests.alerts.making import HOUR, MINUTE, NOW, Case, event, match, told, why

NIGHT = Quiet(hours="10:00-18:00")
"""Quiet at the time of these tests, until 18:00 UTC."""
EVENING = rfc3339(NOW + 7 * HOUR)


# --- once, and then what is new -------------------------------------------------------------------------------


def test_the_first_report_is_told_loud_and_the_second_source_quietly_and_a_third_not() -> None:
    case = Case()
    a, b, c = event("a"), event("b", sources=2), event("c", sources=3)
    assert told(case.take(a, match(a))) == {"desk": "fired!"}
    second = case.take(b, match(b))
    assert told(second) == {"desk": "updated"}
    assert second.deliveries[0].message.news == ["also reported by wire-b: 2 independent sources"]
    assert second.deliveries[0].message.told_before
    third = case.take(c, match(c))
    assert (told(third), why(third)) == ({}, {"desk": "update_minor: its updates are material"})
    assert case.alert.title == "Event a", "one report more leaves the headline"


def test_a_copy_of_the_same_source_is_no_second_one() -> None:
    case = Case()
    a, b = event("a"), event("b", sources=1)
    case.take(a, match(a))
    assert told(case.take(b, match(b))) == {}


def test_material_news_are_a_quiet_update_and_a_rise_in_severity_is_a_fresh_send() -> None:
    case = Case()
    a, b, c = event("a"), event("b", amounts=[Amount(low=1e9, high=1e9)]), event("c")
    case.take(a, match(a))
    assert told(case.take(b, match(b))) == {"desk": "updated"}
    rise = case.take(c, match(c, severity="critical"))
    assert told(rise) == {"desk": "updated!"}
    assert rise.deliveries[0].lane == "critical"
    assert case.lanes["desk"].severity == "critical"


@pytest.mark.parametrize("updates", ["none", "material", "all"])
def test_a_correction_and_a_withdrawal_are_as_loud_as_the_alert_for_all_that_were_told(updates: str) -> None:
    policy = ReceiverPolicy("desk", updates=updates, cooldown=Cooldown("story", 3600))  # type: ignore[arg-type]
    case = Case(policy)
    first = event(amounts=[Amount(low=4e9, high=4e9)])
    case.take(first, match(first))
    second = event(revision=2, revision_reason="correction", amounts=[Amount(low=2e9, high=2e9)])
    assert told(case.take(second, match(second), after=MINUTE)) == {"desk": "updated!"}
    third = event(revision=3, withdrawn=True)
    gone = case.take(third, after=MINUTE)
    assert told(gone) == {"desk": "updated!"}
    assert gone.deliveries[0].message.news == ["withdrawn by the source"]


def test_a_notice_of_withdrawal_that_is_an_item_of_its_own_is_loud_for_who_was_told() -> None:
    case = Case(ReceiverPolicy("desk", updates="none"), ReceiverPolicy("late", min_severity="critical"))
    case.portfolio = msgspec.structs.replace(case.portfolio, receivers=("desk", "late"))
    a, kill = event("a"), event("b", title="KILL: Event a", withdrawn=True)
    case.take(a, match(a))
    taken = case.take(kill, match(kill))
    assert (told(taken), why(taken)) == (
        {"desk": "updated!"},
        {"late": "update_material: was never told of this alert"},
    )
    assert taken.deliveries[0].message.news == ["taken back by wire-b: “KILL: Event a”"]
    assert case.alert.title == "Event a", "what it said stays, so that a reader sees what is taken back"


def test_a_headline_that_is_put_otherwise_is_a_quiet_update() -> None:
    case = Case()
    first, second = event(), event(revision=2, title="Event a, updated", revision_reason="correction")
    case.take(first, match(first))
    assert told(case.take(second, match(second))) == {"desk": "updated"}


def test_what_denies_the_news_is_loud() -> None:
    case = Case()
    a = event("a", event_types=[ReportedType(type="compute_lease")])
    b = event("b", event_types=[ReportedType(type="compute_lease", status="denied")])
    case.take(a, match(a))
    assert told(case.take(b, match(b))) == {"desk": "updated!"}


# --- answers and what opens an alert again --------------------------------------------------------------------


def test_a_rise_opens_again_what_was_acknowledged_and_other_news_does_not() -> None:
    case = Case(ReceiverPolicy("desk", escalate=Escalate(900, ("boss",))))
    a, b, c = event("a"), event("b", amounts=[Amount(low=1e9, high=1e9)]), event("c")
    first = case.take(a, match(a))
    assert [(timer.kind, timer.due_ms - NOW) for timer in first.effects.timers[:1]] == [("escalate", 900_000)]
    case.change(status="acknowledged", acknowledged_by="jd", acknowledged_at=rfc3339(NOW))
    news = case.take(b, match(b), after=MINUTE)
    assert (case.alert.status, told(news)) == ("acknowledged", {"desk": "updated"})
    assert [timer.kind for timer in news.effects.timers] == ["close"], "somebody has it in hand"
    rise = case.take(c, match(c, severity="critical"), after=MINUTE)
    assert (case.alert.status, case.alert.acknowledged_by, told(rise)) == ("open", None, {"desk": "updated!"})
    assert {timer.kind for timer in rise.effects.timers} == {"escalate", "close"}
    assert [change.text for change in case.alert.changes][-1] == "reopened: it was acknowledged by jd"


def test_news_open_again_what_was_closed_and_one_more_report_does_not() -> None:
    case = Case()
    a, b, c = event("a"), event("b"), event("c", amounts=[Amount(low=1e9, high=1e9)])
    case.take(a, match(a))
    case.change(status="closed")
    assert [t.kind for t in case.take(b, match(b)).effects.timers] == []
    assert case.alert.status == "closed"
    news = case.take(c, match(c))
    assert (case.alert.status, told(news)) == ("open", {"desk": "updated!"})
    assert news.deliveries[0].message.news[-1] == "reopened: it was closed"


def test_while_it_is_snoozed_only_a_rise_and_a_correction_are_told() -> None:
    case = Case()
    a, b, c = event("a"), event("b", amounts=[Amount(low=1e9, high=1e9)]), event("c")
    case.take(a, match(a))
    until = rfc3339(NOW + HOUR)
    case.change(snoozed_until=until)
    assert why(case.take(b, match(b))) == {"desk": f"silenced: snoozed until {until}"}
    rise = case.take(c, match(c, severity="critical"))
    assert told(rise) == {"desk": "updated!"}
    assert (case.alert.snoozed_until, rise.effects.cancel) == (None, [f"resurface/{case.alert.id}/"])
    assert len(rise.deliveries[0].message.news) == 2, "what was withheld is told with it"


# --- routing --------------------------------------------------------------------------------------------------


def test_a_rule_that_names_receivers_tells_them_in_place_of_the_portfolios() -> None:
    case = Case(ReceiverPolicy("desk"), ReceiverPolicy("risk"))
    a = event()
    outcome = case.take(a, match(a), match(a, "own", "critical", "risk"))
    assert told(outcome) == {"desk": "fired!", "risk": "fired!"}
    seen = {one.receiver: one.message.alert for one in outcome.deliveries}
    assert {name: [m.rule for m in alert.matches] for name, alert in seen.items() if alert} == {
        "desk": ["rule-0"], "risk": ["own"]
    }  # fmt: skip
    assert {one.receiver: one.lane for one in outcome.deliveries} == {"desk": "normal", "risk": "critical"}


def test_news_about_what_a_receiver_does_not_see_are_not_told_to_it() -> None:
    case = Case(ReceiverPolicy("desk"), ReceiverPolicy("risk"))
    a, b = event("a"), event("b", amounts=[Amount(low=1e9, high=1e9)])
    case.take(a, match(a), match(a, "own", "high", "risk"))
    only = case.take(b, match(b, "own", "critical", "risk"))
    assert told(only) == {"risk": "updated!"}
    assert why(only) == {"desk": "no_receiver: nothing of it is routed here"}
    fixed = event("b", revision=2, title="Event b, put otherwise")
    assert why(case.take(fixed, match(fixed, "own", "critical", "risk"))) == {
        "desk": "no_receiver: nothing of it is routed here"
    }
    third = event("c", amounts=[Amount(low=9e9, high=9e9)])
    desk = case.take(third, match(third)).deliveries[0].message
    assert desk.receiver == "desk"
    assert [text.partition(";")[0] for text in desk.news] == ["also reported: “Event c”"]


def test_a_change_reads_for_each_as_far_as_it_sees_what_changed() -> None:
    case = Case(ReceiverPolicy("desk"), ReceiverPolicy("risk"))
    first, second = event(), event(revision=2, title="Event a, fuller", revision_reason="full_text")
    case.take(first, match(first))
    outcome = case.take(second, match(second), match(second, "own", "critical", "risk"))
    assert told(outcome) == {"desk": "updated", "risk": "fired!"}
    texts = {
        one.receiver: [c.text for c in one.message.alert.changes] for one in outcome.deliveries if one.message.alert
    }
    assert texts["desk"] == ["first report", "headline was “Event a”, is “Event a, fuller”"]
    assert texts["risk"][-1] == "now also matches: Rule own"


def test_who_is_told_later_does_not_read_what_changed_for_others_before() -> None:
    case = Case(ReceiverPolicy("desk"), ReceiverPolicy("risk"))
    first, second, third = (event("a", revision) for revision in (1, 2, 3))
    case.take(first, match(first, "own", "high", "risk"))
    case.take(second, match(second, "own", "high", "risk"), match(second, "secret", "high", "risk"))
    outcome = case.take(
        third, match(third, "own", "high", "risk"), match(third, "secret", "high", "risk"), match(third, "all")
    )
    (message,) = [one.message for one in outcome.deliveries if one.receiver == "desk"]
    assert message.alert is not None
    assert "secret" not in " ".join(change.text for change in message.alert.changes)


def test_what_rises_only_for_others_is_no_rise_here() -> None:
    case = Case(ReceiverPolicy("desk"), ReceiverPolicy("risk"))
    a, b = event("a"), event("b", sources=2)
    case.take(a, match(a), match(a, "own", "high", "risk"))
    case.change(status="acknowledged", acknowledged_by="jd", acknowledged_at=rfc3339(NOW))
    outcome = case.take(b, match(b), match(b, "own", "critical", "risk"))
    assert told(outcome)["risk"] == "updated!"
    assert case.lanes["desk"].severity == "high"


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        (ReceiverPolicy("desk", min_severity="critical"), "no_receiver: below its min_severity critical"),
        (ReceiverPolicy("desk", portfolios=frozenset({"other"})), "no_receiver: its portfolios are others"),
        (ReceiverPolicy("desk", event_types=frozenset({"merger"})), "no_receiver: its event_types are others"),
        (ReceiverPolicy("desk", desk="credit"), "restricted: the portfolio is another desk's"),
    ],
)
def test_filters_and_walls_keep_an_alert_from_a_receiver_with_the_reason(policy: ReceiverPolicy, reason: str) -> None:
    case = Case(policy, desk="ai" if policy.desk else None)
    a = event(event_types=[ReportedType(type="compute_lease")])
    outcome = case.take(a, match(a))
    assert (told(outcome), why(outcome)) == ({}, {"desk": reason})
    assert outcome.decision is not None
    assert outcome.decision.reason == reason.partition(":")[0]


def test_who_was_told_hears_the_correction_whatever_its_filters_say_of_it() -> None:
    case = Case(ReceiverPolicy("desk", event_types=frozenset({"merger"}), min_severity="high"))
    a = event(event_types=[ReportedType(type="merger")])
    case.take(a, match(a))
    fixed = event(revision=2, revision_reason="correction", event_types=[])
    assert told(case.take(fixed, match(fixed, severity="low"))) == {"desk": "updated!"}


def test_who_is_not_named_any_more_is_not_told_the_rest() -> None:
    case = Case(ReceiverPolicy("desk"), ReceiverPolicy("risk"), own=("desk", "risk"))
    a = event()
    case.take(a, match(a))
    case.portfolio = msgspec.structs.replace(case.portfolio, receivers=("desk",))
    gone = case.take(event(revision=2, withdrawn=True))
    assert told(gone) == {"desk": "updated!"}
    assert why(gone) == {"risk": "receiver_removed: nothing in the portfolio names it any more"}


def test_who_was_told_by_an_escalation_hears_the_withdrawal() -> None:
    case = Case(ReceiverPolicy("desk"), ReceiverPolicy("boss"))
    a = event()
    case.take(a, match(a))
    state = msgspec.structs.replace(
        case.state, told=case.lanes | {"boss": Told(revision=1, severity="high", via="desk")}
    )
    case.stored = msgspec.structs.replace(case.stored, state=state)
    assert told(case.take(event(revision=2, withdrawn=True))) == {"desk": "updated!", "boss": "updated!"}
    assert case.lanes["boss"].via == "desk"


def test_what_rights_kept_from_a_receiver_is_news_to_it_when_another_says_it() -> None:
    case = Case(ReceiverPolicy("desk"), ReceiverPolicy("risk"), own=("desk", "risk"))
    closed = event("a", provenance=Provenance(rights=Rights(receivers=["desk"])))
    first = case.take(closed, match(closed))
    assert (told(first), why(first)["risk"].partition(":")[0]) == ({"desk": "fired!"}, "restricted")
    assert case.lanes["risk"] == Told(missed=True)
    b = event("b")
    assert told(case.take(b, match(b))) == {"risk": "fired!"}
    assert not case.lanes["risk"].missed


def test_who_was_told_by_an_escalation_still_hears_what_is_routed_to_itself() -> None:
    case = Case(ReceiverPolicy("desk"), ReceiverPolicy("risk"))
    a, b = event("a"), event("b", amounts=[Amount(low=1e9, high=1e9)])
    case.take(a, match(a), match(a, "own", "high", "risk"))
    lane = msgspec.structs.replace(case.lanes["risk"], via="desk")
    state = msgspec.structs.replace(case.state, told={**case.lanes, "risk": lane})
    case.stored = msgspec.structs.replace(case.stored, state=state)
    rise = case.take(b, match(b, "own", "critical", "risk"))
    assert told(rise) == {"risk": "updated!"}


# --- when -----------------------------------------------------------------------------------------------------


def test_in_quiet_hours_it_waits_and_news_wait_with_it() -> None:
    case = Case(ReceiverPolicy("desk", quiet=NIGHT))
    a, b = event("a"), event("b", amounts=[Amount(low=1e9, high=1e9)])
    first = case.take(a, match(a))
    assert (told(first), why(first)) == ({}, {"desk": f"quiet_until: {EVENING}"})
    assert first.decision is not None
    assert first.decision.reason == "quiet_until"
    (hold,) = first.effects.holds
    assert (hold.receiver, hold.kind, hold.since_ms, hold.item.revision) == ("desk", "brief", NOW, 1)
    assert hold.message is not None
    assert case.lanes["desk"] == Told(held=hold.window, held_since_ms=NOW)
    later = case.take(b, match(b), after=HOUR)
    (again,) = later.effects.holds
    assert (again.window, again.since_ms, again.item.revision) == (hold.window, NOW, 2)
    c = event("c", sources=3)
    assert why(case.take(c, match(c))) == {"desk": "quiet_until: it waits already, and goes out as it is by then"}


def test_a_correction_that_waits_stays_loud_whatever_comes_after_it() -> None:
    case = Case(ReceiverPolicy("desk", quiet=Quiet(hours="12:00-18:00")))
    first = event(amounts=[Amount(low=4e9, high=4e9)])
    case.take(first, match(first))
    second = event(revision=2, revision_reason="correction", amounts=[Amount(low=2e9, high=2e9)])
    b, c = event("b", sources=2), event("c", sources=2)
    for one, loud in ((second, True), (b, True)):
        (put,) = case.take(one, match(one), after=HOUR).effects.holds
        assert put.message is not None
        assert put.message.message.loud == loud, one.id
    quiet = Case(ReceiverPolicy("desk", quiet=Quiet(hours="12:00-18:00"), updates="all"))
    quiet.take(first, match(first))
    for one, loud in ((b, False), (c, False), (second, True)):
        (put,) = quiet.take(one, match(one), after=HOUR).effects.holds
        assert put.message is not None
        assert put.message.message.loud == loud, one.id


def test_what_is_critical_waits_for_no_storm_and_ends_the_wait_of_what_folded_before() -> None:
    case = Case(ReceiverPolicy("desk", storm=Storm(at_most=1)), own=("desk",))
    case.counts["flow:desk:" + str(NOW // MINUTE)] = 5
    a, b = event("a"), event("b")
    first = case.take(a, match(a))
    assert why(first)["desk"].startswith("folded_into: storm until ")
    loud = case.take(b, match(b, severity="critical"))
    assert told(loud) == {"desk": "fired!"}
    assert (case.lanes["desk"].held, case.lanes["desk"].revision) == ("", 2)


def test_each_message_is_counted_for_the_limit_of_its_receiver() -> None:
    case = Case(ReceiverPolicy("desk", storm=Storm()), ReceiverPolicy("risk"), own=("desk", "risk"))
    a = event()
    outcome = case.take(a, match(a))
    assert [count.name for count in outcome.effects.counts] == [f"flow:desk:{NOW // MINUTE}"]


def test_a_mark_keeps_the_next_alert_about_the_company_back_unless_it_is_louder() -> None:
    policy = ReceiverPolicy("desk", cooldown=Cooldown("company", 600))
    first, other, loud = Case(policy), Case(policy), Case(policy)
    a = event()
    outcome = first.take(a, match(a, company="vega", companies=["vega"]))
    assert [(m.name, m.value, m.expected) for m in outcome.effects.marks] == [("desk/company/vega", "high", "")]
    other.marks = loud.marks = first.marks
    assert why(other.take(a, match(a, company="vega", companies=["vega"])))["desk"].startswith("cooldown: ")
    assert told(loud.take(a, match(a, severity="critical", company="vega", companies=["vega"]))) == {"desk": "fired!"}


def test_a_silence_holds_it_back_with_its_id_and_says_so() -> None:
    case = Case()
    case.silences = (
        Silence(
            id="si_1", author="jd", reason="earnings", created_at=rfc3339(NOW), starts_at=rfc3339(NOW),
            ends_at=rfc3339(NOW + HOUR), rules=["rule-0"],
        ),
    )  # fmt: skip
    a = event()
    outcome = case.take(a, match(a))
    assert why(outcome) == {"desk": f"silenced: by si_1 until {rfc3339(NOW + HOUR)}"}
    assert outcome.decision is not None
    assert outcome.decision.reason == "silenced"


def test_what_was_silenced_is_told_with_the_next_report_after_the_silence_also_one_that_says_nothing_new() -> None:
    case = Case()
    case.silences = (
        Silence(
            id="si_1", author="jd", reason="earnings", created_at=rfc3339(NOW), starts_at=rfc3339(NOW),
            ends_at=rfc3339(NOW + HOUR),
        ),
    )  # fmt: skip
    a, b, c, d = event("a"), event("b", sources=2), event("c", sources=3), event("d", sources=3)
    assert why(case.take(a, match(a)))["desk"].startswith("silenced")
    assert why(case.take(b, match(b), after=MINUTE))["desk"].startswith("silenced")
    assert told(case.take(c, match(c), after=2 * HOUR)) == {"desk": "fired!"}
    assert why(case.take(d, match(d))) == {"desk": "update_minor: its updates are material"}


@pytest.mark.parametrize("updates", ["none", "material"])
def test_a_correction_that_was_silenced_is_as_loud_with_the_next_report(updates: str) -> None:
    case = Case(ReceiverPolicy("desk", updates=updates))  # type: ignore[arg-type]
    a, b, c = event("a", amounts=[Amount(low=4e9, high=4e9)]), event("b", sources=3), event("c", sources=3)
    case.take(a, match(a))
    case.silences = (
        Silence(
            id="si_1", author="jd", reason="earnings", created_at=rfc3339(NOW), starts_at=rfc3339(NOW),
            ends_at=rfc3339(NOW + HOUR),
        ),
    )  # fmt: skip
    fixed = event("a", revision=2, revision_reason="correction", amounts=[Amount(low=2e9, high=2e9)])
    assert why(case.take(fixed, match(fixed), after=MINUTE))["desk"].startswith("silenced")
    outcome = case.take(b, match(b), after=2 * HOUR)
    assert told(outcome) == {"desk": "updated!"}
    correction, report = outcome.deliveries[0].message.news
    assert ("2" in correction, report.startswith("also reported by")) == (True, True)
    assert told(case.take(c, match(c), after=MINUTE)) == {}


def test_an_update_that_a_cooldown_withheld_comes_with_the_next_report() -> None:
    case = Case(ReceiverPolicy("desk", cooldown=Cooldown("story", 3600)))
    a, b, c = event("a"), event("b", amounts=[Amount(low=1e9, high=1e9)]), event("c")
    case.take(a, match(a))
    assert why(case.take(b, match(b), after=MINUTE))["desk"].startswith("cooldown")
    later = case.take(c, match(c), after=2 * HOUR)
    assert told(later) == {"desk": "updated"}
    assert [text.partition(";")[0] for text in later.deliveries[0].message.news] == ["also reported: “Event b”"]


@pytest.mark.parametrize("updates", ["material", "none"])
def test_what_a_receiver_reads_does_not_hang_on_another_that_wants_every_report(updates: str) -> None:
    def news(*others: ReceiverPolicy) -> list[str]:
        case = Case(ReceiverPolicy("desk", updates=updates), *others)  # type: ignore[arg-type]
        case.portfolio = msgspec.structs.replace(case.portfolio, receivers=("desk", *(one.id for one in others)))
        a, b, c = event("a"), event("b"), event("c")
        case.take(a, match(a))
        case.take(b, match(b), after=MINUTE)
        (one, *_) = case.take(c, match(c, severity="critical"), after=MINUTE).deliveries
        assert one.receiver == "desk"
        return one.message.news

    assert news(ReceiverPolicy("oms", updates="all")) == news()


def test_who_wants_every_report_reads_what_was_withheld_with_the_next_message() -> None:
    case = Case(ReceiverPolicy("desk", updates="all", cooldown=Cooldown("story", 3600)))
    a, b, c = event("a"), event("b"), event("c")
    case.take(a, match(a))
    assert why(case.take(b, match(b), after=MINUTE))["desk"].startswith("cooldown")
    (one,) = case.take(c, match(c), after=2 * HOUR).deliveries
    assert one.message.news == ["also reported by wire-b", "also reported by wire-c"]


def test_a_rule_beyond_its_budget_folds_and_its_author_is_named_once_it_is() -> None:
    case = Case()
    (rule,) = case.portfolio.rules
    case.portfolio = msgspec.structs.replace(
        case.portfolio, rules=(msgspec.structs.replace(rule, expect=Budget(at_most=1), owner="jd"),)
    )
    a = event()
    first = case.take(a, match(a))
    assert (told(first), first.over_budget) == ({"desk": "fired!"}, ())
    case.stored = msgspec.structs.replace(case.stored, version=0, state=None)
    second = case.take(a, match(a))
    assert why(second)["desk"].startswith("folded_into: budget until 2026-03-03T00:00:00.000Z")
    (over,) = second.over_budget
    assert over.text == (
        "Rule rule-0 of desk-a (owner jd) has raised more alerts than expected (at_most 1 per day);"
        " further ones fold into one message until 2026-03-03T00:00:00.000Z."
    )
    (hold,) = second.effects.holds
    assert (hold.portfolio, hold.message) == ("desk-a", None)


def test_when_a_rule_of_others_holds_no_longer_each_reads_what_concerns_it() -> None:
    case = Case(ReceiverPolicy("desk"), ReceiverPolicy("risk"), own=("risk", "desk"))
    first, second = event(), event(revision=2, title="Event a, corrected", revision_reason="correction")
    case.take(first, match(first), match(first, "own", "high", "risk"))
    outcome = case.take(second, match(second))
    news = {one.receiver: one.message.news for one in outcome.deliveries}
    headline = "headline was “Event a”, is “Event a, corrected”"
    assert news == {"risk": [f"no longer matches: Rule own; {headline}"], "desk": [headline]}
    assert told(outcome) == {"risk": "updated!", "desk": "updated"}
