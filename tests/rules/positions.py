"""A portfolio whose positions come in a file, taken into force day by day as the daemon would."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alertd.base.yaml import Document, check, load_yaml
from alertd.companies.holdings import HoldingsFile
from alertd.companies.table import CompanyTable
from alertd.rules.holdings_files import Held, hold
from alertd.rules.holdings_memory import load_memory, save_memory
from tests.companies.make import table

NAMES = ("NVDA", "AMZN", "GOOGL", "BRK-B", "BAC", "RIO", "OPEN", "ON", "JNJ", "NWHR")


def ms(day: str) -> int:
    """Give the time of a day (and hour) in UTC."""
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)


def rows(*lines: str, date: str = "2026-11-27") -> str:
    """Write a positions file with a row for each `TICKER WEIGHT`."""
    return "ticker,weight,date\n" + "".join(f"{line.replace(' ', ',')},{date}\n" for line in lines)


def ten(date: str = "2026-11-27", count: int = 10) -> str:
    """Write a file of ten good rows, or of the first of them."""
    return rows(*(f"{name} {i + 1}%" for i, name in enumerate(NAMES[:count])), date=date)


@dataclass
class Morning:
    """The portfolio `ai` in a folder, and a clock."""

    folder: Path
    now: int = ms("2026-11-28T09:00")
    companies: CompanyTable = field(default_factory=table)
    says: dict[str, Any] = field(default_factory=lambda: {"file": "p.csv", "as_of": "date"})

    @property
    def file(self) -> Path:
        return self.folder / "p.csv"

    @property
    def memory(self) -> Path:
        return self.folder / "var/holdings"

    def write(self, data: str | bytes) -> Path:
        """Let the order management system write the file."""
        self.file.write_bytes(data if isinstance(data, bytes) else data.encode())
        os.utime(self.file, (self.now / 1000, self.now / 1000))
        return self.file

    def load(self) -> Held:
        """Load what the portfolio holds."""
        text = f"portfolio: ai\nholdings:\n  {json.dumps(self.says)}\n"
        doc = load_yaml(text, str(self.folder / "ai.yaml"))
        return hold(
            doc, ("holdings",), validate_at(doc), portfolio="ai", timezone="America/New_York", table=self.companies,
            memory=self.memory, now_ms=self.now,
        )  # fmt: skip

    def take(self, data: str | bytes | None = None) -> Held:
        """Load, a new file perhaps, and remember what is accepted, as one does who takes the rules into force."""
        if data is not None:
            self.write(data)
        held = self.load()
        if held.accepted is not None:
            save_memory(self.memory, "ai", held.accepted)
        return held

    def remembered(self) -> str:
        """Give the date of what was accepted last; empty if nothing was."""
        accepted, _ = load_memory(self.memory, "ai")
        return accepted.report.as_of if accepted is not None else ""


def validate_at(doc: Document) -> HoldingsFile:
    """Read what stands under `holdings:`."""
    entry, faults = check(HoldingsFile, doc, ("holdings",))
    assert entry is not None, faults
    return entry


def told(held: Held) -> list[str]:
    """Give what is said about the positions, without the file."""
    return [str(fault).partition(".yaml:")[2] for fault in held.faults]
