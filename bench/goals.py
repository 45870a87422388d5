"""What the comparison is held to: figures are reported, and of the ratios each says whether its goal is met."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.report import Cell, Row

MANY, MOST = 100_000, 1_000_000
SCANNED = 18_900
"""Terms from which on the scan has to be as fast as hyperscan's: those of 100,000 rules."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure and what it should be."""

    what: str
    value: float
    goal: float
    more: bool
    """Whether more is better."""
    ratio: bool
    """Whether it is one within a run: the others depend on the machine."""

    @property
    def met(self) -> bool:
        """Whether it is as good as it should be."""
        return self.value >= self.goal if self.more else self.value <= self.goal

    def __str__(self) -> str:
        sign = ">=" if self.more else "<="
        return f"  {self.what}: {self.value:,.4g} (goal {sign} {self.goal:,.4g}): {'met' if self.met else 'MISSED'}"


def told(rows: Sequence[Row], built: Sequence[Row], scan: Sequence[Row]) -> list[str]:
    """Say of each goal that was measured whether it is met."""
    found = list(_all(rows, built, scan))
    if not found:
        return []
    ratios = [str(goal) for goal in found if goal.ratio]
    rest = [str(goal) for goal in found if not goal.ratio]
    return ["\ngoals that are ratios within this run", *ratios, "goals for this machine", *rest]


def missed(rows: Sequence[Row], built: Sequence[Row], scan: Sequence[Row]) -> list[Goal]:
    """Give the ratios that miss their goals."""
    return [goal for goal in _all(rows, built, scan) if goal.ratio and not goal.met]


def _all(rows: Sequence[Row], built: Sequence[Row], scan: Sequence[Row]) -> Iterator[Goal]:
    usual = {(row["rules"], row["events"], row["engine"]): row for row in rows if row["of"] == "usual"}
    for rules, rate, p99, skewed_p99 in ((MANY, 30_000.0, 100.0, 500.0), (MOST, 10_000.0, 300.0, 5_000.0)):
        core, skewed = usual.get((rules, "normal", "core")), usual.get((rules, "1 %", "core"))
        if core is not None:
            yield Goal(f"{rules:,} rules, core, events/s", _number(core["events/s"]), rate, True, False)
            yield from _limit(f"{rules:,} rules, core, p99 us", core["p99 us"], p99)
        if skewed is not None:
            yield from _limit(f"{rules:,} rules, 1 %, core, p99 us", skewed["p99 us"], skewed_p99)
    engines = (("postgres", "x core", 100.0), ("postgres, plans", "x core", 100.0), ("dictionaries", "x index", 3.0))
    for engine, beside, goal in engines:
        row = usual.get((MANY, "normal", engine))
        if row is not None and row[beside] != "":
            what = f"{MANY:,} rules, {beside.removeprefix('x ')}, times as fast as {engine}"
            yield Goal(what, _number(row[beside]), goal, True, True)
    for row in built:
        if row["engine"] == "index" and row["of"] == "usual" and row["of the core"] and _number(row["rules"]) >= MANY:
            said = float(str(row["of the core"]).replace(",", ""))
            yield Goal(f"{row['rules']:,} rules, bytes/rule of the core", said, 400.0, False, True)
    for row in scan:
        if row["what"] == "core" and row["x hyperscan"] and _number(row["terms"]) >= SCANNED:
            what = f"scan for {row['terms']:,} terms, {row['spelled']}, times hyperscan's"
            yield Goal(what, float(str(row["x hyperscan"])), 1.0, False, True)


def _limit(what: str, value: Cell, goal: float) -> Iterator[Goal]:
    if value != "":
        yield Goal(what, _number(value), goal, False, False)


def _number(cell: Cell) -> float:
    return float(cell)
