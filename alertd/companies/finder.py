"""Which companies a title and a body name, where, how, and what was seen and not taken.

    tags, categories, filers  ->  who is meant for sure
    words -> names            ->  the longest at each place
    names                     ->  distinct ones, and those with a tag behind them
    other names               ->  weighed by what is around them (judge.py), twice: what is taken helps the next
    first words of names seen ->  the same company later in the text

The cost is that of the text and of what is found in it, whatever the number of companies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from alertd.companies.bare import BareTickers
from alertd.companies.gazetteer import Hit, declared_names
from alertd.companies.mentions import Beside, Mention
from alertd.companies.model import Company
from alertd.companies.names import fold_name
from alertd.companies.passages import FieldText
from alertd.companies.readable import readable_name
from alertd.companies.reading import Work
from alertd.companies.securities_named import SecurityNames
from alertd.companies.table import CompanyTable
from alertd.companies.well_known import well_known
from alertd.text.fold import Tokens

MOST_HITS = 2_000
"""Names of one field that are looked at."""


class FoundCompanies(NamedTuple):
    """What the finder found."""

    mentions: tuple[Mention, ...]
    """The title's first, in the order of the text."""
    beside: tuple[Beside, ...]
    refused: tuple[tuple[str, str], ...]
    """(what was seen, why it was not taken), each once."""


class CompanyFinder:
    """Finds the companies of a table in texts. Immutable; making one costs what is declared, not the registrants."""

    def __init__(self, table: CompanyTable, isins: Mapping[str, str] | None = None) -> None:
        """`isins` maps ISINs to company ids, besides those that the table's declared companies state."""
        self.table = table
        self.registrants = table.registrants.spoken
        self._known = {line.key: line for line in well_known() if not line.is_registrant}
        self._canonical = _as_declared(table)
        self.declared = declared_names(table.declared.values(), self.registrants, self.canonical)
        self._shown = {
            company: line.name
            for line in well_known()
            if (company := table.registrants.tickers.get(line.key) if line.is_registrant else line.key)
        }
        self._shown |= {
            self._canonical[key]: line.name for key, line in self._known.items() if key in self._canonical
        }
        self.securities = SecurityNames(table, isins or {}, self._canonical)
        self.bare = BareTickers(self)

    def canonical(self, company: str) -> str:
        """Give the id under which a company is known today: the desk's own before the SEC's and ours."""
        return self.table.canonical(self._canonical.get(company, company))

    def company(self, company: str) -> Company | None:
        """Give a company by its id, well-known ones too."""
        if (found := self.table.get(company)) is not None:
            return found
        line = self._known.get(company)
        return line.company() if line is not None else None

    def display_name(self, company: Company) -> str:
        """Give the name by which people know a company: the desk's own, else the short one of a registrant."""
        if company.id in self.table.declared and not company.id.startswith("cik-"):
            return company.name
        return self._shown.get(company.id) or readable_name(company.name, [x.ticker for x in company.listings])

    def rank(self, company: str) -> int:
        """Give a company's place in the SEC's table, the largest first; 0 for declared ones."""
        if company in self.table.declared:
            return 0
        return self.table.registrants.ranks.get(company, 0)

    def find(
        self,
        title: Tokens,
        body: Tokens,
        *,
        body_limit: int = 65_536,
        categories: Sequence[str] = (),
        filers: Iterable[Mapping[str, Any]] = (),
        language: str = "",
    ) -> FoundCompanies:
        """Find the companies of a title and of as many code points of a body."""
        fields = (FieldText("title", title, 2_000), FieldText("body", body, body_limit))
        work = Work(self, fields, capitals=not language.startswith("de"))
        work.take_beside(categories, filers)
        for field in fields:
            work.take_tags(field)
        for field in fields:
            work.take_names(field, self._hits(field))
        return FoundCompanies(*work.conclude().result())

    def _hits(self, field: FieldText) -> list[Hit]:
        """Give the names in a field, what is declared before what is not where both stand at the same words."""
        found = self.declared.find(field.tokens, len(field), MOST_HITS)
        own = {(hit.first, hit.last) for hit in found}
        others = self.registrants.find(field.tokens, len(field), MOST_HITS)
        found += [hit for hit in others if (hit.first, hit.last) not in own]
        return sorted(found, key=lambda hit: (hit.first, -hit.last))


def _as_declared(table: CompanyTable) -> dict[str, str]:
    """Give the ids of well-known companies that the desk declares by that name, or that are registrants by now."""
    declared = {fold_name(company.name): company.id for company in table.declared.values()}
    found = {}
    for line in well_known():
        company = table.registrants.tickers.get(line.key) if line.is_registrant else line.key
        if company is None or (table.get(company) is not None and not line.is_registrant):
            continue
        own = declared.get(fold_name(line.name))
        if own is None and not line.is_registrant:
            called = table.called(line.name)
            own = called[0].id if len(called) == 1 and called[0].id not in table.declared else None
        if own is not None and own != company:
            found[company] = own
    return found
