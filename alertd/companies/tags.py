"""What wires and traders write so that nobody need guess: tags, cashtags, RICs, ISINs, CIKs.

    (NASDAQ: NVDA)  (NYSE: BRK.A, BRK.B)  NYSE:GE  (LSE: VOD)     tag
    $NVDA  [NVDA]  <NVDA.O>  VOD.L  NVDA US Equity  (NVDA)        ticker
    US0378331005                                                  isin, by its check digit
    CIK 0001045810  (0001045810)                                  cik

Each pattern begins with a sign that few texts have, and is linear: what stands before it is looked at backwards,
within a bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from alertd.companies.check_digits import is_right
from alertd.companies.markets import EXCHANGES, RIC_ENDINGS, exchange_named
from alertd.companies.mentions import Way
from alertd.companies.names import AMERICAN
from alertd.companies.ordinary import is_ordinary, word_set
from alertd.companies.securities_named import SecurityNames

_TICKER = r"[A-Z0-9]{1,10}(?:[.\-/][A-Z0-9]{1,3})?"
_LISTED = re.compile(
    rf":[ \xa0]{{0,2}}[\"“]?(\$?{_TICKER})(?![\w])((?:(?:,|;| and| /)[ \xa0]?{_TICKER}(?![\w:])){{0,5}})"
)
_MORE = re.compile(_TICKER)
_EXCHANGE = re.compile(r"([A-Za-z][A-Za-z0-9]{0,20}(?:[ -][A-Za-z]{2,10}){0,3})(?:®|™|\(R\))?[ \xa0]?\Z")
_CASHTAG = re.compile(r"\$([A-Z]{1,6}(?:[.\-][A-Z]{1,2})?)(?!\w)")
_BRACKET = re.compile(r"[\[<]([A-Z]{2,5})[\]>]")
_ENDING = re.compile(r"\.([A-Z]{1,2})(?!\w|\.\w)")
_BEGINNING = re.compile(r"(?<![\w.@/-])[A-Z0-9]{1,6}[a-z]?\Z")
_EQUITY = re.compile(r" Equity\b")
_BLOOMBERG = re.compile(r"\b([A-Z0-9]{1,6}) ([A-Z]{2})\Z")
_ISIN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[A-Z0-9]{9}[0-9](?![A-Za-z0-9])")
_CIK = re.compile(r"CIK\b[ :#=.Nno]{0,6}([0-9]{4,10})(?![0-9])|\((0[0-9]{9})\)")
_FILLED = re.compile(r"[(\[<]([A-Z][A-Z0-9]{0,4})(?:\.[A-Z]{1,2})?[)\]>]")
_PAREN = re.compile(r"\(([A-Z]{1,5}(?:[.\-][A-Z])?)\)")
_NO_CASHTAG = word_set("B K M T BN MM MN MLN BLN TN CAD USD AUD NZD HKD SGD")
"""After a dollar sign these are magnitudes and currencies."""
_BACK = 60
"""Characters before a tag in which its exchange or bracket stands."""
_MOST = 400
"""Tags of each kind in one field that are read."""


class Tag(NamedTuple):
    """A tag at a place of a text. Offsets are code points, end exclusive."""

    start: int
    end: int
    company: str | None
    """Id; None where nobody known is meant: then a name before it is somebody else's."""
    way: Way
    written: str
    opens: int
    """Where the bracket around it opens, or where it begins: a name ends before it."""
    sure: bool = True
    """Means the company by itself; else only beside its name: (AI), (SEC) may be anything."""


def tags_in(text: str, who: SecurityNames) -> list[Tag]:
    """Find the tags of a text, in its order."""
    found: list[Tag] = []
    if ":" in text:
        found += _listed(text, who)
    if "$" in text:
        found += _cashtags(text, who)
    if "[" in text or "<" in text:
        found += _brackets(text, who)
    found += _rics(text, who)
    if " Equity" in text:
        found += _bloomberg(text, who)
    if who.has_isins:
        found += isins_in(text, who)
    if "CIK" in text or "(0" in text:
        found += _ciks(text, who)
    if "(" in text:
        found += _parens(text, who)
    return list(_apart(sorted(found, key=lambda tag: (tag.start, not tag.sure, -tag.end))))


def _apart(tags: Iterable[Tag]) -> Iterator[Tag]:
    """Leave out tags within others: the `$NVDA` in `NASDAQ: $NVDA`."""
    free = 0
    for tag in tags:
        if tag.start >= free:
            free = tag.end
            yield tag


def _listed(text: str, who: SecurityNames) -> Iterator[Tag]:
    """Find (NASDAQ: NVDA): an exchange, a colon, tickers."""
    for match in islice(_LISTED.finditer(text), _MOST):
        begin = max(match.start() - _BACK, 0)
        opens = text.rfind("(", begin, match.start())
        if not text.startswith("(R)", opens):  # no other bracket is part of a name
            begin = max(begin, opens + 1)
        before = _EXCHANGE.search(text, begin, match.start())
        if before is None:
            continue
        words = re.split(r"[ -]", before[1])
        named = next(
            (
                at
                for skip in range(len(words))
                if (at := exchange_named(" ".join(words[skip:]))) in AMERICAN or _is_exchange(words[skip:])
            ),
            None,
        )
        if named is None:
            continue
        start = before.start() + len(before[1]) - len(" ".join(words[-1:]))
        tickers = [match[1].lstrip("$"), *_MORE.findall(match[2])]
        meant = next((c for ticker in tickers if (c := who.listed(ticker, named))), None)
        if meant is None and named not in AMERICAN:
            continue  # a share elsewhere that nobody declared: its name may still be known
        written = f"{before[1]}: {', '.join(tickers)}"
        yield Tag(start, match.end(), meant, "tag", written, _opening(text, start))


def _is_exchange(words: list[str]) -> bool:
    return "".join(words).lower() in EXCHANGES


def _opening(text: str, start: int) -> int:
    """Give where the bracket opens in which a tag stands."""
    begin = max(start - _BACK, 0)
    before = text[begin:start]
    opens, closes = max(before.rfind("("), before.rfind("[")), max(before.rfind(")"), before.rfind("]"))
    return begin + opens if opens > closes else start


def _cashtags(text: str, who: SecurityNames) -> Iterator[Tag]:
    for match in islice(_CASHTAG.finditer(text), _MOST):
        before = text[match.start() - 1] if match.start() else " "
        if before.isalnum() or before in "$_" or match[1] in _NO_CASHTAG:
            continue
        if meant := who.listed(match[1], ""):
            yield Tag(*match.span(), meant, "ticker", match[0], _opening(text, match.start()))


def _brackets(text: str, who: SecurityNames) -> Iterator[Tag]:
    for match in islice(_BRACKET.finditer(text), _MOST):
        if not is_ordinary(match[1].lower()) and (meant := who.listed(match[1], "")):
            yield Tag(*match.span(), meant, "ticker", match[0], match.start())


def _rics(text: str, who: SecurityNames) -> Iterator[Tag]:
    """Find VOD.L: a code, a point, the letters of an exchange; one letter before it only in brackets (`U.S`)."""
    for match in islice(_ENDING.finditer(text), _MOST):
        at = RIC_ENDINGS.get(match[1])
        before = _BEGINNING.search(text, max(match.start() - 8, 0), match.start()) if at else None
        if at is None or before is None:
            continue
        start = before.start()
        bracketed = start > 0 and text[start - 1] in "<([" and match.end() < len(text) and text[match.end()] in ">)]"
        if (len(before[0]) > 1 or bracketed) and (meant := who.listed(before[0], at)):
            opens = start - 1 if bracketed else start
            yield Tag(start, match.end(), meant, "ticker", text[start : match.end()], opens)


def _bloomberg(text: str, who: SecurityNames) -> Iterator[Tag]:
    for match in islice(_EQUITY.finditer(text), _MOST):
        before = _BLOOMBERG.search(text, max(match.start() - 12, 0), match.start())
        if before is None:
            continue
        american = before[2][0] == "U"
        if meant := who.listed(before[1], "" if american else exchange_named(before[2])):
            start = before.start()
            yield Tag(start, match.end(), meant, "ticker", text[start : match.end()], _opening(text, start))


def isins_in(text: str, who: SecurityNames) -> Iterator[Tag]:
    """Find ISINs of companies that are known, by form and check digit."""
    for match in islice(_ISIN.finditer(text), _MOST):
        if (meant := who.isin(match[0])) and is_right("isin", match[0]):
            yield Tag(*match.span(), meant, "isin", match[0], _opening(text, match.start()))


def _ciks(text: str, who: SecurityNames) -> Iterator[Tag]:
    for match in islice(_CIK.finditer(text), _MOST):
        digits = match[1] or match[2]
        yield Tag(*match.span(), who.cik(digits), "cik", f"CIK {digits}", _opening(text, match.start() + 1))


def _parens(text: str, who: SecurityNames) -> Iterator[Tag]:
    for match in islice(_PAREN.finditer(text), _MOST):
        if meant := who.listed(match[1], ""):
            yield Tag(match.start() + 1, match.end() - 1, meant, "ticker", match[0], match.start(), sure=False)


def bracketed(text: str) -> Iterator[re.Match[str]]:
    """Give the brackets that hold nothing but what may be a ticker: (AI), <TX>, [BMO.M]; group 1 is its letters."""
    if "(" in text or "<" in text or "[" in text:
        yield from islice(_FILLED.finditer(text), _MOST)


def tags_of_category(category: str, who: SecurityNames) -> Iterator[Tag]:
    """Read a category of an item as a tag: `Nasdaq:NVDA`, `$NVDA`, an ISIN, `NVDA.O`; a bare word is none: `AI`."""
    text = category.strip()[:80]
    yield from (tag for tag in tags_in(text, who) if tag.company is not None and tag.sure)
