"""docs/backtest.md: the script of the desk's CI runs, and the workflow runs the same commands."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

from tests.docs.pages import ROOT, blocks
from tests.support.http import DEADLINE_S

PAGE = ROOT / "docs/backtest.md"
RULES = """portfolio: ai
title: AI
receivers: [desk]
rules:
  - id: lease
    title: A lease
    severity: high
    when: {title: %s}
    tests: [{given: {title: Vega leases a hall}, expect: match}]
"""


def script() -> str:
    """Give the script as the page shows it."""
    (found,) = (block.text for block in blocks(PAGE) if block.language == "sh")
    return found


def commands(text: str) -> list[str]:
    """Give the commands of alertd in a text, one a line."""
    joined = re.sub(r"\\?\n\s+(?=--|alertd)", " ", text)
    return [" ".join(line.split()) for line in joined.splitlines() if line.strip().startswith("alertd ")]


def desk(folder: Path) -> Path:
    """Make a repository of rules whose main branch is at an origin, with a change on top."""
    (folder / "rules/portfolios").mkdir(parents=True)
    file = folder / "rules/portfolios/ai.yaml"
    file.write_text(RULES % "lease")
    (folder / "backtest.yaml").write_text("expect:\n  - {rule: lease, alerts: exactly 2}\n  - {lost: exactly 0}\n")
    lines = []
    for number, title in enumerate(["Vega leases a hall", "Lumen rents a hall", "Lumen leases a van"]):
        at = f"2026-03-02T1{number}:00:00.000Z"
        lines.append(json.dumps({"id": f"ev_{number}", "source": "wire", "title": title, "seen_at": at}) + "\n")
    (folder / "past.jsonl").write_text("".join(lines))
    for words in (
        ["init", "-b", "main"],
        ["add", "."],
        ["-c", "user.name=jd", "-c", "user.email=jd@example.com", "commit", "-m", "rules"],
        ["update-ref", "refs/remotes/origin/main", "main"],
    ):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)
    return folder


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the script there, with the command of this very checkout."""
    ours = folder.parent / "bin/alertd"
    ours.parent.mkdir(exist_ok=True)
    ours.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m alertd "$@"\n')
    ours.chmod(0o755)
    env = os.environ | {"PATH": f"{ours.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["sh", "-c", script()], cwd=folder, env=env, capture_output=True, text=True, timeout=5 * DEADLINE_S
    )


def test_the_script_of_the_desks_ci_passes_and_fails_when_a_change_loses_something(tmp_path: Path) -> None:
    folder = desk(tmp_path / "desk")
    passed = run(folder)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert {"backtest.xml", "backtest.html"} <= {path.name for path in folder.iterdir()}
    (folder / "rules/portfolios/ai.yaml").write_text(RULES % "hall")
    failed = run(folder)
    assert failed.returncode == 1
    assert "expected lost exactly 0, got 1" in failed.stdout
    assert 'failures="1"' in (folder / "backtest.xml").read_text()


def test_the_workflow_runs_what_the_script_runs() -> None:
    (text,) = (block.text for block in blocks(PAGE) if block.language == "yaml" and block.text.startswith("on:"))
    steps = yaml.safe_load(text)["jobs"]["rules"]["steps"]
    ran = [" ".join(step["run"].split()) for step in steps if "run" in step and step["run"].startswith("alertd")]
    assert [line.replace(" --format github", "") for line in ran] == commands(script())
