"""Files in the shape of EDGAR's indexes, submissions and headers, about companies that do not exist."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from alertd.sources.edgar_late import named_item
from tests.sources.edgar_pages import entry, number

NEW_YORK = ZoneInfo("America/New_York")
_SECTIONS = {
    "Filer": "FILER",
    "Issuer": "ISSUER",
    "Reporting": "REPORTING-OWNER",
    "Subject": "SUBJECT-COMPANY",
    "Filed by": "FILED-BY",
}


@dataclass(frozen=True)
class Made:
    """A filing, to be shown in each of EDGAR's places."""

    n: int
    form: str = "8-K"
    filers: tuple[tuple[str, int, str], ...] = (("Vega Grid Inc.", 9_990_001, "Filer"),)
    items: tuple[str, ...] = ()
    accepted: str = "2026-01-12T12:41:56-05:00"
    filed: str = "2026-01-12"
    also: Mapping[str, str] = field(default_factory=dict)

    @property
    def accession(self) -> str:
        return number(self.n)

    @property
    def folder(self) -> str:
        return f"/Archives/edgar/data/{self.filers[0][1]}/{self.accession.replace('-', '')}"

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.accepted)

    def entries(self) -> tuple[str, ...]:
        """Give its entries on the page of current filings."""
        items = tuple((code, named_item(code).name) for code in self.items)
        return tuple(
            entry(
                self.n,
                name,
                form=self.form,
                cik=cik,
                role=role,
                items=items,
                filed=self.filed,
                accepted=self.accepted,
            )
            for name, cik, role in self.filers
        )

    def header(self) -> bytes:
        """Give the page `…-index-headers.html`."""
        lines = [
            f"<SEC-HEADER>{self.accession}.hdr.sgml : {self.filed.replace('-', '')}",
            f"<ACCEPTANCE-DATETIME>{self.at.astimezone(NEW_YORK):%Y%m%d%H%M%S}",
            f"<ACCESSION-NUMBER>{self.accession}",
            f"<TYPE>{self.form}",
            *(f"<ITEMS>{code}" for code in self.items),
            f"<FILING-DATE>{self.filed.replace('-', '')}",
        ]
        for name, cik, role in self.filers:
            tag = _SECTIONS[role]
            lines += [f"<{tag}>", f"<CONFORMED-NAME>{name}", f"<CIK>{cik:010d}", "<FORMER-COMPANY>"]
            lines += ["<FORMER-CONFORMED-NAME>Old Name Corp.", "</FORMER-COMPANY>", f"</{tag}>"]
        said = "".join(f"ITEM INFORMATION:\t\t{named_item(code).name}\n" for code in self.items)
        head = "\n".join([*lines, "</SEC-HEADER>"])
        people = f"&lt;SEC-HEADER&gt;{self.accession}.hdr.sgml\n{said}&lt;/SEC-HEADER&gt;\n"
        title = f"<HTML><HEAD><TITLE>SEC EDGAR Submission {self.accession}</TITLE>"
        return f"{title}\n<!--\n{head}\n-->\n</HEAD><BODY>\n<PRE>{people}</PRE>\n".encode()


def index(day: str, *made: Made, form_width: int = 12, rows: Sequence[str] = ()) -> bytes:
    """Give the index of a day by form."""
    when = date.fromisoformat(day)
    lines = [
        "Description:           Daily Index of EDGAR Dissemination Feed by Form Type",
        f"Last Data Received:    {when:%b} {when.day:2d}, {when.year}",
        "Comments:              webmaster@sec.gov",
        "Anonymous FTP:         ftp://ftp.sec.gov/edgar/",
        *[" "] * 4,
        f"{'Form Type':<{form_width}}{'Company Name':<62}{'CIK':<12}{'Date Filed':<12}File Name",
        "-" * 141,
    ]
    listed = [
        f"{one.form + ' ':<{form_width}}{name.upper():<62}{cik:<12}{one.filed.replace('-', ''):<12}"
        f"edgar/data/{cik}/{one.accession}.txt         "
        for one in made
        for name, cik, _ in one.filers
    ]
    return "\n".join([*lines, *sorted([*listed, *rows], key=lambda row: row[:12]), ""]).encode("iso-8859-1")


def submissions(cik: int, name: str, *made: Made, zone: ZoneInfo | None = None, older: Sequence[str] = ()) -> bytes:
    """Give the submissions of a company: with the clock of `zone`, which all the same is called UTC."""
    columns = {
        "accessionNumber": [one.accession for one in made],
        "filingDate": [one.filed for one in made],
        "reportDate": ["" for one in made],
        "acceptanceDateTime": [f"{one.at.astimezone(zone or UTC):%Y-%m-%dT%H:%M:%S}.000Z" for one in made],
        "form": [one.form for one in made],
        "items": [",".join(one.items) for one in made],
        "primaryDocument": ["doc.htm" for one in made],
    }
    files = [{"name": name, "filingCount": 1, "filingFrom": "2001-01-02", "filingTo": "2026-01-11"} for name in older]
    head = {"cik": f"{cik:010d}", "entityType": "operating", "name": name, "tickers": []}
    return json.dumps(head | {"filings": {"recent": columns, "files": files}}).encode()
