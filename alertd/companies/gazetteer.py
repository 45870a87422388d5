"""The names of companies as texts have them, under their words: their number costs nothing (`alertd.text.names`).

The registrants' part is made once for a table and shared; what a desk declares is a second, small one over it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import starmap
from sys import intern
from typing import NamedTuple

from alertd.companies import clues
from alertd.companies.aliases import Alias, aliases_of
from alertd.companies.mentions import Way
from alertd.companies.model import Company
from alertd.companies.ordinary import Kind, is_ordinary, kind_of
from alertd.companies.well_known import WellKnown, well_known
from alertd.text.fold import Tokens
from alertd.text.names import make_names


class Name(NamedTuple):
    """What a company, or several, are called."""

    words: tuple[str, ...]
    written: str
    """As somebody wrote it: its capitals and signs count."""
    way: Way
    kind: Kind
    companies: tuple[str, ...]
    """Ids, the surest and largest first."""
    known: int = 0
    """Of the file of well-known names: then it means the first company, whoever else is called so. 2 for the name by
    which people know it, 1 for another."""
    makers: tuple[str, ...] = ()
    """Makers of medicines whose names begin with this word, if the companies are none: in an item about a medicine
    one of them is meant."""


class Hit(NamedTuple):
    """A name whose words stand at a place of a text."""

    first: int
    last: int
    """Words, both included."""
    name: Name


class Gazetteer:
    """Names under their words. Immutable once made."""

    __slots__ = ("_called", "_names")

    def __init__(self, names: Iterable[Name]) -> None:
        self._called = {name.words: name for name in names}
        small = frozenset(name.words[0] for name in self._called.values() if not name.written[0].isupper())
        self._names = make_names(self._called, small)

    def __len__(self) -> int:
        return len(self._called)

    def get(self, words: tuple[str, ...]) -> Name | None:
        """Give what is called exactly so."""
        return self._called.get(words)

    def find(self, tokens: Tokens, until: int, most: int) -> list[Hit]:
        """Give every place among so many first words where a name's words stand and may be written as it is.

        Words without a capital begin no name, but one that is itself written so. At most so many.
        """
        return list(starmap(Hit, self._names.find(tokens, until, most)))


def declared_names(companies: Iterable[Company], spoken: Gazetteer, canonical: Callable[[str], str]) -> Gazetteer:
    """Make the names of what a desk declares, over those that everybody knows (`spoken`).

    A name that people know stays known where the desk adds to that company: a sector does not make it less so.
    """
    found = _collect((company.id, alias) for company in companies for alias in aliases_of(company))
    for words, name in found.items():
        before = spoken.get(words)
        if before is None or name.companies != (canonical(before.companies[0]),):
            continue
        kind = before.kind if before.known else name.kind
        found[words] = name._replace(kind=kind, known=before.known, makers=before.makers)
    return Gazetteer(found.values())


def registrants_names(companies: Mapping[str, Company], tickers: Mapping[str, str]) -> Gazetteer:
    """Make the names of the registrants, the largest first, and of the well-known companies."""
    found = _collect(
        ((company.id, alias) for company in companies.values() for alias in aliases_of(company)), brands=True
    )
    for line in well_known():
        company = tickers.get(line.key) if line.is_registrant else line.key
        if company is not None:
            _put_known(found, line, company)
    _put_makers(found, companies.values())
    return Gazetteer(found.values())


def _put_makers(found: dict[tuple[str, ...], Name], companies: Iterable[Company]) -> None:
    """Tell names of one word which makers of medicines are called so in short: Rocket Pharmaceuticals."""
    makers: dict[str, list[str]] = {}
    for company in companies:
        words = company.name.casefold().replace(",", " ").split()
        if not clues.HEALTH.isdisjoint(words[1:]):
            makers.setdefault(words[0], []).append(company.id)
    for word, ids in makers.items():
        name = found.get((word,))
        if name is not None and name.known != SHOWN and not set(ids).intersection(name.companies):
            found[word,] = name._replace(makers=tuple(ids))


def _kind(words: tuple[str, ...], written: str) -> Kind:
    """Say how much a name needs around it; one that is letters with an `&` is nothing else."""
    letters = "&" in written and all(len(word) <= 2 or word == "and" for word in words)
    return "distinct" if letters and "and" not in words else kind_of(words)


SHOWN = 2
"""`Name.known` of the name by which people know a company."""
_RANK: dict[Way, int] = {"name": 0, "alias": 1, "short": 2}


def _collect(aliases: Iterable[tuple[str, Alias]], *, brands: bool = False) -> dict[tuple[str, ...], Name]:
    """Put the companies together that are called the same; a name that a rule shortened gives way to all others."""
    found: dict[tuple[str, ...], Name] = {}
    shortened: dict[tuple[str, ...], list[tuple[str, Alias]]] = {}
    begin: dict[str, set[str]] = {}
    """First word -> the companies whose names begin so."""
    for company, alias in aliases:
        begin.setdefault(alias.words[0], set()).add(company)
        if alias.given:
            _put(found, company, alias)
        else:
            shortened.setdefault(alias.words, []).append((company, alias))
    for words, several in shortened.items() if brands else ():
        company, alias = several[0]
        if len(begin[words[0]]) == 1 and words not in found and kind_of(words) == "distinct":
            found[words] = Name(words, alias.written, alias.way, "distinct", (company,))
    return found


def _put(found: dict[tuple[str, ...], Name], company: str, alias: Alias) -> None:
    known = found.get(alias.words)
    if known is None:
        words = tuple(map(intern, alias.words))
        found[words] = Name(words, alias.written, alias.way, _kind(words, alias.written), (company,))
    elif company not in known.companies:
        if _RANK[alias.way] < _RANK[known.way]:  # a name in full goes before one that is called so in short
            surer = (company, *known.companies)
            found[alias.words] = known._replace(written=alias.written, way=alias.way, companies=surer)
        else:
            found[alias.words] = known._replace(companies=(*known.companies, company))


def _put_known(found: dict[tuple[str, ...], Name], line: WellKnown, company: str) -> None:
    for written in line.names:
        for alias in aliases_of(Company(id=company, name=written)):
            before = found.get(alias.words)
            if alias.way != "name":
                continue  # what it is called in short stands in the file
            if before is not None and before.known and (before.companies[0] != company or before.known == SHOWN):
                continue  # the first line that says so
            others = tuple(c for c in before.companies if c != company) if before is not None else ()
            words = tuple(map(intern, alias.words))
            kind = _kind(words, alias.written)
            if (
                written in line.distinct
                or (before is not None and before.known and before.kind == "distinct")
                or (kind == "ordinary" and not is_ordinary(words[0]))
            ):
                kind = "distinct"
            known = SHOWN if written == line.name else 1
            found[words] = Name(words, alias.written, "alias", kind, (company, *others), known)
