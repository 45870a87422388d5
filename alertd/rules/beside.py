"""Sequences with conditions beside them.

What stands beside a sequence (and from when to when the rule is valid) is asked of the event of the last step, and
of no other. An earlier step may be heard of after it, when the text of the last one is gone. So the facts index
remembers with an event of which rules it is a last step that met what stands beside, and for which companies.

    the last step comes last     the rule is asked about it, and reads the facts about the steps before
    an earlier step comes last   it reads the facts, and those name the rules that wait for nothing else
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from alertd.base.ids import mark
from alertd.model import Row
from alertd.rules.book import Portfolio, Rule
from alertd.rules.fact_index import Fact, fact_of, fits
from alertd.rules.logic import Clause
from alertd.rules.state import Sequence as Steps
from alertd.rules.tree import Always

MAX_MET = 500
"""Rules that a fact remembers. One beyond these does not hear of an earlier step that comes late."""
MAX_BOUND = 1_000
"""Companies that a fact remembers for all its rules together; beyond these, for each the one held largest."""
_MARK = 12


class Beside(msgspec.Struct, frozen=True):
    """A rule with conditions beside its sequence, and whether the event in hand meets them."""

    mark: str
    met: bool


def has_beside(rule: Rule) -> bool:
    """Whether a rule is a sequence and asks more of its last step than to be that."""
    if not isinstance(rule.state, Steps):
        return False
    return not isinstance(rule.when, Always) or bool(rule.valid_from or rule.valid_until)


def mark_of(portfolio: Portfolio, rule: Rule) -> str:
    """Name a rule in facts: by the ids that it and its portfolio had first, shortened."""
    return mark(portfolio.identity or portfolio.id, rule.identity or rule.id)[:_MARK]


def state_clauses(rule: Rule) -> tuple[Clause, ...]:
    """Give what an event must have to be asked about, as far as the state says it."""
    if isinstance(rule.state, Steps) and has_beside(rule):
        return (rule.state.steps[-1].clause(),)
    return rule.state.clauses() if rule.state is not None else ()


def groups_of(state: Steps, companies: Sequence[str], facts: Mapping[str, Fact]) -> list[str]:
    """Give the companies or pairs of an event that a sequence is asked for; `companies`: those it is bound to."""
    if state.by == "parties":
        return [by for by in facts if "+" in by]
    bound = [company for company in companies if company in facts]
    return bound or [by for by in facts if "+" not in by]


def with_met(facts: Mapping[str, Fact], met: Iterable[tuple[Portfolio, Rule, Sequence[str]]]) -> Mapping[str, Fact]:
    """Note in the facts of an event the rules with conditions beside a sequence that it meets as the last step."""
    found: dict[str, dict[str, list[str]]] = {}
    room = MAX_BOUND
    for portfolio, rule, companies in met:
        state = rule.state
        if not isinstance(state, Steps) or not has_beside(rule):
            continue
        bound = list(companies if len(companies) <= room else companies[:1]) if state.by == "parties" else []
        room -= len(bound)
        name = mark_of(portfolio, rule)
        for by in groups_of(state, companies, facts):
            rules = found.setdefault(by, {})
            if fits(state.steps[-1], facts[by]) and len(rules) < MAX_MET:
                rules[name] = bound
    return {**facts, **{by: msgspec.structs.replace(facts[by], met=rules) for by, rules in found.items()}}


def met_by_rule(rows: Iterable[Row]) -> dict[str, frozenset[tuple[str, int]]]:
    """Give for each rule the events that met what it asks, with the place in the order at which they said so."""
    found: dict[str, list[tuple[str, int]]] = {}
    for row in rows:
        said = [(0, fact_of(row)), *((version.order, fact_of(version)) for version in row.earlier)]
        for order, fact in said:
            for name in fact.met:
                found.setdefault(name, []).append((row.event, order))
    return {name: frozenset(events) for name, events in found.items()}


def meets(beside: Beside | None, row: Row, me: Row) -> bool:
    """Whether an event met what stands beside a sequence: for the one in hand it is known, others say it."""
    if beside is None:
        return True
    return beside.met if row is me else beside.mark in fact_of(row).met
