"""A document of a filing -> plain text: HTML of any age, inline XBRL, or typed text of 1994.

    bytes -> text (charset) -> lines (filing_html or filing_ascii, tables by filing_tables) -> plain text, capped

A line is a paragraph, a heading, an item of a list or a row of figures (`Revenue | 1,250 | 1,010`). What a page has
for machines and printers is left out: hidden facts of XBRL, page numbers, rules. Nothing of the text is judged here;
which paragraphs are boilerplate is said by `alertd.sources.filing_boilerplate`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

import msgspec

from alertd.sources.charset import decode
from alertd.sources.filing_ascii import lines_of_ascii
from alertd.sources.filing_html import lines_of_html
from alertd.sources.plain import scrub

MAX_MARKUP = 8 << 20
"""Bytes of a document that are looked at: what lies beyond is cut off before anything is parsed."""
MAX_TEXT = 1 << 20
"""Characters of text that are taken from a document, before boilerplate goes and the body is cut to its size."""

_HTML = re.compile(r"<(?:html|body|div|p|font|td|tr|br|span|center|b|ix:[a-z]+)[\s>/]", re.IGNORECASE)
_HTML_WITHIN = 1 << 16
_XML = re.compile(r"\s*(?:<xml>\s*)?<\?xml\b", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]{0,2000}>")
_TEXT = re.compile(rb"<TEXT>", re.IGNORECASE)
_TEXT_WITHIN = 1 << 12
_PAGE_NUMBER = re.compile(
    r"(?:page )?[-–— ]{0,3}(?:[A-Z]-)?\d{1,3}[-–— ]{0,3}(?: of \d{1,3})?|table of contents|\[?page\]?", re.IGNORECASE
)
_RULE = re.compile(r"[\W_]+")


class FilingText(msgspec.Struct, frozen=True):
    """The text of one document."""

    text: str
    """One line for each paragraph, heading or row of a table; no empty lines."""
    truncated: bool
    """The document holds more than was read."""


def read_text(document: bytes) -> FilingText:
    """Give the plain text of a document, with or without the `<DOCUMENT>` header that EDGAR puts before it.

    At most 8 MiB are looked at and 1 Mi characters taken. Raises ParseFailed for data that is no text.
    """
    begin = found.end() if (found := _TEXT.search(document, 0, _TEXT_WITHIN)) else 0
    markup, _ = decode(document[begin : begin + MAX_MARKUP], None)
    cut = len(document) - begin > MAX_MARKUP
    if _HTML.search(markup, 0, _HTML_WITHIN):
        lines, unread = lines_of_html(markup, MAX_TEXT)
    elif _XML.match(markup):
        values = (" ".join(line.split()) for line in html.unescape(_ANY_TAG.sub("\n", markup[:MAX_TEXT])).split("\n"))
        lines, unread = [line for line in values if line], len(markup) > MAX_TEXT
    else:
        lines, unread = lines_of_ascii(markup[:MAX_TEXT]), len(markup) > MAX_TEXT
    text = "\n".join(line for line in _clean(lines) if not _is_furniture(line))
    return FilingText(text=text[:MAX_TEXT].rstrip(), truncated=cut or unread or len(text) > MAX_TEXT)


def _clean(lines: Iterable[str]) -> Iterator[str]:
    """Take out what nobody sees, and the lines of which nothing else is left."""
    for line in lines:
        if line.isascii() and line.isprintable():
            yield line
        elif clean := " ".join(scrub(line).split()):
            yield clean


def _is_furniture(line: str) -> bool:
    """Tell what only a page has: its number, its rules, the way back to the contents."""
    return len(line) <= 30 and (_PAGE_NUMBER.fullmatch(line) is not None or _RULE.fullmatch(line) is not None)
