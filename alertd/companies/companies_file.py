"""The file in which a desk declares companies and relations (rules/companies/*.yaml)."""

from __future__ import annotations

import datetime
from typing import Annotated, get_args

from pydantic import AfterValidator, Field, model_validator

from alertd.base.config import ConfigModel, UserId
from alertd.companies.check_digits import is_right, isin_digit
from alertd.companies.model import Goods, RelationType
from alertd.companies.names import cik_of, ticker_of

Name = Annotated[str, Field(min_length=1, max_length=200)]


def _check_cik(text: str) -> str:
    cik = cik_of(text)
    if cik is None:
        raise ValueError("a CIK is at most ten digits, such as 0001045810")
    return cik


def _check_ticker(text: str) -> str:
    ticker = ticker_of(text)
    if ticker is None:
        raise ValueError("a ticker is upper-case letters and digits, such as NVDA, BRK.B or 000660")
    return ticker


def _check_id(text: str) -> str:
    if text.startswith("cik-"):
        raise ValueError("ids that begin with `cik-` are those of registrants; `company` adds to one")
    return text


def _check_isin(text: str) -> str:
    if not is_right("isin", text):
        if digit := isin_digit(text[:-1]) if text[-1:].isdigit() else "":
            raise ValueError(
                f"the check digit of an ISIN is wrong: `{text[:-1]}` is followed by {digit}, not {text[-1]}"
            )
        raise ValueError("an ISIN is two letters, nine letters or digits and a check digit, such as US0378331005")
    return text


Cik = Annotated[str, AfterValidator(_check_cik)]
Isin = Annotated[str, AfterValidator(_check_isin)]
Ticker = Annotated[str, AfterValidator(_check_ticker)]
Slug = Annotated[UserId, AfterValidator(_check_id)]


class Traded(ConfigModel):
    """A ticker and where it is traded."""

    ticker: Ticker
    exchange: Annotated[str, Field(max_length=20)] = ""
    """A MIC (ISO 10383) such as XKRX; empty: wherever."""


class CompanyEntry(ConfigModel):
    """A company of the desk's own (`id` and `name`), or what it knows of another one (`company`)."""

    id: Slug | None = None
    """The slug by which rules name it; stays the same."""
    company: Name | None = None
    """A registrant or a company declared elsewhere, by ticker, CIK or id: what follows is added to it."""
    name: Name | None = None
    """What people call it."""
    aliases: Annotated[tuple[Name, ...], Field(max_length=100)] = ()
    """Other names for the same company."""
    former_names: Annotated[tuple[Name, ...], Field(max_length=50)] = ()
    """Names that it had before: texts and old filings have them."""
    isins: Annotated[tuple[Isin, ...], Field(max_length=100)] = ()
    """ISINs of its securities: wires tag items with them."""
    tickers: Annotated[tuple[Traded, ...], Field(max_length=50)] = ()
    """Where its shares and receipts are traded, besides what the SEC's table says."""
    cik: Cik | None = None
    """Its number at the SEC, if it files there."""
    sector: Name | None = None
    """A name of the desk's own; `{sector: …}` in rules means all companies of it."""
    private: bool = False
    """Its shares are not traded."""
    subsidiary_of: Name | None = None
    """Its parent, by ticker, CIK or id: a relation in short."""
    formerly: tuple[Slug, ...] | Slug = ()
    """Ids under which it was declared before; they go on meaning it."""

    @model_validator(mode="after")
    def _check_sort(self) -> CompanyEntry:
        if (self.id is None) == (self.company is None):
            raise ValueError("give either `id`, to declare a company, or `company`, to add to one")
        if self.id is not None and self.name is None:
            raise ValueError("`name` is missing")
        own = [key for key in ("name", "cik", "private", "formerly") if getattr(self, key)]
        if self.company is not None and own:
            raise ValueError(f"`{own[0]}` stands only where the company is declared, by `id`")
        return self


class RelationEntry(ConfigModel):
    """`company` is this to `of`."""

    company: Name
    """Ticker, CIK or id."""
    is_: Annotated[RelationType, Field(alias="is")]
    """What it is to the other: the other way round is understood."""
    of: Name
    """Ticker, CIK or id."""
    strength: Annotated[float, Field(gt=0, le=1)] = 1.0
    """More than 0, at most 1: how much it matters to `company`."""
    since: datetime.date | None = None
    """The first day on which it holds; open if there is none."""
    until: datetime.date | None = None
    """The last day on which it holds; open if there is none."""
    source: Annotated[str, Field(max_length=500)] = ""
    """Who says so: the filing and its page."""
    what: Goods | Annotated[tuple[Goods, ...], Field(max_length=len(get_args(Goods)))] = ()
    """What the one supplies or leases to the other, or several: from a lease of compute follows nothing for who
    supplies power."""


class CompaniesFile(ConfigModel):
    """Companies that the desk declares, and how companies are related."""

    desk: UserId | None = None
    """Only this desk may name these companies, and only its portfolios see these relations."""
    companies: Annotated[tuple[CompanyEntry, ...], Field(max_length=10_000)] = ()
    relations: Annotated[tuple[RelationEntry, ...], Field(max_length=10_000)] = ()
