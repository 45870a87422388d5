"""Which company is meant: one table of the SEC's registrants and of what the desk declares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from alertd.base import suggest
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
from alertd.companies.registrants import PACKAGED, Registrants, read_registrants


class CompanyTable:
    """Registrants under what is declared. Immutable: declaring gives a new table that shares the registrants."""

    def __init__(
        self,
        registrants: Registrants,
        declared: Iterable[Company] = (),
        other_ids: Mapping[str, str] | None = None,
    ) -> None:
        self.registrants = registrants
        self.declared = {company.id: company for company in declared}
        self.other_ids: dict[str, str] = dict(other_ids or {})
        """Former ids, and the ids of registrants that were declared under one of their own -> id."""
        self._tickers: dict[str, list[tuple[str, str]]] = {}
        self._names: dict[str, set[str]] = {}
        self._sectors: dict[str, set[str]] = {}
        for company in self.declared.values():
            self._take(company)

    def _take(self, company: Company) -> None:
        if company.cik is not None and company.id != registrant_id(company.cik):
            self.other_ids[registrant_id(company.cik)] = company.id
        for listing in company.listings:
            at = exchange_of(listing.exchange)
            self._tickers.setdefault(listing.ticker, []).append((at, company.id))
        for name in (company.name, *company.aliases):
            self._names.setdefault(fold_name(name), set()).add(company.id)
        if company.sector:
            self._sectors.setdefault(fold_sector(company.sector), set()).add(company.id)

    def with_declared(self, declared: Iterable[Company], other_ids: Mapping[str, str] | None = None) -> CompanyTable:
        """Give the table of the same registrants with these declared companies instead of those before."""
        return CompanyTable(self.registrants, declared, other_ids)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __iter__(self) -> Iterator[Company]:
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
        """Find the company that a text names: id, ticker (at an exchange), CIK, or name or alias in full.

        None if nobody or more than one is called so; `suggest` then says what could be meant.
        """
        text = text.strip()
        found = self.get(text)
        if found is not None:
            return found
        if exchange and (ticker := ticker_of(text)):
            return self._listed(ticker, exchange_of(exchange))
        if (cik := cik_of(text)) and (found := self.get(registrant_id(cik))):
            return found
        if (ticker := ticker_of(text)) and (found := self._listed(ticker, "")):
            return found
        named = self._named(text)
        return self.get(named[0]) if len(named) == 1 else None

    def _listed(self, ticker: str, exchange: str) -> Company | None:
        american = not exchange or exchange in AMERICAN
        if american and (owner := self.registrants.tickers.get(ticker)):
            company = self.registrants.companies[owner]
            places = {listing.exchange for listing in company.listings if listing.ticker == ticker}
            if not exchange or exchange in places or "" in places:
                return self.get(owner)
        owners = {
            company for at, company in self._tickers.get(ticker, ()) if not exchange or at == exchange or not at
        }
        return self.get(owners.pop()) if len(owners) == 1 else None

    def _named(self, text: str) -> tuple[str, ...]:
        name = fold_name(text)
        if not name:
            return ()
        if name in self._names:
            return tuple(sorted(self._names[name]))
        found = self.registrants.names.get(name) or self.registrants.short_names.get(short_name(text)) or ()
        return tuple(dict.fromkeys(map(self.canonical, found)))

    def suggest(self, text: str) -> str:
        """Write a hint for a text that names no company."""
        near = suggest.closest(text, [*self.declared])
        return f"did you mean `{near}`?" if near else "declare private companies under rules/companies/"

    @property
    def sectors(self) -> tuple[str, ...]:
        """The sectors that are declared."""
        return tuple(sorted(self._sectors))

    def sector(self, name: str) -> frozenset[str]:
        """Give the ids of the companies that are declared to be of a sector."""
        return frozenset(self._sectors.get(fold_sector(name), ()))

    @property
    def version(self) -> str:
        """Fingerprint of the registrants; what is declared is known by its files."""
        return self.registrants.version


def updated_file(state_dir: Path) -> Path:
    """Say where `alertd companies update` writes."""
    return state_dir / "companies" / "registrants.tsv"


def load_registrants(updated: Path | None = None) -> CompanyTable:
    """Load the packaged table, or the updated one (`updated_file`). Read once while it stays the same."""
    if updated is not None and updated.exists():
        return CompanyTable(_read(updated, updated.stat().st_mtime_ns))
    return CompanyTable(_read(PACKAGED, 0))


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> Registrants:
    return read_registrants(path.read_bytes(), str(path))
