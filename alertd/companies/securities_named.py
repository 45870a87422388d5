"""Who is meant by a ticker at an exchange, by an ISIN, by a CIK: the table, and what well-known companies add."""

from __future__ import annotations

from collections.abc import Mapping

from alertd.companies.names import AMERICAN, exchange_of, registrant_id, ticker_of
from alertd.companies.table import CompanyTable
from alertd.companies.well_known import well_known


class SecurityNames:
    """Resolves what tags name. Immutable once made."""

    def __init__(self, table: CompanyTable, isins: Mapping[str, str], canonical: Mapping[str, str]) -> None:
        self._table = table
        self._canonical = dict(canonical)
        self._isins = dict(isins) | {isin: c.id for c in table.declared.values() for isin in c.isins}
        self._elsewhere: dict[tuple[str, str], str] = {}
        for line in well_known():
            company = table.registrants.tickers.get(line.key) if line.is_registrant else line.key
            if company is None:
                continue
            known = table.canonical(canonical.get(company, company))
            for listing in line.listings:
                at = exchange_of(listing.exchange)
                self._elsewhere.setdefault((listing.ticker, "" if at in AMERICAN else at), known)

    @property
    def has_isins(self) -> bool:
        """Whether any ISIN is known."""
        return bool(self._isins)

    def tickers(self) -> set[str]:
        """Give all tickers that may mean somebody, as the SEC writes them."""
        return self._table.tickers() | {ticker for ticker, _ in self._elsewhere}

    def listed(self, ticker: str, exchange: str) -> str | None:
        """Give who is listed under a ticker at an exchange or, with an empty one, wherever.

        American exchanges stand for one another: companies move between them, and wires are late to notice.
        """
        written = ticker_of(ticker)
        if written is None:
            return None
        at = exchange_of(exchange)
        found = self._table.listed(written, at)
        if found is None and at in AMERICAN:
            at = ""
            owner = self._table.registrants.tickers.get(written)
            found = self._table.get(owner) if owner else None
        if found is not None:
            return self._canonical.get(found.id, found.id)
        bare = written.lstrip("0") or written
        return self._elsewhere.get((written, at)) or self._elsewhere.get((bare, at))

    def isin(self, isin: str) -> str | None:
        """Give whose security an ISIN is."""
        found = self._isins.get(isin)
        return self._table.canonical(found) if found else None

    def cik(self, digits: str) -> str | None:
        """Give whose CIK it is."""
        found = self._table.get(registrant_id(digits.zfill(10)))
        return self._canonical.get(found.id, found.id) if found else None
