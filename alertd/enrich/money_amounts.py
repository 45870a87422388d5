"""From the numbers of a text to the amounts of money it states: ranges, bounds, what was before, whose currency.

$3-4bn · $3 billion to $4 billion · between €2m and €3m · 3-4bn dollars      one amount, low and high
rose from $2m to $3m · $4.4bn, from $4.9bn · $4bn a year ago                 two amounts; the former is earlier
over $2.5bn · up to $4bn · about $3bn                                        the figure, with its bound
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from alertd.enrich.money_before import BY_HOW_MUCH, CHANGES, RANGES, Bound, Place
from alertd.enrich.money_numbers import Quantity
from alertd.enrich.money_periods import is_for_each_share, period
from alertd.enrich.money_words import FRANCS, HOME_EXCHANGES, HOMES, LAST_FRANCS
from alertd.text.sentences import Sentence

_DASH = re.compile(r"(\s?)[-‐‑‒–—−~〜～](\s?)")
_MODIFIERS = "as much as|as high as|about|around|roughly|more than|nearly|almost|perhaps|up to|possibly|maybe"
_JOIN = re.compile(rf"\s(to|and|or|bis|à)\s(?:(?:{_MODIFIERS})\s)?", re.I)
_MOVED = (["up", "from"], ["down", "from"])
_OPENS = re.compile(r",?(?:\s?[(\[/]|\sor\b)\s?(?:or|about|around|roughly|approximately|approx\.)?\s?", re.I)
_REACH = 400
"""Characters of a sentence before and behind an amount that are looked at."""
_JOINED = 40
"""Characters between two numbers of a range."""
_PER_BETWEEN = re.compile(r"\s(?:a|an|per)\s[a-z]{3,7}(?=\s(?:to|and|or)\s)", re.I)
_MORE_BEHIND = re.compile(r"\+(?!\w)|-plus\b|\sor\smore\b|\sor\sso\b|\sand\sup\b", re.I)
_CHANGE_BEHIND = re.compile(
    r"[\s-](?:(?:or\s\d+(?:\.\d+)?%\s)?(?:increase|decrease|rise|drop|decline|gain|jump|improvement|reduction|hike)\b"
    r"|(?:higher|lower|more|less)\sthan\b)",
    re.I,
)

_STATED = re.compile(r"\b(?:in|are|is)\s(Canadian|Australian|New\sZealand|Hong\sKong|Singapore)\sdollars", re.I)
_DOLLARS = {"canadian": "CAD", "australian": "AUD", "new zealand": "NZD", "hong kong": "HKD", "singapore": "SGD"}


class Written(NamedTuple):
    """An amount as a text writes it. Offsets are code points, end exclusive."""

    start: int
    end: int
    low: float
    high: float
    currency: str
    per: str | None
    bound: Bound | None
    earlier: bool
    negative: bool
    change: bool
    """By how much something changed, not what it is: the $3m of `increased $3m to $10m`."""
    scaled: bool
    """Written with a magnitude, or large."""
    figure_end: int
    """Where the figure itself ends, before `of cash profit a year`."""
    place: Place
    """What stands before it."""
    sentence: Sentence
    again: bool = False
    """In brackets behind another one, and in another currency: the same once more."""
    said: bool = False
    """A magnitude stands at it."""

    def times(self, factor: int) -> Written:
        """Give it so much larger, as the heading of its table says; that speaks of shares, too, and means others."""
        per = None if self.per == "share" else self.per
        return self._replace(low=self.low * factor, high=self.high * factor, scaled=True, per=per)


def written(
    text: str,
    numbers: Sequence[Quantity],
    sentences: Sequence[Sentence],
    elsewhere: str = "",
    year: int | None = None,
    beside: str = "",
) -> Iterator[Written]:
    """Give the amounts in the order of the text.

    `elsewhere` is more text that may name a country, and `beside` one that says where old news are from; `year` is
    the one in which the text was written, if it is known.
    """
    starts = [one.start for one in sentences]
    whose = _Whose(text, elsewhere, year, beside)
    at, last_end, last_currency = 0, 0, ""
    while at < len(numbers):
        one = numbers[at]
        other = numbers[at + 1] if at + 1 < len(numbers) else None
        at += 1
        if one.broken:
            continue
        near = other is not None and not other.broken and other.start - one.end <= _JOINED
        if not (one.monetary or (near and other is not None and _lends(text, one, other))):
            continue
        sentence = _around(sentences[max(bisect_right(starts, one.start) - 1, 0)], one)
        place = Place(text, one.start, sentence.start, last_end)
        joined = _join(place, one, other) if near and other is not None else None
        if joined is None and not one.monetary:
            continue
        for made in _amounts(place, sentence, one, other, joined, whose):
            again = made.currency != last_currency and _OPENS.fullmatch(text, last_end, made.start)
            yield made._replace(again=True) if again and last_end else made
            last_end, last_currency = made.end, made.currency
        at += joined is not None


def _lends(text: str, one: Quantity, other: Quantity) -> bool:
    """Whether the second of two numbers can make money of the first: `3-4bn dollars`, `R3-5bn`."""
    large = one.careful and (other.scaled or "," in text[other.number : other.end])
    return other.monetary or large


def _around(sentence: Sentence, one: Quantity) -> Sentence:
    """Give as much of a sentence as is near an amount: a text without points is one sentence."""
    return Sentence(max(sentence.start, one.start - _REACH), min(sentence.end, one.end + _REACH))


def _amounts(
    place: Place, sentence: Sentence, one: Quantity, other: Quantity | None, joined: _Joined | None, whose: _Whose
) -> Iterator[Written]:
    text = place.text
    if joined is None or other is None:
        value = one.value()
        yield _made(place, sentence, one.start, one, value, value, whose.currency(one))
        return
    currency = whose.currency(one if one.currency else other)
    low, high = joined.low, joined.high
    if not joined.changes:
        yield _made(place, sentence, one.start, other, min(low, high), max(low, high), currency)
        return
    # `from $2m to $3m` is what was and what is; `increased $3m to $10m` is by how much and to what.
    first = _made(place, sentence, one.start, one, low, low, currency)
    yield first._replace(earlier=joined.earlier, change=not joined.earlier)
    behind = Place(text, other.start, sentence.start, one.end)
    second = _made(behind, sentence, other.start, other, high, high, currency)
    yield second if second.per else second._replace(per=first.per)


class _Joined(NamedTuple):
    low: float
    high: float
    changes: bool = False
    earlier: bool = False


def _made(
    place: Place, sentence: Sentence, start: int, last: Quantity, low: float, high: float, currency: str
) -> Written:
    text, end = place.text, last.end
    bound = place.bound()
    if more := _MORE_BEHIND.match(text, end):
        bound, end = "over", more.end()
    when = period(text, end, place.words)
    scaled = last.scaled or high >= 10_000
    if when.per is None and not scaled and is_for_each_share(text, end):
        when = when._replace(per="share")
    change = bool(_CHANGE_BEHIND.match(text, end)) or place.by_how_much()
    return Written(
        start, when.end, low, high, currency, when.per, bound, place.is_earlier(end), last.negative, change,
        scaled=scaled, figure_end=end, place=place, sentence=sentence,
        said=last.scaled,
    )  # fmt: skip


def _join(place: Place, one: Quantity, other: Quantity) -> _Joined | None:
    """Read two numbers as a range, or as a change from one to the other."""
    if not one.monetary and other.mark and len(one.digits) > 3:  # since 2006 to $37 billion
        return None
    if other.start <= one.end or (one.currency and other.currency and one.currency != other.currency):
        return None
    text, begin = place.text, one.end
    if between := _PER_BETWEEN.match(text, begin):
        begin = between.end()
    if dash := _DASH.fullmatch(text, begin, other.start):
        if (dash[1] or dash[2]) and not (other.mark or (other.scaled and not one.scaled)):
            return None
        return _scaled(one, other, dash=True)
    word = _JOIN.fullmatch(text, begin, other.start)
    return _by_word(place, one, other, word[1].lower()) if word else None


def _by_word(place: Place, one: Quantity, other: Quantity, word: str) -> _Joined | None:
    before = place.words
    near = before[-4:]
    shared = other.scaled and not one.scaled and not other.mark
    if word == "and":
        return _scaled(one, other) if "between" in near else None
    if word == "or":
        both = other.scaled and not one.scaled and bool(one.mark)
        return _scaled(one, other) if shared or both else None
    if not (other.monetary or shared or period(place.text, other.end, []).per):
        return None
    pair = _scaled(one, other)
    if "from" in near and (near[-2:] in _MOVED or not RANGES.intersection(before)):
        moved = not CHANGES.isdisjoint(before) or (pair is not None and pair.low > pair.high)
        return _change(one, other, pair, earlier=True) if moved else pair
    last = near[-1] if near else ""
    by = one.mark and other.mark and (last in BY_HOW_MUCH or (last == "by" and not CHANGES.isdisjoint(near)))
    return _change(one, other, pair, earlier=False) if by or (pair and pair.low > pair.high) else pair


def _change(one: Quantity, other: Quantity, pair: _Joined | None, *, earlier: bool) -> _Joined:
    if pair is None:
        pair = _Joined(one.value(), other.value())
    return pair._replace(changes=True, earlier=earlier)


def _scaled(one: Quantity, other: Quantity, *, dash: bool = False) -> _Joined | None:
    """Give both ends; a magnitude or cents behind the second stand for both."""
    high = other.value()
    cents = other.behind.cents if not one.monetary else one.behind.cents
    shift = cents - one.behind.cents
    if one.scaled or not other.scaled:
        return _Joined(one.value(one.behind.power + shift), high)
    low = one.value(other.behind.power + shift)
    if low > high:
        smaller = one.value(other.behind.power - 3)
        plain = float(one.digits)
        low = smaller if dash and plain < 1000 else plain  # $800-1.2bn; $500,000 to $1 million
    return _Joined(low, high)


class _Whose:
    """Says whose money it is where sign or word leave it open."""

    def __init__(self, text: str, elsewhere: str, year: int | None, beside: str) -> None:
        self._text, self._elsewhere, self._year, self._beside = text, elsewhere, year, beside

    def currency(self, one: Quantity) -> str:
        """Give the currency of a number."""
        if not one.needs:
            return one.currency
        if one.needs == "dollar":
            return self._dollar
        if one.needs == "franc":
            return self._franc
        for kind, currency, names in HOMES:
            if kind == one.needs and any(name in self._text or name in self._elsewhere for name in names):
                return currency
        return one.currency or {"crown": "NOK", "dinar": "KWD", "peso": "MXN"}.get(one.needs, "USD")

    @cached_property
    def _franc(self) -> str:
        """Whose francs a text means: today the Swiss ones, in old news those of the place that it names first."""
        if self._year is None or self._year > LAST_FRANCS:
            return "CHF"
        first: dict[int, str] = {}
        for text in (self._text, self._beside):
            low = text.lower()
            found = {low.find(name): code for code, names in FRANCS.items() for name in names if name in low}
            first = first or found
        return first[min(first)] if first else "CHF"

    @cached_property
    def _dollar(self) -> str:
        both = f"{self._elsewhere}\n{self._text}" if self._elsewhere else self._text
        if "dollars" in both and (stated := _STATED.search(both)):
            return _DOLLARS[" ".join(stated[1].lower().split())]
        if "US$" in both:
            for currency, exchanges in HOME_EXCHANGES:
                if any(exchange in both for exchange in exchanges):
                    return currency
        return "USD"
