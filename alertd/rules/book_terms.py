"""The words that texts are scanned for: those of all conditions in a book."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from itertools import chain

from alertd.rules.book import Rule, RuleBook
from alertd.rules.logic import Node
from alertd.text.scan import Term


def all_terms(book: RuleBook) -> Iterable[Term]:
    """Give the terms of all event types and rules."""
    types = (_condition_terms(part) for kind in book.event_types for part in kind.conditions)
    return chain(chain.from_iterable(types), chain.from_iterable(rule_terms(rule) for _, rule in book.rules()))


def rule_terms(rule: Rule) -> list[Term]:
    """Give the terms of a rule."""
    return _condition_terms(rule.when)


def _condition_terms(condition: Node) -> list[Term]:
    # A rule that cannot even say its words will raise when it is asked, and is switched off then.
    with suppress(Exception):
        return list(condition.terms())
    return []
