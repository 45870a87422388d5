"""The conditions on companies: named, exposed, in a role, of a weight, spoken of well or badly.

Each is asked about the bound company (`scope.company`), or where none is bound: is there any such company? What an
event does not say is false, or unknown where more of it is still to come or where its language is not understood.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from alertd.companies.model import Path, RelationType
from alertd.companies.relations import strength
from alertd.model import CompanyMention, Evidence, Ground
from alertd.rules.company_reading import (
    Who,
    at_least,
    held,
    label_of,
    lack,
    lacking,
    name_of,
    players,
    proof_of,
    roles_of,
    tone,
    whom,
)
from alertd.rules.grounds import exposed_ground, short, tone_ground, weight_ground
from alertd.rules.index_leaves import OnIndex
from alertd.rules.leaves import PER_LEAF, absent, listed, missing
from alertd.rules.limits import Limit, percent
from alertd.rules.logic import Leaf, Node, Reading, Result, Scope, Truth
from alertd.text.quote import MAX_QUOTE


class Mentions(Leaf, frozen=True, gc=False, kw_only=True, tag="mentions"):
    """The event names such a company."""

    who: Who
    min_relevance: float = 0.0

    def label(self) -> str:
        """Say the condition in one line."""
        return f"mentions: {self.who.written}{at_least(self.min_relevance)}"

    def company_clause(self, scope: Scope) -> frozenset[str] | None:
        """One of them must be named."""
        return self.who.all(scope)

    def candidates(self, reading: Reading, scope: Scope) -> Iterable[str]:
        """Give those that are named."""
        return [m.id for m in self.who.named(reading, scope) if m.relevance >= self.min_relevance]

    def truth(self, reading: Reading, scope: Scope) -> Truth:
        """Look for one of them among those that the event names."""
        named = False
        for mention in self.who.named(reading, scope):
            if mention.relevance >= self.min_relevance:
                return True
            named = True
        return False if named else lacking(self.who, reading, scope)

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Show where they are named."""
        named = self.who.named(reading, scope)
        enough = [mention for mention in named if mention.relevance >= self.min_relevance]
        if enough:
            seen = "; ".join(f"{label_of(m, scope)} with relevance {m.relevance:.2f}" for m in enough[:PER_LEAF])
            return Result(True, proof_of(enough, reading, scope), seen)
        if named:
            return Result(False, (), f"{label_of(named[0], scope)} only with relevance {named[0].relevance:.2f}")
        return lack(self.who, reading, scope, "not named")


class Exposed(Leaf, frozen=True, gc=False, kw_only=True, tag="exposed"):
    """Such a company is named, or related to a named one within so many steps, as the event's day finds them.

    `types` is what the company is to the next at every step of the way; `of` are roles, of which the named company
    must play one; `strength` limits the product of the steps' strengths.
    """

    who: Who
    types: tuple[RelationType, ...] = ()
    of: tuple[str, ...] = ()
    least: int = 0
    most: int = 1
    strength: Limit | None = None
    min_relevance: float = 0.0

    def label(self) -> str:
        """Say the condition in one line."""
        parts = [f"exposed: {self.who.written}"]
        parts += [f"as {' or '.join(self.types)}"] if self.types else []
        parts += [f"of the {' or '.join(self.of)}"] if self.of else []
        parts.append(f"hops {self.least}..{self.most}")
        parts += [f"strength {self.strength}"] if self.strength else []
        return ", ".join(parts) + at_least(self.min_relevance)

    def company_clause(self, scope: Scope) -> frozenset[str] | None:
        """Give those companies, and all around them."""
        return scope.world.graph.around(self.who.all(scope), self.most)

    def candidates(self, reading: Reading, scope: Scope) -> Iterable[str]:
        """Give those that are named, and those related to a named one."""
        if scope.company is not None:
            return [scope.company] if self._ways(scope.company, reading, scope) else []
        found: dict[str, None] = {}
        for mention in self._targets(reading, scope):
            for company, paths in scope.world.graph.paths(mention.id, self.most).items():
                if company in found or not self.who.has(company, scope):
                    continue
                if any(self._fits(path, reading) for path in paths):
                    found[company] = None
        return found

    def truth(self, reading: Reading, scope: Scope) -> Truth:
        """Look for one of them among all that are near to what the event names."""
        if scope.company is None:
            return True if self.candidates(reading, scope) else absent(reading)
        return True if self._ways(scope.company, reading, scope) else lacking(self.who, reading, scope)

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Show the shortest and then strongest way to a company that the event names."""
        exposed = [scope.company] if scope.company is not None else list(self.candidates(reading, scope))
        ways = [(company, way) for company in exposed for way in self._ways(company, reading, scope)]
        if not ways:
            return lack(self.who, reading, scope, self._lacking(exposed, reading, scope))
        _, (mention, path) = min(ways, key=lambda found: (len(found[1][1]), -strength(found[1][1])))
        words = tuple(
            f"{scope.world.label(s.company)} {s.type} of {name_of(s.of, reading, scope)}"
            + (f" ({s.strength:g})" if s.strength < 1 else "")
            for s in path
        )
        seen = " · ".join(words) or f"{label_of(mention, scope)} is named"
        why = (exposed_ground(len(path)),)
        return Result(True, proof_of([mention], reading, scope), seen, words, why)

    def _lacking(self, bound: Sequence[str], reading: Reading, scope: Scope) -> str:
        """Say why no way counts: whoever is there may only play another role."""
        others = msgspec.structs.replace(self, of=())
        exposed = bound or list(others.candidates(reading, scope)) if self.of else []
        ways = [way for company in exposed for way in others._ways(company, reading, scope)]
        if not ways:
            return "neither named nor related to what is named"
        mention, path = min(ways, key=lambda way: len(way[1]))
        role = f"the {' or '.join(self.of)}"
        return f"related to {label_of(mention, scope)}, which is not {role}" if path else f"named, but not as {role}"

    def _targets(self, reading: Reading, scope: Scope) -> Iterator[CompanyMention]:
        """Go through the named companies that count."""
        for mention in reading.companies.values():
            if mention.relevance < self.min_relevance:
                continue
            if not self.of or not roles_of(mention.id, reading, scope).isdisjoint(self.of):
                yield mention

    def _ways(self, company: str, reading: Reading, scope: Scope) -> list[tuple[CompanyMention, Path]]:
        if not self.who.has(company, scope):
            return []
        paths = scope.world.graph.paths
        return [
            (mention, path)
            for mention in self._targets(reading, scope)
            for path in paths(mention.id, self.most).get(company, ())
            if self._fits(path, reading)
        ]

    def _fits(self, path: Path, reading: Reading) -> bool:
        if not self.least <= len(path) <= self.most:
            return False
        if self.types and (not path or any(step.type not in self.types for step in path)):
            return False
        if self.strength is not None and not self.strength.holds(strength(path)):
            return False
        day = reading.event.event_at[:10]
        return all((not s.since or not day or s.since <= day) and (not s.until or day <= s.until) for s in path)


class Role(Leaf, frozen=True, gc=False, tag="role"):
    """The company plays one of these roles in one of the event types that the rule names.

    A rule that names no event type asks all of them.
    """

    any_of: tuple[str, ...]

    def label(self) -> str:
        """Say the condition in one line."""
        return f"role: {listed(self.any_of)}"

    def candidates(self, reading: Reading, scope: Scope) -> Iterable[str]:
        """Give those that play it."""
        return [company for company in players(reading, scope) if self._played(company, reading, scope)]

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Say who plays it, or what the bound company plays instead."""
        players = self.candidates(reading, scope)
        for company in players:
            role = min(self._played(company, reading, scope))
            mention = reading.companies.get(company, CompanyMention(id=company))
            proof = Evidence(field="role", start=0, end=0, quote=f"{label_of(mention, scope)}: {role}"[:MAX_QUOTE])
            why = Ground("role", short(f"{label_of(mention, scope)[:50]} {role.replace('_', ' ')}"))
            return Result(True, (proof,), proof.quote, grounds=(why,))
        if scope.company is not None and (other := roles_of(scope.company, reading, scope)):
            return Result(
                False, (), f"{name_of(scope.company, reading, scope)} is {', '.join(sorted(other))[:MAX_QUOTE]}"
            )
        return missing(reading, "no company plays it" if scope.company is None else f"{whom(scope)} does not play it")

    def _played(self, company: str, reading: Reading, scope: Scope) -> frozenset[str]:
        return roles_of(company, reading, scope) & frozenset(self.any_of)


class Weight(Leaf, frozen=True, gc=False, tag="weight"):
    """The portfolio holds the company with such a weight; shorts have negative ones."""

    limit: Limit

    def label(self) -> str:
        """Say the condition in one line."""
        return f"weight: {self.limit.op} {self.limit.value * 100:g}%"

    def candidates(self, reading: Reading, scope: Scope) -> Iterable[str]:
        """Give the holdings named in the event, unless their weight is another."""
        return [company for company in held(reading, scope) if self._answer(company, scope) is not False]

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Compare the weight."""
        if scope.company is not None and scope.company not in scope.holdings:
            return Result(False, (), f"{whom(scope)} is not held")
        asked = [scope.company] if scope.company is not None else held(reading, scope)
        if not asked:
            return missing(reading, "no holding is named")
        best = max(asked, key=lambda company: {True: 2, None: 1, False: 0}[self._answer(company, scope)])
        holding = scope.holdings[best]
        weight = "without a weight" if holding.unweighted else percent(holding.weight)
        seen = f"{name_of(best, reading, scope)} {weight}"
        truth = self._answer(best, scope)
        proof = (Evidence(field="weight", start=0, end=0, quote=seen[:MAX_QUOTE]),) if truth else ()
        why = (weight_ground(name_of(best, reading, scope), holding.weight, self.limit),) if truth else ()
        return Result(truth, proof, seen, grounds=why)

    def _answer(self, company: str, scope: Scope) -> Truth:
        holding = scope.holdings[company]
        return None if holding.unweighted else self.limit.holds(holding.weight)


class CompanySentiment(Leaf, frozen=True, gc=False, tag="company-sentiment"):
    """The sentences about such a company are in this tone."""

    limit: Limit
    of: Who

    def label(self) -> str:
        """Say the condition in one line."""
        return f"sentiment: {self.limit}, of: {self.of.written}"

    def company_clause(self, scope: Scope) -> frozenset[str] | None:
        """One of them must be named."""
        return self.of.all(scope)

    def candidates(self, reading: Reading, scope: Scope) -> Iterable[str]:
        """Give those that are named, unless the tone is another."""
        return [m.id for m in self.of.named(reading, scope) if m.sentiment is None or self.limit.holds(m.sentiment)]

    def truth(self, reading: Reading, scope: Scope) -> Truth:
        """Compare the tone; unknown where none is given."""
        truth: Truth = False
        named = False
        for mention in self.of.named(reading, scope):
            named = True
            if mention.sentiment is None:
                truth = None
            elif self.limit.holds(mention.sentiment):
                return True
        return truth if named else lacking(self.of, reading, scope)

    def result(self, reading: Reading, scope: Scope) -> Result:
        """Compare the tone, and show the sentences."""
        named = self.of.named(reading, scope)
        if not named:
            return lack(self.of, reading, scope, "not named")
        truth = self.truth(reading, scope)
        meant = [m for m in named if m.sentiment is not None and self.limit.holds(m.sentiment)] if truth else named
        seen = "; ".join(f"{label_of(m, scope)} {tone(m.sentiment)}" for m in meant[:PER_LEAF])
        if not truth:
            return Result(truth, (), seen)
        why = tuple([tone_ground(label_of(m, scope), m.sentiment or 0.0, self.limit) for m in meant[:PER_LEAF]])
        return Result(truth, proof_of(meant, reading, scope), seen, grounds=why)


COMPANY_LEAVES = (Mentions, Exposed, Role, Weight, CompanySentiment, OnIndex)
"""The conditions that bind."""


def is_about_company(node: Node) -> bool:
    """Whether there is a company condition in a condition, `not` included."""
    return isinstance(node, COMPANY_LEAVES) or any(is_about_company(child) for child in node.children)
