"""docs/timing.md: its settings load beside rules, its tables are true, and it names every key and every exchange."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from alertd.alerts.quiet import quiet_until
from alertd.app.schema import settings_schema
from alertd.app.snapshot import LoadedSnapshot, all_faults
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.base.exchanges import EXCHANGES
from alertd.rules.conditions_alert import ALERT_OPERATORS
from alertd.rules.reader import OPERATORS
from tests.docs.pages import ROOT, Block, blocks
from tests.docs.test_examples import environment

PAGE = ROOT / "docs/timing.md"
TEXT = PAGE.read_text("utf-8")
EXAMPLES = [block for block in blocks(PAGE) if block.language == "yaml"]
RULES = """
portfolio: ai
title: AI
timezone: America/New_York
holdings: [{{ticker: NVDA, weight: 8%}}]
receivers: [{receivers}]
rules:
  - {{id: lease, title: A lease, severity: high, tags: [compute], when: {{title: lease}}}}
"""
TYPES = ("compute_lease", "contract_dispute")


def load(block: Block, folder: Path) -> LoadedSnapshot:
    """Load an example beside a portfolio that tells its receivers."""
    receivers = ", ".join(re.findall(r"\bid: ([a-z-]+)", block.text))
    for name, text in {
        "portfolios/ai.yaml": RULES.format(receivers=receivers),
        **{f"event-types/{one}.yaml": f"event_type: {one}\ntitle: T\nwhen: {{title: {one}}}\n" for one in TYPES},
    }.items():
        path = folder / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "alertd.yaml").write_text(block.text)
    loaded, faults = all_faults(folder / "alertd.yaml", environment(block.text))
    assert faults == []
    assert loaded is not None
    return loaded


@pytest.mark.parametrize("block", EXAMPLES, ids=str)
def test_every_example_loads_with_its_conditions(block: Block, tmp_path: Path) -> None:
    policies = load(block, tmp_path).snapshot.receivers.values()
    assert any(p.quiet or p.digest or p.cooldown or p.group_s or p.escalate or p.storm is None for p in policies) or (
        "storm" in block.text
    )


def test_the_table_of_quiet_hours_is_true_for_the_settings_at_the_top(tmp_path: Path) -> None:
    quiet = load(EXAMPLES[0], tmp_path).snapshot.receivers["ai-desk"].quiet
    assert quiet is not None
    rows = re.findall(r"^\| \w{3} (2026-\S+)Z \| (2026-\S+)Z \|", TEXT, re.M)
    assert len(rows) == 8
    for comes, told in rows:
        assert rfc3339(quiet_until(quiet, parse_rfc3339(f"{comes}:00Z"))) == f"{told}:00.000Z", comes


def test_every_exchange_is_named_and_no_other() -> None:
    named = TEXT.partition("for these exchanges:")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", named)) == EXCHANGES


def test_every_condition_that_only_receivers_have_is_described() -> None:
    described = re.findall(r"^\| `(\w+): ", TEXT, re.M)
    assert described == [name for name in ALERT_OPERATORS if name not in OPERATORS]


@pytest.mark.parametrize(
    ("heading", "model"),
    [
        ("Cooldown", "CooldownConfig"),
        ("Quiet hours", "QuietConfig"),
        ("Digests", "DigestConfig"),
        ("Storms", "StormConfig"),
        ("Escalation", "EscalateConfig"),
    ],
)
def test_every_key_is_described_with_its_default(heading: str, model: str) -> None:
    section = TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]*?) ?\|", section, re.M))
    schema: dict[str, Any] = settings_schema()["$defs"][model]
    assert set(rows) == set(schema["properties"])
    for key, about in schema["properties"].items():
        default = about.get("default")
        if default and rows[key] != "see above":
            assert rows[key] == f"`{default}`", key
