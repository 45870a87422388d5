"""Places of a text that are none of its report: comments of a page, brackets that speak to a program, and the lists
of what might happen that filings carry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from alertd.research.addressed import speaks_to_its_reader
from alertd.research.hints import Hint, plain_of
from alertd.text.sentences import sentences

_HIDDEN = re.compile(r"<!--[\s\S]*?(?:-->|\Z)|\[[^\[\]]{12,1000}\]|\{[^{}]{12,1000}\}|\([^()]{12,1000}\)")
_CAUTIONS = re.compile(
    r"\bforward[- ]looking\b|\bsafe harbou?r\b|\brisks and uncertainties\b|\brisk factors\b"
    r"|\b(?:actual )?results (?:may|could|might) differ\b|\bcautionary (?:statement|note|language)\b"
    r"|\bfactors that (?:may|could|might) (?:cause|affect)\b|\bamong other (?:things|factors|risks)\b",
    re.IGNORECASE,
)
_LISTED = re.compile(r"(?:\([ivx\d]{1,4}\)|;\s(?:and\s|or\s)?(?:the|any|that)\s)", re.IGNORECASE)
_RISK_LIST = re.compile(
    r"\b(?:the\s)?(?:risk|possibility|occurrence|failure|inability|effect|outcome)\s(?:that|of|to)\b", re.IGNORECASE
)
_LISTS = Hint((_CAUTIONS.pattern, _RISK_LIST.pattern))
_PARAGRAPH = re.compile(r"\n\s*\n")
_LINE = re.compile(r"[^\n]+(?:\n(?!\s*\n)[^\n]+)*")
_READ, _SHORT, _FEW = 8_000, 400, 3
"""Code points that are looked through; characters and sentences of a short paragraph."""
_HEADING = 10
"""Words of a line that is none but a heading."""
_MOST_OF_A_LIST = 3
"""A paragraph with so many `the risk that…` is a list of them."""


def lures(text: str) -> tuple[tuple[int, int], ...]:
    """Give the short paragraphs of which a sentence speaks to its reader: who is named there is a lure."""
    found = ((line.span(), line[0]) for line in _LINE.finditer(text[:_READ]))
    return tuple(
        span
        for span, said in found
        if len(said) <= _SHORT and speaks_to_its_reader(said) and len(sentences(said)) <= _FEW
    )


def hidden(text: str) -> tuple[tuple[int, int], ...]:
    """Give the comments of a text, and the brackets that speak to its reader."""
    if not any(mark in text for mark in ("<!--", "[", "{", "(")):
        return ()
    return tuple(
        one.span() for one in _HIDDEN.finditer(text) if one[0].startswith("<!--") or speaks_to_its_reader(one[0])
    )


def cautions(text: str, read: int) -> tuple[tuple[int, int], ...]:
    """Give the lists of what might happen, and what stands behind words that call it one, where they begin in what is
    read of a text.
    """
    last = _PARAGRAPH.search(text, min(read, len(text)))
    text = text if last is None else text[: last.end()]
    if not _LISTS.fits(plain_of(text)):
        return ()
    return tuple(_listed(text))


def _listed(text: str) -> Iterator[tuple[int, int]]:
    headed, first = False, 0
    for last in (*(gap.end() for gap in _PARAGRAPH.finditer(text)), len(text)):
        paragraph = text[first:last]
        is_heading = len(paragraph.split()) <= _HEADING and not paragraph.rstrip().endswith(".")
        called = _CAUTIONS.search(paragraph)
        headed = called is not None if is_heading else headed
        if headed or _is_list(paragraph):
            yield first, last
        elif called is not None:
            yield first + called.start(), last
        first = last


def _is_list(paragraph: str) -> bool:
    return len(_RISK_LIST.findall(paragraph)) >= _MOST_OF_A_LIST and _LISTED.search(paragraph) is not None
