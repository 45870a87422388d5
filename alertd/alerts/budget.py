"""What rules have raised, counted against what their authors expect (`expect`). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alertd.alerts.circumstances import SPAN_MS, Circumstances, expect_name, expect_window
from alertd.base.clock import rfc3339
from alertd.model import Count, Match
from alertd.rules.book import Portfolio, Rule


@dataclass(frozen=True, slots=True)
class OverBudget:
    """A rule that has raised more alerts in a window than its author expects."""

    portfolio: str
    rule: str
    desk: str | None
    owner: str
    expected: str
    """`at_most 5 per day`."""
    window: str
    """When it began, by which he is told once."""
    until: str

    @property
    def text(self) -> str:
        """Say it to whoever answers for the rule."""
        whose = f" (owner {self.owner})" if self.owner else ""
        return (
            f"Rule {self.rule} of {self.portfolio}{whose} has raised more alerts than expected ({self.expected});"
            f" further ones fold into one message until {self.until}."
        )


def expecting(matches: Iterable[Match], rules: Mapping[str, Rule]) -> list[Rule]:
    """Give the rules behind matches that have a budget."""
    named = dict.fromkeys(match.rule for match in matches)
    return [rule for name in named if (rule := rules.get(name)) is not None and rule.expect is not None]


def counter(portfolio: Portfolio, rule: Rule, now: int) -> str:
    """Name the counter of a rule's alerts in the window at hand."""
    assert rule.expect is not None
    return expect_name(portfolio.identity or portfolio.id, rule.identity or rule.id, rule.expect.per, now)


def budgets(
    portfolio: Portfolio, matches: Iterable[Match], rules: Mapping[str, Rule], circumstances: Circumstances, now: int
) -> tuple[list[Count], list[OverBudget]]:
    """Count a new alert for each of its rules, and name those for which it is one too many."""
    counts: list[Count] = []
    over: list[OverBudget] = []
    for rule in expecting(matches, rules):
        budget = rule.expect
        assert budget is not None
        name = counter(portfolio, rule, now)
        counts.append(Count(name=name, keep_s=2 * SPAN_MS[budget.per] // 1000))
        if circumstances.count(name) >= budget.at_most:
            start, end = expect_window(budget.per, now)
            expected = f"at_most {budget.at_most} per {budget.per}"
            over.append(
                OverBudget(portfolio.id, rule.id, portfolio.desk, rule.owner, expected, rfc3339(start), rfc3339(end))
            )
    return counts, over
