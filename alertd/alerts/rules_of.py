"""The rules behind what a receiver would be told: their first ids, tags, owners and budgets. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from alertd.alerts.circumstances import View
from alertd.model import Match
from alertd.rules.book import Rule


def rules_of(view: View) -> Mapping[str, Rule]:
    """Give the rules of a view's matches by id, as far as they are there."""
    if view.rules or view.portfolio is None:
        return view.rules
    wanted = {match.rule for match in view.matches}
    return {rule.id: rule for rule in view.portfolio.rules if rule.id in wanted}


def portfolio_of(view: View) -> str:
    """Give the first id of the portfolio, by which its counters and marks are known."""
    portfolio = view.portfolio
    return (portfolio.identity or portfolio.id) if portfolio is not None else view.alert.portfolio


def identity_of(rule: str, rules: Mapping[str, Rule]) -> str:
    """Give the first id of a rule."""
    known = rules.get(rule)
    return (known.identity if known is not None else "") or rule


def companies_of(match: Match) -> tuple[str, ...]:
    """Give the companies for which the rule of a match holds."""
    return tuple(match.companies) or ((match.company,) if match.company else ())
