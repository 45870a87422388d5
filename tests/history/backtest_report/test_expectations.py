"""Expectations of a desk over the past: read with places, held against what came, written for CI servers."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator

from alertd.base.yaml import load_yaml
from alertd.errors import ConfigError
from alertd.history.backtest.expect_file import expect_schema, read_expectations
from alertd.history.backtest.expectations import Judging, Verdict
from alertd.history.backtest.figures import Comparison, RuleDifference
from alertd.history.backtest.happened import Happened
from alertd.history.backtest.summary import Summing
from alertd.rules.book import Budget, Portfolio, RuleBook
from alertd.ruletests.junit import document
from tests.history.backtest_report.make import DAY, HOUR, START, book, covered, happened, raised, rule

NOTHING = Comparison(
    against="main", version_before="v", same=0, added=0, lost=0, changed=0, alerts=0, alerts_before=0,
    told_otherwise=0, told_samples=(), rules=(), receivers=(), by_day={},
)  # fmt: skip


def judged(
    folder: Path, text: str, *what: Happened, of: RuleBook | None = None, comparison: Comparison | None = None
) -> list[Verdict]:
    """Hold what happened within three days against a file."""
    file = folder / "backtest.yaml"
    file.write_text("expect:\n" + "".join(f"  - {line}\n" for line in text.strip().splitlines()))
    rules = of or book()
    judging = Judging(read_expectations(file, rules, ["desk", "pm"], against=comparison is not None))
    summing = Summing(rules)
    for one in what:
        judging.add(one)
        summing.add(one)
    return judging.verdicts(summing.made(covered(*what), START, START + 3 * DAY), comparison)


def faults(folder: Path, text: str, *, against: bool = False) -> list[str]:
    """Give the faults of a file, with line and column."""
    file = folder / "backtest.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError) as raised_:
        read_expectations(file, book(), ["desk"], against=against)
    return [str(fault).removeprefix(f"{folder}/") for fault in raised_.value.faults]


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("{rule: lease, alerts: at_least 2}", "2"),
        ("{rule: ai/lease, alerts: exactly 2}", "2"),
        ("{rule: lease, matches: at_most 2}", "2"),
        ("{rule: lease, alerts: at_most 2 per day}", "2 on 2026-03-02"),
        ("{portfolio: ai, alerts: at_most 3}", "3"),
        ("{receiver: desk, messages: exactly 3}", "3"),
        ("{receiver: pm, messages: exactly 0}", "0"),
        ("{alerts: at_least 3}", "3"),
        ("{events: at_least 3}", "3"),
    ],
)
def test_what_came_as_expected_passes(tmp_path: Path, expected: str, got: str) -> None:
    (verdict,) = judged(tmp_path, expected, raised("a", 0), raised("b", HOUR), raised("c", DAY, "sour"))
    assert (verdict.passed, verdict.got) == (True, got)


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("{rule: lease, alerts: at_least 3}", "2"),
        ("{rule: lease, alerts: at_most 1 per day}", "2 on 2026-03-02"),
        ("{rule: lease, alerts: at_least 1 per day}", "0 on 2026-03-05 and 2 more such days"),
        ("{receiver: desk, messages: at_most 2}", "3"),
        ("{events: at_least 1 per day}", "0 on 2026-03-05 and 1 more such days"),
    ],
)
def test_what_came_otherwise_fails_with_what_came(tmp_path: Path, expected: str, got: str) -> None:
    (verdict,) = judged(tmp_path, expected, raised("a", 0), raised("b", HOUR), raised("c", DAY, "sour"))
    assert (verdict.passed, verdict.got) == (False, got)


def test_events_are_named_by_id_or_address_and_those_that_are_not_there_fail(tmp_path: Path) -> None:
    expected = '{rule: lease, match: [ev_a, "https://wire.example/b", ev_c], no_match: [ev_d, ev_b, ev_e]}'
    b = raised("b", 0, url="https://wire.example/b")
    found = judged(tmp_path, expected, raised("a", 0), b, happened("c", 0), happened("d", 0))
    assert [(one.name, one.passed, one.got) for one in found] == [
        ("match of ev_a", True, "match"),
        ("match of https://wire.example/b", True, "match"),
        ("match of ev_c", False, "no match"),
        ("no match of ev_d", True, "no match"),
        ("no match of ev_b", False, "match"),
        ("no match of ev_e", False, "no such event in this past"),
    ]


def test_what_fires_unexpectedly_is_named(tmp_path: Path) -> None:
    found = judged(tmp_path, "{rule: lease, match: ev_a, nothing_else: true}", raised("a", 0), raised("b", 0))
    last = found[-1]
    assert (last.name, last.passed, last.got, last.details) == (
        "nothing else", False, "1 more", ("ev_b “Title of b”",),
    )  # fmt: skip


def test_budgets_of_rules_are_kept_or_not(tmp_path: Path) -> None:
    rules = book(
        Portfolio(id="ai", title="AI", rules=(rule("lease", expect=Budget(at_most=1, per="day")), rule("sour")))
    )
    (kept,) = judged(tmp_path, "{budgets: kept}", raised("a", 0), raised("b", DAY), of=rules)
    (broken,) = judged(tmp_path, "{budgets: kept}", raised("a", 0), raised("b", HOUR), of=rules)
    assert (kept.passed, broken.passed) == (True, False)
    assert (broken.about, broken.got) == ("ai/lease", "2 in the day from 2026-03-02 00:00")


def test_differences_are_expected_of_a_rule_or_of_all(tmp_path: Path) -> None:
    rules = (
        RuleDifference(portfolio="ai", rule="lease", was="ai/old-lease", added=1, lost=2),
        RuleDifference(portfolio="ai", rule="sour", lost=1),
    )
    comparison = Comparison(**{name: getattr(NOTHING, name) for name in NOTHING.__struct_fields__} | {"rules": rules})
    text = "{lost: at_most 3, added: exactly 0}\n{rule: lease, lost: exactly 2}\n{portfolio: ai, changed: exactly 0}"
    found = judged(tmp_path, text, comparison=comparison)
    assert [(one.about, one.name, one.passed, one.got) for one in found] == [
        ("all rules", "added exactly 0", False, "1"),
        ("all rules", "lost at_most 3", True, "3"),
        ("ai/lease", "lost exactly 2", True, "2"),
        ("ai", "changed exactly 0", True, "0"),
    ]


def test_every_fault_has_its_place_and_a_hint(tmp_path: Path) -> None:
    text = """expect:
  - {rule: leas, alerts: at_least 1}
  - {portfolio: ia, alerts: at_least 1}
  - {receiver: deks, messages: at_most 1}
  - {rule: lease, lost: exactly 0}
  - {rule: lease, match: [ev_a], no_match: [ev_a]}
  - {rule: lease, nothing_else: true}
"""
    assert faults(tmp_path, text) == [
        "backtest.yaml:2:12: there is no rule `leas` (did you mean ai/lease?)",
        "backtest.yaml:3:17: there is no portfolio `ia` (did you mean `ai`?)",
        "backtest.yaml:4:16: there is no receiver `deks` (did you mean `desk`?)",
        "backtest.yaml:5:19: `lost` needs other rules to compare with (give --against)",
        "backtest.yaml:6:44: `ev_a` stands in `match`, too",
        "backtest.yaml:7:33: beside what? `match` is empty (or write matches: exactly 0)",
    ]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{rule: lease, alerts: 5}", "at_least 2, at_most 2 or exactly 2"),
        ("{rule: lease}", "it expects nothing"),
        ("{receiver: desk, alerts: at_most 1}", "of receiver `alerts` cannot be expected"),
        ("{rule: lease, portfolio: ai, alerts: at_most 1}", "not about several of them"),
        ("{rule: lease, alert: at_most 1}", "unknown key `alert`"),
    ],
)
def test_what_means_nothing_is_refused(tmp_path: Path, entry: str, said: str) -> None:
    (fault,) = faults(tmp_path, f"expect:\n  - {entry}\n")
    assert fault.startswith("backtest.yaml:2:")
    assert said in fault


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        read_expectations(tmp_path / "none.yaml", book(), [], against=False)


def test_verdicts_are_cases_for_ci_servers(tmp_path: Path) -> None:
    text = "{name: quiet, rule: lease, alerts: at_most 1 per day}\n{rule: sour, alerts: exactly 0}"
    found = judged(tmp_path, text, raised("a", 0), raised("b", HOUR, title="\x1b[31m]]> <b>"))
    root = ET.fromstring(document("alertd backtest", [one.case() for one in found]))
    assert (root.get("name"), root.get("tests"), root.get("failures"), root.get("errors")) == (
        "alertd backtest", "2", "1", "0",
    )  # fmt: skip
    first, second = root.iter("testcase")
    assert (first.get("classname"), first.get("name"), first.get("line")) == (
        "ai.lease", "quiet: alerts at_most 1 per day", "2",
    )  # fmt: skip
    assert first[0].get("message") == "expected alerts at_most 1 per day, got 2 on 2026-03-02"
    assert len(second) == 0


def test_the_schema_takes_what_is_read(tmp_path: Path) -> None:
    Draft202012Validator.check_schema(expect_schema())
    validator = Draft202012Validator(expect_schema())
    good = load_yaml(
        "expect:\n  - {rule: a/b, alerts: at_most 5 per day, match: ev_1, no_match: [ev_2]}\n", "x"
    ).value
    assert list(validator.iter_errors(good)) == []
    bad = load_yaml("expect:\n  - {rule: a/b, alerts: five}\n", "x").value
    assert len(list(validator.iter_errors(bad))) == 1
