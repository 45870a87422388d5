"""An explanation for people: the answer and the reason first, the trees below.

✗ ai-infrastructure/big-compute-lease does not hold
  Compute lease of half a billion a year or more · severity high
  “Vega Grid leases Orion to Lumen Labs for $200 million a year”
because
  ✗ amount: >= 500M USD per year  — 200M USD per year

NVDA · held 8.0 %
  ✗ all
    ✓ event_type: compute_lease
"""

from __future__ import annotations

from collections.abc import Iterator

from alertd.rules.explain import SIGNS, Explained, render
from alertd.rules.explanation import Explanation, OverTime
from alertd.rules.tree import Always

MAX_TREES = 5
"""Companies whose trees are printed; JSON has them all."""
MAX_BEFORE = 12
"""Remembered events that are printed, the newest of them."""

_ANY_EVENT = Explained(Always().label(), True)


def name_of(found: Explanation) -> str:
    """Name what was explained as a person would ask for it: `portfolio/rule`, or the event type."""
    return f"{found.portfolio}/{found.rule}" if found.portfolio else found.rule


def headline(found: Explanation) -> str:
    """Say the answer in one line."""
    if found.truth and found.companies:
        more = f" and {len(found.companies) - 4} more" if len(found.companies) > 4 else ""
        answer = f"holds for {', '.join(found.companies[:4])}{more}"
    elif found.guard:
        answer = "is not asked"
    else:
        answer = {True: "holds", False: "does not hold", None: "is unknown, so it does not hold"}[found.truth]
    return f"{SIGNS[found.truth]} {name_of(found)} {answer}"


def lines(found: Explanation) -> Iterator[str]:
    """Write an explanation, line by line."""
    yield headline(found)
    severity = f" · severity {found.severity}" if found.severity else ""
    yield f"  {found.title}{severity}"
    yield f"  “{found.headline}”"
    yield f"  {found.origin}"
    yield from (f"  note: {note}" for note in found.notes)
    if found.because:
        yield "because"
        yield from (f"  {reason}" for reason in found.because)
    if found.candidate:
        yield f"index: {found.candidate}"
    yield from trees(found)


def trees(found: Explanation, most: int = MAX_TREES) -> Iterator[str]:
    """Write the condition trees of the first companies that were asked, and what came before."""
    if not found.portfolio:
        most = len(found.asked)  # of an event type these are its statuses
    for asked in found.asked[:most]:
        if found.over_time and not asked.label and asked.condition == _ANY_EVENT:
            continue
        yield ""
        who = " · ".join(part for part in (asked.label, asked.held) if part)
        yield who or "the condition"
        yield from render(asked.condition, "  ")
    if len(found.asked) > most:
        rest = [asked.label for asked in found.asked[most : most + 10]]
        more = len(found.asked) - most - len(rest)
        yield ""
        yield f"also asked, with no better answer: {', '.join(rest)}" + (f" and {more} more" if more > 0 else "")
    for part in found.over_time:
        yield ""
        yield from _over_time(part)


def _over_time(part: OverTime) -> Iterator[str]:
    yield f"over time, for {part.by}" if part.by else "over time"
    yield from render(part.condition, "  ")
    if not part.before:
        yield "      nothing came before"
        return
    left_out = len(part.before) - MAX_BEFORE
    if left_out > 0:
        yield f"      … {left_out} earlier"
    yield from (f"      {line}" for line in part.before[-MAX_BEFORE:])
