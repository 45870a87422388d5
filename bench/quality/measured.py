"""What a measurement of quality gives: figures beside their goals, and the tables behind them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.report import Row

SHARED = Path(__file__).parents[3] / "shared" / "data"
"""Where the corpora lie that do not belong to the project: beside it. Without them what needs them says so."""
SETS = Path(__file__).with_name("sets")


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure and what it should be."""

    what: str
    figure: float
    goal: float
    at_most: bool = False
    """The goal is an upper bound; else a lower one."""
    of: int = 0
    """How many cases the figure is made of."""

    @property
    def met(self) -> bool:
        """Whether the figure reaches the goal."""
        return self.figure <= self.goal if self.at_most else self.figure >= self.goal


@dataclass(frozen=True, slots=True)
class Measured:
    """What one part found."""

    goals: Sequence[Goal] = ()
    tables: Sequence[tuple[str, Sequence[Row]]] = ()
    """Title and rows."""
    missing: Sequence[str] = ()
    """What could not be measured, and why: a corpus that is not there."""
    wrong: Sequence[str] = field(default_factory=tuple)
    """Cases that came out wrong, a line each, for `--wrong`; only of texts that may be shown."""


Measure = Callable[[Path], Measured]
"""Measures one part, given the folder of the corpora (which may not exist)."""


def is_dev(text: str) -> bool:
    """Whether a text belongs to the half that may be looked at and learned from; the other is only measured on.

    By the first hex digit of the text's SHA-256: even is `dev`, odd is `held`.
    """
    return int(hashlib.sha256(text.encode()).hexdigest()[0], 16) % 2 == 0


def ratio(part: float, whole: float) -> float:
    """Divide; 0 of nothing is 0."""
    return part / whole if whole else 0.0


def f1(precision: float, recall: float) -> float:
    """The harmonic mean of both."""
    return ratio(2 * precision * recall, precision + recall)


def macro_f1(pairs: Iterable[tuple[str, str]], labels: Sequence[str]) -> float:
    """The mean F1 over labels of (true, predicted) pairs."""
    seen = list(pairs)
    scores = []
    for label in labels:
        hits = sum(true == said == label for true, said in seen)
        said_so = sum(said == label for _, said in seen)
        there = sum(true == label for true, _ in seen)
        scores.append(f1(ratio(hits, said_so), ratio(hits, there)))
    return ratio(sum(scores), len(scores))
