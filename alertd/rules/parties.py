"""Between which companies something happened: the parties of an event, and the names of pairs of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import combinations

from alertd.base.ids import USER_ID
from alertd.model import Event, ReportedType
from alertd.rules.book import Rule

MAX_PARTIES = 6
"""Parties of an event that are looked at: 15 pairs."""
MAX_NAMED = 20
"""Companies of an event that something is remembered of."""
UNSTATED_PARTIES = 4
"""An event that states no parties is between the companies it names, if it names no more than these."""


def usable(company: str) -> bool:
    """Whether a company's id looks like one: what feeds write may hold anything."""
    return len(company) <= 63 and USER_ID.fullmatch(company) is not None


def named(event: Event) -> list[str]:
    """Give the companies that an event names, the most relevant first."""
    ranked = sorted(event.companies, key=lambda mention: -mention.relevance)
    return list(dict.fromkeys(m.id for m in ranked if usable(m.id)))[:MAX_NAMED]


def parties_of(event: Event, types: Collection[str] = ()) -> list[str]:
    """Give the companies between which an event happened: those of the event types named, else of the whole event.

    Where the event states none, the companies that it names, if they are few.
    """
    stated = _clean(c for reported in event.event_types if reported.type in types for c in _parties(reported))
    if stated:
        return stated
    stated = _clean([*event.parties, *(c for reported in event.event_types for c in _parties(reported))])
    if stated:
        return stated
    companies = named(event)
    return companies if len(companies) <= UNSTATED_PARTIES else []


def subject_of(rule: Rule, event: Event, company: str) -> str:
    """Say what an alert is about where the rule's `key` says that it is not the story; empty for the story.

    An event that names no company, or no parties, is about its story.
    """
    if rule.key == "company":
        return f"company:{company}" if company else ""
    if rule.key == "rule":
        return f"rule:{rule.identity or rule.id}"
    if rule.key == "parties":
        parties = parties_of(event, rule.types)
        return f"parties:{'+'.join(sorted(parties))}" if parties else ""
    return ""


def is_party(reported: ReportedType, companies: Iterable[str]) -> bool:
    """Whether all of these companies are parties of a reported type; of one that states none, all are."""
    stated = _parties(reported)
    return not stated or all(company in stated for company in companies)


def pairs(companies: Iterable[str]) -> list[str]:
    """Name the pairs of companies: `a+b`, in the order of the alphabet."""
    return ["+".join(pair) for pair in combinations(sorted(set(companies)), 2)]


def _parties(reported: ReportedType) -> list[str]:
    return [party.company for party in reported.parties]


def _clean(companies: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(company for company in companies if usable(company)))[:MAX_PARTIES]
