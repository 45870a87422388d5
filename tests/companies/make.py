"""Small tables and files of companies for tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from alertd.base.yaml import load_yaml, validate
from alertd.companies.companies_file import CompaniesFile
from alertd.companies.declared import declare
from alertd.companies.delimited import fold, read_sheet
from alertd.companies.holdings import HoldingsFile, SecurityMaster
from alertd.companies.model import Company, Relation
from alertd.companies.positions import Positions, read_positions
from alertd.companies.registrants import Registrants, read_registrants, write_registrants
from alertd.companies.report import Tally
from alertd.companies.sec_answer import Row, companies_of
from alertd.companies.securities import NO_MASTER, read_master
from alertd.companies.table import CompanyTable
from alertd.companies.tally import tally_up
from alertd.errors import Fault

ROWS = (
    Row("0001045810", "NVIDIA CORP", "NVDA", "Nasdaq"),
    Row("0001652044", "Alphabet Inc.", "GOOGL", "Nasdaq"),
    Row("0001652044", "Alphabet Inc.", "GOOG", "Nasdaq"),
    Row("0001018724", "AMAZON COM INC", "AMZN", "Nasdaq"),
    Row("0001067983", "BERKSHIRE HATHAWAY INC", "BRK-B", "NYSE"),
    Row("0000070858", "BANK OF AMERICA CORP /DE/", "BAC", "NYSE"),
    Row("0000863064", "RIO TINTO PLC", "RIO", "NYSE"),
    Row("0000887028", "RIO TINTO LTD", "RTNTF", "OTC"),
    Row("0001801169", "Opendoor Technologies Inc.", "OPEN", "Nasdaq"),
    Row("0001097864", "ON SEMICONDUCTOR CORP", "ON", "Nasdaq"),
    Row("0000200406", "JOHNSON & JOHNSON", "JNJ", "NYSE"),
    Row("0002098707", "Nowhere Listed Corp", "NWHR", ""),
)
NVDA, GOOGL, AMZN = "cik-0001045810", "cik-0001652044", "cik-0001018724"


def registrants(*rows: Row, as_of: str = "2026-10-16") -> Registrants:
    """Make a table of registrants, as one that was written and read again."""
    return read_registrants(write_registrants(companies_of(rows or ROWS), as_of, "a test"), "registrants.tsv")


def table(*declared: Company) -> CompanyTable:
    """Make a table of companies."""
    return CompanyTable(registrants(), declared)


def declaring(*texts: str) -> tuple[CompanyTable, tuple[Relation, ...], list[Fault]]:
    """Declare what the texts of files say, named a.yaml, b.yaml and so on."""
    docs = [load_yaml(text, f"{'abcdef'[i]}.yaml") for i, text in enumerate(texts)]
    return declare(table(), [(doc, validate(CompaniesFile, doc)) for doc in docs])


def declared(*texts: str) -> tuple[CompanyTable, tuple[Relation, ...]]:
    """Declare without a fault."""
    made, relations, faults = declaring(*texts)
    assert faults == []
    return made, relations


# --- positions ------------------------------------------------------------------------------------------------


def holdings_file(**keys: Any) -> HoldingsFile:
    """Make what a user writes under `holdings:`, of a file p.csv unless said otherwise."""
    return HoldingsFile.model_validate({"file": "p.csv", **keys})


def positions(text: str | bytes, modified: str = "2026-11-27", **keys: Any) -> Positions:
    """Read a positions file."""
    config = holdings_file(**keys)
    data = text if isinstance(text, bytes) else text.encode()
    return read_positions(read_sheet(data, config), config, datetime.fromisoformat(modified))


def tally(text: str | bytes, master: str = "", companies: CompanyTable | None = None, **keys: Any) -> Tally:
    """Add up a positions file; `master` is the text of a security master whose columns have our names."""
    config = holdings_file(**keys)
    companies = companies or table()
    known = NO_MASTER
    if master:
        described = SecurityMaster.model_validate({"file": "m.csv"})
        options = frozenset(map(fold, config.types.option))
        known = read_master(read_sheet(master.encode(), described), described.map, options, companies)
    return tally_up(positions(text, **keys), config, companies, known, "p.csv")


def weights(found: Tally) -> dict[str, float]:
    """Give the weights by issuer in percent, rounded, under the names that people use."""
    return {held.label: round(held.weight * 100, 6) for held in found.holdings.positions.values()}
