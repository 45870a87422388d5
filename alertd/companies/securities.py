"""Which company a row of a positions file is about: its identifiers, tidied up, looked up, the surest first.

figi, isin, cusip, sedol, lei   in the desk's own security master
cik, company                    among the companies
ticker + exchange, ticker       in the security master, else among the companies
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from alertd.companies.check_digits import cusip_digit, is_right, sedol_digit
from alertd.companies.delimited import BadFile, Sheet, bare, columns, fold
from alertd.companies.holdings import ID_FIELDS, Ids
from alertd.companies.model import Company
from alertd.companies.names import exchange_of

Identifiers = Mapping[str, str]
"""Field -> tidied value; of a position, or of its underlying."""

_BLOOMBERG = re.compile(r"(\S+)\s+([A-Z]{2})(?:\s+(?:EQUITY|EQ))?")
_AMERICAN = frozenset(("US", "UN", "UW", "UQ", "UR", "UA", "UP", "UV"))
"""Bloomberg's codes for the American market and its exchanges."""
_OPTIONS = (
    re.compile(r"([A-Z][A-Z0-9./-]{0,5}?) ?\d{6}([CP])\d{8}"),
    re.compile(r"([A-Z0-9./-]{1,10})(?: [A-Z]{2})? \d{1,2}/\d{1,2}/\d{2,4} ([CP])\d+(?:\.\d+)?(?: EQUITY)?"),
)
"""An option's symbol as OCC and as Bloomberg write it, tidied up: root, call or put."""
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)


class Companies(Protocol):
    """The companies that there are (`CompanyTable`)."""

    def get(self, company_id: str, /) -> Company | None:
        """Give a company by its id."""

    def resolve(self, text: str, exchange: str = "") -> Company | None:
        """Find the company that a text names."""


@dataclass(frozen=True)
class Master:
    """The desk's own table of securities, ready to be asked."""

    issuers: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(field, value) -> company id."""
    options: frozenset[tuple[str, str]] = frozenset()
    """What of it are options; `issuers` then says on whom."""
    rows: int = 0
    warnings: tuple[str, ...] = ()


NO_MASTER = Master()


# --- tidying up -----------------------------------------------------------------------------------------------


def tidy(name: str, cell: str) -> str:
    """Bring an identifier into its one form; empty if it is none."""
    text = bare(cell)
    if not text or text.casefold() in ("n/a", "#n/a", "na", "none", "null", "-", "nan"):
        return ""
    maker = _TIDY.get(name)
    return maker(text) if maker else text[:200]


def _compact(text: str) -> str:
    return re.sub(r"[\s-]", "", text).upper()[:200]


def _whole(name: str, width: int, digit: Callable[[str], str]) -> Callable[[str], str]:
    """Give back to an identifier what was dropped: its leading zeros, or its check digit."""

    def make(text: str) -> str:
        compact = _compact(text)
        # A spreadsheet drops leading zeros of what looks like a number.
        padded = compact.zfill(width) if compact.isascii() and compact.isdigit() else compact
        if len(compact) == width - 1 and (compact[0] == "0" or not is_right(name, padded)):
            return compact + digit(compact)
        return padded

    return make


def _cik(text: str) -> str:
    digits = _compact(text).removeprefix("CIK").removesuffix(".0")
    return digits.zfill(10) if digits.isascii() and digits.isdigit() else ""


_TIDY: Mapping[str, Callable[[str], str]] = {
    "figi": _compact,
    "isin": _compact,
    "cusip": _whole("cusip", 9, cusip_digit),
    "sedol": _whole("sedol", 7, sedol_digit),
    "lei": _compact,
    "cik": _cik,
    "ticker": lambda text: " ".join(text.upper().split())[:200],
    "exchange": lambda text: exchange_of(text)[:40],
}


def is_rounded(cell: str) -> bool:
    """Whether an identifier looks like a number that a spreadsheet has rounded: `3.7833E+07`."""
    return bool(_ROUNDED.fullmatch(cell.strip()))


def option_root(ticker: str) -> str:
    """Give the underlying's ticker in an option's symbol; empty if it is no such symbol."""
    return option_symbol(ticker)[0]


def option_symbol(ticker: str) -> tuple[str, str]:
    """Give the underlying's ticker in an option's symbol, and C or P; both empty if it is no such symbol."""
    found = next((found for pattern in _OPTIONS if (found := pattern.fullmatch(ticker))), None)
    return (found[1], found[2]) if found else ("", "")


def identifiers(cells: Mapping[str, str]) -> dict[str, str]:
    """Tidy up the identifiers among a row's cells; empty ones are left out."""
    written = ((name, cells.get(name)) for name in (*ID_FIELDS, "exchange"))
    found = {name: value for name, cell in written if cell and (value := tidy(name, cell))}
    if "ticker" in found and (parts := _BLOOMBERG.fullmatch(found["ticker"])):
        found["ticker"] = parts[1]
        if parts[2] not in _AMERICAN:
            found.setdefault("exchange", exchange_of(parts[2]))
    if found.get("exchange") in _AMERICAN:
        del found["exchange"]
    return found


def keys(ids: Identifiers) -> Iterator[tuple[str, str]]:
    """Give what a security can be looked up by, the surest first."""
    for name in ("figi", "isin", "cusip", "sedol", "lei"):
        if name in ids:
            yield name, ids[name]
            if name == "isin" and is_right(name, ids[name]):
                yield from _inside(ids[name])
    if "ticker" in ids and "exchange" in ids:
        yield "ticker", f"{ids['ticker']}@{ids['exchange']}"
    elif "ticker" in ids:
        yield "ticker", ids["ticker"]


def _inside(isin: str) -> Iterator[tuple[str, str]]:
    """Give the national identifier that an ISIN contains."""
    if isin[:2] in ("US", "CA"):
        yield "cusip", isin[2:11]
    elif isin[:4] in ("GB00", "IE00"):
        yield "sedol", isin[4:11]


# --- looking up -----------------------------------------------------------------------------------------------


def find(ids: Identifiers, companies: Companies, master: Master = NO_MASTER) -> tuple[str, str]:
    """Give the company of some identifiers, and what speaks against it: another identifier, another company."""
    answers: dict[str, str] = {}
    for key in keys(ids):
        if (issuer := master.issuers.get(key)) is not None:
            answers.setdefault(key[0], issuer)
    for name in ("cik", "company", "ticker"):
        if name in ids and name not in answers and (company := _known(name, ids, companies)):
            answers[name] = company
    order = [name for name in ID_FIELDS if name in answers]
    if not order:
        return "", ""
    first = answers[order[0]]
    other = next((name for name in order[1:] if answers[name] != first), "")
    return first, f"{order[0]} says {first}, {other} says {answers[other]}" if other else ""


def _known(name: str, ids: Identifiers, companies: Companies) -> str:
    """Look a company up by what the row calls it, and make sure that it is called so: a ticker is no name."""
    text = ids[name]
    if name == "ticker":
        company = companies.resolve(text, ids.get("exchange", ""))
        spelt = re.sub(r"[./ ]", "-", text)
        fits = company is not None and (
            company.id == text.lower() or any(spelt == re.sub(r"[./ ]", "-", at.ticker) for at in company.listings)
        )
    else:
        company = companies.resolve(text)
        fits = company is not None and (name != "cik" or company.cik == text)
    return company.id if company is not None and fits else ""


# --- the security master --------------------------------------------------------------------------------------


def read_master(sheet: Sheet, mapped: Ids, option_words: frozenset[str], companies: Companies) -> Master:
    """Make the table of securities. A row that names no known company is counted, and its identifiers mean nobody.

    Raises BadFile.
    """
    fields = tuple(Ids.model_fields)
    at = columns(sheet, mapped.model_dump(), fields)
    if not {"cik", "company", "ticker"} & at.keys():
        raise BadFile("no column names the issuer", "map `cik`, `company` or `ticker`", key="map")
    issuers: dict[tuple[str, str], str] = {}
    options: set[tuple[str, str]] = set()
    doubtful: set[tuple[str, str]] = set()
    nobody = 0
    waiting: list[tuple[dict[str, str], str]] = []
    for _, cells in sheet.rows:
        row = {name: cells[place] for name, place in at.items()}
        ids = identifiers(row)
        if fold(row.get("type", "")) in option_words and row.get("underlying", "").strip():
            waiting.append((ids, row["underlying"]))
            continue
        issuer, _ = find({n: v for n, v in ids.items() if n in ("cik", "company", "ticker", "exchange")}, companies)
        if not issuer:
            nobody += 1
            continue
        _enter(ids, issuer, issuers, doubtful)
    for ids, underlying in waiting:
        issuer = underlying_of(underlying, companies, Master(issuers))
        nobody += not issuer
        if issuer:
            _enter(ids, issuer, issuers, doubtful)
            options.update(keys(ids))
    for key in doubtful:
        del issuers[key]
    warnings = []
    if nobody:
        warnings.append(f"{nobody} of its rows name no known company")
    if doubtful:
        name, value = min(doubtful)
        warnings.append(
            f"{len(doubtful)} identifiers stand for several companies and mean none, such as {name} {value}"
        )
    return Master(issuers, frozenset(options), len(sheet.rows), tuple(warnings))


def _enter(
    ids: Identifiers, issuer: str, issuers: dict[tuple[str, str], str], doubtful: set[tuple[str, str]]
) -> None:
    for key in keys(ids):
        if issuers.setdefault(key, issuer) != issuer:
            doubtful.add(key)


def underlying_of(text: str, companies: Companies, master: Master = NO_MASTER) -> str:
    """Give the company that an option is on, from any identifier of the underlying; empty if nobody is known."""
    digits = text.strip().isdigit()  # more probably a CUSIP or SEDOL than a CIK
    for name in ("figi", "isin", "cusip", "sedol", "ticker", *(() if digits else ("company",))):
        ids = identifiers({name: text})
        if ids and (found := find(ids, companies, master)[0]):
            return found
    return ""
