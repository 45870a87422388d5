"""Golden sessions: what commands print about rules, as it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.sessions import replayed

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", ["explain", "test", "match", "companies-graph", "note"])
def test_a_session_prints_what_it_printed_before(name: str) -> None:
    """Changed on purpose: python -m tests.cli.sessions tests/cli/golden/NAME.txt."""
    session = (GOLDEN / f"{name}.txt").read_text("utf-8")
    assert replayed(session) == session
