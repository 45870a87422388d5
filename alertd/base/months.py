"""How the months are called, and how long the units are in which lengths of time are told."""

from __future__ import annotations

from typing import Literal

Unit = Literal["day", "week", "month", "quarter", "year"]

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
MONTH_OF = {name[:size]: i for i, name in enumerate(MONTHS, 1) for size in (3, len(name))} | {"sept": 9}
"""Number of a month by its name, or by its first three letters."""

DAYS_IN: dict[Unit, float] = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "quarter": 365.25 / 4, "year": 365.25}
MONTHS_IN: dict[Unit, float] = {"day": 12 / 365.25, "week": 84 / 365.25, "month": 1.0, "quarter": 3.0, "year": 12.0}
"""On average: what is stated in months and meant from one date to another is off by days."""
