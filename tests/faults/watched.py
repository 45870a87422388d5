"""What the processes of a daemon hold over time, and whether it stays flat. Reading /proc apart, pure.

A process that was killed begins anew; only one that has lived long enough says anything. Memory comes in steps, and a
step is no leak: it is called growing where even the slope less twice its error is above what is allowed, and it rose
faster than that from each quarter of the time to the next.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

WARM_S = 240.0
"""How long a process fills its caches before its memory says anything."""
ENOUGH = 12
"""Samples, of which a slope is worth its name."""
MB = 1_000_000
_TASKS = re.compile(r'^alertd_tasks\{[^}]*process="([^"]+)"[^}]*\} ([0-9.e+]+)$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sample:
    """One process at one moment."""

    at: float
    rss: int
    fds: int
    tasks: int | None = None


@dataclass
class Life:
    """A process, from the first look at it to the last."""

    pid: int
    name: str
    samples: list[Sample] = field(default_factory=list)
    warm_s: float = WARM_S

    @property
    def warm(self) -> list[Sample]:
        """What was seen once it was warm."""
        return [sample for sample in self.samples if sample.at - self.samples[0].at >= self.warm_s]


@dataclass(frozen=True, slots=True)
class Slope:
    """MB an hour, with its standard error."""

    mb_h: float
    error: float
    steps: tuple[float, ...]
    """MB an hour from each quarter of the time to the next, by their means."""

    def grows(self, allowed: float) -> bool:
        """Tell whether it is certainly more than is allowed, and goes on."""
        return self.mb_h - 2 * self.error > allowed and min(self.steps) > allowed

    def __str__(self) -> str:
        steps = ", ".join(f"{step:+.2f}" for step in self.steps)
        return f"{self.mb_h:+.2f} ± {self.error:.2f} MB/h, from quarter to quarter {steps}"


def slope(points: Sequence[tuple[float, float]]) -> Slope | None:
    """Fit a line (least squares) to (seconds, bytes); None where there are too few."""
    if len(points) < ENOUGH:
        return None
    n = len(points)
    mean_t, mean_y = sum(t for t, _ in points) / n, sum(y for _, y in points) / n
    spread = sum((t - mean_t) ** 2 for t, _ in points)
    rate = sum((t - mean_t) * (y - mean_y) for t, y in points) / spread
    rest = sum((y - mean_y - rate * (t - mean_t)) ** 2 for t, y in points)
    error = math.sqrt(rest / (n - 2) / spread)
    parts = [_mean(points[n * k // 4 : n * (k + 1) // 4]) for k in range(4)]
    steps = [(b[1] - a[1]) / (b[0] - a[0]) * 3600 / MB for a, b in pairwise(parts)]
    return Slope(rate * 3600 / MB, error * 3600 / MB, tuple(steps))


def _mean(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return sum(t for t, _ in points) / len(points), sum(y for _, y in points) / len(points)


def life_slope(life: Life) -> Slope | None:
    """Give how the memory of a warm process changes."""
    return slope([(sample.at, float(sample.rss)) for sample in life.warm])


def sum_slope(lives: Sequence[Life]) -> Slope | None:
    """Give how the memory of several changes together, over the time in which all of them were warm."""
    series = [life.warm for life in lives]
    if not series or not all(series):
        return None
    moments = [sample.at for sample in series[0]]
    totals: list[tuple[float, float]] = []
    for at in moments:
        near = [next((s for s in one if abs(s.at - at) < 1.0), None) for one in series]
        if all(near):
            totals.append((at, float(sum(s.rss for s in near if s is not None))))
    return slope(totals)


def rises(values: Sequence[int], slack: int) -> bool:
    """Tell whether counts are higher at their end than ever in their first half, by more than some slack."""
    half = len(values) // 2
    return half > 0 and min(values[half:]) > max(values[:half]) + slack


def read_process(pid: int, at: float, tasks: int | None) -> Sample | None:
    """Look at a process; None if it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        fds = sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return None
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    return Sample(at, int(found[1]) * 1024, fds, tasks) if found else None


def tasks_in(metrics: str) -> dict[str, int]:
    """Read the number of tasks of each process out of /metrics."""
    return {name: int(float(count)) for name, count in _TASKS.findall(metrics)}
