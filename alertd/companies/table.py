"""Which company is meant: one table of the SEC's registrants and of what the desk declares.

    text -> id or former id -> ticker at an exchange -> CIK -> ticker -> name or alias in full -> nobody

Nothing is guessed: a text that could mean two companies means none, and `suggest` says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from alertd.companies.model import Company
from alertd.companies.names import (
    AMERICAN,
    cik_of,
    exchange_of,
    fold_name,
    fold_sector,
    registrant_id,
    short_name,
    ticker_of,
)
from alertd.companies.registrants import Registrants, newest_registrants
from alertd.companies.search import hint


class CompanyTable:
    """Registrants under what is declared. Immutable: declaring gives a new table that shares the registrants."""

    def __init__(
        self,
        registrants: Registrants,
        declared: Iterable[Company] = (),
        other_ids: Mapping[str, str] | None = None,
        trouble: str = "",
    ) -> None:
        self.registrants = registrants
        self.trouble = trouble
        """Why the updated table is not used, if it is there and cannot be."""
        self.declared: dict[str, Company] = {}
        """What is declared or added to, by id."""
        self.other_ids: dict[str, str] = dict(other_ids or {})
        """Former ids, and those of registrants that are declared under an id of the desk's own -> id."""
        self._tickers: dict[str, list[tuple[str, str]]] = {}
        self._names: dict[str, tuple[str, ...]] = {}
        self._sectors: dict[str, set[str]] = {}
        for company in declared:
            self._take(company)

    def _take(self, company: Company) -> None:
        self.declared[company.id] = company
        if company.cik is not None and company.id != registrant_id(company.cik):
            self.other_ids[registrant_id(company.cik)] = company.id
        for listing in company.listings:
            self._tickers.setdefault(listing.ticker, []).append((exchange_of(listing.exchange), company.id))
        for name in dict.fromkeys(map(fold_name, (company.name, *company.aliases, *company.former))):
            self._names[name] = (*self._names.get(name, ()), company.id)
        if company.sector:
            self._sectors.setdefault(fold_sector(company.sector), set()).add(company.id)

    def with_declared(self, declared: Iterable[Company], other_ids: Mapping[str, str] | None = None) -> CompanyTable:
        """Give the table of the same registrants with these declared companies instead of those before."""
        return CompanyTable(self.registrants, declared, other_ids, self.trouble)

    @property
    def version(self) -> str:
        """Fingerprint of the registrants; what is declared is known by its files."""
        return self.registrants.version

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __iter__(self) -> Iterator[Company]:
        """Go through the companies: declared ones first, then registrants, the largest first."""
        yield from self.declared.values()
        hidden = self.declared.keys() | self.other_ids.keys()
        yield from (c for c in self.registrants.companies.values() if c.id not in hidden)

    def canonical(self, company_id: str) -> str:
        """Give the id under which a company is kept today; ids that nobody knows stand for themselves."""
        return self.other_ids.get(company_id, company_id)

    def get(self, company_id: str) -> Company | None:
        """Give a company by its id, or by a former one."""
        known = self.other_ids.get(company_id, company_id)
        return self.declared.get(known) or self.registrants.companies.get(known)

    def resolve(self, text: str, exchange: str = "") -> Company | None:
        """Find the company that a text names: id, ticker (at an exchange, if given), CIK, name or alias in full.

        None if nobody or more than one is called so; `suggest` then says what could be meant.
        """
        text = text.strip()
        if (found := self.get(text)) is not None:
            return found
        ticker = ticker_of(text)
        if ticker and exchange.strip():
            return self.listed(ticker, exchange_of(exchange))
        if (cik := cik_of(text)) and (found := self.get(registrant_id(cik))):
            return found
        if ticker and (found := self.listed(ticker, "")):
            return found
        several = self.called(text)
        return several[0] if len(several) == 1 else None

    def listed(self, ticker: str, exchange: str = "") -> Company | None:
        """Find a ticker at an exchange or, with an empty one, wherever: then a registrant's comes first."""
        owner = self.registrants.tickers.get(ticker)
        if owner is not None and (not exchange or exchange in AMERICAN):
            known = self.registrants.companies[owner].listings
            places = {listing.exchange for listing in known if listing.ticker == ticker}
            if not exchange or exchange in places or "" in places:
                return self.get(owner)
        listed = self._tickers.get(ticker, ())
        owners = {company for at, company in listed if not exchange or not at or at == exchange}
        return self.get(owners.pop()) if len(owners) == 1 else None

    def tickers(self) -> set[str]:
        """Give all tickers under which somebody is listed, wherever."""
        return self.registrants.tickers.keys() | self._tickers.keys()

    def called(self, text: str) -> list[Company]:
        """Give the companies with this name or alias in full; the legal form of a registrant may be left out."""
        name = fold_name(text)
        if not name:
            return []
        registrants = self.registrants
        found = self._names.get(name) or registrants.names.get(name) or registrants.short_names.get(short_name(text))
        ids = dict.fromkeys(map(self.canonical, found or ()))
        return [company for company in map(self.get, ids) if company is not None]

    def suggest(self, text: str, exchange: str = "") -> str:
        """Write the hint for a text that names no company."""
        return hint(self, text, exchange)

    @property
    def sectors(self) -> tuple[str, ...]:
        """The sectors that are declared."""
        return tuple(sorted(self._sectors))

    def sector(self, name: str) -> frozenset[str]:
        """Give the ids of the companies that are declared to be of a sector; none if nobody declares it."""
        return frozenset(self._sectors.get(fold_sector(name), ()))


def load_registrants(updated: Path | None = None) -> CompanyTable:
    """Load the packaged table, or the updated one (`registrants.updated_file`) if that is newer."""
    registrants, trouble = newest_registrants(updated)
    return CompanyTable(registrants, trouble=trouble)
