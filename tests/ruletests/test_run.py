"""Running the tests inside rules: by the daemon's engine, on the test's own clock, each from an empty memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.rules.loader import load_rules
from alertd.ruletests.outcome import Summary
from alertd.ruletests.run import START, Runner
from tests.ruletests.make import desk, one_rule, outcomes

LEASES = "{title: Vega Grid leases Orion, companies: [{id: NVDA}, {id: VRT}]}"
VANS = "{title: Vega Grid buys vans}"
ONE, TWO = "{title: a lease}", "[{title: a lease}, {title: b lease}, {title: none}]"


@pytest.mark.parametrize(
    ("given", "expect", "passed", "got"),
    [
        (ONE, "match", True, "match"),
        (ONE, "no match", False, "match"),
        (VANS, "match", False, "no match"),
        (VANS, "no match", True, "no match"),
        (TWO, "match", True, "2 times in 3 events, at 0d, 0d"),
        (TWO, "no match", False, "2 times in 3 events, at 0d, 0d"),
        (TWO, "at_least 2", True, "2 times in 3 events, at 0d, 0d"),
        (TWO, "at_least 3", False, "2 times in 3 events, at 0d, 0d"),
        (TWO, "at_most 2", True, "2 times in 3 events, at 0d, 0d"),
        (TWO, "at_most 1", False, "2 times in 3 events, at 0d, 0d"),
        (TWO, "exactly 2", True, "2 times in 3 events, at 0d, 0d"),
        (TWO, "exactly 1", False, "2 times in 3 events, at 0d, 0d"),
        ("[{title: x}, {title: a lease, at: 90m}]", "exactly 1", True, "once in 2 events, at 90m"),
        ("[{title: x}, {title: y}]", "match", False, "no match in 2 events"),
    ],
)
def test_what_is_expected_is_counted_over_the_given_events(
    tmp_path: Path, given: str, expect: str, passed: bool, got: str
) -> None:
    loaded = desk(tmp_path, one_rule("{text: lease}", f"{{given: {given}, expect: {expect}}}"))
    (outcome,) = outcomes(loaded)
    assert (outcome.passed, outcome.expected, outcome.got) == (passed, expect, got)
    assert (outcome.explanation is None) is passed


@pytest.mark.parametrize(
    ("company", "passed", "got"),
    [("NVDA", True, "match"), ("vega", False, "match, but for NVDA and not Vega Grid")],
)
def test_a_test_may_ask_for_the_company_that_the_rule_is_bound_to(
    tmp_path: Path, company: str, passed: bool, got: str
) -> None:
    test = f"{{given: {LEASES}, expect: match, company: {company}}}"
    (outcome,) = outcomes(desk(tmp_path, one_rule("{all: [{mentions: holdings}, {weight: '>= 5%'}]}", test)))
    assert (outcome.passed, outcome.got) == (passed, got)
    if not passed:
        assert outcome.explanation is not None
        assert outcome.explanation.notes == ("Vega Grid is not asked: nothing in the event leads to it",)


def test_a_company_that_was_asked_and_missed_is_explained_first(tmp_path: Path) -> None:
    test = f"{{given: {LEASES}, expect: match, company: VRT}}"
    (outcome,) = outcomes(desk(tmp_path, one_rule("{all: [{mentions: holdings}, {weight: '>= 5%'}]}", test)))
    assert outcome.got == "match, but for NVDA and not VRT"
    assert outcome.explanation is not None
    assert [asked.label for asked in outcome.explanation.asked] == ["VRT", "NVDA"]


def test_a_test_may_hold_something_else_than_the_portfolio(tmp_path: Path) -> None:
    loaded = desk(
        tmp_path,
        one_rule(
            "{all: [{mentions: holdings}, {weight: '< 0%'}]}",
            f"{{given: {LEASES}, expect: no match}}",
            f"{{given: {LEASES}, expect: match, holdings: [{{ticker: VRT, weight: -1%}}], company: VRT}}",
            f"{{given: {LEASES}, expect: no match}}",
        ),
    )
    assert [outcome.passed for outcome in outcomes(loaded)] == [True, True, True]


def test_each_test_begins_with_an_empty_memory(tmp_path: Path) -> None:
    twice = "{count: {at_least: 2, within: 7d}}"
    once = "{given: {title: a}, expect: no match}"
    loaded = desk(tmp_path, one_rule(twice, once, "{given: [{title: a}, {title: a, at: 1d}], expect: match}", once))
    assert [outcome.passed for outcome in outcomes(loaded)] == [True, True, True]


def test_a_timeline_may_tell_the_first_step_last(tmp_path: Path) -> None:
    steps = "sequence: [{event_type: compute_lease}, {event_type: contract_dispute}], within: 30d"
    late = "{title: a lease, parties: [vega, lumen], event_at: '2026-01-01T00:00:00Z'}"
    sued, calm = (
        f"{{title: {title}, parties: [vega, lumen], event_at: '2026-01-09T00:00:00Z'}}"
        for title in ("they sue", "a dispute")
    )
    rules = one_rule(
        f"{{all: [{{title: sue}}, {{{steps}}}]}}",
        f"{{given: [{sued}, {late}], expect: exactly 1}}",
        f"{{given: [{late}, {sued}], expect: exactly 1}}",
        f"{{given: [{calm}, {late}], expect: no match}}",
        f"{{given: [{calm}, {late}], expect: match, company: NVDA}}",
    )
    *passed, failed = outcomes(desk(tmp_path, rules))
    assert [outcome.passed for outcome in passed] == [True, True, True]
    assert failed.explanation is not None
    assert failed.explanation.because[0].startswith("✗ sequence")


def test_other_rules_cannot_change_what_a_test_shows(tmp_path: Path) -> None:
    rules = one_rule("{text: lease}", "{given: {title: a lease}, expect: match}")
    rules += rules.replace("id: r", "id: s").replace("text: lease", "count: {at_least: 100, within: 1d}", 1)
    loaded = desk(tmp_path, rules)
    assert [(outcome.id, outcome.passed) for outcome in outcomes(loaded)] == [("p/r", True), ("p/s", False)]


@pytest.mark.parametrize(
    ("settings", "day"),
    [("", START[:10]), ("valid_from: 2031-02-03", "2031-02-03"), ("valid_until: 2026-01-31", "2026-01-31")],
)
def test_a_test_begins_on_a_day_on_which_its_rule_is_valid(tmp_path: Path, settings: str, day: str) -> None:
    test = "{given: {title: vans}, expect: match}"
    rules = one_rule("{text: lease}", test, "{given: {title: lease}, expect: match}", settings=settings)
    missed, held = outcomes(desk(tmp_path, rules))
    assert held.passed
    assert missed.explanation is not None
    assert f"{day}T14:30:00.000Z" in missed.explanation.origin
    assert missed.explanation.guard == ""


def test_a_rule_that_ends_can_be_tested_on_both_sides_of_its_end(tmp_path: Path) -> None:
    after = "{given: {title: lease, event_at: '2026-02-01T00:00:00Z'}, expect: no match}"
    before = "{given: {title: lease, event_at: '2026-01-31T23:00:00Z'}, expect: match}"
    rules = one_rule("{text: lease}", after, before, settings="valid_until: 2026-01-31")
    assert [outcome.passed for outcome in outcomes(desk(tmp_path, rules))] == [True, True]


def test_the_event_that_decides_is_explained(tmp_path: Path) -> None:
    few = "{given: [{title: a lease}, {title: van}, {title: b lease}], expect: at_least 3}"
    many = "{given: [{title: a lease}, {title: van}, {title: b lease}, {title: bike}], expect: at_most 1}"
    found = [outcome.explanation for outcome in outcomes(desk(tmp_path, one_rule("{text: lease}", few, many)))]
    assert [explanation.headline if explanation else None for explanation in found] == ["van", "b lease"]


def test_event_types_are_tested_as_rules_are(tmp_path: Path) -> None:
    desk(tmp_path, one_rule("{text: lease}"))
    path = tmp_path / "event-types/compute_lease.yaml"
    tests = "tests:\n  - {given: {title: leases}, expect: match}\n  - {given: {title: vans}, expect: match}\n"
    path.write_text(path.read_text() + tests)
    loaded = load_rules(tmp_path, tests=True)
    passed, failed = outcomes(loaded)
    assert (passed.id, passed.passed, failed.passed, failed.got) == ("compute_lease", True, False, "no match")
    assert failed.explanation is not None
    assert failed.explanation.because == ("✗ title: lease  — not in the title",)


def test_a_rule_that_raised_fails_all_its_tests_also_those_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def burst(*_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("alertd.rules.pattern.Pattern.result", burst)
    test = "{given: {title: a lease}, expect: no match}"
    found = outcomes(desk(tmp_path, one_rule("{regex: lease}", test, test)))
    assert [(outcome.passed, outcome.errors) for outcome in found] == [
        (False, ("the rule raised ZeroDivisionError: oops",))
    ] * 2


def test_rules_without_tests_are_known_and_none_is_made_up(tmp_path: Path) -> None:
    loaded = desk(tmp_path, one_rule("{text: lease}"))
    assert outcomes(loaded) == []
    assert [tests.rule for tests in loaded.tests if not tests.tests] == ["compute_lease", "contract_dispute", "r"]


def test_a_summary_counts_tests_and_the_rules_that_have_them(tmp_path: Path) -> None:
    test = "{given: {title: a lease}, expect: no match}"
    found = outcomes(desk(tmp_path, one_rule("{text: lease}", test, test)))
    summary = Summary(found, [])
    assert (summary.failed, summary.rules) == (2, 1)


def test_only_wanted_tests_are_run(tmp_path: Path) -> None:
    test = "{given: {title: a lease}, expect: match}"
    rules = one_rule("{text: lease}", test)
    loaded = desk(tmp_path, rules + rules.replace("id: r", "id: s"))
    wanted = [tests for tests in loaded.tests if tests.rule == "s"]
    assert [outcome.id for outcome in Runner(loaded, wanted)] == ["p/s"]


@pytest.mark.parametrize("coverage", [False, True])
@pytest.mark.parametrize("settings", ["enabled: false", "status: experimental"])
def test_rules_that_are_not_live_can_be_tested_only_if_they_are_asked(
    tmp_path: Path, settings: str, coverage: bool
) -> None:
    loaded = desk(tmp_path, one_rule("{text: lease}", "{given: {title: a lease}, expect: match}", settings=settings))
    found = list(Runner(loaded, loaded.tests, coverage=coverage))
    assert [outcome.passed for outcome in found] == [True] * (settings == "status: experimental")
