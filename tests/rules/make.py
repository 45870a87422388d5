"""Rules and events for tests, from the YAML that a user would write."""

from __future__ import annotations

import textwrap
from typing import Any

from alertd.model import Event
from alertd.rules.book import Portfolio, Rule, RuleBook, make_book
from alertd.rules.explain import Explained, tree_of
from alertd.rules.loaded import KnownSettings
from alertd.rules.loader import load_portfolio
from alertd.rules.logic import Reading, Scope
from alertd.rules.world import World
from alertd.text.scan import TermScanner


def portfolio(*conditions: str, name: str = "desk-a", known: KnownSettings | None = None) -> Portfolio:
    """Load a portfolio with one rule for each condition, the rules named rule-0, rule-1…"""
    rules = "".join(
        f"  - id: rule-{i}\n    title: Rule {i}\n    severity: high\n    when:\n"
        + textwrap.indent(textwrap.dedent(condition).strip(), " " * 6)
        + "\n"
        for i, condition in enumerate(conditions)
    )
    text = f"portfolio: {name}\ntitle: Desk A\ntimezone: America/New_York\nreceivers: [desk]\nrules:\n{rules}"
    return load_portfolio(text, "rules.yaml", known=known)


def rule(condition: str) -> Rule:
    """Load one rule."""
    return portfolio(condition).rules[0]


def book(*conditions: str) -> RuleBook:
    """Load a book of one portfolio."""
    return make_book([portfolio(*conditions)])


def news(title: str = "", body: str = "", **fields: Any) -> Event:
    """Make an event."""
    return Event(id="ev_1", title=title, body=body, **fields)


def tree(condition: str, event: Event) -> Explained:
    """Ask every part of a condition about an event, for no company in particular."""
    asked = rule(condition)
    found = TermScanner(asked.when.terms()).scan(event.title, event.body)
    return tree_of(asked.when, Reading(event, found), Scope(World(), types=asked.types))
