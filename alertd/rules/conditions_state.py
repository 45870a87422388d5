"""How the conditions over time are read."""

from __future__ import annotations

from alertd.rules.reader import Operator

OPERATORS: dict[str, Operator] = {}
