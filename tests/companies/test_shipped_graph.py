"""The example graph of AI compute that is shipped: each relation is dated and sourced, none stands twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from alertd.base.yaml import load_yaml, validate
from alertd.companies.companies_file import CompaniesFile
from alertd.companies.relations import Graph
from alertd.rules.loaded import KnownSettings, Loaded
from alertd.rules.loader import load_rules

RULES = Path(__file__).parents[2] / "rules"
LOOKED_AT = re.compile(r"Last looked at: (\d{4}-\d\d-\d\d)")
YEAR = re.compile(r"\b20\d\d\b")
ROLES: Mapping[str, str] = {
    "laboratory": "openai", "lessor": "CRWV", "chips": "AMD", "memory": "MU", "foundry": "TSM", "servers": "DELL",
    "network": "ANET", "power": "CEG", "cooling": "VRT", "construction": "hochtief", "hyperscaler": "MSFT",
}  # fmt: skip


@pytest.fixture(scope="module")
def text() -> str:
    return (RULES / "companies/ai-compute.yaml").read_text("utf-8")


@pytest.fixture(scope="module")
def curated(text: str) -> CompaniesFile:
    return validate(CompaniesFile, load_yaml(text, "ai-compute.yaml"))


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load_rules(RULES, known=KnownSettings({"desk": None}))


def test_every_relation_has_a_first_day_and_a_document_that_was_there_when_the_file_was_looked_at(
    text: str, curated: CompaniesFile
) -> None:
    looked = LOOKED_AT.search(text)
    assert looked
    day = date.fromisoformat(looked[1])
    assert len(curated.relations) > 80
    for one in curated.relations:
        assert one.since is not None, one
        assert one.since <= (one.until or day) <= day, one
        years = [int(year) for year in YEAR.findall(one.source)]
        assert years, one
        assert max(years) <= day.year, one
        assert "illustrative" not in one.source, one


def test_it_loads_beside_the_other_files_without_a_warning(loaded: Loaded) -> None:
    assert loaded.warnings == []


def test_no_statement_stands_twice_whatever_the_companies_are_called(loaded: Loaded) -> None:
    """A relation and its other way round are two: each has a strength of its own."""
    stated = Counter((one.company, one.type, one.of) for one in loaded.book.relations)
    assert [statement for statement, times in stated.items() if times > 1] == []
    assert [one for one in loaded.book.relations if one.company == one.of] == []


@pytest.mark.parametrize("part", ROLES)
def test_every_part_of_the_complex_is_within_three_relations_of_whoever_makes_the_chips(
    part: str, loaded: Loaded
) -> None:
    company, chips = loaded.table.resolve(ROLES[part]), loaded.table.resolve("NVDA")
    assert company is not None
    assert chips is not None
    assert company.id in Graph(loaded.book.relations).around([chips.id], 3)
