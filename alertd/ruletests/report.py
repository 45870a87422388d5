"""Outcomes for machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from alertd.ruletests.coverage import Covered
from alertd.ruletests.outcome import Outcome, Summary, rule_id


def as_json(summary: Summary, covered: Mapping[str, Covered] | None) -> dict[str, Any]:
    """Give everything that was run as one document."""
    document = {
        "tests": len(summary.outcomes),
        "failed": summary.failed,
        "rules": summary.rules,
        "untested": [rule_id(rule) for rule in summary.untested],
        "resting": [rule_id(rule) for rule in summary.resting],
        "outcomes": [_outcome(outcome) for outcome in summary.outcomes],
    }
    if covered is not None:
        document["coverage"] = {
            name: {"conditions": one.total, "gaps": [{"lack": g.lack, "condition": g.label} for g in one.gaps()]}
            for name, one in covered.items()
        }
    return document


def _outcome(outcome: Outcome) -> dict[str, Any]:
    file, line, column = outcome.test.place
    return {
        "rule": outcome.id,
        "test": outcome.number,
        "name": outcome.test.name,
        "file": file,
        "line": line,
        "column": column,
        "passed": outcome.passed,
        "expected": outcome.expected,
        "got": outcome.got,
        "events": [
            {"at": step.at, "title": step.title, "held": step.held, "companies": list(step.companies)}
            for step in outcome.steps
        ],
        "errors": list(outcome.errors),
        "explanation": msgspec.to_builtins(outcome.explanation),
        "seconds": round(outcome.seconds, 6),
    }
