"""docs/holdings.md: every key is documented where it belongs, and the example comes to what the page says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from alertd.companies.holdings import (
    HoldingsFile,
    Ids,
    InlineHolding,
    PositionColumns,
    SecurityMaster,
    Types,
)
from alertd.companies.report import Difference, LoadReport
from alertd.rules.loader import load_rules
from tests.docs.pages import ROOT, blocks, read

HOLDINGS = read("holdings.md")


def section(page: str, title: str) -> str:
    """Give the text under a heading."""
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", page, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def rows(text: str) -> set[str]:
    """Give the names in the first column of a text's tables."""
    return {
        name for line in re.findall(r"^\| (`.*?) \|", text, re.MULTILINE) for name in re.findall(r"`([a-z_]+)`", line)
    }


def keys(model: Any) -> set[str]:
    fields: Mapping[str, Any] = model.model_fields
    return {field.alias or name for name, field in fields.items()}


@pytest.mark.parametrize(
    ("title", "model"),
    [("In the portfolio's file", InlineHolding), ("Columns", PositionColumns), ("All settings", HoldingsFile)],
)
def test_every_key_of_holdings_has_its_row_and_no_other(title: str, model: Any) -> None:
    assert rows(section(HOLDINGS, title)) == keys(model)


def test_every_field_of_the_report_has_its_row() -> None:
    table = section(HOLDINGS, "The report")
    inside = {name for name in Difference.__struct_fields__ if f"`{name}`" not in table}
    assert {name for name in LoadReport.__struct_fields__ if f"`{name}`" not in table} | inside == set()


def test_the_security_master_and_the_types_are_described() -> None:
    master = section(HOLDINGS, "The security master")
    assert {name for name in keys(SecurityMaster) | keys(Ids) if not re.search(rf"\b{name}\b", master)} == set()
    settings = section(HOLDINGS, "All settings")
    types = Types()
    words = [*types.option, *types.cash]
    assert {word for word in words if word not in settings} | {
        n for n in keys(Types) if f"`{n}`" not in settings
    } == set()


def test_the_positions_shown_come_to_the_weights_that_are_told(tmp_path: Path) -> None:
    shown = blocks(ROOT / "docs/holdings.md")
    (portfolio,) = (b.text for b in shown if b.language == "yml")
    positions, master = (b.text for b in shown if b.language == "csv")
    folder = tmp_path / "rules/portfolios"
    folder.mkdir(parents=True)
    (folder / "long-short.yaml").write_text(portfolio.replace("stale_after: 2d", "stale_after: 36500d"))
    assert yaml.safe_load(portfolio)["holdings"]["file"] == "positions.csv"
    (folder / "positions.csv").write_text(positions)
    (folder / "securities.csv").write_text(master)
    loaded = load_rules(tmp_path / "rules")
    assert loaded.warnings == []
    held = loaded.book.portfolios[0].holdings.positions.values()
    (told,) = re.findall(r"^This is (.*?)\.$", HOLDINGS, re.MULTILINE | re.DOTALL)
    weights = {label: float(number.replace("−", "-")) for label, number in re.findall(r"(\w+) ([+−][\d.]+) %", told)}
    assert {h.label: round(h.weight * 100, 6) for h in held} == weights
