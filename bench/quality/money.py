"""Money, durations and terms of deals: measured on written forms of our own (`sets/money.yaml` and its neighbours).

A case is right if exactly what is written down is found, in its order: nothing less, nothing more, nothing else, and
its span holds words. The rules were mended on these very sets, so the figures say that these forms are read, not how
often roles and owners are right in running text (`docs/money.md` tells what the first reading gave).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from alertd.enrich.draft import Draft
from alertd.enrich.durations import add_durations
from alertd.enrich.money import add_money
from alertd.enrich.terms import add_terms
from bench.quality.measured import Goal, Measured, ratio
from bench.quality.written_money import is_amount, is_duration, is_term, objections, read_set
from bench.report import Row


class _Part(NamedTuple):
    name: str
    goal: float
    step: Callable[[Draft], None]
    found: Callable[[Draft], Sequence[Any]]
    says: Callable[[str, Any], bool]


_PARTS = (
    _Part("money", 1.0, add_money, lambda draft: draft.event.amounts, is_amount),
    _Part("durations", 1.0, add_durations, lambda draft: draft.event.durations, is_duration),
    _Part("terms", 1.0, add_terms, lambda draft: draft.event.terms, is_term),
)
_FIGURE = re.compile(r"\d|[a-z]{3}", re.I)


def measure(shared: Path) -> Measured:
    """Read every case of the three sets."""
    goals, rows, wrong = [], [], []
    for part in _PARTS:
        goal, row, lines = _measure(part)
        goals.append(goal)
        rows.append(row)
        wrong += lines
    return Measured(goals, [("written forms of our own", rows)], (), wrong)


def _measure(part: _Part) -> tuple[Goal, Row, list[str]]:
    cases = read_set(part.name)
    wrong = []
    nothing = right_nothing = 0
    for case in cases.cases:
        draft = cases.draft(case)
        part.step(draft)
        found = part.found(draft)
        missed = objections(case.stated, found, part.says) or not all(map(_has_span, found, [draft] * len(found)))
        nothing += not case.stated
        right_nothing += not case.stated and not found
        if missed:
            wrong.append(
                f"{part.name}: {case.text}\n    wanted {list(case.stated)}\n    found  {list(map(_said, found))}"
            )
    of = len(cases.cases)
    right = of - len(wrong)
    row: Row = {
        "set": part.name, "cases": f"{of:,}", "right": f"{right:,}", "of which state nothing": f"{nothing:,}",
        "right there": f"{right_nothing:,}",
    }  # fmt: skip
    return Goal(f"{part.name}: written forms read right", ratio(right, of), part.goal, of=of), row, wrong


def _has_span(found: Any, draft: Draft) -> bool:
    texts = {"title": draft.event.title, "body": draft.event.body}
    return bool(found.evidence) and all(
        _FIGURE.search(texts[one.field][one.start : one.end]) for one in found.evidence
    )


def _said(found: Any) -> str:
    names = (
        "type",
        "bound",
        "low",
        "high",
        "currency",
        "unit",
        "until",
        "per",
        "role",
        "of",
        "held_by",
        "derived",
        "earlier",
    )
    return " ".join(f"{name}={value}" for name in names if (value := getattr(found, name, None)) not in (None, False))
