"""docs/operations.md says for every notice what to do, and names every role."""

from __future__ import annotations

import re
from pathlib import Path

from alertd.app.state import ROLES

DOCS = Path(__file__).parents[2] / "docs"


def words(page: str, heading: str) -> set[str]:
    """Give the words in the first column of the table under a heading."""
    section = (DOCS / page).read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE))


def test_every_notice_has_its_remedy() -> None:
    told = words("alerts.md", "What the operator is told")
    assert told
    assert words("operations.md", "Watching it") == told


def test_every_role_is_explained() -> None:
    assert words("operations.md", "Roles apart") == set(ROLES)
