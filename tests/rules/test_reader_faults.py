"""Everything that can be wrong with a condition is said where it stands, and what was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.errors import Fault
from alertd.rules.reader import OPERATORS
from tests.rules.desk import desk_rule, faults_of

GOLDEN = Path(__file__).parent / "golden" / "faults.txt"
"""Conditions, and under each what is wrong with it: line and column in the condition, message, hint."""
_FIRST = (9, 6)
"""Lines and columns before the condition."""


def _written(fault: Fault) -> str:
    hint = f" ({fault.hint})" if fault.hint else ""
    return f"    {fault.line - _FIRST[0]}:{fault.column - _FIRST[1]} {fault.message}{hint}"


def _said(conditions: list[str]) -> str:
    lines = [[condition, *map(_written, faults_of(condition))] for condition in conditions]
    return "".join(f"{line}\n" for group in lines for line in group)


def test_what_is_wrong_with_a_condition_is_said_in_words() -> None:
    golden = GOLDEN.read_text("utf-8")
    conditions = [line for line in golden.splitlines() if line and not line.startswith("    ")]
    assert _said(conditions) == golden
    assert all(faults_of(condition) for condition in conditions)


@pytest.mark.parametrize("name", sorted(OPERATORS))
def test_the_golden_file_has_faults_of_every_condition(name: str) -> None:
    assert f"{name}:" in GOLDEN.read_text("utf-8")


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (f"text: [{', '.join(f'w{i}' for i in range(10_001))}]", "has 10001 entries, more than 10000"),
        (f"text: {'x' * 201}", "a term of 201 characters is longer than 200"),
        (f"all: [{', '.join(['{text: a}'] * 1_001)}]", "`all` has 1001 conditions, more than 1000"),
        (f"mentions: [{', '.join(['NVDA'] * 1_001)}]", "has 1001 entries, more than 1000"),
        (f"near: {{terms: [{', '.join('abcdefghijklmnopqrstu')}], within: 30}}", "`near` takes 2 to 20 terms"),
        (f"regex: '{'x' * 1_001}'", "the pattern has 1001 characters, more than 1000"),
        (f"amount: '>= {'9' * 400} USD'", "`amount`: "),
        (f"weight: '>= {'9' * 400}%'", "a limit is a comparison"),
    ],
)
def test_what_is_endless_is_refused_with_its_limit(condition: str, message: str) -> None:
    (fault,) = faults_of(condition)
    assert message in fault.message
    assert len(fault.message) < 200


def test_ten_thousand_terms_in_one_list_are_read() -> None:
    rule = desk_rule(f"text: [{', '.join(f'w{i}' for i in range(10_000))}]")
    assert len(list(rule.when.terms())) == 10_000


@pytest.mark.parametrize("opening", ["{not: ", "{all: [", "{any: [{text: a}, "])
def test_a_condition_a_thousand_levels_deep_is_one_clear_fault(opening: str) -> None:
    closing = "]}" if "[" in opening else "}"
    faults = faults_of(opening * 1_000 + "{text: a}" + closing * 1_000)
    assert [fault.message for fault in faults] == ["nested deeper than 20 levels"]


def test_a_block_a_thousand_levels_deep_is_one_clear_fault() -> None:
    condition = "".join(" " * 2 * depth + "not:\n" for depth in range(1_000)) + " " * 2_000 + "text: a"
    assert [fault.message for fault in faults_of(condition)] == ["nested deeper than 20 levels"]


def test_fragments_do_not_carry_a_rule_over_its_limits() -> None:
    many = ", ".join(["{use: about-chips}"] * 1_000)
    faults = faults_of(f"any: [{', '.join([f'{{any: [{many}]}}'] * 4)}]")
    assert faults[0].message == "with fragment `about-chips` there are more than 10000 conditions"


@pytest.mark.parametrize(
    ("condition", "name"),
    [
        ("text: on", "on"),
        ("text: [NO, TRUE, 22:30:00, 0001652044, 1_000, .inf]", "NO"),
        ("text: 007", "007"),
    ],
)
def test_words_that_other_versions_of_yaml_take_for_something_else_stay_words(condition: str, name: str) -> None:
    label = desk_rule(condition).when.label()
    assert label == condition.replace("[", "").replace("]", "")
    assert name in label
