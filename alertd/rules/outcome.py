"""What matching gives: the matches, the rules whose state must decide, and the rules that broke."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from alertd.model import Event, Evidence, Ground, Match
from alertd.rules.book import Portfolio, Rule
from alertd.rules.evaluate import Verdict, by_size, prove
from alertd.rules.logic import Reading, Scope
from alertd.rules.parties import subject_of
from alertd.rules.state import Step
from alertd.rules.touched import touched

MAX_EVIDENCE = 20
"""Spans that one match carries."""
MAX_GROUNDS = 8


class RuleFailure(msgspec.Struct, frozen=True):
    """A rule whose evaluation raised. It is switched off until it changes; reported once."""

    portfolio: str
    """Empty for an event type."""
    rule: str
    rule_hash: str
    event: str
    error: str
    desk: str | None = None
    """Of the portfolio."""


@dataclass(frozen=True, slots=True)
class Open:
    """A rule with a state whose stateless part holds: whether it holds is for its state to say.

    Or one of `Earlier`: of that the stateless part holds for the last step of its sequence.
    """

    portfolio: Portfolio
    rule: Rule
    companies: tuple[str, ...]
    """For which the stateless part holds, the one with the largest weight first; empty if it is about none."""
    reading: Reading = field(compare=False, repr=False)
    scope: Scope = field(compare=False, repr=False)
    """What it is proven by: the event as read, and what the portfolio holds."""

    def prove(self, companies: Sequence[str] | None = None) -> Verdict:
        """Give the proof of the stateless part, for the first of these companies; default: of all."""
        return prove(self.rule, self.reading, self.scope, self.companies if companies is None else companies)

    def match(
        self,
        companies: Sequence[str] | None = None,
        evidence: Iterable[Evidence] = (),
        grounds: Iterable[Ground] = (),
    ) -> Match:
        """Make the match for when the state says that it holds for these companies, with the state's own evidence."""
        verdict = self.prove(companies)
        whole = msgspec.structs.replace(
            verdict, evidence=(*evidence, *verdict.evidence), grounds=(*grounds, *verdict.grounds)
        )
        return make_match(self.portfolio, self.rule, self.reading, self.scope, whole)

    def match_earlier(
        self, companies: Sequence[str], evidence: Iterable[Evidence], grounds: Iterable[Ground] = ()
    ) -> Match:
        """Make the match for when this event is an earlier step, for the companies that the last step is bound to.

        What this event itself says for them is shown, too, if the stateless part holds for it as well.
        """
        binds = self.rule.binds
        ranked = sorted(companies, key=lambda company: by_size(company, self.scope)) if binds else companies
        verdict = prove(self.rule, self.reading, self.scope, ranked if binds else ())
        own = verdict if verdict.truth else Verdict(False)
        proof, why = (*evidence, *own.evidence), (*grounds, *own.grounds)
        whole = Verdict(True, tuple(ranked), proof, own.path, why)
        return make_match(self.portfolio, self.rule, self.reading, self.scope, whole)


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an event may be an earlier step of, for rules with conditions beside their sequence."""

    steps: frozenset[Step]
    rule: Callable[[str], Open | None] = field(compare=False, repr=False)
    """Gives the rule of a mark, made ready for the event; None if the event is not for it."""


class MatchResult(msgspec.Struct, frozen=True):
    """The rules that hold, in the order of the book, and those that broke on this event."""

    event: Event
    """With the event types that were found in it."""
    matches: tuple[Match, ...] = ()
    open: tuple[Open, ...] = ()
    """Rules with a state that the event concerns, in the order of the book."""
    failures: tuple[RuleFailure, ...] = ()
    earlier: Earlier | None = None
    """Where the event may be an earlier step of rules that are not asked about it."""
    refused: tuple[tuple[str, str], ...] = ()
    """What was seen in the event and not taken, with the reason."""


def make_match(portfolio: Portfolio, rule: Rule, reading: Reading, scope: Scope, verdict: Verdict) -> Match:
    """Make the match of a rule that holds."""
    event = reading.event
    company = verdict.companies[0] if verdict.companies else ""
    holdings = touched(verdict.companies, reading, scope)
    return Match(
        rule=rule.id,
        rule_hash=rule.hash,
        portfolio=portfolio.id,
        event=event.id,
        event_revision=event.revision,
        severity=rule.severity,
        title=rule.title,
        evidence=list(verdict.evidence[:MAX_EVIDENCE]),
        path=list(verdict.path),
        company=company,
        companies=list(verdict.companies),
        holdings=holdings,
        subject="" if rule.key == "story" else subject_of(rule, event, company),
        experimental=rule.experimental,
        auto=rule.auto,
        receivers=list(rule.receivers),
        owner=rule.owner,
        held_as_of=(portfolio.holdings.at or portfolio.holdings.as_of or "") if holdings else "",
        grounds=list(dict.fromkeys(verdict.grounds))[:MAX_GROUNDS] if verdict.grounds else [],
    )
