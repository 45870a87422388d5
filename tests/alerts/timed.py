"""Alerts and receivers for tests of timing: short to write, whole to the code."""

from __future__ import annotations

from typing import Any

from alertd.alerts.circumstances import News, View
from alertd.base.clock import parse_rfc3339
from alertd.model import Alert, CompanyMention, Event, Match, Severity, Told
from alertd.rules.book import Portfolio

NOON = parse_rfc3339("2026-06-16T12:00:00Z")
"""A Tuesday on which nothing is quiet."""
HOUR_MS = 3_600_000


def match(rule: str = "lease", *companies: str, severity: Severity = "high") -> Match:
    return Match(
        rule=rule, rule_hash="h", portfolio="ai", event="ev_1", event_revision=1, severity=severity,
        company=companies[0] if companies else "", companies=list(companies),
    )  # fmt: skip


def view(
    *matches: Match,
    news: News = "first",
    severity: Severity = "high",
    event: Event | None = None,
    portfolio: Portfolio | None = None,
    desk: str | None = None,
    **alert: Any,
) -> View:
    """Give what the receiver `desk` would be told of."""
    held = list(matches or [match(severity=severity)])
    fields: dict[str, Any] = {
        "id": "al_1", "revision": 1, "portfolio": "ai", "subject": "st_1", "severity": severity, "title": "A lease",
        "matches": held, "story": "st_1", "first_at": "", "updated_at": "",
    }  # fmt: skip
    return View(
        receiver="desk", alert=Alert(**{**fields, **alert}), event=event or event_of(), news=news,
        matches=tuple(held), portfolio=portfolio, desk=desk,
    )  # fmt: skip


def event_of(*companies: str, **fields: Any) -> Event:
    named = [CompanyMention(id=company, relevance=1 - place / 10) for place, company in enumerate(companies)]
    return Event(**{"id": "ev_1", "title": "A lease", "source": "prwire", "companies": named, **fields})


def told(severity: Severity = "high", *, at: int = NOON, held: str = "", revision: int = 1) -> Told:
    return Told(revision=revision, at_ms=at, severity=severity, held=held)
