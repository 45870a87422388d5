"""Whatever a user can meet by name is documented: commands, options, reasons, notices, failpoints, metrics, roles."""

from __future__ import annotations

import re
from typing import Any, get_args, get_type_hints

import pytest
from typer.testing import CliRunner

from alertd import telemetry
from alertd.app.state import ROLES
from alertd.cli.main import COMMANDS, _load, app
from alertd.model import Alert, DeliveryState, Match, MessageType, Reason
from alertd.sources.novelty import Note
from tests.docs.pages import ROOT, read

CODE = {path: path.read_text("utf-8") for path in sorted((ROOT / "alertd").rglob("*.py"))}
EVERYWHERE = {"--help", "-h", "--config", "-c"}
"""Options that are described once for all commands."""


def options(text: str) -> set[str]:
    """Give the options that a text names, but for those that are described once for all commands."""
    return set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", text)) - EVERYWHERE


def calls(pattern: str) -> set[str]:
    """Give the first argument of calls in the code, by a pattern that ends where it begins."""
    texts = [text for path, text in CODE.items() if path.name != "failpoints.py"]  # its docstring shows how
    return {found for text in texts for found in re.findall(pattern + r'\(\s*"([a-z_.]+)"', text)}


def every_command() -> list[str]:
    """Give the words of every command, those of a group one by one."""
    return [words for name in COMMANDS for words in _words(name, _load(name))]


def _words(name: str, command: Any) -> list[str]:
    inner = getattr(command, "commands", None)
    return [name] if inner is None else [words for sub in inner for words in _words(f"{name} {sub}", inner[sub])]


@pytest.mark.parametrize("command", every_command())
def test_every_command_is_documented_with_every_option_and_no_other(command: str) -> None:
    shown = CliRunner().invoke(
        app, [*command.split(), "--help"], env={"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "200"}
    )
    assert shown.exit_code == 0
    rows = [line for line in read("commands.md").splitlines() if line.startswith(f"| `alertd {command}")]
    assert options(" ".join(rows)) == options(shown.stdout)


def test_every_documented_command_is_there() -> None:
    told = {found for page in [read("commands.md")] for found in re.findall(r"^\| `alertd ([a-z-]+)", page, re.M)}
    assert told == set(COMMANDS)


@pytest.mark.parametrize("page", ["commands.md", "alerts.md"])
def test_no_command_and_no_notice_has_two_rows(page: str) -> None:
    table = read(page).partition("## What the operator is told")[2] or read(page)
    listed = re.findall(r"^\| `([^`]+)` \|", table, re.M)
    assert sorted(listed) == sorted(set(listed))


def test_the_readme_names_every_command_a_newcomer_needs() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    needed = {
        "init",
        "check",
        "run",
        "parse",
        "match",
        "explain",
        "test",
        "send-test",
        "status",
        "tail",
        "why",
        "dead",
    }
    assert {name for name in needed if f"alertd {name}" not in readme} == set()


def test_every_reason_of_a_decision_is_documented() -> None:
    page = read("alerts.md")
    assert {reason for reason in get_args(Reason) if f"`{reason}`" not in page} == set()


def test_every_kind_of_notice_is_documented_and_nothing_else() -> None:
    told = set(
        re.findall(r"^\| `([a-z_]+)` \|", read("alerts.md").partition("## What the operator is told")[2], re.M)
    )
    assert told == calls(r"\b(?:_?tell|Tell)") | set(get_args(get_type_hints(Note)["kind"]))


def test_every_failpoint_is_documented_and_nothing_else() -> None:
    table = read("architecture.md").partition("## Where a crash can hit")[2].partition("\n\nTests die")[0]
    assert set(re.findall(r"`([a-z]+(?:\.[a-z_]+)+)`", table)) == calls(r"\bfailpoint")


def test_every_role_is_documented() -> None:
    row = next(line for line in read("commands.md").splitlines() if "--only ROLE" in line)
    assert set(re.findall(r"`([a-z]+)`", row)) == set(ROLES)


def test_every_state_of_a_delivery_and_type_of_message_is_documented() -> None:
    assert {state for state in get_args(DeliveryState) if state not in read("store.md")} == set()
    assert {kind for kind in get_args(MessageType) if f"`{kind}`" not in read("webhook.md")} == set()


def test_every_field_of_an_alert_and_of_a_match_is_documented() -> None:
    fields = {*Alert.__struct_fields__, *Match.__struct_fields__}
    assert {field for field in fields if f'"{field}":' not in read("webhook.md")} == set()


def test_every_documented_metric_is_there() -> None:
    declared = {family.name for family in telemetry.REGISTRY.collect()}
    told = re.findall(r"alertd_[a-z_]+", read("metrics.md"))
    assert {name for name in told if name.removesuffix("_total") not in declared} == set()


def test_every_metric_is_set_somewhere() -> None:
    declaring = ROOT / "alertd/telemetry/metrics.py"
    names = set(re.findall(r"^([A-Z_]+) = (?:_counter|_gauge|_histogram|Summary)\(", CODE[declaring], re.M))
    used = "\n".join(text for path, text in CODE.items() if path != declaring)
    inside = {"SOURCE_STATE"}  # by set_source_state, beside it
    assert {name for name in names - inside if not re.search(rf"\b{name}\.", used)} == set()
