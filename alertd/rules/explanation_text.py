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

from alertd.rules.explain import SIGNS, Explained, one_line, render
from alertd.rules.explanation import Asked, Explanation, OverTime
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
    yield from (f"  {line}" for line in found.weighed)
    yield from (f"  note: {note}" for note in found.notes)
    if found.because:
        yield "because"
        yield from (f"  {reason}" for reason in found.because)
    if found.candidate and not found.guard:
        yield f"candidate: {found.candidate}"
    yield from trees(found)


def brief(found: Explanation) -> Iterator[str]:
    """Write an explanation as one of many: the answer, then the tree of the nearest company alone."""
    yield f"{SIGNS[found.truth]} {found.rule}: {one_line(found.title)} ({found.severity})"
    yield from (f"  note: {note}" for note in found.notes)
    if found.guard:
        yield f"  not asked: {found.guard}"
        return
    for asked in found.asked[:1]:
        if _says_something(found, asked):
            who = _who(asked)
            yield from (f"  {who}",) if who else ()
            yield from render(asked.condition, "    " if who else "  ")
    for part in found.over_time:
        yield from (f"  {line}" for line in _over_time(part))


def trees(found: Explanation, most: int = MAX_TREES) -> Iterator[str]:
    """Write the condition trees of the first companies that were asked, and what came before.

    The first is written whole, of the others what is different.
    """
    if not found.portfolio:
        most = len(found.asked)  # of an event type these are its statuses
    first: Asked | None = None
    for asked in found.asked[:most]:
        if not _says_something(found, asked):
            continue
        yield ""
        if first is not None and asked.company:
            yield f"{SIGNS[asked.condition.truth]} {_who(asked)}, as {first.label} but for"
            yield from (f"  {line}" for line in _different(first.condition, asked.condition))
            continue
        first = asked
        yield _who(asked) or "the condition"
        yield from render(asked.condition, "  ")
    if len(found.asked) > most:
        rest = [asked.label for asked in found.asked[most : most + 10]]
        more = len(found.asked) - most - len(rest)
        yield ""
        yield f"also asked, with no better answer: {', '.join(rest)}" + (f" and {more} more" if more > 0 else "")
    for part in found.over_time:
        yield ""
        yield from _over_time(part)


def _different(first: Explained, other: Explained) -> Iterator[str]:
    """Write the leaves of a condition that say something else than for the company before."""
    if not other.children:
        if (first.truth, first.seen, first.found) != (other.truth, other.seen, other.found):
            yield from render(other)
        return
    for one, two in zip(first.children, other.children, strict=True):
        yield from _different(one, two)


def _says_something(found: Explanation, asked: Asked) -> bool:
    """A rule that is only about what came before has nothing to say of the event alone."""
    return bool(asked.label) or not found.over_time or asked.condition != _ANY_EVENT


def _who(asked: Asked) -> str:
    return " · ".join(part for part in (asked.label, asked.held) if part)


def _over_time(part: OverTime) -> Iterator[str]:
    yield f"over time, for {part.label or part.by}" if part.by else "over time"
    yield from render(part.condition, "  ")
    if not part.asked:
        return
    if not part.before:
        yield "      nothing came before"
        return
    left_out = len(part.before) - MAX_BEFORE
    if left_out > 0:
        yield f"      … {left_out} earlier"
    yield from (f"      {line}" for line in part.before[-MAX_BEFORE:])
