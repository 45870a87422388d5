"""The holdings of all portfolios: kept while neither what they come from nor the companies change."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from alertd.base.yaml import Document, Node, check
from alertd.companies.holdings import HoldingsFile
from alertd.companies.model import Holdings
from alertd.companies.table import CompanyTable
from alertd.errors import Fault
from alertd.rules.holdings_files import Held, hold, read_of
from alertd.rules.part import Part


@dataclass(frozen=True, slots=True)
class Kept:
    """Holdings from a file, with what shows whether they must be read again."""

    held: Held
    says: tuple[str, str, Node | None]
    """File of the portfolio, time zone, and what stands under `holdings:`."""
    table: CompanyTable
    seen: tuple[tuple[int, int, int], ...]
    """The files as they were before they were read."""
    read_ms: int
    """When they were read."""


@dataclass(slots=True)
class HoldingsReader:
    """Gives the holdings of portfolios; one for each load, with what the load before has kept."""

    table: CompanyTable
    memory: Path | None
    now_ms: int
    before: dict[str, Kept]
    kept: dict[str, Kept] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def __call__(self, part: Part, says: Part, timezone: str) -> Holdings | None:
        """Give what a portfolio holds by what a part says; None on a fault."""
        if says.holdings is None:
            return says.inline
        kept = self._kept(part.id, (says.file, timezone, says.holdings))
        self.kept[part.id] = kept
        self.faults += kept.held.faults
        return kept.held.holdings

    def _kept(self, portfolio: str, says: tuple[str, str, Node]) -> Kept:
        file, timezone, node = says
        before = self.before.get(portfolio)
        if before is not None and before.says == says and before.table is self.table and not self.touched(before):
            return before
        doc = Document(file, Node({"holdings": node}, node.place, None, None, None))
        entry, faults = check(HoldingsFile, doc, ("holdings",))
        assert entry is not None, faults  # it was checked when the file was compiled
        # Before they are read: what changes meanwhile differs from this, and is read again.
        seen = {path: signature(path) for path in read_of(doc, entry, portfolio, self.memory)}
        held = hold(
            doc,
            ("holdings",),
            entry,
            portfolio=portfolio,
            timezone=timezone,
            table=self.table,
            memory=self.memory,
            now_ms=self.now_ms,
        )
        return Kept(held, says, self.table, tuple(seen[path] for path in sorted(held.read)), self.now_ms)

    def touched(self, kept: Kept) -> bool:
        """Whether its files have changed, or its positions have become stale in the meantime."""
        stale = kept.held.stale_at_ms
        staled = stale is not None and kept.read_ms < stale <= self.now_ms
        return staled or tuple(map(signature, sorted(kept.held.read))) != kept.seen

    def changed(self) -> set[str]:
        """Name the portfolios of the load before whose positions must be read again."""
        return {name for name, kept in self.before.items() if kept.table is not self.table or self.touched(kept)}


def signature(path: Path) -> tuple[int, int, int]:
    """Give what the system says of a file; zeros for one that is not there."""
    try:
        seen = os.stat(path)  # noqa: PTH116  10,000 of them at a time
    except OSError:
        return 0, 0, 0
    return seen.st_mtime_ns, seen.st_size, seen.st_ino
