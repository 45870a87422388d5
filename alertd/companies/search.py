"""What somebody may have meant: hints for a name that resolves to nothing, and search for people."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from alertd.base import suggest
from alertd.companies.model import Company
from alertd.companies.names import cik_of, exchange_of, fold_name, short_name, ticker_of

if TYPE_CHECKING:
    from alertd.companies.table import CompanyTable

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NEAR = 0.8
"""difflib's ratio from which a registrant's name counts as misspelt: nearer than usual, for there are thousands."""
_SHOWN = 4
_DECLARE = "a company without a ticker is declared under rules/companies/"


def hint(table: CompanyTable, text: str, exchange: str = "") -> str:
    """Say what a text that names no company may have meant, or what to do."""
    text = " ".join(text.split())[:100]
    several = table.called(text)
    if len(several) > 1:
        listed = ", ".join(_named(c) for c in several[:_SHOWN])
        return f"several are called so: {listed}; write the ticker or the CIK"
    if exchange and (elsewhere := table.resolve(text)) is not None:
        at = ", ".join(dict.fromkeys(x.exchange for x in elsewhere.listings if x.exchange)) or "elsewhere"
        return f"{_named(elsewhere)} is traded at {at}, not at {exchange_of(exchange)}"
    if text != text.upper() and ticker_of(text.upper()) and (meant := table.resolve(text.upper())):
        return f"did you mean `{meant.label}` ({meant.name})? tickers are written in upper case"
    if near := _declared(table, text):
        return f"did you mean `{near}`?"
    if cik_of(text):
        return "no company with a ticker has that CIK; declare it with `cik` under rules/companies/"
    found = _ticker(table, text) or _registrant(table, text)
    return f"did you mean `{found.label}` ({found.name})?" if found else _DECLARE


def _named(company: Company) -> str:
    return f"{company.label} ({company.name})" if company.label != company.name else f"{company.id} ({company.name})"


def _declared(table: CompanyTable, text: str) -> str | None:
    return suggest.closest(text, [word for c in table.declared.values() for word in _words(c)])


def _words(company: Company) -> Iterator[str]:
    """Give what a declared company is called in files; the name of a registrant is none of the desk's words."""
    if not company.id.startswith("cik-"):
        yield company.id
        if company.name.casefold() != company.id:
            yield company.name
    yield from company.aliases


def _ticker(table: CompanyTable, text: str) -> Company | None:
    """Give the company whose ticker is one slip of the keys away: by a likely slip, then the largest."""
    ticker = ticker_of(text)
    if ticker is None or not 3 <= len(ticker) <= 6:
        return None
    owners = {owner for slip in _slips(ticker) if (owner := table.registrants.tickers.get(slip))}
    likely = {table.registrants.tickers.get(slip) for slip in _likely_slips(ticker)}
    best = min(owners, key=lambda owner: (owner not in likely, table.registrants.ranks[owner]), default=None)
    return table.get(best) if best else None


def _likely_slips(word: str) -> Iterator[str]:
    """Turn two letters round, or take out one that stands twice."""
    for i in range(len(word) - 1):
        yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]
        if word[i] == word[i + 1]:
            yield word[:i] + word[i + 1 :]


def _slips(word: str) -> Iterator[str]:
    for i in range(len(word)):
        yield word[:i] + word[i + 1 :]
        yield word[:i] + word[i + 1 : i + 2] + word[i] + word[i + 2 :]
        yield from (word[:i] + letter + word[i + 1 :] for letter in _LETTERS)
    yield from (word[:i] + letter + word[i:] for i in range(len(word) + 1) for letter in _LETTERS)


def _registrant(table: CompanyTable, text: str) -> Company | None:
    """Give the registrant with the nearest name that begins with the same letter."""
    name = short_name(text)
    if len(name) < 4:
        return None
    names = table.registrants.short_names
    like = [known for known in names if known[:1] == name[:1] and abs(len(known) - len(name)) < 4]
    near = difflib.get_close_matches(name, like, n=1, cutoff=_NEAR)
    return table.get(names[near[0]][0]) if near else None


def search(table: CompanyTable, text: str, limit: int = 20) -> list[Company]:
    """Find companies for a person: what the text names, then tickers and names that begin with its words.

    Declared companies come first, then the largest.
    """
    exact = table.resolve(text) or table.resolve(text.upper())
    begun = text.strip().upper()
    words = fold_name(text).split()
    found: dict[str, Company] = {exact.id: exact} if exact else {}
    if words:
        found |= {c.id: c for c in table if begun and any(x.ticker.startswith(begun) for x in c.listings)}
        found |= {c.id: c for c in table if any(_has(name, words) for name in (c.name, *c.aliases))}
    return list(found.values())[:limit]


def _has(name: str, words: Iterable[str]) -> bool:
    known = fold_name(name).split()
    return all(any(word.startswith(asked) for word in known) for asked in words)
