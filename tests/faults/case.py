"""What a test of a fault knows of itself: its id and name, its folder, its seed, and the rows that it leaves."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.support.rows import note

ROWS = "ALERTD_FAULTS_ROWS"
SEED = "ALERTD_SEED"
Test = TypeVar("Test", bound=Callable[..., Any])


def fault(id: str, name: str, *, slow: bool = False) -> Callable[[Test], Test]:
    """Mark a test as that of a fault. A slow one is left out unless pytest gets `--faults all`."""

    def mark(test: Test) -> Test:
        marked: Test = pytest.mark.fault(id, name, slow=slow)(test)
        return marked

    return mark


@dataclass
class Case:
    """One run of one test. Everything that it leaves to chance comes from `chance`, so that its seed repeats it."""

    id: str
    name: str
    folder: Path
    seed: int
    chance: random.Random
    rows: list[dict[str, Any]] = field(default_factory=list)

    def row(self, **fields: Any) -> None:
        """Leave a row of the matrix: published, delivered, lost, repeats, bound, verdict, note."""
        self.rows.append(fields)

    def report(self, outcome: str, seconds: float) -> None:
        """Write the rows; `outcome` is `passed`, or what failed."""
        shared = {"fault": self.id, "name": self.name, "seed": str(self.seed), "seconds": round(seconds, 1)}
        for row in self.rows or [{}]:
            verdict = row.get("verdict", "held") if outcome == "passed" else "FAILED"
            why = {} if outcome == "passed" else {"note": outcome}
            note(ROWS, shared | row | {"verdict": verdict} | why)


def make_case(marker: pytest.Mark, folder: Path) -> Case:
    """Make the case of a marked test; its seed is ALERTD_SEED, or any."""
    seed = int(os.environ.get(SEED) or random.randrange(1 << 32))
    print(f"\n{marker.args[0]} {marker.args[1]}: seed {seed} ({SEED} repeats it)")
    return Case(marker.args[0], marker.args[1], folder, seed, random.Random(seed))
