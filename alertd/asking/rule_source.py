"""A rule as it stands in its file, line by line."""

from __future__ import annotations

from pathlib import Path

from alertd.base.yaml import Place
from alertd.model import Struct

MOST_LINES = 300
"""Of one rule; of a longer one the beginning."""
MOST_LETTERS = 400
"""Of one line."""


class SourceLine(Struct, frozen=True, array_like=True):
    """A line of a file."""

    number: int
    text: str


def source_of(place: Place) -> list[SourceLine]:
    """Give the lines of a rule whose id stands at a place; none where the file is not as it was any more."""
    try:
        there = Path(place.file).read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
    if not 0 < place.line <= len(there):
        return []
    first, last = _span(there, place.line)
    shown = there[first - 1 : min(last, first - 1 + MOST_LINES)]
    return [SourceLine(number, text[:MOST_LETTERS]) for number, text in enumerate(shown, first)]


def name_of(place: Place, rules: str) -> str:
    """Name a file by where it lies in the directory of the rules."""
    try:
        return str(Path(place.file).relative_to(rules))
    except ValueError:
        return Path(place.file).name


def _span(lines: list[str], line: int) -> tuple[int, int]:
    """Give the first and last line, from 1, of the entry of a list in which a line stands.

    It begins with the dash nearest above that stands less far in, and ends before the next line that stands no
    further in than the dash.
    """
    inside, first, dash = _indent(lines[line - 1]), line, _indent(lines[line - 1])
    for number in range(line, 0, -1):
        text = lines[number - 1]
        if text.lstrip().startswith("-") and (number == line or _indent(text) < inside):
            first, dash = number, _indent(text)
            break
    last = len(lines)
    for number in range(first + 1, len(lines) + 1):
        text = lines[number - 1]
        if text.strip() and not text.lstrip().startswith("#") and _indent(text) <= dash:
            last = number - 1
            break
    while last > first and (not lines[last - 1].strip() or lines[last - 1].lstrip().startswith("#")):
        last -= 1
    return first, last


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
