"""How the conditions on companies are read."""

from __future__ import annotations

from alertd.rules.reader import Operator

OPERATORS: dict[str, Operator] = {}
