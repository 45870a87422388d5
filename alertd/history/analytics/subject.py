"""What a report is about: a portfolio as its rules stand now, as far as a report needs it."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from alertd.model import Struct
from alertd.rules.book import Portfolio, RuleBook


class Held(Struct, frozen=True, kw_only=True):
    """A holding of today."""

    company: str
    label: str
    weight: float | None = None
    """Share of the portfolio as a fraction, negative for a short; None: not known."""

    @property
    def sign(self) -> int:
        """-1 for a short, whose bad news is good; else 1."""
        return -1 if self.weight is not None and self.weight < 0 else 1


class Subject(Struct, frozen=True, kw_only=True):
    """A portfolio."""

    portfolio: str
    title: str
    timezone: str = "UTC"
    """IANA name; days begin by its clock."""
    desk: str | None = None
    as_of: str = ""
    """When the positions were so: a moment (RFC 3339) or a date; empty where the rules list them."""
    holdings: tuple[Held, ...] = ()
    """The largest first; those without a known weight last."""
    rules: dict[str, str] = msgspec.field(default_factory=dict)
    """Rule -> its title."""


def subject_of(portfolio: Portfolio) -> Subject:
    """Make the subject of a portfolio."""
    held = [
        Held(company=one.company, label=one.label or one.company, weight=None if one.unweighted else one.weight)
        for one in portfolio.holdings.positions.values()
    ]
    return Subject(
        portfolio=portfolio.id,
        title=portfolio.title or portfolio.id,
        timezone=portfolio.timezone,
        desk=portfolio.desk,
        as_of=portfolio.holdings.at or portfolio.holdings.as_of or "",
        holdings=tuple(sorted(held, key=lambda one: (one.weight is None, -abs(one.weight or 0.0), one.company))),
        rules={rule.id: rule.title for rule in portfolio.rules},
    )


def subjects_of(book: RuleBook, wanted: Collection[str]) -> dict[str, Subject]:
    """Make the subjects of those portfolios of a book that are wanted."""
    return {one.id: subject_of(one) for one in book.portfolios if one.id in wanted}
