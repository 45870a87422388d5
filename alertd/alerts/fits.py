"""Whether an alert fits a condition of a receiver: `only`, `pass`. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from alertd.alerts.circumstances import View
from alertd.alerts.policy import Fitting
from alertd.alerts.rules_of import companies_of, rules_of
from alertd.companies.model import Holding
from alertd.model import Match
from alertd.rules.alert_leaves import AlertScope
from alertd.rules.logic import Reading
from alertd.text.scan import Found, Term, TermScanner


def fits(condition: Fitting, view: View) -> bool:
    """Whether an alert fits, for one of its matches and one of the companies for which that holds.

    What is not known (the text is still to come, the language is not understood) does not fit.
    """
    reading = Reading(view.event, _found(condition.terms, view.event.title, view.event.body))
    return any(_holds(condition, view, match, reading) for match in view.matches or view.alert.matches or (None,))


def _holds(condition: Fitting, view: View, match: Match | None, reading: Reading) -> bool:
    scope = _scope(condition, view, match)
    companies: Sequence[str | None] = (companies_of(match) if match is not None else ()) or (None,)
    return any(
        condition.condition.truth(reading, scope.bound_to(company) if company is not None else scope)
        for company in companies
    )


def _scope(condition: Fitting, view: View, match: Match | None) -> AlertScope:
    rule = rules_of(view).get(match.rule) if match is not None else None
    return AlertScope(
        world=view.world,
        holdings=view.portfolio.holdings.positions if view.portfolio is not None else _held(match),
        types=condition.types,
        severity=view.severity,
        portfolio=view.alert.portfolio,
        rule=match.rule if match is not None else "",
        tags=rule.tags if rule is not None else (),
        owner=rule.owner if rule is not None else "",
    )


def _held(match: Match | None) -> dict[str, Holding]:
    """Give the positions as a match remembers them, for alerts that come back where no portfolios are at hand."""
    touched = match.holdings if match is not None else []
    return {
        one.company: Holding(company=one.company, weight=one.weight or 0.0, unweighted=one.weight is None)
        for one in touched
    }


@lru_cache(maxsize=4)
def _found(terms: frozenset[Term], title: str, body: str) -> Found:
    """Scan a text; the few that are remembered are those of the batch at hand, asked about for each receiver."""
    return _scanner(terms).scan(title, body) if terms else _scanner(terms).scan("", "")


@lru_cache(maxsize=2)
def _scanner(terms: frozenset[Term]) -> TermScanner:
    return TermScanner(terms)
