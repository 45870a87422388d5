"""Read the numbers of a text with the money signs and magnitudes that stand directly at them.

    $3-4bn      ->  $3 | 4 bn            US$1,234.5m  ->  USD 1234.5 e6          Rs 1.5 lakh crore  ->  INR 1.5 e12
    half a billion dollars  ->  0.5 e9 USD                3,5 Mrd. €  ->  3.5 e9 EUR

What belongs together (a range has its sign on one side and its magnitude on the other) is for `money_amounts.py`.
Every number is looked at once, with a few characters around it, so the cost is linear whatever the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import NamedTuple

from alertd.enrich import money_words as words
from alertd.enrich.money_spelled import spelled
from alertd.enrich.money_units import EAST_ASIAN, NO_UNIT, Behind, compound, unit_behind

MOST = 4_000
"""Numbers of one field that are read."""
_LONGEST = 24
"""Characters of a number; longer ones are identifiers."""

_RUN = re.compile(r"\d\d*(?:[.,]\d+)*")  # begins with one set: that is searched fast
_GROUPS = re.compile(r"(?:[ \u00a0\u202f\u2009'’]\d{3}(?!\d))+(?:[.,]\d{1,2}(?!\d))?")
_ENGLISH = re.compile(r"\d+(?:\.\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?")
_POINTS = re.compile(r"\d{1,3}(?:\.\d{3})+,\d{1,2}|\d{1,3}(?:\.\d{3}){2,}")
_DECIMAL_COMMA = re.compile(r"\d+,\d{1,2}")
_LETTERS_BEFORE = re.compile(r"(?<![^\W_])[A-Za-z](?:\.?[A-Za-z]){0,4}\.?$")
_NOT_MONEY = re.compile(
    r"\s?(?:%|％|‰|percent|per\s?cent\b|pct\b|pc\b|bps?\b|basis\spoint|percentage)|[}\]@_°]", re.I
)
_AFTER = re.compile(r"[,;)]|(\.?)\s(?:([^\W\d_]+)|[\s(])|\.?\Z")
"""What may stand behind a number with no unit; a unit would be the word."""
_LEADERS = frozenset(words.LEADING) | frozenset(words.CODES)
_FOLLOWERS = (
    frozenset(words.MAGNITUDES) | frozenset(words.UNITS) | words.FIRST_ADJECTIVES
    | frozenset(code.lower() for code in words.CODES)
    | words.word_set("u cent percent per pct pc bps bp basis percentage de")
)  # fmt: skip
_PERCENT = frozenset(("percent", "pct"))
_GLUE = frozenset("#@/_.,:\\")
_BLANKS = frozenset(" \u00a0\u202f\u2009\n\t")


class Quantity(NamedTuple):
    """A number with the money signs and magnitudes at it. Offsets are code points, end exclusive."""

    start: int
    """With the sign before it."""
    number: int
    """Where its digits or words begin."""
    end: int
    """With magnitude and currency behind it."""
    digits: str
    """As a plain decimal number: `1234.5`."""
    behind: Behind = NO_UNIT
    mark: str = ""
    """The currency before it."""
    home: str = ""
    """What the text around must still say of the currency before it: `dollar` of a bare $, `yuan` of a ¥."""
    negative: bool = False
    broken: bool = False
    """Part of something else: a per cent figure, a product's name, a version."""

    careful: bool = False
    """The mark before it is money only if a magnitude follows, perhaps behind the other end of a range: `R3-5bn`."""

    @property
    def currency(self) -> str:
        """The currency that stands at it; empty if none does."""
        return self.mark or self.behind.currency

    @property
    def needs(self) -> str:
        """What the text around must still say of its currency."""
        return self.home if self.mark else self.behind.home

    @property
    def monetary(self) -> bool:
        """Whether a currency stands at it, though perhaps one that the text around must name."""
        return bool((self.mark and not self.careful) or self.behind.currency or self.behind.home)

    @property
    def scaled(self) -> bool:
        """Whether a magnitude stands at it."""
        return self.behind.scaled

    def value(self, power: int | None = None) -> float:
        """Give its worth, in the currency's unit, by its own magnitude or by another one."""
        return float(f"{self.digits}e{(self.behind.power if power is None else power) + self.behind.cents}")


class _Mark(NamedTuple):
    start: int
    currency: str = ""
    home: str = ""
    careful: bool = False
    negative: bool = False
    broken: bool = False


def quantities(text: str, low: str, vocabulary: Set[str]) -> list[Quantity]:
    """Give the numbers of a text in their order; `low` is the text lowered, `vocabulary` its folded words."""
    found = list(_in_digits(text))
    in_words = [_spelled(text, start, end, digits) for start, end, digits in spelled(low, vocabulary, MOST)]
    return sorted(found + in_words, key=lambda one: one.number) if in_words else found


def _spelled(text: str, start: int, end: int, digits: str) -> Quantity:
    behind = unit_behind(text, end, digits, marked=False)
    return Quantity(start, start, behind.end, digits, behind)


def _in_digits(text: str) -> Iterator[Quantity]:
    place, count = 0, 0
    while count < MOST and (run := _RUN.search(text, place)):
        count += 1
        place = run.end()
        if place - run.start() > _LONGEST:
            continue
        one = _plain_number(text, run) or _read(text, run.start(), place)
        place = max(place, one.end)
        yield one


def _plain_number(text: str, run: re.Match[str]) -> Quantity | None:
    """Read a number that plainly no currency leads, as most of them: `wait 7 to 9 years`, `by 5 mln dlrs`."""
    start, end = run.span()
    if start and (text[start - 1] not in " \n" or _may_lead(text, start - 1)):
        return None
    after = _AFTER.match(text, end)
    if after is None:
        return None
    digits = _plain(run[0])
    word = after[2].lower() if after[2] else ""
    if word in _FOLLOWERS or word >= EAST_ASIAN:
        if word in _PERCENT and not after[1]:
            return Quantity(start, start, end, digits or "0", broken=True)
        return _whole(text, start, end, digits, _Mark(start), grouped="," in run[0])
    return Quantity(start, start, end, digits or "0", broken=not digits)


def _may_lead(text: str, end: int) -> bool:
    """Whether what ends at a place, before a blank, may say the currency of the number behind that."""
    last = text[end - 1 : end]
    if not last.isalpha():
        return last == "." or last in words.SIGNS
    before = text[max(end - 7, 0) : end]
    word = before[before.rfind(" ") + 1 :]
    return not word.isalpha() or word in _LEADERS


def _read(text: str, start: int, end: int) -> Quantity:
    begin = start
    if start and text[start - 1] == "." and (start < 2 or not text[start - 2].isalnum()):  # $.25
        begin -= 1
    mark = _mark(text, begin)
    digits = _plain(f"0{text[begin:end]}" if begin < start else text[start:end])
    grouped = "," in text[start:end]
    if end - start <= 3 and begin == start and digits and (groups := _GROUPS.match(text, end)):
        one = _grouped(text, start, groups, mark)
        if one is not None:
            return one
    if digits and end < len(text) and text[end] in words.FRACTIONS and "." not in digits:
        digits += f"{words.FRACTIONS[text[end]]}"[1:]
        end += 1
    return _whole(text, start, end, digits, mark, grouped=grouped)


def _whole(text: str, start: int, end: int, digits: str, mark: _Mark, *, grouped: bool) -> Quantity:
    if not digits or mark.broken or _NOT_MONEY.match(text, end):
        return Quantity(mark.start, start, end, digits or "0", broken=True)
    if text[end : end + 1] >= EAST_ASIAN:
        end, digits = compound(text, start, end, digits)
    behind = unit_behind(text, end, digits, marked=bool(mark.currency))
    if behind.broken:
        return Quantity(mark.start, start, end, digits, broken=True)
    careful = mark.careful and not (behind.scaled or grouped)
    return Quantity(
        mark.start, start, behind.end, digits, behind, mark.currency, mark.home, mark.negative, careful=careful
    )


def _grouped(text: str, start: int, groups: re.Match[str], mark: _Mark) -> Quantity | None:
    """Read `12 500`, if money stands at it and no magnitude: `June 30 500 million` are two numbers."""
    whole = re.sub(r"[^\d.,]", "", text[start : groups.end()]).replace(",", ".")
    if len(whole) > _LONGEST:
        return None
    one = _whole(text, start, groups.end(), whole, mark, grouped=True)
    return one if one.monetary and not one.scaled and not one.broken else None


def _plain(written: str) -> str:
    """Give a number as a plain decimal; empty if it is none (a version, a date)."""
    if written.isdecimal():
        return written
    if _ENGLISH.fullmatch(written):
        return written.replace(",", "")
    if _POINTS.fullmatch(written):
        return written.replace(".", "").replace(",", ".")
    if _DECIMAL_COMMA.fullmatch(written):
        return written.replace(",", ".")
    return ""


def _mark(text: str, at: int) -> _Mark:
    """Read what stands before a number."""
    place, negative = at, False
    if place >= 2 and text[place - 1] in "-−(" and text[place - 2] in words.SIGNS:  # $-4.5m, $(4.5m)
        place, negative = place - 1, True
    gap = place > 0 and text[place - 1] in _BLANKS
    place -= gap
    if not place:
        return _Mark(at)
    last = text[place - 1]
    if last in words.SIGNS:
        return _sign(text, place - 1, last, negative=negative)
    if gap and not (last.isalpha() or last == "."):
        return _Mark(at)
    if last.isascii() and (last.isalpha() or last == "."):
        letters = _LETTERS_BEFORE.search(text, max(place - 6, 0), place)
        word = letters[0].rstrip(".") if letters else ""
        if letters and (currency := _leading(word)) and not (gap and word in ("R", "P")):
            careful = word in words.ATTACHED or (word not in words.MAIN and word not in words.LEADING)
            return _Mark(letters.start(), currency, careful=careful)
    return _Mark(at, broken=not gap and ((last.isalnum() and last < EAST_ASIAN) or last in _GLUE))


def _leading(word: str) -> str:
    return words.LEADING.get(word, "") or words.CODES.get(word, "")


def _sign(text: str, start: int, sign: str, *, negative: bool) -> _Mark:
    currency, home = words.SIGNS[sign], ""
    dollar, yen = sign in words.DOLLAR_SIGNS, currency == "JPY"
    if dollar or yen:
        home = "dollar" if dollar else "yuan"
        letters = _LETTERS_BEFORE.search(text, max(start - 6, 0), start)
        if letters:
            known = (words.BEFORE_DOLLAR if dollar else words.BEFORE_YEN).get(letters[0].replace(" ", ""))
            if known is None and letters[0].isupper():
                return _Mark(start, broken=True)
            if known is not None:
                currency, home, start = known, "", letters.start()
    before = text[start - 1] if start else " "
    if before in "-−" and (start < 2 or text[start - 2] in " (\n"):
        negative, start = True, start - 1
    return _Mark(start, currency, home, negative=negative, broken=before in "{\\`" or before in words.SIGNS)
