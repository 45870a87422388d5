"""What a backtest gives, written by hand: events with their matches and decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.history.backtest.coverage import Covered
from alertd.history.backtest.happened import Happened, NearMiss, Rang
from alertd.history.past import PastEvent
from alertd.model import Decision, Event, Evidence, JournalRecord, Match, Reason, Severity
from alertd.rules.book import Portfolio, Rule, RuleBook, make_book
from alertd.rules.tree import Always

START = parse_rfc3339("2026-03-02T08:00:00.000Z")
"""A Monday."""
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
NOW = "dl_1"
"""What a decision says of a receiver that is told at once."""


def rule(name: str, **more: Any) -> Rule:
    """Make a rule that asks for nothing."""
    given: dict[str, Any] = {
        "title": name.title(),
        "severity": "high",
        "when": Always(),
        "hash": name,
        "definition": b"{}",
    }
    return Rule(**{"id": name} | given | more)


def book(*portfolios: Portfolio) -> RuleBook:
    """Make a book; without portfolios of one, `ai`, with the rules `lease` and `sour`."""
    return make_book(list(portfolios) or [Portfolio(id="ai", title="AI", rules=(rule("lease"), rule("sour")))])


def event(name: str, at: int, title: str = "", **more: Any) -> Event:
    """Make an event that came so many ms after START."""
    return Event(
        id=f"ev_{name}", source="wire", title=title or f"Title of {name}", seen_at=rfc3339(START + at), **more
    )


def match(name: str, of: str = "lease", *, portfolio: str = "ai", severity: Severity = "high", **more: Any) -> Match:
    """Make a match of a rule."""
    return Match(
        rule=of, rule_hash=of, portfolio=portfolio, event=f"ev_{name}", event_revision=1, severity=severity, **more
    )


def decision(
    alert: str,
    reason: Reason = "first",
    *,
    revision: int = 1,
    rules: Sequence[str] = ("lease",),
    portfolio: str = "ai",
    receivers: Mapping[str, str] | None = None,
) -> Decision:
    """Make a decision."""
    told = dict(receivers) if receivers is not None else {"desk": NOW}
    return Decision(
        portfolio=portfolio, alert=alert, alert_revision=revision, reason=reason, rules=list(rules), receivers=told
    )


def happened(
    name: str,
    at: int,
    matches: Sequence[Match] = (),
    decisions: Sequence[Decision] = (),
    *,
    counted: bool = True,
    near: Sequence[NearMiss] = (),
    desk: str | None = None,
    error: str = "",
    number: int = 0,
    **more: Any,
) -> Happened:
    """Make what came of an event so many ms after START."""
    one = event(name, at, **more)
    return Happened(
        PastEvent(START + at, one, desk=desk),
        one,
        counted,
        tuple(matches),
        tuple(decisions),
        near=tuple(near),
        error=error,
        number=number,
    )


def raised(name: str, at: int, of: str = "lease", *, severity: Severity = "high", **more: Any) -> Happened:
    """Make an event that raised an alert of its own."""
    found = [match(name, of, severity=severity, evidence=[Evidence(field="title", start=0, end=5, quote="Title")])]
    return happened(name, at, found, [decision(f"al_{name}", rules=[of])], **more)


def rang(kind: Any, at: int, reason: str, ids: Sequence[str] = (), **data: Any) -> Rang:
    """Make what a clock or a person did."""
    record = JournalRecord(kind=kind, at=rfc3339(START + at), ids=list(ids), reason=reason, data=data)
    return Rang(START + at, record, True)


def covered(*events: Happened) -> Covered:
    """Count events as a worker would."""
    made = Covered()
    for one in events:
        made.add(one.past, START)
    return made
