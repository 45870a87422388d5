"""The SEC's registrants: the table that ships with the package or an updated one, and its file format.

    # registrants<TAB>1<TAB>2026-10-16<TAB>7992<TAB>where it comes from
    0001045810<TAB>NVIDIA CORP<TAB>NVDA:Nasdaq

One line for each company, the largest first as in the SEC's own table; the count in the first line shows a file that
was cut short.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from alertd.base.ids import mark
from alertd.companies.gazetteer import Gazetteer, registrants_names
from alertd.companies.model import Company, Listing
from alertd.companies.names import fold_name, registrant_id, short_name
from alertd.errors import ConfigError

PACKAGED = Path(__file__).parent / "data" / "registrants.tsv"
FORMAT = "1"
_HEAD = "# registrants"
_TICKER = "[A-Z0-9-]{1,12}:[A-Za-z0-9]{0,12}"
_LINE = re.compile(rf"([0-9]{{10}})\t([^\t\n]{{1,200}})\t({_TICKER}(?: {_TICKER})*)")
_REMEDY = "`alertd companies update` fetches a new one"


@dataclass(frozen=True)
class Registrants:
    """The companies of a table by id, the largest first, and the ways to find them."""

    companies: Mapping[str, Company]
    as_of: str
    """Date (ISO 8601) of the table."""
    source: str
    version: str
    """Fingerprint of the content."""

    @cached_property
    def tickers(self) -> Mapping[str, str]:
        """Ticker -> company id. A ticker that two companies have is the larger one's."""
        listed = [(listing.ticker, c.id) for c in self.companies.values() for listing in c.listings]
        return dict(reversed(listed))

    @cached_property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """Folded name -> ids of all that are called so."""
        return _by(self.companies.values(), fold_name)

    @cached_property
    def short_names(self) -> Mapping[str, tuple[str, ...]]:
        """Folded name without its legal form -> ids of all that are called so, the largest first."""
        return _by(self.companies.values(), short_name)

    @cached_property
    def spoken(self) -> Gazetteer:
        """What they and the well-known companies are called in texts; made once, in about half a second."""
        return registrants_names(self.companies, self.tickers)

    @cached_property
    def ranks(self) -> Mapping[str, int]:
        """Company id -> its place in the table."""
        return {company: rank for rank, company in enumerate(self.companies)}


def _by(companies: Iterable[Company], key: Callable[[str], str]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for company in companies:
        name = key(company.name)
        found[name] = (*found.get(name, ()), company.id)
    return found


def read_registrants(data: bytes, file: str) -> Registrants:
    """Read a table. Raises ConfigError if it is not one, or not whole."""
    try:
        text = data.decode("utf-8")
        head, _, rest = text.partition("\n")
        title, form, as_of, count, source = head.split("\t")
    except ValueError as error:
        raise ConfigError.at(file, "is not a table of registrants", _REMEDY) from error
    lines = rest.removesuffix("\n").split("\n")
    if title != _HEAD or form != FORMAT or count != str(len(lines)):
        raise ConfigError.at(file, "is a table of another version, or was cut short", _REMEDY)
    companies: dict[str, Company] = {}
    shared: dict[str, str] = {}
    for number, line in enumerate(lines, 2):
        found = _LINE.fullmatch(line)
        if found is None:
            raise ConfigError.at(file, f"line {number} is not `CIK, name, tickers`", _REMEDY)
        cik, name, listed = found.groups()
        listings = []
        for written in listed.split(" "):
            ticker, _, exchange = written.partition(":")
            listings.append(Listing(ticker, shared.setdefault(exchange, exchange)))
        company_id = registrant_id(cik)
        companies[company_id] = Company(id=company_id, name=name, listings=tuple(listings), cik=cik)
    return Registrants(companies, as_of, source, mark(text))


def write_registrants(companies: Iterable[Company], as_of: str, source: str) -> bytes:
    """Write a table; what `read_registrants` reads."""
    lines = [
        f"{c.cik}\t{c.name}\t" + " ".join(f"{listing.ticker}:{listing.exchange}" for listing in c.listings)
        for c in companies
    ]
    head = "\t".join((_HEAD, FORMAT, as_of, str(len(lines)), source))
    return ("\n".join((head, *lines)) + "\n").encode()


def updated_file(state_dir: Path) -> Path:
    """Say where `alertd companies update` writes."""
    return state_dir / "companies" / "registrants.tsv"


def newest_registrants(updated: Path | None) -> tuple[Registrants, str]:
    """Give the newer of the packaged table and the updated one; and what is wrong with the latter, if anything is.

    A table that cannot be read stops nobody: the packaged one is there.
    """
    packaged = _read(PACKAGED, 0, 0)
    if updated is None:
        return packaged, ""
    try:
        status = updated.stat()
        found = _read(updated, status.st_mtime_ns, status.st_size)
    except FileNotFoundError:
        return packaged, ""
    except OSError as error:
        return packaged, f"{updated}: cannot be read: {error.strerror or error}"
    except ConfigError as error:
        return packaged, str(error)
    return (found, "") if found.as_of >= packaged.as_of else (packaged, "")


@lru_cache(maxsize=4)
def _read(path: Path, changed: int, size: int) -> Registrants:
    return read_registrants(path.read_bytes(), str(path))
