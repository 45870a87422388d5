"""Tables whose heading says that their figures are in thousands or millions.

    (in thousands, except per share data)          heading
    Net sales        $ 151,234     $ 140,112       a row: two figures side by side, or a label and a figure alone
    Net income         $ 7,712
    Per share           $ 0.52                     as it is written

Only rows are scaled: a sentence behind the table states its figures in full.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

_HEADING = re.compile(
    r"(?:\bin\s(?:(?:u\.?s\.?|us|canadian|of)\s)?(?:dollars\s|euros?\s|[$€£]\s?)?(thousands|millions|billions)\b"
    r"|(?:^|[(\s])(?:us\s?)?[$€£]?['’]?000['’]?s?(?:\somitted)?\)"
    r"|\b(thousands|millions)\sof\s(?:u\.s\.\s|us\s|canadian\s)?(?:dollars|euros|pounds|[$€£]))(?:[^)\n]{0,60}\))?",
    re.M,
)
_POWERS = {"thousands": 3, "millions": 6, "billions": 9}
_WITHIN = 8_000
"""Characters behind its heading in which a table ends."""
_MOST = 100
_NEAR = 90
"""Characters to either side of a figure that show a row."""
_COLUMN_AFTER = re.compile(r"[\s)%|*]{1,12}(?:[$€£]\s{0,6})?[(−–-]?\s{0,3}\d[\d,.]*|[\s)|]{1,12}[—–-]{1,2}(?:\s|$)")
_COLUMN_BEFORE = re.compile(r"(?<![\d,.])(?!(?:19|20)\d\d[\s)])\d[\d,.]*[\s)%|*]{1,12}(?:[$€£]\s{0,6})?[(−–-]?$")
_LABEL = re.compile(r"[^\n.;!?]{2,80}?[\s.:…]{1,40}$")
_PROSE = re.compile(r"\b(?:was|were|is|are|of|to|from|by|will|said|and\sthe|the)\s*$", re.I)
_PER_SHARE = re.compile(r"\bper\s(?:[\w-]+\s){0,3}?(?:share|unit|ads)\b|\beps\b|\bpar\svalue\b|\bprice\b", re.I)
_CENTS = re.compile(r"\(?[\s$€£]*\d{1,3}\.\d{2}")


class _Table(NamedTuple):
    start: int
    power: int


class Tables:
    """The headings of one field."""

    def __init__(self, text: str, low: str) -> None:
        """`low` is the text in small letters, place by place."""
        self._text = text
        self._tables = list(islice(_headings(low), _MOST))
        self._starts = [table.start for table in self._tables]

    def __bool__(self) -> bool:
        return bool(self._tables)

    def power(self, start: int, end: int) -> int:
        """Give the power of ten by which a figure without a magnitude is larger than written; 0 outside of tables."""
        at = bisect_right(self._starts, start) - 1
        if at < 0 or start - self._starts[at] > _WITHIN or not self._is_in_row(self._starts[at], start, end):
            return 0
        return self._tables[at].power

    def _is_in_row(self, heading: int, start: int, end: int) -> bool:
        before, after = self._text[max(start - _NEAR, heading) : start], self._text[end : end + _NEAR]
        line = before[before.rfind("\n") + 1 :]
        if _PER_SHARE.search(line) or _CENTS.fullmatch(self._text[start:end]):
            return False
        if _COLUMN_AFTER.match(after) or _COLUMN_BEFORE.search(before):
            return True
        alone = not after.strip(" \t)|") or after.lstrip(" \t)|").startswith("\n")
        return alone and _LABEL.fullmatch(line) is not None and _PROSE.search(line) is None


def _headings(low: str) -> Iterator[_Table]:
    if "thousands" not in low and "millions" not in low and "billions" not in low and "000" not in low:
        return
    for found in _HEADING.finditer(low):
        yield _Table(found.end(), _POWERS.get(found[1] or found[2] or "", 3))
