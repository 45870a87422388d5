"""What a backtest comes to: alerts by rule, portfolio and day, who would have been told, what is noisy."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.history.backtest import report_words as words
from alertd.history.backtest.counting import percentile
from alertd.history.backtest.figures import Summary
from alertd.history.backtest.happened import Happened, NearMiss, Rang
from alertd.history.backtest.samples import Sampler
from alertd.history.backtest.summary import Summing
from alertd.model import Evidence, Ground, Provenance, Rights
from alertd.rules.book import Budget, Portfolio
from tests.history.backtest_report.make import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    START,
    book,
    covered,
    decision,
    happened,
    match,
    raised,
    rang,
    rule,
)


def summed(*what: Happened | Rang, summing: Summing | None = None, days: int = 10) -> Summary:
    """Count what happened within ten days."""
    counting = summing or Summing(book())
    for one in what:
        counting.add(one) if isinstance(one, Happened) else counting.rang(one)
    events = [one for one in what if isinstance(one, Happened)]
    return counting.made(covered(*events), START, START + days * DAY)


def test_an_alert_counts_once_and_what_comes_to_it_is_an_update() -> None:
    more = happened("b", HOUR, [match("b")], [decision("al_a", "update_material", revision=2)])
    made = summed(raised("a", 0), more)
    (lease,) = [one for one in made.rules if one.rule == "lease"]
    assert (made.alerts, made.updates, made.matches) == (1, 1, 2)
    assert (lease.alerts, lease.raised, lease.updates, lease.matches, lease.messages) == (1, 1, 1, 2, 2)
    assert made.receivers[0].messages == 2


def test_alerts_that_others_carry_on_are_said_to_be_among_the_alerts() -> None:
    merging = happened(
        "c", 2 * HOUR, [match("c")],
        [decision("al_b", "merged_into", revision=2), decision("al_a", "update_minor", revision=2, receivers={}),
         decision("al_before", "merged_into", revision=2)],
    )  # fmt: skip
    made = summed(raised("a", 0), raised("b", HOUR), raised("before", 0, counted=False), merging)
    lease = next(one for one in made.rules if one.rule == "lease")
    assert (made.alerts, made.merged, lease.alerts, lease.merged) == (2, 1, 2, 1)
    assert words.headline(made).startswith("2 alerts (0.2 a day), of these 1 merged into others, 1 update,")
    assert words.alerts(lease) == "2 (1 merged)"


def test_a_rule_that_joins_an_alert_counts_it_and_did_not_raise_it() -> None:
    joins = happened(
        "b", HOUR, [match("b", "sour")], [decision("al_a", "update_material", revision=2, rules=["sour"])]
    )
    sour = next(one for one in summed(raised("a", 0), joins).rules if one.rule == "sour")
    assert (sour.alerts, sour.raised, sour.updates) == (1, 0, 0)


def test_who_would_have_been_told_held_and_spared_is_counted_by_receiver() -> None:
    fates = {
        "desk": NOW,
        "pm": "quiet_until: 2026-03-03T06:30:00.000Z",
        "oms": "silenced: si_1",
        "ops": "cooldown: x",
    }
    made = summed(happened("a", 0, [match("a")], [decision("al_a", receivers=fates)]))
    found = {one.receiver: one for one in made.receivers}
    assert (found["desk"].messages, found["pm"].held) == (1, 1)
    assert found["oms"].untold == {"silenced": 1}
    lease = made.rules[0]
    assert (lease.messages, lease.held, lease.untold) == (1, 1, {"cooldown": 1, "silenced": 1})


def test_windows_that_end_escalations_and_answers_are_messages_too() -> None:
    window = {
        "portfolios": ["ai"],
        "receiver": "pm",
        "delivery": "dl_9",
        "members": {"al_a": "listed", "al_b": "gone"},
    }
    made = summed(
        raised("a", 0),
        rang("release", HOUR, "brief", ["pm", "dl_9"], **window),
        rang("release", HOUR, "nothing", ["pm"], **window | {"delivery": None}),
        rang("timer", HOUR, "escalated", ["al_a"], portfolio="ai", receivers={"pm": "dl_10"}),
        rang("answer", HOUR, "acknowledge", ["al_a"], portfolio="ai", receivers={"desk": "dl_11", "pm": "hushed"}),
    )
    found = {one.receiver: one for one in made.receivers}
    assert (found["pm"].digests, found["pm"].listed, found["pm"].reminders) == (1, 1, 1)
    assert (found["desk"].messages, found["desk"].reminders) == (1, 1)


def test_noise_is_said_per_day_as_the_95th_percentile_as_a_burst_and_as_a_share() -> None:
    storm = [raised(f"s{i}", 2 * DAY + i * MINUTE) for i in range(6)]
    made = summed(raised("a", 0), *storm, raised("z", 9 * DAY, "sour"), raised("y", 9 * DAY, "sour"))
    lease, sour = made.rules
    assert (lease.rule, lease.per_day, lease.p95, lease.share) == ("lease", 0.7, 6, 0.7778)
    assert (lease.burst, lease.burst_at) == (6, "2026-03-04T08:00:00.000Z")
    assert sour.days == {"2026-03-11": 2}


def test_the_percentile_counts_days_without_alerts() -> None:
    assert percentile([5], 10) == 5
    assert percentile([5], 100) == 0
    assert percentile([], 10) == 0
    assert percentile([1, 2, 3], 1) == 3


def test_days_and_hours_hold_every_day_and_the_severity_alerts_began_with() -> None:
    made = summed(raised("a", 0, severity="critical"), raised("b", 3 * HOUR, severity="low"), days=3)
    assert made.by_day == {
        "2026-03-02": {"critical": 1, "low": 1},
        "2026-03-03": {},
        "2026-03-04": {},
        "2026-03-05": {},
    }
    assert (made.by_hour["Mon"][8], made.by_hour["Mon"][11]) == (1, 1)
    assert made.portfolios[0].severities == {"critical": 1, "low": 1}


def test_rules_that_never_held_are_named() -> None:
    made = summed(raised("a", 0))
    assert [one.rule for one in made.silent] == ["sour"]
    assert made.portfolios[0].silent == 1


def test_warming_up_is_remembered_and_not_counted() -> None:
    more = happened("b", 0, [match("b")], [decision("al_a", "update_minor", revision=2)])
    made = summed(raised("a", -DAY, counted=False), more)
    assert (made.alerts, made.updates, made.past.warmed, made.past.events) == (0, 1, 1, 1)


def test_a_budget_is_kept_or_not_window_by_window() -> None:
    limited = rule("lease", expect=Budget(at_most=2, per="day"))
    summing = Summing(book(Portfolio(id="ai", title="AI", rules=(limited,))))
    made = summed(*(raised(f"e{i}", i * HOUR) for i in range(4)), raised("z", DAY), summing=summing)
    budget = made.rules[0].budget
    assert budget is not None
    assert (budget.worst, budget.over, budget.worst_at) == (4, 1, "2026-03-02T00:00:00.000Z")


def test_what_people_said_of_the_same_alerts_gives_the_precision_and_the_last_word_counts() -> None:
    said = [
        rang("answer", HOUR, "noise", ["al_a"], who="jd", portfolio="ai"),
        rang("answer", 2 * HOUR, "useful", ["al_a"], who="jd", portfolio="ai"),
        rang("answer", 2 * HOUR, "noise", ["al_b"], who="jd", portfolio="ai"),
        rang("answer", 2 * HOUR, "noise", ["al_of_nobody"], who="jd", portfolio="ai"),
    ]
    lease = summed(raised("a", 0), raised("b", 0), *said).rules[0]
    assert (lease.useful, lease.noise, lease.precision) == (1, 1, 0.5)


def test_what_is_experimental_or_too_old_gives_no_alert_and_a_sample_all_the_same() -> None:
    told = decision("al_a", "experimental", revision=0, receivers={})
    lease = summed(happened("a", 0, [match("a", experimental=True)], [told])).rules[0]
    assert (lease.matches, lease.alerts, lease.untold) == (1, 0, {"experimental": 1})
    assert [one.event for one in lease.samples] == ["ev_a"]


def test_a_withdrawal_is_an_update_although_nothing_holds_any_more() -> None:
    gone = happened("a", HOUR, [], [decision("al_a", "update_material", revision=2)], withdrawn=True)
    made = summed(raised("a", 0), gone)
    assert (made.updates, made.receivers[0].messages) == (1, 2)


def test_a_desk_sees_its_own_and_what_is_nobodys() -> None:
    two = book(
        Portfolio(id="ai", title="AI", rules=(rule("lease"),), desk="ai"),
        Portfolio(id="all", title="All", rules=(rule("lease"),)),
        Portfolio(id="rates", title="Rates", rules=(rule("lease"),), desk="rates"),
    )
    both = [match("a"), match("a", portfolio="all"), match("a", portfolio="rates")]
    decided = [
        decision("al_1"),
        decision("al_2", portfolio="all", receivers={"nobodys": NOW}),
        decision("al_3", portfolio="rates", receivers={"secret": NOW}),
    ]
    secret = raised("b", 0, desk="rates")
    window: dict[str, Any] = {
        "portfolios": ["rates"],
        "receiver": "secret",
        "delivery": "dl_9",
        "members": {"al_3": "listed"},
    }
    what: list[Happened | Rang] = [happened("a", 0, both, decided), secret, rang("release", HOUR, "brief", **window)]
    made = summed(*what, summing=Summing(two, desk="ai"))
    assert [one.portfolio for one in made.portfolios] == ["ai", "all"]
    assert [one.receiver for one in made.receivers] == ["desk", "nobodys"]
    assert made.alerts == 2


def test_rules_that_are_not_wanted_are_left_out() -> None:
    summing = Summing(book(), wanted=lambda portfolio, name: name == "sour")
    made = summed(raised("a", 0), raised("b", 0, "sour"), summing=summing)
    assert [one.rule for one in made.rules] == ["sour"]
    assert (made.alerts, made.receivers[0].messages) == (1, 1)


def test_near_misses_are_counted_by_what_failed_and_those_with_more_that_held_shown() -> None:
    def near(name: str, condition: str, held: int) -> Happened:
        return happened(name, 0, near=[NearMiss("ai", "sour", 1, (f"✗ {condition}",), condition, held)])

    made = summed(near("a", "amount", 2), near("b", "amount", 2), near("c", "amount", 5), near("d", "title", 2))
    sour = next(one for one in made.rules if one.rule == "sour")
    assert [(one.condition, one.events) for one in sour.near] == [("amount", 3), ("title", 1)]
    assert [one.event for one in sour.near[0].samples] == ["ev_a", "ev_c"]
    assert sour.near[0].samples[0].why == ("✗ amount",)


def test_words_that_rights_keep_back_are_not_quoted() -> None:
    found = match("a", evidence=[Evidence(field="body", start=0, end=6, quote="secret words")])
    rights = Provenance(rights=Rights(export=False))
    free = summed(happened("a", 0, [found], [decision("al_a")])).rules[0].samples[0]
    kept = summed(happened("a", 0, [found], [decision("al_a")], provenance=rights)).rules[0].samples[0]
    assert (free.evidence, kept.evidence) == (("secret words",), ())


def test_what_grounds_say_is_not_quoted_as_words_of_the_source() -> None:
    proof = [
        Evidence(field="weight", start=0, end=0, quote="NVDA +6.0 %"),
        Evidence(field="title", start=0, end=4, quote="Vega"),
    ]
    found = match("a", evidence=proof, grounds=[Ground(kind="weight", text="NVDA +6.0 % > 5 %")])
    made = summed(happened("a", 0, [found], [decision("al_a")])).rules[0].samples[0]
    assert (made.evidence, made.grounds) == (("Vega",), ("NVDA +6.0 % > 5 %",))


@pytest.mark.parametrize(("count", "most"), [(0, 3), (1, 3), (2, 3), (5, 3), (1_000, 3), (1_000, 10), (1_000, 1)])
def test_samples_are_the_first_the_loudest_and_others_spread_over_the_time(count: int, most: int) -> None:
    sampler: Sampler[int] = Sampler(most)
    for number in range(count):
        sampler.add(number, loud=5 if number == count * 2 // 3 else 0)
    chosen = sampler.chosen()
    assert len(chosen) == min(count, most)
    assert chosen == sorted(set(chosen))
    if count and most > 1:
        assert chosen[0] == 0
        assert count * 2 // 3 in chosen
    if count == 1_000 and most == 10:
        assert max(b - a for a, b in zip(chosen, [*chosen[1:], 1_000], strict=True)) < 250


def test_no_samples_are_kept_where_none_are_wanted() -> None:
    sampler: Sampler[int] = Sampler(0)
    sampler.add(1)
    assert sampler.chosen() == []
