"""Rows that tests leave for a table: JSON lines in a file that an environment variable names.

    note("ALERTD_FAULTS_ROWS", {"fault": "F12", "seed": 7, "lost": 0, "verdict": "held"})     in a test
    print(table(read(path), {"fault": "fault", "seed": "seed", "lost": "lost"}))              in the command behind

Without the variable nothing is written. A line is written in one piece, so that several test processes may share the
file.
"""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]


def note(variable: str, row: Row) -> None:
    """Add a row to the file that the environment variable names, if it names one."""
    if path := os.environ.get(variable):
        line = (json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)


def read(path: Path) -> list[dict[str, Any]]:
    """Give the rows of a file in the order in which they were written; none if there is no file."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def table(rows: Sequence[Row], columns: Mapping[str, str], wrap: Mapping[str, int] | None = None) -> str:
    """Write rows as a table of plain text: `columns` are field -> title, `wrap` field -> widest line of its cells.

    Numbers stand to the right. A field that a row lacks is an empty cell.
    """
    bounds = dict(wrap or {})
    right = {name for name in columns if rows and all(isinstance(row.get(name, 0), int | float) for row in rows)}
    cells = [{name: _lines(row.get(name, ""), bounds.get(name)) for name in columns} for row in rows]
    widths = {
        name: max([len(title), *(len(line) for row in cells for line in row[name])])
        for name, title in columns.items()
    }
    head = {name: [title] for name, title in columns.items()}
    rule = {name: ["-" * widths[name]] for name in columns}
    return "\n".join(line for row in [head, rule, *cells] for line in _row(row, widths, right))


def _lines(value: object, bound: int | None) -> list[str]:
    text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    return textwrap.wrap(text, bound, break_on_hyphens=False) or [""] if bound else [text]


def _row(cells: Mapping[str, list[str]], widths: Mapping[str, int], right: set[str]) -> list[str]:
    def cell(name: str, n: int) -> str:
        text = cells[name][n] if n < len(cells[name]) else ""
        return text.rjust(widths[name]) if name in right else text.ljust(widths[name])

    return ["  ".join(cell(name, n) for name in cells).rstrip() for n in range(max(map(len, cells.values())))]
