"""What is hardly meant about one condition: it never holds, always holds, or rests on words that most news have."""

from __future__ import annotations

from typing import NamedTuple

from alertd.rules.company_leaves import CompanySentiment, Exposed, Mentions, Weight
from alertd.rules.facts import FACTS, Facts
from alertd.rules.leaves import Origin, Words, listed
from alertd.rules.logic import Node
from alertd.rules.traits import walk
from alertd.rules.tree import All, Always, AnyOf, Not
from alertd.ruletests.lint_written import literal
from alertd.ruletests.possible import Said, conflict, possible, required
from alertd.text.common import common_words
from alertd.text.scan import Term

_COMPANIES = (Mentions, Exposed, Weight, CompanySentiment)
_BROAD = ("kind", "language", "trust")
"""Conditions on an event's origin that leave most of it."""
_SHOWN = 3
_MUST = "say what must be there, beside what must not"
_COMMON: frozenset[Term] = common_words() | {f"={word}" for word in common_words()}
"""Single words: phrases of common words tell things apart (`trading update`)."""


class Answer(NamedTuple):
    """What is hardly meant about a condition."""

    name: str
    message: str
    hint: str


class Judge:
    """Asks the same of every condition; what many rules share is asked once."""

    def __init__(self) -> None:
        self._known: dict[tuple[Node, bool], Answer | None] = {}

    def condition(self, condition: Node, *, bound: bool) -> Answer | None:
        """Say what is hardly meant about a condition, if anything is; `bound` as in `possible`."""
        key = (condition, bound)
        if key not in self._known:
            found = _never(condition, bound) or _literal(condition)
            self._known[key] = found or _always(condition, bound) or _common(condition)
        return self._known[key]


def _never(condition: Node, bound: bool) -> Answer | None:
    if possible(condition, True, bound=bound):
        return None
    clash = conflict(required(condition), bound=bound)
    why = "no event meets all of its parts"
    if clash is not None:
        why = f"{_said(clash[0])} and {_said(clash[1])} exclude each other"
    hint = _stated(clash)
    companies = clash is not None and all(isinstance(leaf, _COMPANIES) for leaf, _ in clash)
    if companies and possible(condition, True, bound=False):
        hint = "conditions on companies are about one company; write `bind: none` if they need not be"
    return Answer("never", f"can never hold: {why}", hint)


def _stated(clash: tuple[Said, Said] | None) -> str:
    """Say on which forms the facts are stated that a form has not."""
    facts = [leaf for leaf, _ in clash or () if isinstance(leaf, Facts)]
    said = [
        f"`{asked.name}` is stated on {listed(FACTS[asked.name].forms)}" for leaf in facts for asked in leaf.asked
    ]
    return ", ".join(said[:_SHOWN])


def _said(said: Said) -> str:
    leaf, answer = said
    return f"`{leaf.label()}`" if answer else f"`not {leaf.label()}`"


def _literal(condition: Node) -> Answer | None:
    found = literal(condition)
    return Answer("literal", *found) if found is not None else None


def _always(condition: Node, bound: bool) -> Answer | None:
    if isinstance(condition, Always) or possible(condition, False, bound=bound):
        return None
    return Answer("always-true", "holds for every event", _MUST)


# --- common words ---------------------------------------------------------------------------------------------


def _common(condition: Node) -> Answer | None:
    words = _way_out(condition)
    if words is None or isinstance(condition, Always):
        return None
    if not words:
        return Answer("always-true", "asks for nothing that must be there, so it holds for almost every event", _MUST)
    shown = ", ".join(f"`{word}`" for word in list(dict.fromkeys(words))[:_SHOWN])
    few = "the word" if len(set(words)) == 1 else "the words"
    return Answer(
        "common-words",
        f"asks for nothing but {few} {shown}, which most news have",
        "ask for a phrase, or for a company, an event type or a form as well",
    )


def _way_out(node: Node) -> list[str] | None:
    """Give the common words by which alone a condition may hold; None if it needs more than such words."""
    if isinstance(node, Words):
        common = node.any_of & _COMMON
        return [min(term.removeprefix("=") for term in common)] if common else None
    if isinstance(node, Not | Always) or (isinstance(node, Origin) and node.name in _BROAD):
        return []
    ways = [_way_out(part) for part in node.children]
    if isinstance(node, All):
        return [word for way in ways for word in way or ()] if None not in ways else None
    if isinstance(node, AnyOf):
        return max((way for way in ways if way is not None), key=len, default=None)
    return None


def holdings_needed(condition: Node) -> Node | None:
    """Give a condition on holdings that must be met for this one to hold."""
    return next((leaf for leaf, answer in required(condition) if answer and asks_for_holdings(leaf)), None)


def asks_for_holdings(node: Node) -> bool:
    """Whether a condition, or one inside it, is about what the portfolio holds."""
    return any(map(_is_of_holdings, walk(node)))


def _is_of_holdings(node: Node) -> bool:
    if isinstance(node, Mentions | Exposed):
        return node.who.holdings
    return node.of.holdings if isinstance(node, CompanySentiment) else isinstance(node, Weight)
