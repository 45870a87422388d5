"""A rule may name its own receivers: they stand in place of the portfolio's, and walls hold for them, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.errors import ConfigError
from alertd.rules.loaded import KnownSettings
from alertd.rules.loader import load_rules
from alertd.rules.match import Matcher
from tests.rules.make import news

KNOWN = KnownSettings(receivers={"desk": "ai", "risk": "ai", "other": "credit", "all": None}, sources={})
FILE = """portfolio: ai
title: AI
{desk}receivers: [{own}]
rules:
  - {{id: lease, title: A lease, severity: high, when: {{text: lease}}, receivers: {named}}}
  - {{id: rent, title: A rent, severity: low, when: {{text: lease}}}}
"""


def load(tmp_path: Path, named: str = "[risk]", desk: str = "desk: ai\n", own: str = "desk", **more: str) -> Matcher:
    for name, text in {"ai": FILE.format(named=named, desk=desk, own=own), **more}.items():
        path = tmp_path / "portfolios" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return Matcher(load_rules(tmp_path, known=KNOWN).book)


def faults(tmp_path: Path, *args: str, **more: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, *args, **more)
    return [str(fault).removeprefix(f"{tmp_path}/portfolios/") for fault in caught.value.faults]


def test_a_match_says_whom_its_rule_names(tmp_path: Path) -> None:
    result = load(tmp_path).match(news("A lease"))
    assert [(match.rule, match.receivers) for match in result.matches] == [("lease", ["risk"]), ("rent", [])]


def test_a_portfolio_tells_its_receivers_and_those_of_its_rules(tmp_path: Path) -> None:
    assert load(tmp_path, "[risk, desk]").book.portfolios[0].tells() == ["desk", "risk"]


@pytest.mark.parametrize(
    ("named", "fault"),
    [
        ("[rsk]", "ai.yaml:6:82: there is no receiver `rsk` (did you mean `risk`?)"),
        (
            "[other]",
            "ai.yaml:6:82: receiver `other` belongs to desk `credit` (alerts of desk `ai` go only to its own",
        ),
        ("[all]", "ai.yaml:6:82: receiver `all` belongs to no desk"),
        ("[risk, risk]", "ai.yaml:6:88: receiver `risk` is named twice"),
        ("[]", "ai.yaml:6:81: `receivers` of a rule is an empty list (leave the key out"),
        ("", "ai.yaml:6:70: `receivers` is empty"),
        ("risk", "ai.yaml:6:81: `receivers`"),
    ],
)
def test_what_is_wrong_with_them_is_said_where_it_stands(tmp_path: Path, named: str, fault: str) -> None:
    (found,) = faults(tmp_path, named)
    assert found.startswith(fault), found


DERIVED = """portfolio: derived
extends: ai
desk: credit
receivers: [other]
rules: [{id: rent, severity: high, receivers: [other]}]
"""


def test_a_rule_that_is_inherited_may_be_given_other_receivers(tmp_path: Path) -> None:
    derived = DERIVED.replace("desk: credit", "desk: ai").replace("other", "risk")
    matcher = load(tmp_path, derived=derived)
    told = {m.rule: m.receivers for m in matcher.match(news("A lease")).matches if m.portfolio == "derived"}
    assert told == {"lease": ["risk"], "rent": ["risk"]}


def test_what_an_inherited_rule_names_is_held_against_the_wall_of_who_inherits_it(tmp_path: Path) -> None:
    assert faults(tmp_path, "[all, risk]", "", "desk", derived=DERIVED) == [
        "derived.yaml:2:10: receiver `all` belongs to no desk (alerts of desk `credit` go only to its own receivers;"
        " set `desk:` there, or name another)",
        "derived.yaml:2:10: receiver `risk` belongs to desk `ai` (alerts of desk `credit` go only to its own"
        " receivers; set `desk:` there, or name another)",
    ]


def test_what_it_names_in_its_place_is_what_counts(tmp_path: Path) -> None:
    whole = DERIVED.replace("{id: rent,", "{id: lease, receivers: [other]}, {id: rent,")
    load(tmp_path, "[risk]", "", "desk", derived=whole)
