"""docs/security.md names the tests that prove what it says, and they are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")


def named() -> list[Path]:
    """Give the tests that the page names; a bare file is in the directory of the one before it."""
    found: list[Path] = []
    for path, file in re.findall(r"`(tests/[\w./]+)`|`(test_\w+\.py)`", PAGE):
        found.append(ROOT / path if path else found[-1].parent / file)
    return found


def test_every_test_that_is_named_is_there() -> None:
    assert len(named()) > 30
    assert [str(path.relative_to(ROOT)) for path in named() if not path.exists()] == []


def test_every_threat_is_met_by_a_test_or_said_not_to_be() -> None:
    tables = re.findall(r"^\| could try \|.*?\n\n", PAGE, re.MULTILINE | re.DOTALL)
    rows = [row.split("|")[1:4] for table in tables for row in table.strip().splitlines()[2:]]
    assert len(rows) > 25
    said = ("**not covered**", "**not prevented**", "**encrypt backups**")
    assert [
        what for what, against, proof in rows if "`tests/" not in proof and not any(w in against for w in said)
    ] == []
