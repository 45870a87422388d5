"""What is hardly meant about the companies that a desk declares: their names, and who belongs to whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from alertd.companies.finder import CompanyFinder
from alertd.companies.model import INVERSE, Company, Relation, RelationType
from alertd.companies.names import fold_name, ticker_of
from alertd.companies.ordinary import kind_of, words_of
from alertd.companies.registrants import Registrants
from alertd.companies.table import CompanyTable
from alertd.errors import Fault
from alertd.rules.loaded import Loaded
from alertd.text.common import common_words

_COMMON = common_words()
_LEADING: tuple[RelationType, ...] = ("supplier", "lessor", "lender", "licensor", "investor")
"""Relations that have another name the other way round, but for owners, who may stand in a circle."""
_SHOWN = 5
_LETTERS = 2
"""Letters of a placeholder for a name, such as AA."""


def declared(loaded: Loaded) -> Iterator[Fault]:
    """Name declared companies that are called by a word of most news, or as a registrant is without being it."""
    registrants = loaded.table.registrants
    for (what, name), place in loaded.defined.items():
        company = loaded.table.declared.get(name) if what == "company" else None
        if company is None:
            continue
        own = registrants.companies.get(company.id)
        for called in _called(company):
            folded = fold_name(called)
            if own is not None and called == own.name:
                continue
            if not folded or folded in _COMMON:
                which = "which most news have" if folded else "and no letter or digit is in it"
                message = f"company `{company.id}` is called `{called[:60]}`, {which}"
                hint = "name it as the news do, in full"
                yield Fault(*place, message, hint, "warning", "company-name")
            elif company.cik is None and (other := _registrant(registrants, company, folded)) is not None:
                message = f"company `{company.id}` has the full name of registrant {other.name} and no `cik`"
                hint = f"write `cik: {other.cik}` if it is, so that its ticker leads here"
                yield Fault(*place, message, hint, "warning", "company-twice")


def _registrant(registrants: Registrants, company: Company, folded: str) -> Company | None:
    found = [registrants.companies[name] for name in registrants.names.get(folded, ()) if name != company.id]
    return found[0] if len(found) == 1 else None


def clashes(loaded: Loaded) -> Iterator[Fault]:
    """Name declared companies that are called as another is in texts, or by its ticker; and those hard to tell."""
    finder = CompanyFinder(loaded.table)
    for (what, name), place in loaded.defined.items():
        company = loaded.table.declared.get(name) if what == "company" else None
        if company is None:
            continue
        own = loaded.table.registrants.companies.get(company.id)
        called = [each for each in _called(company) if own is None or each != own.name]
        for each in called:
            if (other := _other(finder, company, each)) is not None:
                label = f"{finder.display_name(other)} ({other.label})"
                message = f"company `{company.id}` is called `{each[:60]}`, as {label} is"
                hint = f"texts with that name will mean yours, no longer {other.label}: leave it out if they need not"
                yield Fault(*place, message, hint, "warning", "company-clash")
            elif (owner := _of_ticker(loaded.table, company, each)) is not None:
                message = f"company `{company.id}` is called `{each[:60]}`, which is the ticker of {owner.name}"
                hint = "files that say it mean that company: write the name otherwise"
                yield Fault(*place, message, hint, "warning", "company-clash")
        if own is None and (word := _only_words(called)):
            message = f"company `{company.id}` is called by an ordinary word alone, `{word[:60]}`"
            hint = "texts count as naming it only with business around the word; an alias in full makes it sure"
            yield Fault(*place, message, hint, "notice", "company-word")


def _called(company: Company) -> tuple[str, ...]:
    return tuple(dict.fromkeys((company.name, *company.aliases, *company.former)))


def _other(finder: CompanyFinder, company: Company, called: str) -> Company | None:
    """Give who else is called so in texts. The same full name is another finding: `company-twice`."""
    words = words_of(called)
    known = finder.registrants.get(words) if words else None
    if known is None or known.kind == "common" or fold_name(called) in finder.table.registrants.names:
        return None
    others = [other for each in known.companies if (other := finder.canonical(each)) != company.id]
    return finder.company(others[0]) if others and len(others) == len(known.companies) else None


def _of_ticker(table: CompanyTable, company: Company, called: str) -> Company | None:
    is_ticker = len(called) > _LETTERS and not called.isdigit() and ticker_of(called) == called
    found = table.listed(called) if is_ticker else None
    return found if found is not None and found.id != company.id else None


def _only_words(called: Sequence[str]) -> str:
    """Give a company's first name if all of them are single words that texts have anyhow."""
    several = [words_of(each) for each in called]
    plain = all(len(words) == 1 and kind_of(words) in ("ordinary", "name") for words in several)
    return called[0] if plain and len(called[0]) > _LETTERS else ""


def circles(loaded: Loaded) -> Iterator[Fault]:
    """Name companies that are subsidiaries of one another, at the first of them that is declared."""
    above: dict[str, list[str]] = {}
    for relation in loaded.book.relations:
        if relation.since or relation.until:
            continue  # who owns whom may turn round
        if relation.type == "subsidiary":
            above.setdefault(relation.company, []).append(relation.of)
        elif relation.type == "owner":
            above.setdefault(relation.of, []).append(relation.company)
    told: set[frozenset[str]] = set()
    for start in sorted(above):
        way = _round(above, start)
        place = next((loaded.defined["company", name] for name in way if ("company", name) in loaded.defined), None)
        if place is None or frozenset(way) in told:
            continue
        told.add(frozenset(way))
        shown = " -> ".join([*way[:_SHOWN], *(["…"] if len(way) > _SHOWN else []), start])
        message = f"companies are subsidiaries of one another in a circle: {shown}"
        yield Fault(*place, message, "say of one of them that it belongs to none", "warning", "company-circle")


def mutual(loaded: Loaded) -> Iterator[Fault]:
    """Name companies of which each is said to be the same to the other: one of the two is mostly turned round."""
    stated: dict[tuple[str, RelationType, str], list[Relation]] = {}
    for relation in loaded.book.relations:
        if relation.type in _LEADING:
            key = (relation.company, relation.type, relation.of)
        elif INVERSE[relation.type] in _LEADING:
            key = (relation.of, INVERSE[relation.type], relation.company)
        else:
            continue
        stated.setdefault(key, []).append(relation)
    for (company, kind, of), relations in stated.items():
        others = stated.get((of, kind, company), ())
        if company < of and any(_at_once(one, other) for one in relations for other in others):
            named = (("relation", f"{company} {of}"), ("relation", f"{of} {company}"))
            places = [loaded.defined[what] for what in named if what in loaded.defined]
            if not places:
                continue
            names = [loaded.table.get(each) for each in (company, of)]
            one, other = (known.label if known is not None else "" for known in names)
            message = f"{one} is said to be {kind} of {other}, and {other} of {one}"
            hint = "each relation counts both ways: leave out the one that is turned round, if one is"
            yield Fault(*max(places), message, hint, "notice", "company-mutual")


def _at_once(one: Relation, other: Relation) -> bool:
    """Whether two relations hold on one day."""
    return all(not a.until or not b.since or b.since <= a.until for a, b in ((one, other), (other, one)))


def _round(above: dict[str, list[str]], start: str) -> list[str]:
    """Give the shortest way up from a company to itself; empty if there is none."""
    came: dict[str, str] = {}
    edge = [start]
    while edge:
        ahead: list[str] = []
        for at in edge:
            for parent in above.get(at, ()):
                if parent == start:
                    way = [at]
                    while way[-1] != start:
                        way.append(came[way[-1]])
                    return way[::-1]
                if parent not in came:
                    came[parent] = at
                    ahead.append(parent)
        edge = ahead
    return []
