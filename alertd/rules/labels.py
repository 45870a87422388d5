"""What companies are called on a desk: of those that are held, listed, declared, related, or named in a rule."""

from __future__ import annotations

from collections.abc import Iterable

from alertd.companies.table import CompanyTable
from alertd.rules.book import Portfolio
from alertd.rules.known_rules import Defined
from alertd.rules.part import Part

_ASKED = "company "
"""How a question about a company begins."""


def labels_shared(defined: Defined) -> dict[str, str]:
    """Give the labels of what is declared, of what relations are about, and of what stands in lists."""
    labels = {company.id: company.label for company in defined.table.declared.values()}
    labels.update(labels_related(defined))
    for held in defined.lists.values():
        if isinstance(held.content, frozenset):
            labels.update(_labelled((company for company in held.content if company not in labels), defined.table))
    return labels


def labels_related(defined: Defined) -> dict[str, str]:
    """Give the labels of what relations are about, as the table has them: the same whoever holds what."""
    related = {company for relation in defined.relations for company in (relation.company, relation.of)}
    return _labelled(sorted(related), defined.table)


def labels_of_parts(parts: Iterable[Part], portfolios: Iterable[Portfolio], table: CompanyTable) -> dict[str, str]:
    """Give the labels of what portfolios hold and of what their rules name."""
    labels: dict[str, str] = {}
    for portfolio in portfolios:
        for company, holding in portfolio.holdings.positions.items():
            labels[company] = holding.label or company
    named = {
        answer for part in parts for asked, answer in part.answers.items() if asked.startswith(_ASKED) and answer
    }
    labels.update(_labelled(named - labels.keys(), table))
    return labels


def _labelled(companies: Iterable[str], table: CompanyTable) -> dict[str, str]:
    known = {company: table.get(company) for company in companies}
    return {company: found.label for company, found in known.items() if found is not None}
