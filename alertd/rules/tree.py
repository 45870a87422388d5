"""The Boolean conditions, and the closed union of all conditions, by which a compiled rule is written and read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from alertd.model import Evidence, Ground
from alertd.rules.company_leaves import CompanySentiment, Exposed, Mentions, Role, Weight
from alertd.rules.facts import Facts
from alertd.rules.filing import Filing
from alertd.rules.index_leaves import SentimentIndex, VolumeZ
from alertd.rules.leaves import Origin, Words
from alertd.rules.logic import CHEAP, COSTLY, Clause, Leaf, Node, Reading, Result, Scope, Truth
from alertd.rules.money import Money
from alertd.rules.near import Near
from alertd.rules.pattern import Pattern
from alertd.rules.reported import DealTerms, Reports
from alertd.rules.tone import Novelty, Tone
from alertd.text.scan import Term


class Always(Leaf, frozen=True, gc=False, tag="always"):
    """True of every event: what is left of a rule whose only condition is stateful."""

    def label(self) -> str:
        """Say the condition in one line."""
        return "any event"

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Hold."""
        return Result(True)


class _Group(msgspec.Struct, frozen=True, dict=True):
    # With a `__dict__`, which is made when a group is first asked: what follows from the parts is worked out once.
    parts: tuple[Condition, ...]

    @property
    def children(self) -> tuple[Node, ...]:
        return self.parts

    @cached_property
    def cost(self) -> int:
        return max((part.cost for part in self.parts), default=CHEAP)

    def terms(self) -> Iterator[Term]:
        for part in self.parts:
            yield from part.terms()

    def candidates(self, reading: Reading, scope: Scope) -> Iterable[str]:
        about = self._about_companies
        if len(about) == 1:
            return about[0].candidates(reading, scope)
        found: dict[str, None] = {}
        for part in about:
            for company in part.candidates(reading, scope):
                found[company] = None
        return found

    @cached_property
    def _about_companies(self) -> tuple[Condition, ...]:
        """Those that may give candidates."""
        return tuple([part for part in self.parts if type(part).candidates is not Leaf.candidates])

    @cached_property
    def _in_order(self) -> tuple[Condition, ...]:
        """Cheap parts first."""
        return tuple(sorted(self.parts, key=lambda part: part.cost)) if self.cost == COSTLY else self.parts


class All(_Group, frozen=True, tag="all"):
    """True if every part is; false if one is false, whatever the others are."""

    def label(self) -> str:
        """Say the condition in one line."""
        return "all"

    def clauses(self) -> tuple[Clause, ...]:
        """Everything that a part requires."""
        return tuple(clause for part in self.parts for clause in part.clauses())

    def company_clause(self, scope: Scope) -> frozenset[str] | None:
        """The smallest that a part requires."""
        found = [c for part in self.parts if (c := part.company_clause(scope)) is not None]
        return min(found, key=len, default=None)

    def truth(self, reading: Reading, scope: Scope) -> Truth:
        """Ask the parts, cheap ones first, until one is false."""
        truth: Truth = True
        for part in self._in_order:
            answer = part.truth(reading, scope)
            if answer is False:
                return False
            if answer is None:
                truth = None
        return truth

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Gather the proof of every part."""
        evidence: list[Evidence] = []
        grounds: tuple[Ground, ...] = ()
        path: tuple[str, ...] = ()
        truth: Truth = True
        for part in self._in_order:
            result = part.result(reading, scope)
            if result.truth is False:
                return Result(False)
            if result.truth is None:
                truth = None
            evidence.extend(result.evidence)
            path = path or result.path
            grounds += result.grounds
        return Result(truth, tuple(evidence), path=path, grounds=grounds) if truth else Result(truth)


class AnyOf(_Group, frozen=True, tag="any"):
    """True if one part is; false if all are false."""

    def label(self) -> str:
        """Say the condition in one line."""
        return "any"

    def clauses(self) -> tuple[Clause, ...]:
        """One clause of each part together, if every part has one."""
        merged: set[str] = set()
        for part in self.parts:
            clauses = part.clauses()
            if not clauses:
                return ()
            merged |= min(clauses, key=len)
        return (frozenset(merged),)

    def company_clause(self, scope: Scope) -> frozenset[str] | None:
        """What the parts require together, if every part requires some."""
        merged: set[str] = set()
        for part in self.parts:
            clause = part.company_clause(scope)
            if clause is None:
                return None
            merged |= clause
        return frozenset(merged)

    def truth(self, reading: Reading, scope: Scope) -> Truth:
        """Ask the parts, cheap ones first, until one is true."""
        truth: Truth = False
        for part in self._in_order:
            answer = part.truth(reading, scope)
            if answer:
                return True
            if answer is None:
                truth = None
        return truth

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Ask every cheap part, for its evidence, and the costly ones only if none of those held."""
        evidence: list[Evidence] = []
        grounds: tuple[Ground, ...] = ()
        path: tuple[str, ...] = ()
        truth: Truth = False
        for part in self._in_order:
            if truth and part.cost == COSTLY:
                break
            result = part.result(reading, scope)
            if result.truth:
                truth = True
                evidence.extend(result.evidence)
                path = path or result.path
                grounds += result.grounds
            elif result.truth is None and truth is False:
                truth = None
        return Result(truth, tuple(evidence), path=path, grounds=grounds)


class Not(msgspec.Struct, frozen=True, tag="not"):
    """True if its part is false; unknown stays unknown. It proves nothing with a span, and requires nothing."""

    part: Condition

    @property
    def cost(self) -> int:
        """As costly as its part."""
        return self.part.cost

    @property
    def children(self) -> tuple[Node, ...]:
        """The one condition inside."""
        return (self.part,)

    def label(self) -> str:
        """Say the condition in one line."""
        return "not"

    def terms(self) -> Iterator[Term]:
        """Give the terms of its part."""
        return self.part.terms()

    def clauses(self) -> tuple[Clause, ...]:
        """Nothing: it holds where things are missing."""
        return ()

    def company_clause(self, scope: Scope) -> frozenset[str] | None:
        """No company is necessary."""
        return None

    def candidates(self, reading: Reading, scope: Scope) -> Iterable[str]:
        """A negated condition picks no company."""
        return ()

    def truth(self, reading: Reading, scope: Scope) -> Truth:
        """Turn the answer of its part around."""
        answer = self.part.truth(reading, scope)
        return None if answer is None else not answer

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Turn the answer of its part around."""
        return Result(self.truth(reading, scope))


Condition = (
    All | AnyOf | Not | Always
    | Words | Near | Pattern | Origin | Filing
    | Reports | Money | DealTerms | Facts | Tone | Novelty
    | Mentions | Exposed | Role | Weight | CompanySentiment | SentimentIndex | VolumeZ
)  # fmt: skip
"""Every kind of condition. A new operator is added here and in one of the groups of `conditions.py`."""

if TYPE_CHECKING:
    _: type[Node] = All
