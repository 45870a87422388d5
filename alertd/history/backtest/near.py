"""Near misses: rules that did not hold for an event, though all their conditions but one did.

    an event -> rules of which one of the two rarest needs is met -> those that lack at most one need
             -> their condition tree, for each company: exactly one part fails -> NearMiss

The index of the matcher leaves out at once what lacks anything, so this has one of its own: of all that a rule needs
(keys of words, types, forms…; a company) an event that lacks only one thing has one of any two; what most events
have does not count. Where what failed asks how much (an amount, a weight, a tone), one other condition that holds is
enough; else two must: that a holding is named, and nothing else of the rule, is no near miss. Rules over time are not
looked at: what they lack is more of the same, and not a condition. Pure; belongs to one worker process.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import NamedTuple
from zlib import crc32

from alertd.history.backtest.happened import NearMiss
from alertd.history.backtest.near_tree import failing, leaves_true, measures, parts, said_of, tag_of, ways
from alertd.rules.book import Portfolio, Rule, RuleBook
from alertd.rules.evaluate import guard, is_routine
from alertd.rules.explain import Explained, one_line, said
from alertd.rules.frequency import Frequencies
from alertd.rules.logic import Key, Node, Reading, Scope
from alertd.rules.walls import Readings, Walls
from alertd.rules.world import Worlds

MAX_COMPANIES = 20
"""Companies of one event that a rule is asked for."""
MAX_OF_EVENT = 20
"""Near misses that one event gives, in the order of the book."""
COMMON = 0.25
"""What more of the events have makes none of them one of a rule's kind: an amount, a story."""
RARE = 0.05
"""A need that no more of the events meet is enough to look a rule up by, where all must be met."""
RULES = 500
"""Of a larger book not every event is looked at: of twice so many rules every second."""


class _Way(NamedTuple):
    """A rule made ready; one whose parts stand in an `any` once for each of these."""

    place: int
    portfolio: Portfolio
    rule: Rule
    when: Node
    scope: Scope
    clauses: tuple[frozenset[Key], ...]
    companies: frozenset[str] | None
    """Of which the event must name one; None: it need not name any."""
    spare: int
    """How many of these needs may not be met."""


class NearFinder:
    """Finds near misses for one book."""

    def __init__(self, book: RuleBook) -> None:
        self._worlds = Worlds(book.world())
        self._walls = Walls(book.companies.declared)
        self._routine_forms = book.routine_forms
        self._source_desks = book.source_desks
        self._by_key: dict[Key, list[_Way]] = {}
        self._by_company: dict[str, list[list[_Way]]] = {}
        self._every = every_of(book)
        self._post([way for place, (p, r) in enumerate(book.rules()) for way in self._ways(place, p, r)])

    def _ways(self, place: int, portfolio: Portfolio, rule: Rule) -> Iterator[_Way]:
        if not _is_looked_at(rule):
            return
        scope = Scope(self._worlds.of(portfolio.desk), portfolio.holdings.positions, types=rule.types)
        for when in ways(rule.when):
            inside = list(parts(when))
            kind = [part for part in inside if not measures(part)]
            if len(inside) < 2 or len(kind) == len(inside) == 2:
                continue  # one condition more or less: nothing is left that nearly holds
            # Of two parts one must hold, and of the other there must be something to measure.
            spare = int(len(inside) > 2)
            yield _Way(place, portfolio, rule, when, scope, when.clauses(), when.company_clause(scope), spare)

    def _post(self, rules: Iterable[_Way]) -> None:
        """Put each way under the two of its needs that events meet least often; under one, if that must be met."""
        share = Frequencies().of_any
        groups: dict[frozenset[str], list[_Way]] = {}
        for one in rules:
            shares = ((share(clause), sorted(clause)) for clause in one.clauses)
            needs = sorted((need for need in shares if need[0] <= COMMON), key=lambda need: need[0])
            rare = not one.spare and bool(needs) and needs[0][0] <= RARE
            taken = needs[: 1 if rare else one.spare + (one.companies is None)]
            for key in {key for _, keys in taken for key in keys}:
                self._by_key.setdefault(key, []).append(one)
            if one.companies is not None and not rare:
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
        posted = {id(one): one for one in self._posted(reading, keys)}
        found = [one for one in posted.values() if _lacks_little(one, reading, keys)]
        desk = self._source_desks.get(reading.event.source)
        readings = Readings(self._walls, reading)
        best: dict[int, NearMiss] = {}
        for one in found:
            whose = one.portfolio.desk
            if (one.portfolio.id, one.rule.id) in held or (desk is not None and desk != whose):
                continue
            miss = self._missed(one, readings.of(whose))
            if miss is not None and (one.place not in best or miss.held > best[one.place].held):
                best[one.place] = miss
        return tuple(best[place] for place in sorted(best)[:MAX_OF_EVENT])

    def _posted(self, reading: Reading, keys: Collection[Key]) -> Iterator[_Way]:
        yield from chain.from_iterable(filter(None, map(self._by_key.get, keys)))
        for company in reading.companies:
            yield from chain.from_iterable(self._by_company.get(company, ()))

    def _missed(self, one: _Way, reading: Reading) -> NearMiss | None:
        if guard(one.rule, reading.event, routine=is_routine(reading.event, self._routine_forms)):
            return None
        candidates: list[str] = []
        if one.rule.binds:
            candidates = sorted(set(one.when.candidates(reading, one.scope)))[:MAX_COMPANIES]
        best: tuple[int, Scope, Node] | None = None
        for scope in [one.scope.bound_to(company) for company in candidates] or [one.scope]:
            lacking = failing(one.when, reading, scope)
            if lacking is None:
                continue
            if not lacking:
                return None  # it holds: that it is no match is for another reason
            true = leaves_true(one.when, reading, scope)
            if best is None or true > best[0]:
                best = (true, scope, lacking[0])
        if best is None:
            return None
        true, scope, part = best
        about = [scope.company] if scope.company is not None else reading.companies
        if tag_of(part) == "weight" and scope.holdings.keys().isdisjoint(about):
            return None  # what is not held has no weight to fail by
        if true < (1 if measures(part) else 2):
            return None
        return _miss(one, said_of(part, reading, scope), true)


def every_of(book: RuleBook) -> int:
    """Say of how many events one is looked at for near misses; which ones hangs on their ids alone."""
    return max(1, -(-sum(_is_looked_at(rule) for _, rule in book.rules()) // RULES))


def _is_looked_at(rule: Rule) -> bool:
    return rule.state is None and bool(ways(rule.when))


def _lacks_little(one: _Way, reading: Reading, keys: Collection[Key]) -> bool:
    """Tell whether no more of the needs are not met than may be."""
    lacking = int(one.companies is not None and one.companies.isdisjoint(reading.companies))
    for clause in one.clauses:
        lacking += clause.isdisjoint(keys)
        if lacking > one.spare:
            return False
    return lacking <= one.spare


def _miss(one: _Way, leaves: tuple[Explained, ...], true: int) -> NearMiss:
    return NearMiss(
        portfolio=one.portfolio.id,
        rule=one.rule.id,
        failing=1,
        because=tuple(said(leaf) for leaf in leaves[:3]),
        condition=one_line(" or ".join(leaf.label for leaf in leaves[:3]) + (" or …" if len(leaves) > 3 else "")),
        held=true,
    )
