"""The examples in the documents are real: files load, commands run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from alertd.app.snapshot import known_settings
from alertd.history.backtest.expect_file import ExpectFile
from alertd.rules.loader import load_portfolio, load_rules
from alertd.settings import Settings, load_settings
from tests.docs.pages import PAGES, ROOT, Block, blocks
from tests.docs.rule_examples import is_rule_example
from tests.support.http import DEADLINE_S

KEY = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA=="
BLOCKS = [block for page in PAGES for block in blocks(page)]
ELSEWHERE = ROOT / "docs/configuration.md"
"""Its examples are for tests/settings, which has the files that they name."""


def of_language(language: str) -> list[Block]:
    found = [block for block in BLOCKS if block.language == language and block.page != ELSEWHERE]
    return [block for block in found if not is_rule_example(block)]  # for test_rule_examples.py


def value_for(variable: str) -> str:
    """Give something that fits where a variable stands."""
    if "SECRET" in variable:
        return KEY
    if variable in ("SLACK_TOKEN", "SLACK_APP_TOKEN"):
        return "xapp-x" if "APP" in variable else "xoxb-x"
    return "https://hooks.slack.com/services/T0/B0/x" if "SLACK" in variable else "value-of-24-characters--"


def environment(text: str) -> Mapping[str, str]:
    return {variable: value_for(variable) for variable in re.findall(r"\$\{(\w+)\}", text)}


@pytest.mark.parametrize("block", of_language("yaml"), ids=str)
def test_every_yaml_file_shown_loads(block: Block, tmp_path: Path) -> None:
    content = yaml.safe_load(block.text)
    if "portfolio" in content:
        assert load_portfolio(block.text, str(block)).rules
    elif "expect" in content:
        ExpectFile.model_validate(content)
    elif "jobs" in content:  # of a CI server; tests/docs/test_backtest.py runs what it runs
        assert content["jobs"]
    else:
        assert content.keys() <= Settings.model_fields.keys(), "neither settings nor a portfolio: what is it?"
        (tmp_path / "rules").mkdir()
        (tmp_path / "deploy").symlink_to(ROOT / "deploy")
        (tmp_path / "alertd.yaml").write_text(block.text)
        assert load_settings(tmp_path / "alertd.yaml", environment(block.text)).warnings == []


@pytest.mark.parametrize("block", of_language("json"), ids=str)
def test_every_json_shown_is_json(block: Block) -> None:
    json.loads(block.text)


def test_the_rules_of_the_readme_name_receivers_of_its_settings(tmp_path: Path) -> None:
    settings, portfolio = (b.text for b in blocks(ROOT / "README.md") if b.language == "yaml")
    rules(tmp_path).joinpath("ai.yaml").write_text(portfolio)
    (tmp_path / "alertd.yaml").write_text(settings)
    loaded = load_settings(tmp_path / "alertd.yaml", environment(settings)).settings
    load_rules(loaded.rules, known=known_settings(loaded))


def rules(folder: Path) -> Path:
    """Make the folder of portfolios."""
    made = folder / "rules/portfolios"
    made.mkdir(parents=True)
    return made


def echoes() -> list[str]:
    lines = [line for block in BLOCKS for line in block.text.splitlines()]
    return sorted({line for line in lines if line.startswith("echo ")})


@pytest.mark.parametrize("line", echoes(), ids=lambda line: line.partition("|")[2].strip())
def test_every_example_with_echo_runs_and_prints_something(line: str, tmp_path: Path) -> None:
    """In a folder that has the portfolio of the README."""
    (portfolio,) = (b.text for b in blocks(ROOT / "README.md") if b.text.startswith("portfolio:"))
    rules(tmp_path).joinpath("ai.yaml").write_text(portfolio)
    # The command of this very checkout, whatever else may be installed.
    ours = tmp_path / "bin/alertd"
    ours.parent.mkdir()
    ours.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m alertd "$@"\n')
    ours.chmod(0o755)
    env = os.environ | {"PATH": f"{ours.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["sh", "-c", line], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=5 * DEADLINE_S
    )
    assert done.returncode == 0, done.stderr
    assert [json.loads(printed) for printed in done.stdout.splitlines()], done.stderr
