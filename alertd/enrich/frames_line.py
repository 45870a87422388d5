"""A sentence as frames read it: words and companies in their order, side remarks taken out.

    Vega Grid Inc. (NASDAQ: VGRD), which is based in Leeds, leases its Orion cluster to Lumen Labs.

    [Vega Grid] leases its [Orion] cluster to [Lumen Labs] .        the line
    [Vega Grid] is based in Leeds                                   what was said beside it, with whom it is about

It is read from the text itself and not from the folded words, because it needs capitals and commas.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from alertd.companies.mentions import Mention
from alertd.text.common import common_words

MAX_UNITS = 120
"""Words of a sentence that are read; a longer one is a list or a table."""
_BESIDE = 16
"""Words that a side remark has at most."""

_TOKEN = re.compile(
    r"\d+(?:[.,]\d+)*\w*|[^\W_]+(?:[.&][^\W_]+|['’]t\b)*|[,;:()?!–—|]|['’]s?\b|['’](?=\s)|(?<=\s)-(?=\s)|\.\.\.|…"
)
_LEGAL_FORMS = "inc corp corporation co company ltd limited llc lp llp plc ag sa se nv spa ab asa oyj gmbh kk bhd pte"
_LEGAL = frozenset(_LEGAL_FORMS.split())
_OPENERS = """
    which who whose a an the one based backed led owned formerly part including maker known now already once its along
    together headquartered founded controlled run operated listed valued
"""
_OPENING = frozenset(_OPENERS.split())
_RELATIVE = frozenset(("which", "who"))
OWN = ("'s", "'")
"""The possessive."""
SHARPLY = frozenset((";", ":", "–", "—", "-", "|", "?", "!", "…", "..."))
"""Marks that part clauses."""


class Unit(NamedTuple):
    """A word, a mark, a company, or a capitalised name."""

    low: str
    """In lower case, its apostrophes straight."""
    start: int
    end: int
    company: str | None = None
    """Id of the company that it names."""
    name: bool = False
    """It is a company, or capitalised words that may be one or another name."""
    short: bool = False
    """A name that is only letters for other words: GPUs, AI, LNG."""

    @property
    def word(self) -> bool:
        """Whether it is no mark."""
        return self.low[:1].isalnum()


Line = list[Unit]


def lines(text: str, read: Line) -> list[Line]:
    """Make of a sentence its line, then those of what is said beside it."""
    named = _named(text, read)
    found: list[Line] = []
    main = _without_remarks(named, found)
    return [main, *found]


def units(text: str, start: int, end: int, mentions: Sequence[Mention]) -> Line:
    """Give words, marks and companies, without what stands in brackets."""
    made: Line = []
    places = sorted(mentions, key=_by_place, reverse=True)
    next_start, next_end = (places[-1].start, places[-1].end) if places else (end, end)
    in_brackets = False
    for token in _TOKEN.finditer(text, start, end):
        low, at = token[0].lower(), token.start()
        if low in "()":
            in_brackets = low == "(" and text.find(")", at, min(at + 200, end)) > 0
        elif not in_brackets:
            if at >= next_start:
                while places and places[-1].end <= at:
                    places.pop()
                next_start, next_end = (places[-1].start, places[-1].end) if places else (end, end)
            if next_start <= at < next_end:
                if not made or made[-1].start != next_start:
                    company = places[-1].company
                    made.append(Unit(text[next_start:next_end].lower(), next_start, next_end, company, name=True))
            elif low in _LEGAL and _is_behind_company(made):
                if made[-1].low == ",":
                    made.pop()
            else:
                made.append(Unit(low if low.isascii() else low.replace("’", "'"), at, token.end()))
                if len(made) >= MAX_UNITS:
                    break
    return made


def _by_place(mention: Mention) -> tuple[int, int]:
    return mention.start, -mention.end


def _is_behind_company(made: Line) -> bool:
    """Whether a company stands right before, or before a comma."""
    return bool(made) and (made[-1].company is not None or _is_comma_after_company(made))


def _is_comma_after_company(made: Line) -> bool:
    return len(made) > 1 and made[-1].low == "," and made[-2].company is not None


def _named(text: str, units: Line) -> Line:
    """Join capitalised words to names, unless the whole line is written in capitals."""
    if is_title_case(text, units):
        return units
    made: Line = []
    for i, unit in enumerate(units):
        capital = unit.company is None and text[unit.start].isupper() and not _is_opening_word(units, i)
        number = unit.low[0].isdigit() and bool(made) and made[-1].name and made[-1].company is None
        last = made[-1] if made else None
        if (
            (capital or number)
            and last is not None
            and last.name
            and last.company is None
            and _beside(text, last, unit)
        ):
            short = last.short and _is_short(text, unit)
            made[-1] = Unit(text[last.start : unit.end].lower(), last.start, unit.end, name=True, short=short)
        elif capital:
            made.append(unit._replace(name=True, short=_is_short(text, unit)))
        else:
            made.append(unit)
    return made


def _is_short(text: str, unit: Unit) -> bool:
    return text[unit.start + 1 : unit.start + 2].isupper()


def _is_opening_word(units: Line, i: int) -> bool:
    """Whether a capital is only that of a sentence's beginning."""
    return (i == 0 or units[i - 1].low in SHARPLY) and units[i].low in common_words()


def _beside(text: str, one: Unit, other: Unit) -> bool:
    return other.start - one.end <= 1 and text[one.end : other.start] in ("", " ", "-", "/")


def is_title_case(text: str, units: Line) -> bool:
    """Whether a line is written as headlines of some papers are, With Capitals, so that these tell nothing."""
    words = [unit for unit in units if unit.company is None and unit.low.isalpha()]
    if len(words) > 1 and all(text[unit.start].isupper() for unit in words):
        return True
    long = [text[unit.start].isupper() for unit in words if len(unit.low) > 3]
    return len(long) > 2 and sum(long) > 0.7 * len(long)


def _without_remarks(units: Line, found: list[Line]) -> Line:
    """Take out what stands between commas beside a name, and give it as a line of its own."""
    made: Line = []
    i = 0
    while i < len(units):
        opener = units[i + 1].low if i + 1 < len(units) else ""
        if units[i].low != "," or opener not in _OPENING or not made or not _is_subject(made):
            made.append(units[i])
            i += 1
            continue
        close = next((j for j in range(i + 2, min(i + 2 + _BESIDE, len(units))) if units[j].low == ","), None)
        if close is None and opener not in _RELATIVE:
            made.append(units[i])
            i += 1
            continue
        beside = units[i + 2 : close] if opener in _RELATIVE else units[i + 1 : close]
        about = next((unit for unit in reversed(made) if unit.name), None)
        if about is not None and opener in _RELATIVE:
            found.append([about, *beside])
        i = len(units) if close is None else close + 1
    return made


def _is_subject(made: Line) -> bool:
    """Whether a name stands at the end, or little after it."""
    return any(unit.name for unit in made[-3:])
