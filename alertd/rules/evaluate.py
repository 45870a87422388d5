"""The meaning of a rule: its guards, and its condition bound to one company at a time.

The company conditions of a rule are about one company: the rule holds if there is a company for which all of them
hold together. Asked are the companies for which at least one company condition outside `not` may hold. Where there
are none, or where the rule says `bind: none`, each company condition is asked for itself: is there any such company?
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from alertd.model import Event, Evidence, Ground
from alertd.rules.book import Rule
from alertd.rules.filing import base_form
from alertd.rules.logic import Reading, Scope, Truth

MAX_COMPANIES = 20


class Verdict(msgspec.Struct, frozen=True):
    """What a rule says of an event: true, false or unknown, for which companies, with the proof."""

    truth: Truth
    companies: tuple[str, ...] = ()
    """For which it holds, the one with the largest weight first; empty if it is about none."""
    evidence: tuple[Evidence, ...] = ()
    path: tuple[str, ...] = ()
    grounds: tuple[Ground, ...] = ()


def guard(rule: Rule, event: Event, *, routine: bool) -> str:
    """Say why a rule is not asked about an event at all; empty if it is. `routine`: the event `is_routine`."""
    if rule.valid_from or rule.valid_until:
        day = event.event_at[:10]
        if rule.valid_from and day and day < rule.valid_from:
            return f"valid from {rule.valid_from}"
        if rule.valid_until and day > rule.valid_until:
            return f"valid until {rule.valid_until}"
    if routine and not rule.names_form:
        return f"{event.form} is a routine form, seen only by rules that name a form"
    return ""


def is_routine(event: Event, routine_forms: frozenset[str]) -> bool:
    """Whether an event is filed on a routine form."""
    return bool(event.form) and base_form(event.form or "") in routine_forms


def holds(rule: Rule, reading: Reading, scope: Scope) -> tuple[Truth, tuple[str, ...]]:
    """Give the truth of a rule's condition, and the companies for which it is true. Guards are not asked."""
    if not rule.binds:
        return rule.when.truth(reading, scope), ()
    candidates = sorted(rule.when.candidates(reading, scope))
    if not candidates:
        return rule.when.truth(reading, scope), ()
    truth: Truth = False
    found: list[str] = []
    for company in candidates:
        answer = rule.when.truth(reading, scope.bound_to(company))
        if answer:
            found.append(company)
        elif answer is None:
            truth = None
    if not found:
        return truth, ()
    return True, tuple(sorted(found, key=lambda c: by_size(c, scope))[:MAX_COMPANIES])


def prove(rule: Rule, reading: Reading, scope: Scope, companies: Sequence[str]) -> Verdict:
    """Give the proof for a rule that holds, for the first of its companies."""
    bound = scope.bound_to(companies[0]) if companies else scope
    result = rule.when.result(reading, bound)
    return Verdict(result.truth, tuple(companies), _once(result.evidence), result.path, result.grounds)


def judge(rule: Rule, reading: Reading, scope: Scope) -> Verdict:
    """Give truth, companies and proof in one go: for rules of which most hold, cheaper than to ask first."""
    companies = sorted(rule.when.candidates(reading, scope)) if rule.binds else []
    if len(companies) > 1:
        truth, found = holds(rule, reading, scope)
        return prove(rule, reading, scope, found) if truth else Verdict(truth)
    return prove(rule, reading, scope, companies)


def _once(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(evidence)) if len(evidence) > 1 else evidence


def by_size(company: str, scope: Scope) -> tuple[float, str]:
    """Give a key that sorts companies: the one with the largest weight first."""
    holding = scope.holdings.get(company)
    return (-abs(holding.weight) if holding is not None else 0.0), company
