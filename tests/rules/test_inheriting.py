"""`extends`: what a portfolio takes over, what it changes, and that nothing it says is ignored."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from alertd.companies.table import load_registrants
from alertd.errors import ConfigError
from alertd.rules.book import Portfolio, Rule
from alertd.rules.loader import load_rules

BASE = """
    portfolio: base
    title: The base
    timezone: America/New_York
    receivers: [desk]
    owner: jd
    holdings: [{ticker: NVDA, weight: 8%}]
    rules:
      - {id: lease, title: A lease, severity: high, when: {all: [{mentions: holdings}, {title: lease}]}}
      - {id: talk, title: Talk, severity: low, when: {title: talk}}
      - {id: rest, title: At rest, severity: low, enabled: false, when: {title: rest}}
"""
OTHER = """
    portfolio: other
    extends: base
"""


def load(tmp_path: Path, *files: str) -> dict[str, Portfolio]:
    for number, text in enumerate(files):
        path = tmp_path / f"portfolios/{number}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text))
    return {portfolio.id: portfolio for portfolio in load_rules(tmp_path).book.portfolios}


def faults(tmp_path: Path, *files: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, *files)
    return [str(fault).removeprefix(f"{tmp_path}/portfolios/") for fault in refused.value.faults]


def rules(portfolio: Portfolio) -> dict[str, Rule]:
    return {rule.id: rule for rule in portfolio.rules}


def test_what_a_portfolio_leaves_out_it_takes_over(tmp_path: Path) -> None:
    found = load(tmp_path, BASE, OTHER)
    base, other = found["base"], found["other"]
    assert other.rules == base.rules
    assert (other.title, other.timezone, other.receivers) == (base.title, base.timezone, base.receivers)
    assert other.holdings == base.holdings


def test_it_may_say_all_of_it_otherwise(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        BASE,
        OTHER
        + """
    title: Elsewhere
    timezone: Europe/London
    receivers: []
    holdings: [{ticker: AMD, weight: 2%}]
    rules:
      - {id: lease, severity: critical, owner: ab, tags: [loud], key: company, status: experimental}
      - {id: talk, title: More talk, severity: info, when: {title: chatter}}
      - {id: own, title: Its own, severity: low, when: {title: own}}
    """,
    )["other"]
    changed = rules(found)
    assert list(changed) == ["lease", "talk", "own"]
    lease, base = changed["lease"], rules(load(tmp_path)["base"])["lease"]
    assert (lease.severity, lease.owner, lease.tags, lease.key, lease.experimental) == (
        "critical", "ab", ("loud",), "company", True,
    )  # fmt: skip
    assert (lease.title, lease.when) == (base.title, base.when)
    assert lease.hash != base.hash
    assert changed["talk"].title == "More talk"
    assert list(found.holdings.positions) == [load_registrants().resolve("AMD").id]  # type: ignore[union-attr]
    assert (found.title, found.timezone, found.receivers) == ("Elsewhere", "Europe/London", ())


def test_a_rule_can_be_switched_off_and_on_again_only_whole(tmp_path: Path) -> None:
    off = OTHER + "    rules: [{id: talk, enabled: false}]\n"
    assert list(rules(load(tmp_path, BASE, off)["other"])) == ["lease"]
    whole = OTHER + "    rules: [{id: rest, title: Awake, severity: low, when: {title: rest}}]\n"
    assert list(rules(load(tmp_path, BASE, whole)["other"])) == ["lease", "talk", "rest"]


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (
            "{id: rest, severity: high}",
            "1.yaml:4:14: rule `rest` is off where it is inherited from, so this changes nothing "
            "(write it whole to switch it on)",
        ),
        (
            "{id: lease, bind: none}",
            "1.yaml:4:27: `bind` stands beside the `when` of a rule (write the rule whole to bind it otherwise)",
        ),
        (
            "{id: leese, severity: high}",
            "1.yaml:4:14: rule `leese` has no `when`, and none of that id is inherited (did you mean `lease`?)",
        ),
    ],
)
def test_a_change_that_would_change_nothing_is_a_fault(tmp_path: Path, rule: str, fault: str) -> None:
    assert faults(tmp_path, BASE, OTHER + f"    rules: [{rule}]\n") == [fault]


def test_portfolios_extend_one_another_in_a_chain_but_not_in_a_circle(tmp_path: Path) -> None:
    third = "{portfolio: third, extends: other, rules: [{id: talk, enabled: false}]}"
    assert list(rules(load(tmp_path, BASE, OTHER, third)["third"])) == ["lease"]
    circle = "{portfolio: one, extends: two}", "{portfolio: two, extends: one}"
    assert faults(tmp_path, *circle, OTHER.replace("base", "one")) == [
        "1.yaml:1:27: portfolios extend one another in a circle: one -> two -> one",
    ]


def test_a_portfolio_of_another_desk_cannot_be_extended(tmp_path: Path) -> None:
    theirs = BASE + "    desk: ai\n"
    assert faults(tmp_path, theirs, OTHER) == [
        "1.yaml:3:10: portfolio `base` belongs to desk `ai` (write `desk: ai` here, too)"
    ]


def test_one_that_is_not_watched_can_be_extended(tmp_path: Path) -> None:
    found = load(tmp_path, BASE + "    enabled: false\n", OTHER)
    assert list(found) == ["other"]
    assert list(rules(found["other"])) == ["lease", "talk"]


def test_a_sequence_that_names_a_routine_form_sees_it(tmp_path: Path) -> None:
    steps = """
      - id: insiders
        title: A notice of sale, then the sale
        severity: low
        when: {sequence: [{form: "144"}, {form: "4"}], by: company, within: 30d}
    """
    assert rules(load(tmp_path, BASE + steps)["base"])["insiders"].names_form
