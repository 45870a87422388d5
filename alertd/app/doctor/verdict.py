"""What a look at one thing came to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warn", "bad"]
"""`warn`: it will hurt some day, or hides what would. `bad`: alerts are late, lost or in danger now."""
LEVELS: tuple[Level, ...] = ("ok", "warn", "bad")
"""The milder ones first; the place of the worst is the exit code."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line of the answer."""

    level: Level
    area: str
    """What was looked at, a word: `clock`, `disk`, `redis`…"""
    says: str
    advice: str = ""
    """What to do; empty where nothing is to be done."""


def worst(verdicts: Iterable[Verdict]) -> Level:
    """Give the worst level; `ok` where there is none."""
    return LEVELS[max((LEVELS.index(one.level) for one in verdicts), default=0)]


def size(amount: float) -> str:
    """Write bytes for a person: `12.3 GB`."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} bytes" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"
