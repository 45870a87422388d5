"""A backtest for machines: one document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from alertd.history.backtest.expectations import Verdict
from alertd.history.backtest.figures import Comparison, RuleFigures, Summary


def as_json(
    summary: Summary, before: Summary | None, comparison: Comparison | None, verdicts: Sequence[Verdict]
) -> dict[str, Any]:
    """Give everything: `summary`, `expectations`, and beside other rules `before` and `comparison`."""
    document: dict[str, Any] = {"summary": _summary(summary), "expectations": [_verdict(one) for one in verdicts]}
    if before is not None:
        document["before"] = _summary(before)
    if comparison is not None:
        document["comparison"] = msgspec.to_builtins(comparison)
    return document


def _summary(summary: Summary) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.to_builtins(summary)
    return made | {"rules": [_rule(rule) for rule in summary.rules]}


def _rule(rule: RuleFigures) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.to_builtins(rule)
    return made | {"precision": round(rule.precision, 4) if rule.precision is not None else None}


def _verdict(one: Verdict) -> dict[str, Any]:
    file, line, column = one.expectation.place
    return {
        "about": one.about,
        "expected": one.name,
        "name": one.expectation.entry.name,
        "file": file,
        "line": line,
        "column": column,
        "passed": one.passed,
        "got": one.got,
        "details": list(one.details),
    }
