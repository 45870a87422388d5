"""The systemd units: systemd itself reads them, and says how little they expose."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT
from tests.support.http import DEADLINE_S

UNITS = {"alertd.service": "alertd.service", "alertd@.service": "alertd@poll.service"}
"""File -> name of a unit that is made of it."""
MOST = 1.5
"""Of systemd's measure of what a unit is exposed to, from 0 to 10."""
PROGRAM = "/opt/alertd/bin/alertd"


def analyze(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run systemd-analyze, or skip."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed (Debian: systemd)")
    return subprocess.run([program, *words], capture_output=True, text=True, timeout=DEADLINE_S, check=False)


def placed(file: str, folder: Path, program: str = sys.executable) -> Path:
    """Write a unit as it would lie in /etc/systemd/system, with a program that is there."""
    text = (ROOT / "deploy" / file).read_text()
    assert PROGRAM in text
    unit = folder / UNITS[file]
    unit.write_text(text.replace(PROGRAM, program))
    return unit


@pytest.mark.parametrize("file", UNITS)
def test_systemd_finds_nothing_wrong(file: str, tmp_path: Path) -> None:
    done = analyze("verify", "--man=no", placed(file, tmp_path))
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "alertd" in line]
    assert (ours, done.returncode) == ([], 0), done.stderr


def test_systemd_would_say_so(tmp_path: Path) -> None:
    unit = placed("alertd.service", tmp_path)
    unit.write_text(unit.read_text().replace("KillMode=mixed", "KilMode=mixed"))
    assert "KilMode" in analyze("verify", "--man=no", unit).stderr
    assert analyze("verify", "--man=no", placed("alertd.service", tmp_path, "/no/such/program")).returncode != 0


@pytest.mark.parametrize("file", UNITS)
def test_little_is_exposed(file: str, tmp_path: Path) -> None:
    done = analyze("security", "--offline=true", "--no-pager", placed(file, tmp_path))
    found = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
    assert found is not None, done.stdout + done.stderr
    assert float(found[1]) <= MOST


@pytest.mark.parametrize("file", UNITS)
def test_the_unit_is_as_the_docs_say(file: str) -> None:
    text = (ROOT / "deploy" / file).read_text()
    for line in ("Type=notify", "WatchdogSec=60", "ExecReload=/bin/kill -HUP $MAINPID", "DynamicUser=yes"):
        assert line in text.splitlines()
    assert "/etc/default/alertd" in text
    page = (ROOT / "docs/operations.md").read_text()
    assert "/etc/default/alertd" in page
    assert f"deploy/{file}" in page
