"""The book of a long/short desk as its order management system writes it: 2,000 positions, from a fixed seed.

Shorts, options by delta, share classes, a receipt beside its ordinary share, cash, a forward, a row that stands there
twice, and one row in a hundred that nobody knows.
"""

from __future__ import annotations

import csv
import io
import itertools
import random
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from alertd.companies.model import Company, Listing
from alertd.companies.names import registrant_id
from alertd.companies.registrants import updated_file, write_registrants
from alertd.rules.holdings_memory import save_memory
from alertd.rules.loaded import Loaded
from alertd.rules.loader import load_rules
from tests.cli.run import Done, alertd

ROWS = 2_000
NAV = 1_000_000_000
HEADER = (
    "Symbol", "MIC", "CUSIP", "ISIN", "Description", "Asset Class", "Quantity", "Market Value (USD)", "Delta",
    "Underlying", "Underlying Price", "Position Date",
)  # fmt: skip
PORTFOLIO = """\
portfolio: long-short
title: Long/short book
timezone: America/New_York
receivers: []
holdings:
  file: /drop/positions.csv
  security_master: /drop/master.csv
  as_of: Position Date
  date_format: "%d-%b-%Y"
  stale_after: 36500d
  nav: 1000000000
  map:
    ticker: Symbol
    exchange: MIC
    name: Description
    type: Asset Class
    market_value: Market Value (USD)
    underlying_price: Underlying Price
rules:
  - {id: named, title: A holding is named, severity: low, when: {all: [{mentions: holdings}, {weight: ">= 2%"}]}}
"""
MASTER = """\
cusip,isin,cik,name
02079K305,US02079K3059,1652044,Alphabet A
02079K107,US02079K1079,1652044,Alphabet C
767204100,US7672041008,863064,Rio Tinto ADR
,GB0007188757,863064,Rio Tinto ordinary
67066G104,US67066G1040,1045810,Nvidia
"""


@dataclass(frozen=True)
class Row:
    """One line of the file."""

    symbol: str = ""
    mic: str = ""
    cusip: str = ""
    isin: str = ""
    name: str = ""
    sort: str = "Common Stock"
    quantity: int = 0
    value: float = 0.0
    delta: float | None = None
    underlying: str = ""
    underlying_price: float | None = None

    def cells(self, date: str) -> list[str]:
        """Write it as the system does: thousands with commas, shorts in brackets."""
        value = f"{abs(self.value):,.2f}"
        return [
            self.symbol, self.mic, self.cusip, self.isin, self.name, self.sort, f"{self.quantity:,}",
            f"({value})" if self.value < 0 else value, "" if self.delta is None else f"{self.delta:.2f}",
            self.underlying, "" if self.underlying_price is None else f"{self.underlying_price:.2f}", date,
        ]  # fmt: skip


KNOWN = (
    Row("NVDA", "XNAS", "67066G104", name="Nvidia", quantity=500_000, value=78_000_000),
    Row("", "", "02079K305", "US02079K3059", "Alphabet A", quantity=200_000, value=33_000_000),
    Row("", "", "", "US02079K1079", "Alphabet C", quantity=150_000, value=24_000_000),
    Row("MSFT", "XNAS", name="Microsoft", quantity=90_000, value=37_500_000),
    Row("TSLA", "XNAS", name="Tesla", quantity=-180_000, value=-45_200_000),
    Row("INTC", "XNAS", name="Intel", quantity=-1_400_000, value=-28_700_000),
    Row("", "", "767204100", "", "Rio Tinto ADR", "ADR", 120_000, 7_900_000),
    Row("", "", "", "GB0007188757", "Rio Tinto ordinary", quantity=80_000, value=4_100_000),
    Row("NVDA  251219P00140000", name="Nvidia put", sort="Put", quantity=1_000, value=610_000, delta=-0.4,
        underlying="NVDA", underlying_price=156),
    Row("", name="Alphabet call, sold", sort="Call", quantity=-400, value=-350_000, delta=0.5,
        underlying="US02079K3059", underlying_price=165),
    Row("USD", name="US Dollar", sort="Cash", quantity=61_000_000, value=61_000_000),
    Row("EURUSD", name="EUR/USD 20 March", sort="FX Forward", quantity=-5_000_000, value=-42_000),
)  # fmt: skip


def book() -> list[Row]:
    """Give the positions."""
    chance = random.Random(20250110)
    rows = [*KNOWN]
    for company in companies()[len(LARGE) :]:
        side = -1 if chance.random() < 0.3 else 1
        value = side * round(chance.uniform(20_000, 900_000), 2)
        quantity = side * chance.randrange(100, 40_000)
        rows.append(Row(company.label, name=company.name, quantity=quantity, value=value))
        if chance.random() < 0.12:
            put = chance.random() < 0.5
            price, strike = chance.uniform(20, 400), chance.randrange(20, 400)
            symbol = f"{company.label[:6]:<6}251219{'P' if put else 'C'}{strike * 1000:08d}"
            rows.append(
                Row(symbol, name="option", sort="Put" if put else "Call", quantity=chance.randrange(-40, 40) or 1,
                    value=5_000, delta=chance.uniform(0.1, 0.9), underlying=company.label, underlying_price=price)
            )  # fmt: skip
        if len(rows) >= ROWS - ROWS // 100 - 1:
            break
    del rows[ROWS - ROWS // 100 - 1 :]
    rows.append(rows[40])
    for number in range(ROWS // 100):
        wrong = number % 2 == 0  # the one half is mistyped, the other only unknown
        cusip = f"9990{number:02d}ZZ{number % 10 if wrong else ''}"
        rows.append(
            Row(cusip=cusip, name=f"Private placement {number + 1}", quantity=1, value=90_000 + 7_000 * number)
        )
    return rows


LARGE = {
    "NVDA": ("0001045810", "NVIDIA CORP"),
    "GOOGL": ("0001652044", "Alphabet Inc."),
    "MSFT": ("0000789019", "MICROSOFT CORP"),
    "TSLA": ("0001318605", "Tesla, Inc."),
    "INTC": ("0000050863", "INTEL CORP"),
    "RIO": ("0000863064", "RIO TINTO PLC"),
    "GME": ("0001326380", "GameStop Corp."),
}


def companies() -> list[Company]:
    """Give the registrants of this book's world: the large ones, and 2,000 of no name that make its length."""
    letters = itertools.product("BCDFGHJKLM", repeat=3)
    small = {f"Q{''.join(three)}": (f"{i:010d}", f"Company {i}") for i, three in enumerate(letters, 9_000_000)}
    small |= {f"X{ticker[1:]}": (f"{int(cik) + 5_000:010d}", f"{name} B") for ticker, (cik, name) in small.items()}
    return [
        Company(id=registrant_id(cik), name=name, cik=cik, listings=(Listing(ticker, "Nasdaq"),))
        for ticker, (cik, name) in (LARGE | small).items()
    ]


def write(rows: list[Row], date: str) -> str:
    """Write a file as of a day."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(row.cells(date) for row in rows)
    return out.getvalue()


def yesterday() -> str:
    """Give the file of the day before: less Nvidia, a position that is gone, one that was not there yet."""
    rows = [replace(row, value=row.value * 0.9) if row.name == "Nvidia" else row for row in book()]
    rows = [row for row in rows if row.name != "Intel"]
    return write([*rows, Row("GME", name="GameStop", quantity=-20_000, value=-510_000)], "09-Jan-2025")


def today() -> str:
    """Give the file of the day."""
    return write(book(), "10-Jan-2025")


@dataclass(frozen=True)
class LongShort:
    """A folder with the portfolio, its settings and the place where the system drops its files."""

    folder: Path

    def prepare(self) -> None:
        """Write all but the positions."""
        drop = self.folder / "drop"
        drop.mkdir()
        rules = self.folder / "rules/portfolios"
        rules.mkdir(parents=True)
        (rules / "long-short.yaml").write_text(PORTFOLIO.replace("/drop", str(drop)))
        (drop / "master.csv").write_text(MASTER)
        self.table.parent.mkdir(parents=True)
        self.table.write_bytes(write_registrants(companies(), "2999-12-31", "a test"))
        (self.folder / "alertd.yaml").write_text('{redis: "redis://127.0.0.1:1", sources: [], receivers: []}')

    @property
    def table(self) -> Path:
        """The registrants that `alertd companies update` has fetched."""
        return updated_file(self.folder / "var")

    def drop(self, text: str) -> None:
        """Let the system write its file."""
        (self.folder / "drop/positions.csv").write_text(text, newline="")

    def load(self) -> Loaded:
        """Load the rules as the daemon does, and remember the positions that it accepts."""
        memory = self.folder / "var/holdings"
        loaded = load_rules(self.folder / "rules", memory=memory, registrants=self.table)
        for portfolio, accepted in loaded.accepted.items():
            save_memory(memory, portfolio, accepted)
        return loaded

    def run(self, *words: str) -> Done:
        """Run a command there."""
        return alertd(*words, cwd=self.folder)

    def told(self, *words: str) -> str:
        """Write down a command with what it prints, as it stands in documents."""
        done = self.run(*words)
        typed = " ".join(("$ alertd", *words))
        said = "".join(f"{line}\n" for line in (done.out + done.err).splitlines())
        return f"{typed}\n{said}exit {done.code}\n".replace(f"{self.folder}/", "/")


def story(folder: Path) -> str:
    """Tell of two mornings: a good file, and one that was cut short and then taken knowingly."""
    desk = LongShort(folder)
    desk.prepare()
    desk.drop(yesterday())
    desk.load()
    desk.drop(today())
    told = ["# The file of the day\n", desk.told("holdings", "long-short", "--limit", "8")]
    desk.load()
    desk.drop(today()[: len(today()) // 3].rpartition("\r\n")[0] + "\r\n")
    told += ["# A third of it\n", desk.told("holdings", "long-short", "--limit", "5"), desk.told("holdings")]
    told += ["# Taken knowingly\n", desk.told("holdings", "long-short", "--accept", "--limit", "3")]
    return "\n".join(told)


if __name__ == "__main__":  # python -m tests.cli.long_short > tests/cli/golden/holdings.txt
    with TemporaryDirectory() as folder:
        print(story(Path(folder)), end="")
