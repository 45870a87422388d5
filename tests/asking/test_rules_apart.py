"""Rules as their files have them, asked in a process of its own."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from alertd.asking import rules_apart
from alertd.asking.rules_apart import Order, answered, asked_apart
from alertd.errors import Temporary
from alertd.rules.loader import load_rules

RULES = """portfolio: p
title: P
desk: ai
rules:
  - id: lease
    title: A lease
    severity: high
    when: {title: lease}
    tests:
      - {name: says so, given: {title: A lease of Atlas}, expect: match}
      - {name: wants more, given: {title: Nothing}, expect: match}
  - {id: bare, title: Bare, severity: low, when: {title: bare}}
receivers: [x]
"""


@pytest.fixture
def order(tmp_path: Path) -> Order:
    (tmp_path / "rules/portfolios").mkdir(parents=True)
    (tmp_path / "rules/portfolios/p.yaml").write_text(RULES)
    return Order(rules=str(tmp_path / "rules"), state_dir=str(tmp_path / "var"), portfolio="p")


async def test_a_portfolio_has_places_lines_and_tests(order: Order) -> None:
    found = await asked_apart(order)
    assert found.read
    hashes = {rule.id: rule.hash for _, rule in load_rules(Path(order.rules)).book.rules()}
    assert {rule: seen.hash for rule, seen in found.rules.items()} == hashes
    assert found.rules.keys() == {"lease", "bare"}
    lease = found.rules["lease"]
    assert (lease.file, lease.line, lease.source[0].text) == ("portfolios/p.yaml", 5, "  - id: lease")
    assert [(one.name, one.passed, one.line) for one in lease.tests] == [
        ("says so", True, 10),
        ("wants more", False, 11),
    ]
    assert (found.rules["bare"].tests, len(found.rules["bare"].source)) == ([], 1)


def test_a_text_is_explained(order: Order) -> None:
    tried = msgspec.structs.replace(order, rule="lease", title="A lease of Atlas", body="And more.")
    found = answered(tried)
    assert (found.holds, found.trouble) == (True, "")
    assert any("title: lease" in line for line in found.lines)
    assert answered(msgspec.structs.replace(tried, title="No")).holds is False
    assert "there is no rule" in answered(msgspec.structs.replace(tried, rule="gone")).trouble


def test_faults_in_the_files_are_said_without_naming_whose(order: Order) -> None:
    (Path(order.rules) / "portfolios/q.yaml").write_text("portfolio: secret\nrules: [{}]\n")
    found = answered(order)
    assert ("faults" in found.trouble, "secret" in found.trouble, found.rules) == (True, False, {})


async def test_a_process_that_dies_or_never_ends_is_no_answer(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Temporary, match="ended with"):
        await asked_apart(msgspec.structs.replace(order, state_dir="\0"))
    monkeypatch.setattr(rules_apart, "PATIENCE_S", 0.01)
    with pytest.raises(Temporary, match="not read within"):
        await asked_apart(order)
