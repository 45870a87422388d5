"""Typed text of 1993 to 2002, wrapped at 80 columns -> lines: one for each paragraph, heading or row of figures.

The SEC's own tags stand in it (`<PAGE>`, `<TABLE>`, `<CAPTION>`, `<S>`, `<C>`); columns are kept apart by spaces,
tabs or dots, headings are underlined by dashes.
"""

from __future__ import annotations

import html
import re

from alertd.sources.filing_tables import is_figure, row_of_figures

_TAG = re.compile(r"</?(page|table|caption|s|c|fn|pre|text|document|r)(?:\s[^<>\n]{0,200})?>", re.IGNORECASE)
_COLUMNS = re.compile(r" {2,}|\t+|(?: ?\.){3,} ?|\s?-{3,}\s?")
_UNDERLINE = re.compile(r"(?<!\S)[-=_*]{3,}(?!\S) ?")
_RULE = re.compile(r"[\s\-=_*.~+|]+")
_ITEM = re.compile(r"\s*(?:ITEMS?\s*\d|Items?\s*\d{1,2}(?:\.\d\d)?[.:)\-\s]\s*[\"A-Z(])")
_MARKED = re.compile(r"\s*(?:\([a-z0-9]{1,3}\)|[a-z]\)|\*+|[o•]\s\s|-{1,2}\s|\d{1,3}\.\d{0,2}\s)")
_PAGE_NUMBER = re.compile(r"\s*[-– ]{0,3}\d{1,3}[-– ]{0,3}|\s*page \d{1,3}(?: of \d{1,3})?", re.IGNORECASE)
_SHORT = 52
"""A line that ends before this column was not wrapped: it ends its paragraph."""
_INDENT = 3
"""Columns that a line has to be indented by, against the one before, to begin a paragraph."""
_MAX_LINE = 2_000


def lines_of_ascii(text: str) -> list[str]:
    """Give the lines of typed text. Linear in its length."""
    if "&" in text:
        text = html.unescape(text)
    lines = _Lines()
    in_table = False
    for typed in text.splitlines():
        if "<" in typed:
            for tag in _TAG.finditer(typed):
                if tag[1].lower() == "table":
                    in_table = tag[0][1] != "/"
            bare = _TAG.sub(lambda tag: " " * len(tag[0]), typed)
            typed = bare
        typed = typed.rstrip()
        if not typed or _RULE.fullmatch(typed) or _PAGE_NUMBER.fullmatch(typed):
            lines.gap()
        elif row := _row(typed, in_table):
            lines.alone(row)
        elif in_table:
            lines.alone(" ".join(typed.split()))
        else:
            lines.add(typed)
    lines.end()
    return lines.done


class _Lines:
    """The paragraphs so far and the one that is open."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self._open: list[str] = []
        self._last = ""
        self._gap = False

    def add(self, typed: str) -> None:
        """Add a typed line to the open paragraph, or begin one with it."""
        if self._open and (self._parts(typed) if self._gap else self._begins(typed)):
            self.end()
        self._gap = False
        self._open.append(" ".join(typed.split()))
        self._last = typed

    def alone(self, line: str) -> None:
        """Add a line that belongs to no paragraph."""
        self.end()
        self.done.append(line)

    def gap(self) -> None:
        """Note an empty line or the end of a page."""
        self._gap = True

    def _parts(self, typed: str) -> bool:
        """Say whether a gap parts paragraphs: a page that ends within a sentence does not."""
        return not typed.lstrip()[:1].islower() or len(self._last) < _SHORT or self._last[-1:] in ".:;"

    def end(self) -> None:
        """End the open paragraph."""
        if self._open:
            self.done.append(_UNDERLINE.sub("", " ".join(self._open)).rstrip())
            self._open.clear()

    def _begins(self, typed: str) -> bool:
        last = self._last
        ended = len(last) < _SHORT or last[-1:] in ".:;"
        if _ITEM.match(typed):
            return ended or typed.lstrip().startswith("ITEM")
        if _MARKED.match(typed) and ended:
            return True
        indent = len(typed) - len(typed.lstrip())
        return len(last) < _SHORT or (last[-1:] in ".:;" and indent - (len(last) - len(last.lstrip())) >= _INDENT)


def _row(typed: str, in_table: bool) -> str:
    """Give a row of figures if the typed line is one."""
    if len(typed) > _MAX_LINE or not any(c.isdigit() for c in typed[-60:]):
        return ""
    cells = [cell for cell in _COLUMNS.split(typed.strip()) if cell]
    figures = sum(1 for cell in cells[1:] if is_figure(cell))
    if figures >= (1 if in_table else 2):
        return row_of_figures(cells)
    return ""
