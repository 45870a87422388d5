"""The pages on rules name every word of the language, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel

from alertd import telemetry
from alertd.companies.companies_file import CompaniesFile, CompanyEntry, RelationEntry
from alertd.companies.holdings import HoldingsFile, InlineHolding, PositionColumns, SecurityMaster, Types
from alertd.companies.model import RelationType
from alertd.rules.conditions import OPERATORS
from alertd.rules.conditions_words import MAX_TERM, MAX_WORDS
from alertd.rules.evaluate import MAX_COMPANIES
from alertd.rules.facts import FACTS
from alertd.rules.files import FOLDERS
from alertd.rules.filing import ITEMS_8K
from alertd.rules.loader import load_rules
from alertd.rules.money import AMOUNT_ROLES, YEARLY
from alertd.rules.outcome import MAX_EVIDENCE
from alertd.rules.pattern import MAX_PATTERN
from alertd.rules.portfolio_file import MAX_RULES, PortfolioFile, RuleEntry
from alertd.rules.reader import MAX_CONDITIONS, MAX_DEPTH, MAX_PARTS
from alertd.rules.reported import DEAL_TERMS, STATUSES
from alertd.rules.shared import DEFAULT_ROUTINE_FORMS
from alertd.rules.shared_files import MAX_LIST, EventTypeFile, FragmentsFile, ListFile
from alertd.rules.test_entries import MAX_GIVEN, MAX_TESTS, TestEntry
from alertd.ruletests.coverage import Lack
from alertd.ruletests.lint import LINTS
from tests.docs.pages import ROOT, prose, read
from tests.docs.rule_examples import examples

CONDITIONS = read("conditions.md") + read("rules-over-time.md")
_TICKED = re.compile(r"`([^`]+)`")


def tables(page: str, head: str) -> Iterator[list[str]]:
    """Give the first cells of each table of a page whose first heading is this."""
    for table in re.findall(r"(?:^\|.*\n)+", prose(read(page)), re.MULTILINE):
        cells = [line.split("|")[1].strip() for line in table.splitlines()]
        if cells[0] == head:
            yield cells[2:]


def named(page: str, head: str) -> list[set[str]]:
    """Give what stands in ticks in the first cells of such tables."""
    return [{word for cell in table for word in _TICKED.findall(cell)} for table in tables(page, head)]


def keys(model: type[BaseModel]) -> set[str]:
    """Give the keys of a file's model as a user writes them."""
    return {info.alias or name for name, info in model.model_fields.items()}


# --- files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "head", "model"),
    [
        ("rules.md", "key of a portfolio", PortfolioFile),
        ("rules.md", "key of a rule", RuleEntry),
        ("companies.md", "key of a company", CompanyEntry),
        ("companies.md", "key of a relation", RelationEntry),
    ],
)
def test_every_key_of_a_file_has_its_row_and_nothing_else_has(page: str, head: str, model: type[BaseModel]) -> None:
    assert named(page, head) == [keys(model)]


@pytest.mark.parametrize(
    ("page", "models"),
    [
        ("event-types.md", [EventTypeFile, ListFile, FragmentsFile]),
        ("rule-tests.md", [TestEntry]),
    ],
)
def test_every_key_of_what_portfolios_share_has_its_row(page: str, models: list[type[BaseModel]]) -> None:
    told = set().union(*named(page, "key"))
    assert told == set().union(*map(keys, models))


@pytest.mark.parametrize("model", [HoldingsFile, InlineHolding, PositionColumns, SecurityMaster, Types])
def test_every_key_of_holdings_is_documented(model: type[BaseModel]) -> None:
    assert {key for key in keys(model) if f"`{key}`" not in read("holdings.md")} == set()


def test_every_key_of_a_file_of_companies_is_documented() -> None:
    page = read("companies.md")
    assert {key for key in keys(CompaniesFile) if f"{key}:" not in page} == set()


def test_every_folder_of_a_rules_directory_is_documented() -> None:
    assert named("rules.md", "folder") == [{f"{folder}/" for folder in (*FOLDERS, "schema")}]


def test_every_default_of_a_rule_is_documented_as_it_is() -> None:
    rows = {
        key: default
        for line in read("rules.md").splitlines()
        if (cells := line.split("|")) and len(cells) == 5
        for key in _TICKED.findall(cells[1])
        for default in _TICKED.findall(cells[2])
    }
    for model in (PortfolioFile, RuleEntry):
        for key, info in model.model_fields.items():
            if isinstance(info.default, str | bool) and info.default != "":
                assert rows[key] == str(info.default).lower(), key


@pytest.mark.parametrize(
    ("row", "most"),
    [
        ("rules of a portfolio", MAX_RULES),
        ("conditions inside one another", MAX_DEPTH),
        ("conditions in a list", MAX_PARTS),
        ("conditions of a rule", MAX_CONDITIONS),
        ("terms in a condition", MAX_WORDS),
        ("terms in a condition", MAX_LIST),
        ("a term", MAX_TERM),
        ("a pattern", MAX_PATTERN),
        ("tests of a rule", MAX_TESTS),
        ("tests of a rule", MAX_GIVEN),
        ("companies that one match names", MAX_COMPANIES),
        ("spans of evidence of one match", MAX_EVIDENCE),
    ],
)
def test_every_limit_is_documented_as_it_is(row: str, most: int) -> None:
    (line,) = [
        line for line in read("rules.md").partition("## Limits")[2].splitlines() if line.startswith(f"| {row}")
    ]
    assert f"{most:,}" in line.split("|")[2]


# --- conditions -----------------------------------------------------------------------------------------------


def test_every_condition_stands_in_a_table_and_nothing_else_does() -> None:
    groups = {word for table in tables_of_groups() for word in _TICKED.findall(table) if word != "of"}
    assert groups == set(OPERATORS)


def tables_of_groups() -> list[str]:
    """Give the rows of the first table of conditions.md."""
    return [line for line in CONDITIONS.partition("\n## ")[0].splitlines() if line.startswith("| [")]


def every_condition(value: Any) -> Iterator[dict[str, Any]]:
    """Find the mappings of an example that are conditions."""
    if isinstance(value, dict):
        if any(key in OPERATORS for key in value):
            yield value
        for inner in value.values():
            yield from every_condition(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from every_condition(inner)


SHOWN = [found for block in examples() for found in every_condition(yaml.safe_load(block.text))]


@pytest.mark.parametrize("name", OPERATORS)
def test_every_condition_has_an_example(name: str) -> None:
    assert any(name in shown for shown in SHOWN)


@pytest.mark.parametrize("name", OPERATORS)
def test_every_option_of_a_condition_is_documented(name: str) -> None:
    told = [set().union(*named(page, "option")) for page in ("conditions.md", "rules-over-time.md")]
    assert set(OPERATORS[name].options) <= told[0] | told[1]


@pytest.mark.parametrize("name", [name for name, operator in OPERATORS.items() if operator.stateful])
def test_every_key_of_a_condition_over_time_has_its_row(name: str) -> None:
    schema = OPERATORS[name].schema
    inside = schema.get("properties") or schema["items"]["properties"]
    (section,) = re.findall(rf"^## {name}\n(.*?)(?=^## |\Z)", CONDITIONS, re.MULTILINE | re.DOTALL)
    rows = {word for line in section.splitlines() for word in _TICKED.findall("|".join(line.split("|")[:2]))}
    assert set(inside) | set(OPERATORS[name].options) <= rows


def test_every_fact_of_a_form_has_its_row_with_its_forms() -> None:
    assert named("conditions.md", "fact") == [set(FACTS)]
    rows = [line.split("|") for line in CONDITIONS.splitlines() if re.match(r"\| `\w+` \| (Schedule|3|4)", line)]
    for _, name, forms, takes, *_ in rows:
        fact = FACTS[name.strip(" `")]
        written = forms.replace("Schedule 13D, 13G", "SCHEDULE 13D, SCHEDULE 13G")
        assert {form.strip() for form in re.split("[,;]", written)} == set(fact.forms), name
        if name.strip(" `") == "insider_is":
            assert set(_TICKED.findall(takes)) == set(fact.choices)


@pytest.mark.parametrize("words", [DEAL_TERMS, AMOUNT_ROLES, STATUSES], ids=["terms", "roles", "statuses"])
def test_every_word_of_a_closed_list_is_documented(words: tuple[str, ...]) -> None:
    assert {word for word in words if f"`{word}`" not in CONDITIONS} == set()


def test_every_period_of_money_is_documented() -> None:
    (row,) = [line for line in CONDITIONS.splitlines() if line.startswith("| `per year`")]
    assert {word.removeprefix("per ") for word in _TICKED.findall(row)} == set(YEARLY)


def test_every_relation_is_documented() -> None:
    (table,) = tables("companies.md", "`is`")
    page = read("companies.md")
    assert {word for word in get_args(RelationType) if f"`{word}`" not in page} == set()
    assert {word for cell in table for word in _TICKED.findall(cell)} <= set(get_args(RelationType))


def test_the_routine_forms_are_documented() -> None:
    text = read("event-types.md").partition("Without a list of this name they are ")[2].partition(".\n")[0]
    told = {form for part in text.replace("\n", " ").replace(" and ", ", ").split(", ") for form in _forms(part)}
    assert told == DEFAULT_ROUTINE_FORMS


def _forms(text: str) -> list[str]:
    first, to, last = text.partition(" to ")
    if not to:
        return [text]
    return [f"{first[:-1]}{digit}" for digit in range(int(first[-1]), int(last[-1]) + 1)]


def test_the_items_that_examples_name_are_items_of_an_8k() -> None:
    items = [shown["item"] for shown in SHOWN if shown.get("form") == "8-K" and "item" in shown]
    assert items
    assert {item for item in items for item in ([item] if isinstance(item, str) else item)} <= set(ITEMS_8K)


# --- around them ----------------------------------------------------------------------------------------------


def test_the_rules_to_learn_from_are_there() -> None:
    rules, portfolio = load_rules(ROOT / "rules").book, ""
    table = read("rules.md").partition("## The shipped rules")[2].partition("\n## ")[0]
    rows = [line.split("|")[2] for line in table.splitlines() if line.startswith("| ") and "`" in line]
    assert len(rows) > 5
    for cell in rows:
        portfolio = next(iter(re.findall(r"/portfolios/([a-z-]+)\.yaml", cell)), portfolio)
        named = rules.portfolio(portfolio)
        assert named is not None, cell
        assert set(_TICKED.findall(cell)) <= {rule.id for rule in named.rules}, cell


def test_every_lint_is_documented_and_nothing_else() -> None:
    assert named("rule-tests.md", "lint") == [set(LINTS)]


def test_every_lack_of_a_test_is_documented() -> None:
    (table,) = tables("rule-tests.md", "lack")
    assert {word for word in get_args(Lack) if word.split()[-1] not in " ".join(table)} == set()


def test_every_metric_is_documented() -> None:
    declared = {family.name for family in telemetry.REGISTRY.collect() if family.name.startswith("alertd_")}
    told = {name.removesuffix("_total") for name in re.findall(r"`(alertd_[a-z_]+)`", read("metrics.md"))}
    assert declared - told == set()
