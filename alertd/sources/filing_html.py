"""HTML of any age -> lines of text: one for each paragraph, heading, list item or row of a table.

The parser tells of tags and text one after the other and builds no tree: a document costs the memory of its text, and
reading stops when there is enough of it. libxml2 fetches nothing, knows no entities but those of HTML and guesses
what is left open. An end tag that closes nothing makes it look through everything that is open; so markup is fed in
small parts, and nested deeper than any filing it is read on with a new parser.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from lxml import etree

from alertd.sources.filing_ascii import lines_of_ascii
from alertd.sources.filing_tables import lines_of_table

_PART = 16 << 10
"""Characters fed at once."""
_MAX_DEPTH = 512
"""Open elements at which a new parser begins. Old pages leave hundreds of `<font>` open; real nesting ends at 60."""
_MAX_TABLES = 12
"""Tables within tables that are told apart; deeper ones are read as text of the cell they stand in."""

_BLOCK_NAMES = """
    address article aside blockquote body br caption center dd div dl dt fieldset figcaption figure footer form h1 h2
    h3 h4 h5 h6 header hr html legend li main menu nav ol p page pre section table tbody td tfoot th thead tr ul
"""
_DROPPED_NAMES = "script style head title template object applet svg math iframe noframes ix:header"
_VOID_NAMES = "area base br col embed hr img input link meta param source track wbr"
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_DROPPED = frozenset(_DROPPED_NAMES.split())
_VOID = frozenset(_VOID_NAMES.split())


class MarkupReader(Protocol):
    """What takes the tags and the text of a page (the target of an lxml parser)."""

    depth: int
    """Elements that are open."""
    taken: int
    """Characters of text taken so far."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take a start tag."""

    def end(self, tag: str) -> None:
        """Take an end tag, of the page or supplied by the parser."""

    def data(self, text: str) -> None:
        """Take text."""

    def close(self) -> None:
        """Note that a parser ended; the page may go on with another one."""


def read_markup(markup: str, reader: MarkupReader, enough: int) -> bool:
    """Tell a reader of a page until it has taken `enough` characters; say whether something was left unread."""
    parser = _parser(reader)
    position = 0
    while position < len(markup) and reader.taken < enough:
        end = position + _PART
        if end < len(markup):
            end = max(markup.rfind("<", position + 1, end), 0) or end
        parser.feed(markup[position:end].encode("utf-8", "replace"))
        position = end
        if reader.depth > _MAX_DEPTH:
            parser.close()
            parser = _parser(reader)
    parser.close()
    return position < len(markup)


def lines_of_html(markup: str, enough: int) -> tuple[list[str], bool]:
    """Give the lines of a page until there are `enough` characters; say whether something was left unread."""
    reader = _Lines()
    unread = read_markup(markup, reader, enough)
    return reader.finish(), unread


def _parser(reader: MarkupReader) -> etree.HTMLParser:
    parser = etree.HTMLParser(target=reader, encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    parser.feed(b"<html>")  # libxml2 refuses to end a page of nothing
    return parser


class _Table:
    """A table that is open: its rows so far, and the row and the cell that text goes to."""

    __slots__ = ("row", "rows")

    def __init__(self) -> None:
        self.rows: list[list[list[str]]] = []
        self.row: list[list[str]] = []

    def new_row(self) -> None:
        self.row = []
        self.rows.append(self.row)

    def new_cell(self) -> None:
        if not self.rows:
            self.new_row()
        self.row.append([])

    def cell(self) -> list[str]:
        if not self.row:
            self.new_cell()
        return self.row[-1]


class _Lines:
    """The lines of a page."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.taken = 0
        self.depth = 0
        self._tables: list[_Table] = []
        self._flat = 0
        """Tables open beyond those told apart."""
        self._line: list[str] = []
        self._hidden_at = 0
        """The depth at which an element without text for people was opened; 0: none."""
        self._pre_at = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take a start tag."""
        self.depth += 1
        if self._hidden_at:
            return
        if tag in _DROPPED or (attributes and tag not in _VOID and _is_hidden(attributes)):
            self._hidden_at = self.depth
        elif tag in _BLOCKS:
            self._break(tag)

    def _break(self, tag: str) -> None:
        if self._pre_at:
            if tag == "br":
                self._line.append("\n")
            return
        self._end_line()
        if tag == "table":
            if len(self._tables) < _MAX_TABLES:
                self._tables.append(_Table())
            else:
                self._flat += 1
        elif tag == "pre":
            self._pre_at = self.depth
        elif self._tables and not self._flat:
            if tag == "tr":
                self._tables[-1].new_row()
            elif tag in ("td", "th"):
                self._tables[-1].new_cell()

    def end(self, tag: str) -> None:
        """Take an end tag, of the page or supplied by the parser."""
        depth = self.depth
        self.depth = depth - 1
        if self._hidden_at:
            if self._hidden_at >= depth:
                self._hidden_at = 0
            return
        if self._pre_at:
            if self._pre_at >= depth:
                self._end_pre()
            return
        if tag in _BLOCKS and tag != "br":
            self._end_line()
            if tag == "table":
                self._end_table()

    def data(self, text: str) -> None:
        """Take text."""
        if not self._hidden_at:
            self.taken += len(text)
            self._line.append(text)

    def close(self) -> None:
        """Go on: the end of a parser is not the end of the page."""
        self._hidden_at = self.depth = 0
        if self._pre_at:
            self._end_pre()

    def finish(self) -> list[str]:
        """Close what is open and give the lines."""
        self._end_line()
        while self._tables:
            self._flat = 0
            self._end_table()
        return self.lines

    def _end_line(self) -> None:
        if self._line:
            if line := " ".join("".join(self._line).split()):
                self._place().append(line)
            self._line.clear()

    def _end_table(self) -> None:
        if self._flat:
            self._flat -= 1
        elif self._tables:
            rows = self._tables.pop().rows
            self._place().extend(lines_of_table(rows))

    def _end_pre(self) -> None:
        self._pre_at = 0
        text = "".join(self._line)
        self._line.clear()
        self._place().extend(lines_of_ascii(text))

    def _place(self) -> list[str]:
        return self._tables[-1].cell() if self._tables else self.lines


def _is_hidden(attributes: Mapping[str, str]) -> bool:
    style = attributes.get("style")
    return style is not None and "none" in style.lower() and "display:none" in style.replace(" ", "").lower()
