"""What portfolios hold, and what came of their positions files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from alertd.base.clock import rfc3339
from alertd.companies.holdings import HoldingsFile
from alertd.companies.model import Holding
from alertd.errors import Fault
from alertd.rules.holders import Holder
from alertd.rules.holdings_files import Held


def by_size(held: Iterable[Holding]) -> list[Holding]:
    """Order holdings, the largest first."""
    return sorted(held, key=lambda h: (-abs(h.weight), h.company))


@dataclass(frozen=True)
class Shown:
    """A portfolio with what it holds now."""

    holder: Holder
    held: Held
    now_ms: int

    @property
    def stale(self) -> bool:
        """Whether the positions in force are too old."""
        return self.held.stale_at_ms is not None and self.now_ms >= self.held.stale_at_ms

    @property
    def refused(self) -> str:
        """Why the file is not in force; empty if it is."""
        told = [f.message for f in self.held.trouble if f.message.startswith("refused")]
        told += [f.message for f in self.held.faults if f.severity == "error"]
        return told[0].partition(f"{Path(self.file).name}: ")[2] or told[0] if told else ""

    @property
    def state(self) -> str:
        """In one word, or two."""
        return "refused" if self.refused else "stale" if self.stale else "in force"

    @property
    def trouble(self) -> bool:
        """Whether somebody must look at it."""
        return bool(self.held.trouble) or self.held.holdings is None

    @property
    def unsaid(self) -> list[Fault]:
        """Faults that are not among what `show` prints."""
        return [fault for fault in self.held.faults if fault.severity == "error"]

    @property
    def file(self) -> str:
        """The positions file, as written; empty where the positions stand in the portfolio's own file."""
        entry = self.holder.said.holdings
        return str(entry.file) if isinstance(entry, HoldingsFile) else ""

    def as_json(self) -> dict[str, Any]:
        """Give it for machines."""
        held = self.held.holdings
        return {
            "portfolio": self.holder.id,
            "title": self.holder.title,
            "state": self.state,
            "stale": self.stale,
            "stale_at": rfc3339(self.held.stale_at_ms) if self.held.stale_at_ms is not None else None,
            "as_of": held.as_of if held is not None else None,
            "holdings": [msgspec.to_builtins(h) for h in by_size(held.positions.values())] if held else [],
            "report": msgspec.to_builtins(self.held.report),
            "faults": [msgspec.to_builtins(fault) for fault in self.held.faults],
        }
