"""Numbers of a text that are neither money nor time: `two`, `100,000`, `5-7%`, `1.2 GW`, `3 to 4 million`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from alertd.enrich.money_words import FRACTIONS, MAGNITUDES, SMALL_NUMBERS, word_set

_LARGE = {"hundred": 1e2, "dozen": 12.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SMALL = {"zero": 0.0} | {word: float(value) for word, value in SMALL_NUMBERS.items()}
_WORDS = "|".join(sorted([*_SMALL, *_LARGE], key=len, reverse=True))
_HEADS = "|".join(sorted(_SMALL, key=len, reverse=True))
_IN_WORDS = re.compile(
    rf"(?<![\w-])(?:(?:{_HEADS})|a\s(?:{'|'.join(_LARGE)}))(?:[\s-](?:and\s)?(?:{_WORDS}))*(?!\w)", re.I
)
_DIGITS = re.compile(rf"\d+(?:[.,]\d+)*[{''.join(FRACTIONS)}]?|[{''.join(FRACTIONS)}]")
_PLAIN = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\d{1,2}(?:,\d{2})+,\d{3}")
_GLUE = frozenset("#@/_:\\.'’")
_SCALE = re.compile(r"(\s?)([a-z]+)", re.I)
_SPACED = word_set("hundred thousand million billion trillion mn bn mln bln tn trn lakh crore millions billions")
_PREFIX = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12}
_WATTS = {"": "", "k": "kilo", "m": "mega", "g": "giga", "t": "tera"}
_UNITS: dict[str, tuple[str, float]] = {
    "%": ("%", 1), "％": ("%", 1), "percent": ("%", 1), "per cent": ("%", 1), "pct": ("%", 1),
    "percentage point": ("pp", 1), "percentage points": ("pp", 1), "pp": ("pp", 1), "ppt": ("pp", 1),
    "basis point": ("bps", 1), "basis points": ("bps", 1), "bps": ("bps", 1), "bp": ("bps", 1),
    "x": ("x", 1), "times": ("x", 1),
}  # fmt: skip
for _short, _size in _PREFIX.items():
    for _unit, _names in (("W", ("w", "watt", "watts")), ("Wh", ("wh", "watt-hour", "watt-hours", "watthours"))):
        _UNITS |= {f"{_short}{_names[0]}": (_unit, _size)} if _short else {}
        _UNITS |= {f"{_WATTS[_short]}{name}": (_unit, _size) for name in _names[1:]}
_UNIT = re.compile(rf"[\s-]?({'|'.join(sorted(map(re.escape, _UNITS), key=len, reverse=True))})(?!\w)", re.I)
_JOIN = re.compile(
    r"\s?[-‐‑‒–—−]\s?|\s(to|and|or)\s(?:(?:about|around|roughly|nearly|almost|up\sto|as\smuch\sas)\s)?", re.I
)
_LED = re.compile(r"(between|from)\s(?:(?:about|around|roughly)\s)?$", re.I)
_LONGEST = 24
"""Characters of a number; longer ones are identifiers."""


class Numeral(NamedTuple):
    """A number, or a range of two. Offsets are code points, end exclusive."""

    start: int
    end: int
    low: float
    high: float
    kind: str


class _One(NamedTuple):
    start: int
    end: int
    value: float
    scale: float = 1.0
    kind: str = ""
    many: float = 1.0
    """What one of its unit is of the kind: 1e6 of a megawatt."""

    @property
    def marked(self) -> bool:
        return bool(self.kind) or self.scale != 1.0

    def worth(self, like: _One | None = None) -> float:
        """Give its worth, by its own scale and unit or by another's."""
        other = like or self
        return self.value * other.scale * other.many


def numerals(text: str) -> list[Numeral]:
    """Give the numbers of a text in their order, ranges as one. A lone `one` is none, but for `one percent`."""
    found = sorted(one for one in (*_in_digits(text), *_in_words(text)))
    made: list[Numeral] = []
    at = 0
    while at < len(found):
        one, other = found[at], found[at + 1] if at + 1 < len(found) else None
        at += 1
        if other is not None and _is_range(text, one, other):
            at += 1
            shared = one if one.marked else other
            low, high = one.worth(shared), other.worth()
            made.append(Numeral(one.start, other.end, min(low, high), max(low, high), shared.kind))
        elif not (one.value == 1 and not one.marked and text[one.start : one.end].lower() == "one"):
            made.append(Numeral(one.start, one.end, one.worth(), one.worth(), one.kind))
    return made


def _is_range(text: str, one: _One, other: _One) -> bool:
    between = _JOIN.fullmatch(text, one.end, other.start)
    if between is None or (one.marked and (one.kind, one.scale) != (other.kind, other.scale)):
        return False
    led = _LED.search(text, max(one.start - 24, 0), one.start)
    word, before = (between[1] or "").lower(), led[1].lower() if led else ""
    return before == "between" if word == "and" else before != "from"


def _in_digits(text: str) -> Iterator[_One]:
    place = 0
    while found := _DIGITS.search(text, place):
        start, place = found.span()
        value = _value(found[0])
        if value is None or place - start > _LONGEST or _is_part(text, start):
            continue
        one = _with_unit(text, start, place, value)
        if one is not None:
            place = one.end
            yield one


def _value(said: str) -> float | None:
    more = FRACTIONS.get(said[-1], 0.0)
    digits = said[:-1] if more else said
    if not digits:
        return more
    return float(digits.replace(",", "")) + more if _PLAIN.fullmatch(digits) else None


def _is_part(text: str, start: int) -> bool:
    """Whether a number that begins at a place is part of a word: `H100`, `GPT-4`, `7:30`."""
    before = text[max(start - 2, 0) : start]
    return bool(before) and (
        before[-1].isalnum() or before[-1] in _GLUE or (before[-1] == "-" and before[:1].isalpha())
    )


def _with_unit(text: str, start: int, end: int, value: float) -> _One | None:
    """Read scale and unit behind a number; None if it runs on into something else: `8-K`, `5G`, `2nd`, `7:30`."""
    scale = 1.0
    if (unit := _UNIT.match(text, end)) is None and (found := _SCALE.match(text, end)):
        word = found[2].lower()
        if word in MAGNITUDES and (not found[1] or word in _SPACED):
            scale, end = 10.0 ** MAGNITUDES[word], found.end()
            unit = _UNIT.match(text, end)
    if unit is not None:
        kind, many = _UNITS[" ".join(unit[1].lower().split())]
        return _One(start, unit.end(), value, scale, kind, many)
    after = text[end : end + 3]
    if after and (after[0].isalnum() or after[0] in "_@/°" or (after[0] in ".,:'’" and after[1:2].isdigit())):
        return None
    if after[:1] == "-" and after[1:2].isupper() and not after[2:3].isalpha():
        return None
    return _One(start, end, value, scale)


def _in_words(text: str) -> Iterator[_One]:
    for found in _IN_WORDS.finditer(text):
        said = found[0].lower().replace("-", " ").split()
        if unit := _UNIT.match(text, found.end()):
            kind, many = _UNITS[" ".join(unit[1].lower().split())]
            yield _One(found.start(), unit.end(), *_spelled(said), kind, many)
        else:
            yield _One(found.start(), found.end(), *_spelled(said))


def _spelled(said: list[str]) -> tuple[float, float]:
    """Work out a number in words: its figure, and the magnitude at its end, which a range shares."""
    scale = 1.0
    if len(said) > 1 and said[-1] in _LARGE and said[-1] not in ("hundred", "dozen"):
        scale = _LARGE[said.pop()]
    total = part = 0.0
    for word in said:
        if word in _SMALL:
            part += _SMALL[word]
        elif word in ("hundred", "dozen"):
            part = (part or 1.0) * _LARGE[word]
        elif word in _LARGE:
            total, part = total + (part or 1.0) * _LARGE[word], 0.0
        elif word == "a":
            part = 1.0
    return total + part, scale
