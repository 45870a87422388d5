"""Near misses: rules that did not hold for an event, though all their conditions but one did.

    an event -> rules of which one of the two rarest needs is met -> those that lack at most one need
             -> their condition tree, for each company: exactly one part fails -> NearMiss

The index of the matcher leaves out at once what lacks anything, so this has one of its own: of all that a rule needs
(keys of words, types, forms…; a company) an event that lacks only one thing has one of any two. Where what failed
asks how much (an amount, a weight, a tone), one other condition that holds is enough; else two must: that a holding
is named, and nothing else of the rule, is no near miss. Rules over time are not looked at: what they lack is more of
the same, and not a condition. Pure; belongs to one worker process.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import NamedTuple
from zlib import crc32

from alertd.history.backtest.happened import NearMiss
from alertd.rules.book import Portfolio, Rule, RuleBook
from alertd.rules.evaluate import guard
from alertd.rules.explain import Explained, one_line, said, tree_of
from alertd.rules.frequency import Frequencies
from alertd.rules.logic import Key, Leaf, Node, Reading, Scope
from alertd.rules.tree import All, Always, AnyOf, Not
from alertd.rules.walls import Readings, Walls
from alertd.rules.world import Worlds

MEASURES = frozenset(
    {"amount", "weight", "sentiment", "company-sentiment", "novelty", "facts", "sentiment_index", "volume_z"}
)
"""Tags of conditions that ask how much: the rest of the rule makes the event one of its kind."""
MAX_COMPANIES = 20
"""Companies of one event that a rule is asked for."""
MAX_OF_EVENT = 20
"""Near misses that one event gives, in the order of the book."""
RULES = 500
"""Of a larger book not every event is looked at: of twice so many rules every second."""


class _Rule(NamedTuple):
    """A rule made ready."""

    place: int
    portfolio: Portfolio
    rule: Rule
    scope: Scope
    clauses: tuple[frozenset[Key], ...]
    companies: frozenset[str] | None
    """Of which the event must name one; None: it need not name any."""


class NearFinder:
    """Finds near misses for one book."""

    def __init__(self, book: RuleBook) -> None:
        self._worlds = Worlds(book.world())
        self._walls = Walls(book.companies.declared)
        self._routine_forms = book.routine_forms
        self._source_desks = book.source_desks
        self._by_key: dict[Key, list[_Rule]] = {}
        self._by_company: dict[str, list[list[_Rule]]] = {}
        rules = [made for place, (p, r) in enumerate(book.rules()) if (made := self._made(place, p, r)) is not None]
        self._every = every_of(book)
        self._post(rules)

    def _made(self, place: int, portfolio: Portfolio, rule: Rule) -> _Rule | None:
        if not _is_looked_at(rule):
            return None
        scope = Scope(self._worlds.of(portfolio.desk), portfolio.holdings.positions, types=rule.types)
        companies = rule.when.company_clause(scope)
        return _Rule(place, portfolio, rule, scope, rule.when.clauses(), companies)

    def _post(self, rules: Iterable[_Rule]) -> None:
        """Put each rule under the two of its needs that events meet least often."""
        share = Frequencies().of_any
        groups: dict[frozenset[str], list[_Rule]] = {}
        for one in rules:
            needs = sorted(((share(clause), sorted(clause)) for clause in one.clauses), key=lambda need: need[0])
            taken = needs[:1] if one.companies is not None else needs[:2]
            for key in {key for _, keys in taken for key in keys}:
                self._by_key.setdefault(key, []).append(one)
            if one.companies is not None:
                groups.setdefault(one.companies, []).append(one)
        for companies, posted in groups.items():
            for company in companies:
                self._by_company.setdefault(company, []).append(posted)

    def of(self, reading: Reading, keys: Collection[Key], held: Collection[tuple[str, str]]) -> tuple[NearMiss, ...]:
        """Give the near misses of an event as it was read and matched; `held` are the rules that held for it.

        `held` names each as (portfolio, rule).
        """
        if self._every > 1 and crc32(reading.event.id.encode()) % self._every:
            return ()
        found = {one.place: one for one in self._posted(reading, keys) if _lacks_little(one, reading, keys)}
        desk = self._source_desks.get(reading.event.source)
        readings = Readings(self._walls, reading)
        made: list[NearMiss] = []
        for place in sorted(found):
            one = found[place]
            whose = one.portfolio.desk
            if (one.portfolio.id, one.rule.id) in held or (desk is not None and desk != whose):
                continue
            miss = self._missed(one, readings.of(whose))
            if miss is not None:
                made.append(miss)
                if len(made) == MAX_OF_EVENT:
                    break
        return tuple(made)

    def _posted(self, reading: Reading, keys: Collection[Key]) -> Iterator[_Rule]:
        yield from chain.from_iterable(filter(None, map(self._by_key.get, keys)))
        for company in reading.companies:
            yield from chain.from_iterable(self._by_company.get(company, ()))

    def _missed(self, one: _Rule, reading: Reading) -> NearMiss | None:
        if guard(one.rule, reading, self._routine_forms):
            return None
        candidates: list[str] = []
        if one.rule.binds:
            candidates = sorted(set(one.rule.when.candidates(reading, one.scope)))[:MAX_COMPANIES]
        best: tuple[int, Scope, Node] | None = None
        for scope in [one.scope.bound_to(company) for company in candidates] or [one.scope]:
            failing = _failing(one.rule.when, reading, scope)
            if failing is None or not failing:
                if failing is not None:
                    return None  # it holds: that it is no match is for another reason
                continue
            true = _leaves_true(one.rule.when, reading, scope)
            if best is None or true > best[0]:
                best = (true, scope, failing[0])
        if best is None:
            return None
        true, scope, part = best
        if true < (1 if _measures(part) else 2) or (_tag(part) == "weight" and scope.company not in scope.holdings):
            return None  # what is not held has no weight to fail by
        return _miss(one, _said_of(part, reading, scope), true)


def every_of(book: RuleBook) -> int:
    """Say of how many events one is looked at for near misses; which ones hangs on their ids alone."""
    return max(1, -(-sum(_is_looked_at(rule) for _, rule in book.rules()) // RULES))


def _is_looked_at(rule: Rule) -> bool:
    return rule.state is None and bool(rule.when.children) and not isinstance(rule.when, Always)


def _lacks_little(one: _Rule, reading: Reading, keys: Collection[Key]) -> bool:
    """Tell whether at most one of a rule's needs is not met."""
    lacking = int(one.companies is not None and one.companies.isdisjoint(reading.companies))
    for clause in one.clauses:
        lacking += clause.isdisjoint(keys)
        if lacking > 1:
            return False
    return True


def _failing(node: Node, reading: Reading, scope: Scope) -> list[Node] | None:
    """Give the one part that keeps a condition from being true, none if it is true; None: there are several.

    Of an `any` of which nothing holds, the nearest part that is itself a group is taken; of one of leaves, the whole.
    """
    if not isinstance(node, All):
        if node.truth(reading, scope):
            return []
        if isinstance(node, AnyOf):
            groups = [part for part in node.children if isinstance(part, All)]
            for group in groups:
                if lacking := _failing(group, reading, scope):
                    return lacking
            return [node] if len(groups) < len(node.children) else None
        return [node]
    found: list[Node] = []
    for part in node.children:
        lacking = _failing(part, reading, scope)
        if lacking is None:
            return None
        found += lacking
        if len(found) > 1:
            return None
    return found


def _leaves_true(node: Node, reading: Reading, scope: Scope) -> int:
    """Count the parts that are as the rule would have them: an `any` counts as one."""
    if isinstance(node, All):
        return sum(_leaves_true(part, reading, scope) for part in node.children)
    return int(bool(node.truth(reading, scope)))


def _measures(node: Node) -> bool:
    """Tell whether a condition asks how much of something there is."""
    return all(map(_measures, node.children)) if node.children else _tag(node) in MEASURES


def _tag(node: Node) -> object:
    return node.__struct_config__.tag if isinstance(node, Leaf) else None


def _said_of(part: Node, reading: Reading, scope: Scope) -> tuple[Explained, ...]:
    """Give the leaves of the part that failed."""
    tree = tree_of(part, reading, scope)
    if isinstance(part, Not):
        inner = tree.children[0]
        seen = inner.seen or "; ".join(inner.found[:1])
        return (Explained(f"not {_named(inner)}", tree.truth, seen),)
    return tuple(_leaves(tree))


def _leaves(tree: Explained) -> Iterator[Explained]:
    if not tree.children:
        yield tree
    for child in tree.children:
        yield from _leaves(child)


def _named(tree: Explained) -> str:
    return tree.label if not tree.children else f"{tree.label} ({'; '.join(map(_named, tree.children))})"


def _miss(one: _Rule, leaves: tuple[Explained, ...], true: int) -> NearMiss:
    return NearMiss(
        portfolio=one.portfolio.id,
        rule=one.rule.id,
        failing=1,
        because=tuple(said(leaf) for leaf in leaves[:3]),
        condition=one_line(" or ".join(leaf.label for leaf in leaves[:3]) + (" or …" if len(leaves) > 3 else "")),
        held=true,
    )
