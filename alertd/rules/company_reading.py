"""What the conditions on companies share: whom they mean, what an event says of them, how it is put in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from alertd.model import CompanyMention, Evidence, Struct
from alertd.rules.leaves import PER_LEAF, absent, missing, proof
from alertd.rules.logic import Reading, Result, Scope, Truth
from alertd.text.quote import MAX_QUOTE


class Who(Struct, frozen=True, kw_only=True):
    """A set of companies: what the portfolio holds, or those that were named when the rule was loaded."""

    holdings: bool = False
    ids: frozenset[str] = frozenset()
    written: str = "holdings"
    """As the rule says it, for people."""

    def has(self, company: str, scope: Scope) -> bool:
        """Whether a company is one of them."""
        return company in scope.holdings if self.holdings else company in self.ids

    def all(self, scope: Scope) -> frozenset[str]:
        """Give all of them."""
        return frozenset(scope.holdings) if self.holdings else self.ids

    def named(self, reading: Reading, scope: Scope) -> list[CompanyMention]:
        """Give those that the event names; only the bound one if one is bound."""
        named = reading.companies
        if scope.company is not None:
            mention = named.get(scope.company)
            return [mention] if mention is not None and self.has(scope.company, scope) else []
        members = scope.holdings if self.holdings else self.ids
        if len(members) < len(named):
            return [named[company] for company in sorted(members) if company in named]
        return [mention for company, mention in named.items() if company in members]


def lacking(who: Who, reading: Reading, scope: Scope) -> Truth:
    """Answer where nobody who is meant is found: whatever is still to come, a bound company stays what it is."""
    if scope.company is not None and not who.has(scope.company, scope):
        return False
    return absent(reading)


def lack(who: Who, reading: Reading, scope: Scope, seen: str) -> Result:
    """Say so with the reason."""
    if scope.company is not None and not who.has(scope.company, scope):
        return Result(False, (), f"{whom(scope)} is none of {who.written}")
    return missing(reading, f"{whom(scope, who)} {seen}")


def roles_of(company: str, reading: Reading, scope: Scope) -> frozenset[str]:
    """Give the roles of a company in the event types asked for; where they state none for it, its own."""
    types = [t for t in reading.event.event_types if not scope.types or t.type in scope.types]
    stated = [p.role for t in types for p in t.parties if p.company == company and p.role]
    if stated:
        return frozenset(stated)
    mention = reading.companies.get(company)
    own = mention.role if mention is not None and (types or not scope.types) else None
    return frozenset((own,)) if own else frozenset()


def players(reading: Reading, scope: Scope) -> Iterable[str]:
    """Give the companies that may play a role; only the bound one if one is bound."""
    if scope.company is not None:
        return (scope.company,)
    parties = (party.company for found in reading.event.event_types for party in found.parties)
    return dict.fromkeys((*parties, *reading.companies))


def held(reading: Reading, scope: Scope) -> list[str]:
    """Give the holdings that the event names."""
    return [company for company in reading.companies if company in scope.holdings]


def proof_of(mentions: Sequence[CompanyMention], reading: Reading, scope: Scope) -> tuple[Evidence, ...]:
    """Give the places where companies are named; for one that came without any, its name."""
    found: list[Evidence] = []
    for mention in mentions[:PER_LEAF]:
        found += proof(reading, mention.evidence, "companies", label_of(mention, scope))
    return tuple(found[:PER_LEAF])


def label_of(mention: CompanyMention, scope: Scope) -> str:
    """Say what a named company is called on the desk."""
    known = scope.world.labels.get(mention.id)
    return (known or mention.ticker or mention.name or mention.id)[:MAX_QUOTE]


def name_of(company: str, reading: Reading, scope: Scope) -> str:
    """Say what a company is called, named or not."""
    mention = reading.companies.get(company)
    return label_of(mention, scope) if mention is not None else scope.world.label(company)


def whom(scope: Scope, who: Who | None = None) -> str:
    """Say who was looked for."""
    if scope.company is not None:
        return scope.world.label(scope.company)
    return who.written if who is not None else "any company"


def tone(sentiment: float | None) -> str:
    """Write a sentiment."""
    return "without a sentiment" if sentiment is None else f"{sentiment:+.2f}"


def at_least(relevance: float) -> str:
    """Write the least relevance, if one is asked for."""
    return f" with relevance >= {relevance:g}" if relevance else ""
