"""What a portfolio's rules wait for after an event: the last step of a sequence whose earlier one it is. Pure.

    contract dispute or contract termination between SpaceX and Anthropic → critical (dispute-after-lease)

A reader of a lease learns so that the quarrel will be told. Rules that tell others than the portfolio's receivers are
not named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from alertd.model import Event, Match
from alertd.rules.book import Portfolio, Rule
from alertd.rules.fact_index import Fact, facts_of, fits
from alertd.rules.state import Sequence as Steps

MOST = 3


@dataclass(frozen=True, slots=True, eq=False)
class _Of:
    """The rules of one version of a portfolio: equal only to itself, so that it is compared at no cost."""

    rules: tuple[Rule, ...]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Of) and self.rules is other.rules

    def __hash__(self) -> int:
        return id(self.rules)


@lru_cache(maxsize=32)
def _sequences(of: _Of) -> tuple[tuple[Rule, Steps], ...]:
    """Give the rules that wait for something; of the portfolios that were asked last, as some have 10,000 rules."""
    return tuple(
        (rule, rule.state)
        for rule in of.rules
        if isinstance(rule.state, Steps) and not (rule.experimental or rule.receivers)
    )


def armed(portfolio: Portfolio, event: Event, matches: Sequence[Match] = ()) -> list[str]:
    """Say what is waited for, at most three rules; a rule that holds already waits no more."""
    if event.withdrawn or not event.event_types:
        return []
    held = {match.rule for match in matches}
    waiting = [(rule, steps) for rule, steps in _sequences(_Of(portfolio.rules)) if rule.id not in held]
    facts = facts_of(event) if waiting else {}
    said = (_said(rule, state, facts, event) for rule, state in waiting)
    return [text for text in said if text][:MOST]


def _said(rule: Rule, state: Steps, facts: dict[str, Fact], event: Event) -> str:
    *earlier, last = state.steps
    of_pairs = state.by == "parties"
    for by, fact in facts.items():
        if ("+" in by) == of_pairs and any(fits(step, fact) for step in earlier):
            what = " or ".join(name.replace("_", " ") for name in last.types) or last.label()
            names = " and ".join(_names(by.split("+"), event))
            about = f"between {names}" if of_pairs else f"at {names}"
            return f"{what} {about} → {'severity auto' if rule.auto else rule.severity} ({rule.id})"
    return ""


def _names(companies: list[str], event: Event) -> list[str]:
    """Give their names, in the order in which the event has them."""
    known = {one.id: one.name or one.id for one in event.companies}
    return [*(name for one, name in known.items() if one in companies), *(c for c in companies if c not in known)]
