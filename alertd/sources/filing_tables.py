"""Rows of cells -> lines of text: figures as `label | value | value`, tables that only place text as that text.

Filers' programs spread one figure over several cells (`$`, `1,250`, `)`), put paragraphs, headings and bullets into
tables, and leave most cells empty. What counts is what a cell holds, never its width or colour.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

Cell = Sequence[str]
"""The lines of a cell."""

_FIGURE = re.compile(
    r"[-–—(]{0,2}\s?(?:US|C|A)?[$€£¥]?\s?[-–—(]{0,2}\s?\d[\d,]{0,24}(?:\.\d{1,8})?\s?[)%x]{0,3}[*†]{0,2}|[-–—]{1,3}%?"
)
_BEFORE = re.compile(r"[-–—(]?\s?(?:US|C|A)?[$€£¥(]{1,2}")
_AFTER = re.compile(r"[)%]{1,3}|\)?\s?(?:%|bps|x)\)?")
_RULE = re.compile(r"[\s\-=_.*·–—]+")
_MARK = 14
"""A first cell as short as this stands before a paragraph: a bullet, `(a)`, `99.1`, `Item 5.02`."""
_MAX_CELL = 2_000
"""Characters of a cell within a row of figures; what is longer is text, and not in a table of figures."""


def lines_of_table(rows: Sequence[Sequence[Cell]]) -> list[str]:
    """Give the lines that stand for a table. Linear in what the table holds."""
    filled = [[cell for cell in row if any(cell)] for row in rows]
    if _has_figures(filled):
        return [line for row in filled if (line := row_of_figures([" ".join(cell) for cell in row]))]
    return [line for row in filled for line in _placed(row)]


def row_of_figures(cells: Sequence[str]) -> str:
    """Join the cells of a row: signs go to their figures, rules and empty cells go."""
    joined: list[str] = []
    opening = ""
    for cell in cells:
        cell = cell.strip()
        if not cell:
            continue
        if _BEFORE.fullmatch(cell):
            opening += cell
        elif joined and not opening and _AFTER.fullmatch(cell):
            joined[-1] += cell
        else:
            joined.append(opening + cell)
            opening = ""
    if opening:
        joined.append(opening)
    if all(_RULE.fullmatch(cell) for cell in joined):
        return ""
    return " | ".join(joined)


def is_figure(cell: str) -> bool:
    """Say whether a cell holds one figure and nothing else; a dash counts as one."""
    return len(cell) <= 40 and _FIGURE.fullmatch(cell.strip()) is not None


def _has_figures(rows: Sequence[Sequence[Cell]]) -> bool:
    """Tell tables of figures: two figures stand in them that are not first in their row, and no cell is long."""
    figures = 0
    for row in rows:
        if any(sum(map(len, cell)) > _MAX_CELL for cell in row):
            return False
        figures += sum(1 for cell in row[1:] if len(cell) == 1 and is_figure(cell[0]) and cell[0][-1:] not in "-–—")
        if len(row) > 1 and len(row[0]) == 1 and is_figure(row[0][0]) and all(is_figure(c[0]) for c in row[1:]):
            figures += 1
    return figures >= 2


def _placed(row: Sequence[Cell]) -> list[str]:
    """Give the text of a row that only places it: in one line if each cell is one, else cell after cell."""
    if all(len(cell) == 1 for cell in row):
        return [line] if (line := " ".join(cell[0] for cell in row)) else []
    lines: list[str] = []
    mark = ""
    for cell in row:
        if len(cell) == 1 and len(cell[0]) <= _MARK:
            mark = f"{mark} {cell[0]}".lstrip()
            continue
        lines.append(f"{mark} {cell[0]}".lstrip())
        lines.extend(cell[1:])
        mark = ""
    return [*lines, mark] if mark else lines
