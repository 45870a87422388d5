"""What is hardly meant about the companies that a desk declares: their names, and who belongs to whom."""

from __future__ import annotations

from collections.abc import Iterator

from alertd.companies.model import Company
from alertd.companies.names import fold_name
from alertd.companies.registrants import Registrants
from alertd.errors import Fault
from alertd.rules.loaded import Loaded
from alertd.text.common import common_words

_COMMON = common_words()
_SHOWN = 5


def declared(loaded: Loaded) -> Iterator[Fault]:
    """Name declared companies that are called by a word of most news, or as a registrant is without being it."""
    registrants = loaded.table.registrants
    for (what, name), place in loaded.defined.items():
        company = loaded.table.declared.get(name) if what == "company" else None
        if company is None:
            continue
        own = registrants.companies.get(company.id)
        for called in (company.name, *company.aliases):
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
