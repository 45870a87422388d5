"""Faults in the log: a line for each, whole and in parts, and never a line end inside a text."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from alertd import telemetry
from alertd.app.fault_log import log_end, log_fault
from alertd.errors import AlertdError, ConfigError, Fault, StoreRefused

FIRST = Fault("alertd.yaml", 3, 5, "there is no receiver `desc`", "did you mean desk?")
SECOND = Fault("rules/p.yaml", 0, 0, "cannot be read", severity="warning")


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Any:
    out = io.StringIO()
    telemetry.configure_logging("info", "json", out)

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in out.getvalue().splitlines()]

    yield read
    telemetry.configure_logging()


def parts(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name not in ("ts", "logger")}


def test_a_fault_is_a_line_as_editors_jump_to_it_and_in_its_parts(lines: Any) -> None:
    log_fault("config_fault", FIRST)
    log_fault("config_warning", SECOND)
    assert [parts(line) for line in lines()] == [
        {
            "level": "error", "event": "config_fault", "fault": str(FIRST), "file": "alertd.yaml", "line": 3,
            "column": 5, "problem": "there is no receiver `desc`", "advice": "did you mean desk?",
        },
        {
            "level": "warning", "event": "config_warning", "fault": str(SECOND), "file": "rules/p.yaml",
            "problem": "cannot be read",
        },
    ]  # fmt: skip


def test_what_ends_a_daemon_is_its_last_line_and_one_fault_is_in_it(lines: Any) -> None:
    log_end("cannot_start", ConfigError(FIRST))
    (line,) = lines()
    assert (line["level"], line["event"], line["error"]) == ("critical", "cannot_start", str(FIRST))
    assert (line["file"], line["advice"]) == ("alertd.yaml", "did you mean desk?")


def test_of_several_faults_each_has_its_line_before_the_last(lines: Any) -> None:
    log_end("cannot_start", ConfigError([SECOND, FIRST]))
    found = lines()
    assert [line["event"] for line in found] == ["config_fault", "config_fault", "cannot_start"]
    assert found[-1]["error"] == f"2 faults, each in a line of its own; first: {FIRST}"


@pytest.mark.parametrize("why", [StoreRefused("it said:\nno\n\nroom\n"), "it said:\nno\n\nroom\n"])
def test_lines_of_another_program_are_a_list(lines: Any, why: AlertdError | str) -> None:
    log_end("cannot_go_on", why)
    (line,) = lines()
    assert (line["error"], line["details"]) == ("it said:", ["no", "room"])


def test_no_text_has_a_line_end_in_it(lines: Any) -> None:
    log_end("cannot_start", ConfigError([FIRST, SECOND]))
    log_end("cannot_go_on", "a\nb")
    texts = [value for line in lines() for value in line.values() if isinstance(value, str)]
    assert texts and not any("\n" in text or "\\n" in text for text in texts)
