"""docs/configuration.md names every key with its default, and its examples load."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from alertd.app.schema import settings_schema
from alertd.notify.catalog import RECEIVER_MODELS
from alertd.settings import SOURCE_MODELS
from tests.settings.conftest import Desk

DOC = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
SCHEMA = settings_schema()
MODELS = {**SOURCE_MODELS, **RECEIVER_MODELS}


def section(title: str) -> str:
    """Give the text under a heading of any level, with what stands below it at deeper levels."""
    [found] = re.findall(rf"^(#+) {re.escape(title)}\n(.*?)(?=^#{{1,3}} |\Z)", DOC, re.MULTILINE | re.DOTALL)
    return str(found[1])


def rows(text: str) -> dict[str, str]:
    """Give the keys of a section's table with their defaults."""
    return {key: default.strip() for key, default in re.findall(r"^\| `(\w+)`[^|]*\|([^|]*)\|", text, re.MULTILINE)}


def keys(schema: dict[str, Any]) -> set[str]:
    found = set(schema["properties"])
    return {key for key in found if key.removesuffix("_file") not in found - {key}}


def test_every_setting_is_documented_and_nothing_else() -> None:
    assert set(rows(section("Settings"))) == keys(SCHEMA)


@pytest.mark.parametrize(
    ("title", "definition"),
    [("web", "WebConfig"), ("log", "LogConfig"), ("processes", "ProcessesConfig"), ("smtp", "SmtpConfig"),
     ("heartbeat", "HeartbeatConfig")],
)  # fmt: skip
def test_every_key_of_a_section_is_documented_and_nothing_else(title: str, definition: str) -> None:
    assert set(rows(section(title))) == keys(SCHEMA["$defs"][definition])


@pytest.mark.parametrize("name", MODELS)
def test_every_key_of_a_source_or_receiver_is_documented_and_nothing_else(name: str) -> None:
    common = {} if name in SOURCE_MODELS else rows(section("Receivers"))
    documented = {**common, **rows(section(name))}
    assert set(documented) == keys(SCHEMA["$defs"][MODELS[name].__name__])


def test_every_key_of_a_report_is_documented_and_nothing_else() -> None:
    assert set(rows(section("Reports"))) == keys(SCHEMA["$defs"]["ReportConfig"])


def test_every_key_of_a_model_and_of_its_budget_is_documented_and_nothing_else() -> None:
    documented = set(rows(section("Models")))
    assert documented == keys(SCHEMA["$defs"]["ModelConfig"]) | keys(SCHEMA["$defs"]["BudgetConfig"])


def test_plain_defaults_are_documented_as_they_are() -> None:
    groups = [("Settings", SCHEMA), *((n, SCHEMA["$defs"][MODELS[n].__name__]) for n in MODELS)]
    for title, schema in groups:
        documented = rows(section(title))
        for key, about in schema["properties"].items():
            default = about.get("default")
            if (
                key in documented
                and isinstance(default, str)
                and default
                and key not in ("type", "state_dir", "rules")
            ):
                assert documented[key] == f"`{default}`", f"{title}: {key}"


def test_the_examples_load_without_a_warning(desk: Desk) -> None:
    examples = re.findall(r"```yaml\n(.*?)```", DOC, re.DOTALL)
    hook = desk.write("credentials/slack-ops", "https://hooks.slack.com/services/T0/B0/y")
    env = {
        "SMTP_PASSWORD": "x",
        "SLACK_AI_DESK": "https://hooks.slack.com/services/T0/B0/x",
        "OMS_SECRET": "whsec_MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=",
        "PRWIRE_TOKEN": "x",
        "ANTHROPIC_API_KEY": "x",
        "HEARTBEAT_URL": "https://hc.example.com/4f1c",
        "CREDENTIALS_DIRECTORY": str(hook.parent),
    }
    assert len(examples) == 7
    for example in examples:
        assert desk.faults(example, env) == []
