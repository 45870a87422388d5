"""docs/operations.md names every notice, every role and every file of the state directory."""

from __future__ import annotations

import re
from pathlib import Path

from alertd.app.state import ROLES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/operations.md").read_text()
_KINDS = re.compile(r"""(?:\btell\(|\bTell\(|\bNote\(kind=)\s*"([a-z_]+)\"""")


def test_every_notice_is_explained_and_no_other() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "alertd").rglob("*.py"))
    told = set(_KINDS.findall(code))
    documented = set(re.findall(r"^\| `([a-z_]+)` \|", PAGE.split("are told:")[1], re.MULTILINE))
    assert len(told) >= 14
    assert documented == told


def test_every_role_is_explained() -> None:
    table = PAGE.split("## Roles apart")[1].split("##")[0]
    assert set(re.findall(r"^\| `([a-z]+)` \|", table, re.MULTILINE)) == set(ROLES)
