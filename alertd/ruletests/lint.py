"""What is allowed in rules and yet hardly meant: each finding is a warning with a short name, a place and a hint.

    loaded rules -> of each rule its condition, then what several have to do with each other -> findings

A rule gets one finding about its condition: one that can never hold is not told, too, that it names no company.
Notices are what may well be meant; they are shown and never count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from alertd.errors import Fault
from alertd.rules.book import EventTypeRule, Portfolio, Rule
from alertd.rules.company_leaves import is_about_company
from alertd.rules.facts import Facts
from alertd.rules.loaded import Loaded
from alertd.rules.logic import Node
from alertd.rules.state import Sequence
from alertd.rules.traits import asserted
from alertd.ruletests.lint_companies import circles, clashes, declared, mutual
from alertd.ruletests.lint_condition import Answer, Judge, holdings_needed
from alertd.ruletests.lint_roles import Roles, foreign_role
from alertd.ruletests.lint_several import identical, untested, unused, without_rates

LINTS: Mapping[str, str] = {
    "never": "the condition can never hold: two parts of it exclude each other",
    "always-true": "the condition holds for every event",
    "common-words": "the rule asks for nothing but words that most news have",
    "literal": "a term has AND, OR, NOT or a bar in it, or a pattern stands between slashes: read as they stand",
    "no-role": "the rule asks for a role that none of its event types has",
    "no-holdings": "the rule asks for holdings, and the portfolio holds nothing",
    "no-rates": "rules compare money, and no list says rates for amounts in other currencies (a notice)",
    "no-company": "the rule asks for no company, in a portfolio that is about companies",
    "dates": "the rule's last day is over, or lies before its first",
    "auto-base": "a rule leaves its severity to event types of which none states one (a notice)",
    "title-lines": "the title of a rule has several lines, and an alert has one",
    "same-rule": "another rule for the same receivers asks for the same",
    "no-test": "a rule or event type has no test",
    "no-receivers": "a portfolio names no receivers, so nobody hears of its alerts",
    "dead-receiver": "alertd.yaml defines a receiver that nothing sends to",
    "no-archive": "a rule asks for an index of a company, and `archive` is switched off",
    "company-name": "a declared company is called by a word that most news have, or by signs alone",
    "company-twice": "a declared company is called as a registrant is in full, and has no `cik`",
    "company-clash": "a declared company is called as another company is in texts, or by its ticker",
    "company-word": "a declared company is called by ordinary words alone (a notice)",
    "company-circle": "companies are subsidiaries of one another in a circle",
    "company-mutual": "two companies are each said to be the same to the other, such as its supplier (a notice)",
    "unused-list": "no rule names a list (a notice)",
    "unused-fragment": "no rule uses a fragment (a notice)",
}
"""Name -> when it is found."""

_NAMING = frozenset(("subject", "issuer", "filer", "insider"))
"""Facts that are the name of somebody."""


def lint(loaded: Loaded, *, today: date, advance: Callable[[int], None] = lambda rules: None) -> list[Fault]:
    """Look for all that is hardly meant. `advance` is told how many more rules have been looked at."""
    judge = Judge()
    roles = {event_type.id: event_type.roles for event_type in loaded.book.event_types}
    found = [fault for event_type in loaded.book.event_types for fault in _of_event_type(event_type, loaded, judge)]
    for portfolio in loaded.book.portfolios:
        found += _of_portfolio(portfolio, loaded, judge, roles, today)
        advance(len(portfolio.rules))
    return sorted(
        {
            *found,
            *identical(loaded),
            *untested(loaded),
            *unused(loaded),
            *declared(loaded),
            *clashes(loaded),
            *circles(loaded),
            *mutual(loaded),
            *without_rates(loaded),
        }
    )


def _of_event_type(event_type: EventTypeRule, loaded: Loaded, judge: Judge) -> Iterator[Fault]:
    place = loaded.places["", event_type.id]
    answer = judge.condition(event_type.when, bound=False)
    if answer is not None:
        message = f"event type `{event_type.id}` {answer.message}"
        yield Fault(*place, message, answer.hint, "warning", answer.name)
    named = [
        *((f"status `{status}`", condition) for status, condition in event_type.statuses),
        *((f"kind `{kind}`", condition) for kind, condition in event_type.kinds),
    ]
    for what, condition in named:
        answer = judge.condition(condition, bound=False)
        if answer is not None and answer.name == "never":
            message = f"event type `{event_type.id}`, {what} {answer.message}"
            yield Fault(*place, message, answer.hint, "warning", answer.name)


def _of_portfolio(portfolio: Portfolio, loaded: Loaded, judge: Judge, roles: Roles, today: date) -> Iterator[Fault]:
    if not portfolio.receivers and not all(rule.experimental or rule.receivers for rule in portfolio.rules):
        message = f"portfolio `{portfolio.id}` names no receivers, so nobody hears of its alerts"
        place = loaded.places[portfolio.id, ""]
        yield Fault(*place, message, "name one, or make its rules `experimental`", "warning", "no-receivers")
    holds = bool(portfolio.holdings.positions)
    about_companies = holds or any(map(_names_company, portfolio.rules))
    stated = {event_type.id for event_type in loaded.book.event_types if event_type.severity is not None}
    for rule in portfolio.rules:
        if rule.auto and rule.types and rule.types.isdisjoint(stated):
            message = f"rule `{rule.id}` says `severity: auto`, and none of its event types states a `severity`"
            hint = "so it begins with medium; write `severity:` in the file of the event type"
            yield Fault(*loaded.places[portfolio.id, rule.id], message, hint, "notice", "auto-base")
        answers = [
            _of_condition(rule, judge),
            foreign_role(rule, roles),
            _without_holdings(rule) if not holds else None,
            _without_company(rule) if about_companies else None,
        ]
        found = [*[answer for answer in answers if answer is not None][:1], *_by_dates(rule, today), *_by_title(rule)]
        for answer in found:
            place = loaded.places[portfolio.id, rule.id]
            message = f"rule `{rule.id}` {answer.message}"
            yield Fault(*place, message, answer.hint, "warning", answer.name)


def _of_condition(rule: Rule, judge: Judge) -> Answer | None:
    answer = judge.condition(rule.when, bound=rule.binds)
    # What is counted over time may be broad.
    return answer if answer is None or rule.state is None or answer.name in ("never", "literal") else None


def _names_company(rule: Rule) -> bool:
    """Whether a rule asks for a company: in a condition, by a fact that is a name, or for events of the same two."""
    return isinstance(rule.state, Sequence) or any(_is_name(node) for node in asserted(rule.when))


def _is_name(node: Node) -> bool:
    if isinstance(node, Facts):
        return any(asked.name in _NAMING for asked in node.asked)
    return not node.children and is_about_company(node)


def _without_company(rule: Rule) -> Answer | None:
    if _names_company(rule):
        return None
    hint = (
        "add `mentions: holdings` or `exposed: holdings`; what is meant for anybody stands in a portfolio of topics"
    )
    return Answer("no-company", "asks for no company, so it holds for anybody's news", hint)


def _without_holdings(rule: Rule) -> Answer | None:
    leaf = holdings_needed(rule.when)
    if leaf is None:
        return None
    message = f"can never hold: it asks for `{leaf.label()}`, and the portfolio holds nothing"
    return Answer("no-holdings", message, "write `holdings:` in the portfolio")


def _by_title(rule: Rule) -> Iterator[Answer]:
    if len(rule.title.splitlines()) > 1:
        yield Answer("title-lines", "has a title of several lines, and an alert has one", "put it on one line")


def _by_dates(rule: Rule, today: date) -> Iterator[Answer]:
    if rule.valid_until is None:
        return
    if rule.valid_from is not None and rule.valid_from > rule.valid_until:
        message = f"can never hold: it ends on {rule.valid_until}, before it begins on {rule.valid_from}"
        yield Answer("dates", message, "turn `valid_from` and `valid_until` round")
    elif rule.valid_until < today.isoformat():
        message = f"has ended on {rule.valid_until}"
        yield Answer("dates", message, "take it out, or give it another `valid_until`")
