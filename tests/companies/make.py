"""Small tables and files of companies for tests."""

from __future__ import annotations

from alertd.base.yaml import load_yaml, validate
from alertd.companies.declared import CompaniesFile, declare
from alertd.companies.model import Company, Relation
from alertd.companies.registrants import Registrants, read_registrants, write_registrants
from alertd.companies.sec_answer import Row, companies_of
from alertd.companies.table import CompanyTable
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
