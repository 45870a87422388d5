"""What a company is, how two of them are related, and what a portfolio holds of them."""

from __future__ import annotations

from typing import Literal

import msgspec

from alertd.model import Struct

RelationType = Literal[
    "supplier", "customer", "lessor", "lessee", "competitor", "owner", "subsidiary", "partner", "lender", "borrower",
    "licensor", "licensee", "investor", "investee",
]  # fmt: skip
"""What the first company is to the second: `NVDA supplier of spacex`."""

INVERSE: dict[RelationType, RelationType] = {
    "supplier": "customer",
    "customer": "supplier",
    "lessor": "lessee",
    "lessee": "lessor",
    "competitor": "competitor",
    "owner": "subsidiary",
    "subsidiary": "owner",
    "partner": "partner",
    "lender": "borrower",
    "borrower": "lender",
    "licensor": "licensee",
    "licensee": "licensor",
    "investor": "investee",
    "investee": "investor",
}
"""What the second company then is to the first."""


class Listing(Struct, frozen=True):
    """A ticker and where it is traded."""

    ticker: str
    exchange: str = ""
    """As the SEC names it (Nasdaq, NYSE, OTC, CBOE) or a MIC (ISO 10383)."""


class Company(Struct, frozen=True, kw_only=True):
    """An issuer or a private company; its share classes and receipts are one company."""

    id: str
    """`cik-0001045810`, or the slug under which it is declared."""
    name: str
    aliases: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    """Names that it had before."""
    isins: tuple[str, ...] = ()
    """Of its securities (ISO 6166), for the tags of wires."""
    listings: tuple[Listing, ...] = ()
    cik: str | None = None
    """Ten digits."""
    sector: str | None = None
    private: bool = False
    desk: str | None = None

    @property
    def label(self) -> str:
        """What people call it on a desk: its first ticker that is more than digits, or its name.

        A private company goes by its name, also where the SEC has given it a ticker ahead of its listing.
        """
        tickers = () if self.private else self.listings
        return next((listing.ticker for listing in tickers if not listing.ticker.isdigit()), self.name)


Goods = Literal[
    "compute", "chips", "memory", "servers", "network", "power", "electrical", "cooling", "halls", "construction",
    "manufacturing", "software",
]  # fmt: skip
"""What one company supplies or leases to another, where a reader of an event must tell one kind from another."""
TRADED: tuple[RelationType, ...] = ("supplier", "customer", "lessor", "lessee")
"""Relations in which goods go from one to the other."""


class Relation(Struct, frozen=True, kw_only=True):
    """A directed, dated statement: `company` is `type` of `of`."""

    company: str
    type: RelationType
    of: str
    strength: float = 1.0
    """In (0, 1]: how much it matters to `company`."""
    since: str | None = None
    until: str | None = None
    """Dates (ISO 8601), both included; None is open."""
    source: str = ""
    """Who says so."""
    what: tuple[Goods, ...] = ()
    """What the one supplies or leases to the other; empty: nobody says."""
    desk: str | None = None
    """Only this desk's portfolios see it."""


class Step(Struct, frozen=True):
    """One relation on the way from a company to one that the event names."""

    company: str
    type: RelationType
    of: str
    strength: float = 1.0
    since: str | None = None
    until: str | None = None


Path = tuple[Step, ...]
"""From the exposed company to the named one: the `of` of a step is the `company` of the next. Empty: it is named."""


class Holding(Struct, frozen=True, kw_only=True):
    """What a portfolio holds of one company, all its securities added up."""

    company: str
    weight: float = 0.0
    """Share of the portfolio as a fraction, negative for a short: 0.08 is 8 %."""
    label: str = ""
    """Ticker or name, for people."""
    unweighted: bool = False
    """No weight is known, so a condition on it is unknown."""
    name: str = ""
    """Where the label is a ticker: what the company is called, for people."""


class Holdings(Struct, frozen=True, kw_only=True):
    """What a portfolio holds at a date."""

    positions: dict[str, Holding] = msgspec.field(default_factory=dict)
    """Company id -> holding."""
    as_of: str | None = None
    """Date (ISO 8601) of the file they come from."""
    hash: str = ""
    at: str = ""
    """The moment of that day (RFC 3339), where it is known."""


NONE_HELD = Holdings()
