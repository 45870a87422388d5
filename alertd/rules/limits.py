"""Limits on numbers as they are written in rules: `>= 2%`, `<= -0.35`, `> 80bp`."""

from __future__ import annotations

import re
from typing import Literal

from alertd.model import Struct

Comparison = Literal[">=", "<=", ">", "<"]

_LIMIT = re.compile(r"(>=|<=|≥|≤|>|<)\s*([-+−]?)\s*(\d{1,15}(?:\.\d{0,12})?|\.\d{1,12})\s*(%|bps?)?", re.IGNORECASE)
SIGNS: dict[str, Comparison] = {">=": ">=", "≥": ">=", "<=": "<=", "≤": "<=", ">": ">", "<": "<"}
"""A comparison as it may be written -> as it is kept."""
_UNITS = {"": 1.0, "%": 100.0, "bp": 10_000.0, "bps": 10_000.0}

LIMIT_PATTERN = r"^\s*(>=|<=|≥|≤|>|<)\s*[-+−]?\s*[0-9.]+\s*(%|[bB][pP][sS]?)?\s*$"
"""What a limit looks like in a JSON Schema."""


class Limit(Struct, frozen=True):
    """A comparison with a fixed number."""

    op: Comparison
    value: float

    def holds(self, value: float) -> bool:
        """Compare a value with the limit. What is not a number is within no limit."""
        if self.op == ">=":
            return value >= self.value
        if self.op == "<=":
            return value <= self.value
        return value > self.value if self.op == ">" else value < self.value

    def __str__(self) -> str:
        return f"{self.op} {self.value:g}"


def parse_limit(text: object) -> Limit:
    """Read `>= 0.75`, `<= -2%` (-0.02) or `> 80bp` (0.008). Raises ValueError in words."""
    if isinstance(text, bool) or not isinstance(text, (str, int, float)):
        raise ValueError('a limit is a comparison such as ">= 0.5"')
    found = _LIMIT.fullmatch(str(text).strip())
    if not found:
        number = re.fullmatch(r"[-+−]?[\d.]+\s*(?:%|bps?)?", str(text).strip())
        sign = "<=" if str(text).strip().startswith(("-", "−")) else ">="
        such = f'such as "{sign} {str(text).strip()[:20]}"' if number else 'such as ">= 0.5", "<= -0.35" or ">= 2%"'
        raise ValueError(f"a limit is a comparison, {such}")
    sign, minus, number_text, unit = found.groups()
    value = float(number_text) / _UNITS[(unit or "").lower()]
    return Limit(SIGNS[sign], -value if minus in ("-", "−") and value else value)


def percent(fraction: float) -> str:
    """Write a weight for people: `+8.0 %`, `-0.35 %`."""
    size = abs(fraction) * 100
    return f"{fraction * 100:+.2f} %" if 0 < size < 1 else f"{fraction * 100:+.1f} %"
