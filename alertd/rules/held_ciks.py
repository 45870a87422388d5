"""The CIKs of the companies that are held: what a process without rules needs to know of them."""

from __future__ import annotations

from alertd.companies.names import cik_of
from alertd.rules.book import RuleBook


def held_ciks(book: RuleBook) -> frozenset[str]:
    """Give the CIKs, of ten digits, of the companies that some portfolio holds. Private companies have none."""
    declared = {company.id: company.cik for company in book.companies.declared}
    ids: set[str] = set().union(*(portfolio.holdings.positions for portfolio in book.portfolios))
    found = (declared.get(company) or _registrant(company) for company in ids)
    return frozenset(cik for cik in found if cik)


def _registrant(company: str) -> str | None:
    return cik_of(company.removeprefix("cik-")) if company.startswith("cik-") else None
