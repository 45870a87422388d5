"""Outcomes for people: a line for each file, below it what failed, with the rule's own explanation.

✗ rules/portfolios/ai.yaml  1 of 5 tests failed

  rules/portfolios/ai.yaml:41:9: ai/big-compute-lease, test 2
    expected  match
    got       no match
    given     “Vega Grid leases Orion to Lumen Labs for $200 million a year”
    because   ✗ amount: >= 500M USD per year  — 200M USD per year
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from alertd.rules.explain import one_line
from alertd.rules.explanation_text import trees
from alertd.rules.loaded import RuleTests
from alertd.ruletests.coverage import Covered
from alertd.ruletests.outcome import Outcome, Summary, rule_id

MAX_NAMED = 6
"""Rules without a test that the last line names."""


def file_line(file: str, outcomes: Sequence[Outcome]) -> str:
    """Say in one line how the tests of a file went."""
    failed = sum(not outcome.passed for outcome in outcomes)
    if failed:
        return f"✗ {file}  {failed} of {_counted(len(outcomes), 'test')} failed"
    return f"✓ {file}  {_counted(len(outcomes), 'test')}"


def title_line(outcome: Outcome) -> str:
    """Name a test with its place, in the form that editors jump to."""
    file, line, column = outcome.test.place
    name = f": {one_line(outcome.test.name)}" if outcome.test.name else ""
    return f"{file}:{line}:{column}: {outcome.id}, test {outcome.number}{name}"


def details(outcome: Outcome) -> Iterator[str]:
    """Tell what a failed test expected, what came, and why."""
    yield f"expected  {outcome.expected}"
    yield f"got       {outcome.got}"
    yield from _column("given", list(_given(outcome)))
    yield from _column("error", outcome.errors)
    found = outcome.explanation
    if found is None:
        return
    yield from _column("because", found.because)
    yield from _column("note", found.notes)
    if not found.guard:
        yield from trees(found, most=1)


def _given(outcome: Outcome) -> Iterator[str]:
    if len(outcome.steps) == 1:
        yield f"“{one_line(outcome.steps[0].title)}”"
        return
    width = max((len(step.at) for step in outcome.steps), default=0)
    for step in outcome.steps:
        yield f"{'✓' if step.held else '✗'} {step.at:>{width}}  “{one_line(step.title)}”"


def _column(name: str, texts: Sequence[str]) -> Iterator[str]:
    for number, text in enumerate(texts):
        yield f"{'' if number else name:<10}{text}"


def coverage_lines(covered: Mapping[str, Covered], places: Mapping[str, str]) -> Iterator[str]:
    """Tell which conditions no test proves: rule by rule, with what is lacking of each."""
    total = sum(one.total for one in covered.values())
    gaps = {rule: found for rule, one in covered.items() if (found := one.gaps())}
    proven = total - sum(map(len, gaps.values()))
    share = f" ({proven / total:.0%})" if total else ""
    yield f"coverage: {proven} of {_counted(total, 'condition')} proven{share}"
    if not gaps:
        return
    yield "  proven: true in one test, false in another, and the rule's answer hung on it in one"
    for rule, found in gaps.items():
        yield f"  {places[rule]}: {rule}"
        yield from (f"    {gap.lack:<14} {one_line(gap.label)}" for gap in found)


def summary_line(summary: Summary) -> str:
    """Say in one line how it went."""
    tests = _counted(len(summary.outcomes), "test")
    of = f"{tests} of {_counted(summary.rules, 'rule')}"
    line = f"{summary.failed} of {of} failed" if summary.failed else f"{of} passed"
    if not summary.outcomes:
        line = "there are no tests here"
    if summary.untested:
        verb = "has" if len(summary.untested) == 1 else "have"
        line += f"; {_counted(len(summary.untested), 'rule')} {verb} none: {_named(summary.untested)}"
    if summary.resting:
        verb, whose = ("is", "its") if len(summary.resting) == 1 else ("are", "their")
        line += f"; {_counted(len(summary.resting), 'rule')} {verb} not enabled, {whose} tests were not run: "
        line += _named(summary.resting)
    return line


def _named(rules: Sequence[RuleTests]) -> str:
    more = len(rules) - MAX_NAMED
    return ", ".join(map(rule_id, rules[:MAX_NAMED])) + (f" and {more} more" if more > 0 else "")


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
