"""A small desk for tests of conditions: what its shared files define, what it holds, and how a condition is asked."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from alertd.base.yaml import load_yaml
from alertd.companies.model import Holding, Holdings
from alertd.companies.table import load_registrants
from alertd.errors import Fault
from alertd.model import Event
from alertd.rules.book import Portfolio, Rule, RuleBook, make_book
from alertd.rules.compile import Compiled, compile_portfolio
from alertd.rules.evaluate import Verdict, holds, prove
from alertd.rules.explain import Explained, tree_of
from alertd.rules.known_rules import Asking, Defined
from alertd.rules.loaded import KnownSettings
from alertd.rules.logic import Reading, Scope
from alertd.rules.shared import read_shared
from alertd.text.scan import TermScanner

NVDA, VRT, MSFT, AMZN = "cik-0001045810", "cik-0001674101", "cik-0000789019", "cik-0001018724"

_SHARED = {
    "companies": """
        companies:
          - {id: spacex, name: SpaceX, aliases: [Space Exploration Technologies], sector: space, private: true}
          - {id: anthropic, name: Anthropic, sector: ai, private: true}
          - {company: NVDA, sector: ai}
        relations:
          - {company: NVDA, is: supplier, of: spacex, strength: 0.6}
          - {company: VRT, is: supplier, of: NVDA, strength: 0.5}
          - {company: MSFT, is: competitor, of: anthropic, since: 2026-01-01, until: 2026-06-30}
    """,
    "lists": """
        {list: chips, terms: [GPU, accelerator, '="chip"']}
        ---
        {list: wires, sources: [prwire, newswire]}
        ---
        {list: ownership, forms: [SCHEDULE 13D, SCHEDULE 13G]}
        ---
        {list: hyperscalers, companies: [MSFT, AMZN]}
        ---
        {list: rates, date: 2026-11-01, rates: {EUR: 1.10, JPY: 0.0065}}
    """,
    "event-types": """
        {event_type: compute_lease, title: Compute lease, roles: [lessor, lessee], when: {text: compute lease}}
        ---
        {event_type: contract_dispute, title: Dispute, roles: [plaintiff, defendant], when: {text: dispute}}
    """,
    "fragments": """
        fragments:
          about-chips: {any: [{text: {list: chips}}, {mentions: NVDA}]}
    """,
}
SOURCES = ("edgar", "prwire", "newswire")
HELD = {NVDA: 0.08, VRT: 0.035, MSFT: -0.01, "spacex": 0.02}


@cache
def defined() -> Defined:
    """Give what the desk's shared files define."""
    docs = {
        folder: [load_yaml(text, f"{folder}.yaml") for text in textwrap.dedent(texts).split("---\n")]
        for folder, texts in _SHARED.items()
    }
    shared = read_shared(docs, load_registrants(), KnownSettings(sources=dict.fromkeys(SOURCES)))
    assert shared.faults == []
    return shared.defined


def holdings(weights: Mapping[str, float | None]) -> Holdings:
    """Make holdings of company ids and weights; None: without a weight."""
    return Holdings(
        positions={
            company: Holding(company=company, weight=weight or 0.0, unweighted=weight is None)
            for company, weight in weights.items()
        },
        hash=repr(sorted(weights.items())),
    )


def _compile(conditions: tuple[str, ...], name: str, settings: str) -> Compiled:
    rules = "".join(
        f"  - id: rule-{i}\n    title: Rule {i}\n    severity: high\n    {settings}\n    when:\n"
        + textwrap.indent(textwrap.dedent(condition).strip(), " " * 6)
        + "\n"
        for i, condition in enumerate(conditions)
    )
    text = f"portfolio: {name}\ntitle: Desk A\nreceivers: [desk]\nrules:\n{rules}"
    return compile_portfolio(text, "rules.yaml", lambda desk: Asking(defined(), desk))


def desk_portfolio(
    *conditions: str, name: str = "desk-a", settings: str = "", held: Mapping[str, float | None] = HELD
) -> Portfolio:
    """Compile a portfolio with one rule for each condition; `settings` is one more line of each rule."""
    compiled = _compile(conditions, name, settings)
    assert compiled.part is not None, [fault.message for fault in compiled.faults]
    return Portfolio(id=name, title="Desk A", rules=compiled.part.rules, holdings=holdings(held))


def desk_rule(condition: str, settings: str = "") -> Rule:
    """Compile one rule."""
    return desk_portfolio(condition, settings=settings).rules[0]


def desk_book(*portfolios: Portfolio) -> RuleBook:
    """Make the book of the desk."""
    known = defined()
    labels = {NVDA: "NVDA", VRT: "VRT", MSFT: "MSFT", AMZN: "AMZN", "spacex": "SpaceX", "anthropic": "Anthropic"}
    return make_book(
        list(portfolios),
        event_types=known.event_types,
        relations=known.relations,
        labels=labels,
        rates=known.rates,
        routine_forms=known.routine_forms,
    )


def faults_of(condition: str) -> list[Fault]:
    """Give what is wrong with a condition; its first character stands in line 9, column 7."""
    return sorted(_compile((condition,), "desk-a", "").faults)


class Answer(NamedTuple):
    """What a rule says of an event."""

    verdict: Verdict
    tree: Explained


def ask(condition: str, event: Event, *, settings: str = "", held: Mapping[str, float | None] = HELD) -> Answer:
    """Ask a condition about an event as it stands: by the plain meaning of the language, without an engine."""
    portfolio = desk_portfolio(condition, settings=settings, held=held)
    rule = portfolio.rules[0]
    book = desk_book(portfolio)
    reading = Reading(event, TermScanner(rule.when.terms()).scan(event.title, event.body))
    scope = Scope(book.world(), portfolio.holdings.positions, types=rule.types)
    truth, companies = holds(rule, reading, scope)
    bound = scope.bound_to(companies[0]) if companies else scope
    verdict = prove(rule, reading, scope, companies) if truth else Verdict(truth)
    return Answer(verdict, tree_of(rule.when, reading, bound))
