from __future__ import annotations

import json
import re
from pathlib import Path

from alertd.rules.conditions import OPERATORS
from alertd.rules.portfolio_file import portfolio_schema

ROOT = Path(__file__).parents[2]


def test_the_schema_kept_beside_the_rules_is_current() -> None:
    kept = ROOT / "rules" / "schema" / "portfolio.schema.json"
    assert json.loads(kept.read_text("utf-8")) == portfolio_schema()


def test_every_operator_is_a_branch_of_the_condition_and_every_reference_resolves() -> None:
    schema = portfolio_schema()
    branches = schema["$defs"]["Condition"]["anyOf"]
    assert [branch["required"] for branch in branches] == [[name] for name in OPERATORS]
    assert all(branch["additionalProperties"] is False for branch in branches)
    for name in re.findall(r"#/\$defs/(\w+)", json.dumps(schema)):
        assert name in schema["$defs"]


def test_every_operator_is_described_in_the_documentation() -> None:
    text = (ROOT / "docs" / "rules.md").read_text("utf-8")
    for name in OPERATORS:
        assert f"| `{name}` |" in text
