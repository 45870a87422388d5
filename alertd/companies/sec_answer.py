"""The SEC's list of companies with tickers, as its site serves it, and whether it may replace the table in use.

    {"fields": ["cik", "name", "ticker", "exchange"], "data": [[1045810, "NVIDIA CORP", "NVDA", "Nasdaq"], …]}

A table that lost companies, or in which tickers mean others than yesterday, would bind rules to the wrong companies
or to none without a word; so an answer that is odd is refused, whoever sent it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from alertd.companies.model import Company, Listing
from alertd.companies.names import registrant_id, ticker_of
from alertd.companies.registrants import Registrants
from alertd.errors import ParseFailed

SEC_URL = "https://www.sec.gov/files/company_tickers_exchange.json"
FIELDS = ("cik", "name", "ticker", "exchange")

MAX_ODD = 0.01
"""Share of rows that may not be understood; they are left out."""
MIN_KEPT = 0.8
"""Share of the companies in use that must still be there. In a year about a tenth go."""
MAX_MOVED = 0.05
"""Share of the tickers in use that may belong to another company than before."""
_EXCHANGE = re.compile(r"[A-Za-z0-9]{0,12}")
_Cell = int | str | None


class Row(msgspec.Struct, frozen=True):
    """A ticker of a company."""

    cik: str
    name: str
    ticker: str
    exchange: str = ""


class _Answer(msgspec.Struct):
    fields: list[str]
    data: list[list[_Cell]]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What a new table changes in the one in use."""

    companies: int
    tickers: int
    added: tuple[str, ...]
    gone: tuple[str, ...]
    """Ids of companies."""
    moved: tuple[str, ...]
    """Tickers that belong to another company."""


def read_answer(data: bytes) -> tuple[list[Company], int]:
    """Read the companies, the largest first as they come, and count the rows left out. Raises ParseFailed."""
    try:
        answer = msgspec.json.decode(data, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ParseFailed(f"is not the SEC's list of companies: {error}") from error
    if missing := [name for name in FIELDS if name not in answer.fields]:
        raise ParseFailed(f"is not the SEC's list of companies: it has no field {', '.join(missing)}")
    places = [answer.fields.index(name) for name in FIELDS]
    width = len(answer.fields)
    read = [_row([cells[i] for i in places]) if len(cells) == width else None for cells in answer.data]
    rows = [row for row in read if row is not None]
    odd = len(read) - len(rows)
    if odd > MAX_ODD * len(read):
        raise ParseFailed(f"is odd: {odd} of {len(read)} rows are not a CIK, a name, a ticker and an exchange")
    return companies_of(rows), odd


def _row(cells: list[_Cell]) -> Row | None:
    """Make a row of what the cells hold; None if they are not what they should be."""
    cik, name, ticker, exchange = cells
    if not (isinstance(name, str) and isinstance(ticker, str) and isinstance(exchange, str | None)):
        return None
    digits = str(cik)
    name = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    written = ticker_of(ticker.strip().upper())
    known = digits.isascii() and digits.isdigit() and len(digits) <= 10 and int(digits) > 0
    if not known or not 0 < len(name) <= 200 or written is None or not _EXCHANGE.fullmatch(exchange or ""):
        return None
    return Row(digits.zfill(10), name, written, exchange or "")


def companies_of(rows: Iterable[Row]) -> list[Company]:
    """Put the rows of one CIK together, in the order in which they come; a ticker is the first company's."""
    names: dict[str, str] = {}
    owners: dict[str, str] = {}
    listings: dict[str, list[Listing]] = {}
    for row in rows:
        names.setdefault(row.cik, row.name)
        if row.ticker not in owners:
            owners[row.ticker] = row.cik
            listings.setdefault(row.cik, []).append(Listing(row.ticker, row.exchange))
    return [
        Company(id=registrant_id(cik), name=names[cik], cik=cik, listings=tuple(listed))
        for cik, listed in listings.items()
    ]


def compare(now: Registrants, new: Iterable[Company]) -> Difference:
    """Say what a new table changes in the one in use."""
    companies: Mapping[str, Company] = {company.id: company for company in new}
    tickers = {listing.ticker: company.id for company in companies.values() for listing in company.listings}
    return Difference(
        companies=len(companies),
        tickers=len(tickers),
        added=tuple(c for c in companies if c not in now.companies),
        gone=tuple(c for c in now.companies if c not in companies),
        moved=tuple(t for t, owner in now.tickers.items() if tickers.get(t, owner) != owner),
    )


def refusal(now: Registrants, difference: Difference) -> str:
    """Say why a new table may not replace the one in use; empty if it may."""
    before, gone, moved = len(now.companies), len(difference.gone), len(difference.moved)
    if before - gone < MIN_KEPT * before:
        return f"{gone} of {before} companies are missing in it ({gone / before:.0%})"
    if moved > MAX_MOVED * len(now.tickers):
        return f"{moved} of {len(now.tickers)} tickers belong to other companies in it"
    return ""
