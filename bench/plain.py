"""The rules of `bench/generate.py` in the plain form that every other engine can be given, and how Python asks one.

A rule becomes: of each clause one word, none of these, one of these companies, this form or source, one of these
items, tone and amount within limits; patterns and what must stand near each other come last, and are asked by
alertd's own conditions whatever the engine. Words are keys as in `alertd.rules.keys`: `lease`, `title:lease`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from sys import intern

import msgspec

from alertd.model import Event
from alertd.rules.book import Rule, RuleBook
from alertd.rules.company_leaves import Mentions
from alertd.rules.filing import Filing
from alertd.rules.leaves import Origin, Words
from alertd.rules.logic import Reading, Scope
from alertd.rules.money import Money
from alertd.rules.near import Near
from alertd.rules.pattern import Pattern
from alertd.rules.tone import Tone
from alertd.rules.tree import All, AnyOf, Condition, Not
from alertd.rules.world import World
from alertd.text.scan import Term, TermScanner

Keys = frozenset[str]
_TITLE = "title:"


class Plain(msgspec.Struct, frozen=True, gc=False):
    """A rule in plain form."""

    number: int
    clauses: tuple[Keys, ...] = ()
    none: Keys = frozenset()
    companies: Keys | None = None
    origin: str = ""
    """`form:8-K`, `source:prwire`; empty: any."""
    items: Keys = frozenset()
    low: float = -math.inf
    high: float = math.inf
    amount: float = 0.0
    last: tuple[Pattern | Near, ...] = ()

    def words(self) -> Iterator[str]:
        """Give all its words."""
        for clause in self.clauses:
            yield from clause
        yield from self.none


@dataclass(frozen=True, slots=True)
class Plains:
    """All rules of a book, each at its number, and the numbers by portfolio and rule."""

    rules: Sequence[Plain]
    numbers: dict[tuple[str, str], int]

    def terms(self) -> list[Term]:
        """Give every term that a text is searched for."""
        return sorted({term_of(word) for rule in self.rules for word in rule.words()})


def term_of(word: str) -> Term:
    """Give the term of a key."""
    return word.removeprefix(_TITLE)


def plain_rules(book: RuleBook) -> Plains:
    """Bring a book into plain form. Raises TypeError for a condition that `bench/generate.py` does not make."""
    rules: list[Plain] = []
    numbers: dict[tuple[str, str], int] = {}
    for portfolio in book.portfolios:
        held = frozenset(portfolio.holdings.positions)
        for rule in portfolio.rules:
            numbers[portfolio.id, rule.id] = len(rules)
            rules.append(_plain(rule, held, len(rules)))
    return Plains(rules, numbers)


def _plain(rule: Rule, held: Keys, number: int) -> Plain:
    parts = rule.when.parts if isinstance(rule.when, All) else (rule.when,)
    made = Plain(number)
    for part in parts:
        made = msgspec.structs.replace(made, **_part(made, part, held))
    return made


def _part(made: Plain, part: Condition, held: Keys) -> dict[str, object]:
    match part:
        case Words() | AnyOf():
            return {"clauses": (*made.clauses, _clause(part))}
        case Not(part=Words() as words):
            return {"none": made.none | _clause(words)}
        case Mentions(who=who):
            return {"companies": held if who.holdings else who.ids}
        case Filing(any_of=(form,), items=items):
            return {"origin": f"form:{form}", "items": frozenset(items)}
        case Origin(name="source", any_of=(source,)):
            return {"origin": f"source:{source}"}
        case Tone(limit=limit):
            return {"low" if limit.op == ">=" else "high": limit.value}
        case Money(limit=limit) if len(limit.limits) == 1 and limit.limits[0].op == ">=":
            return {"amount": limit.limits[0].value}
        case Pattern() | Near():
            return {"last": (*made.last, part)}
    raise TypeError(f"no plain form of {part.label()}")


def _clause(part: Words | AnyOf) -> Keys:
    if isinstance(part, AnyOf):
        return frozenset().union(*(_clause(one) for one in part.parts if isinstance(one, Words)))
    return frozenset(intern(f"{_TITLE}{term}") if part.name == "title" else term for term in part.terms())


class Last:
    """Asks what comes last, about events that were not read by alertd's scanner."""

    def __init__(self, rules: Iterable[Plain]) -> None:
        near = {condition for rule in rules for condition in rule.last if isinstance(condition, Near)}
        self._scanner = TermScanner({term for condition in near for term in condition.terms()})
        self._scope = Scope(World())

    def read(self, event: Event) -> Reading:
        """Read an event for what is near each other in it."""
        return Reading(event, self._scanner.scan(event.title, event.body))

    def holds(self, rule: Plain, reading: Reading) -> bool:
        """Whether all that comes last holds."""
        return all(condition.truth(reading, self._scope) for condition in rule.last)


class Asked:
    """An event as plain rules are asked about it."""

    __slots__ = ("_last", "_reading", "amount", "companies", "event", "items", "origins", "tone")

    def __init__(self, event: Event, last: Last) -> None:
        self.event = event
        self.companies = {mention.id for mention in event.companies}
        self.origins = ("", f"source:{event.source}", f"form:{event.form}" if event.form else "")
        self.items = set(event.items)
        self.tone = event.sentiment.score if event.sentiment is not None else math.nan
        self.amount = max((amount.low for amount in event.amounts), default=0.0)
        self._last = last
        self._reading: Reading | None = None

    def last_holds(self, rule: Plain) -> bool:
        """Whether what comes last holds, too."""
        if not rule.last:
            return True
        if self._reading is None:
            self._reading = self._last.read(self.event)
        return self._last.holds(rule, self._reading)

    def holds(self, rule: Plain, keys: Collection[str]) -> bool:
        """Whether a rule holds for an event with these words: what is cheap to ask comes first."""
        if rule.companies is not None and rule.companies.isdisjoint(self.companies):
            return False
        if not self.fits(rule):
            return False
        for clause in rule.clauses:
            if clause.isdisjoint(keys):
                return False
        return rule.none.isdisjoint(keys) and self.last_holds(rule)

    def fits(self, rule: Plain) -> bool:
        """Whether form or source, items, tone and amount are those that a rule asks for."""
        if rule.origin not in self.origins or (rule.items and rule.items.isdisjoint(self.items)):
            return False
        tone = self.tone
        return (
            (rule.low == -math.inf or tone >= rule.low)
            and (rule.high == math.inf or tone <= rule.high)
            and (not rule.amount or self.amount >= rule.amount)
        )


def access(rule: Plain, seen: Counter[str], events: int) -> Keys | None:
    """Give the clause by which a rule is best found: the one that events have least often; None: it has none."""
    return min(rule.clauses, key=lambda clause: sum(seen[word] for word in clause) / max(1, events), default=None)
