"""The rows that tests leave, and the table made of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.rows import note, read, table

VARIABLE = "ALERTD_TEST_ROWS"


def test_rows_come_back_in_the_order_in_which_they_were_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "rows"))
    rows = [{"fault": "F1", "lost": 0}, {"fault": "two\nlines\ud800", "lost": 1}]
    for row in rows:
        note(VARIABLE, row)
    first, second = read(tmp_path / "rows")
    assert first == rows[0]
    assert second["fault"].startswith("two\nlines")


def test_without_the_variable_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    note(VARIABLE, {"a": 1})
    assert read(tmp_path / "rows") == []


def test_a_table_sets_numbers_to_the_right_and_breaks_long_cells() -> None:
    rows = [{"n": 7, "what": "one two three"}, {"n": 1200, "what": "four"}]
    assert table(rows, {"n": "no.", "what": "what happened", "more": "more"}, {"what": 8}) == "\n".join(
        [
            "  no.  what happened  more",
            "-----  -------------  ----",
            "    7  one two",
            "       three",
            "1,200  four",
        ]
    )
