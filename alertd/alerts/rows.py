"""An alert as it is listed, one flat row for tables and for the API, and as the journal carries it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from alertd.alerts.knowing import snoozed
from alertd.alerts.lanes import lanes
from alertd.alerts.policy import severity_rank
from alertd.base.clock import parse_rfc3339
from alertd.model import Alert, AlertState, Match, Note, Severity, Struct

CARD_CHANGES = 20
"""Lines of its history that a card has, the newest."""
CARD_MATCHES = 20
"""Matches, the newest."""
CARD_COMPANIES = 50
CARD_QUOTES = 10
CARD_QUOTE = 200
"""Characters of one quote."""


class RowHolding(Struct, frozen=True, kw_only=True):
    """A holding that an alert touches."""

    company: str
    label: str
    weight: float | None
    """Share of the portfolio as a fraction, negative for a short; null where it is not known."""
    named: bool
    path: list[str]
    """How it is near to a company that is named, step by step."""
    impact: Literal["good", "bad"] | None


class AlertRow(Struct, frozen=True, kw_only=True):
    """What a list of alerts says of one (`row`)."""

    id: str
    revision: int
    portfolio: str
    portfolio_title: str
    desk: str | None
    status: Literal["open", "acknowledged", "closed"]
    severity: Severity
    title: str
    rules: list[str]
    story: str
    url: str
    first_at: str
    updated_at: str
    acknowledged_by: str | None
    acknowledged_at: str | None
    snoozed_until: str | None
    merged_into: str | None
    useful: int
    noise: int
    holdings: list[RowHolding]
    """Those that are touched, each as the newest match has it, at most 50."""
    told: dict[str, int]
    """Receiver -> the newest revision that it was told of."""
    waits_for: list[str]
    """Receivers for which something is held."""


class AlertShown(Alert, frozen=True, kw_only=True):
    """An alert as it is named outside."""

    note: Note | None = None


class AlertInFull(AlertRow, frozen=True, kw_only=True):
    """One alert with all that it carries (`in_full`), or as the history has it (`in_past`)."""

    from_history: bool
    """Redis keeps it no more: this is what the history has of it, and there is no `alert`."""
    alert: AlertShown | msgspec.UnsetType = msgspec.UNSET


def row(state: AlertState) -> dict[str, Any]:
    """Give what a list of alerts says of one, ready for JSON."""
    known = lanes(state)
    return _row(state) | {
        "told": {name: one.revision for name, one in sorted(known.items()) if one.revision},
        "waits_for": sorted(name for name, one in known.items() if one.held),
    }


def outside(alert: Alert) -> dict[str, Any]:
    """Give an alert with its fields named as they are outside the store, ready for JSON."""
    fields: dict[str, Any] = msgspec.to_builtins(alert)
    return fields | {"note": fields.pop("research_note")}


def in_full(state: AlertState) -> dict[str, Any]:
    """Give an alert with all that it carries: its row, and `alert` as a whole, ready for JSON."""
    return row(state) | {"from_history": False, "alert": outside(state.alert)}


def in_past(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Give an alert of which there is a row of the history alone, ready for JSON."""
    return {**kept, "from_history": True}


def card(state: AlertState) -> dict[str, Any]:
    """Give an alert as the journal carries it: what it can be listed, searched and counted by later, ready for JSON.

    It quotes nothing of a source whose rights limit what may be kept or shown: such words would outlive them here.
    """
    alert = state.alert
    matches = alert.matches[-CARD_MATCHES:]
    companies = dict.fromkeys(name for one in matches for name in (one.company, *one.companies) if name)
    return _row(state) | {
        "subject": alert.subject,
        "sources": state.sources,
        "event": state.event.id if state.event is not None else "",
        "companies": list(companies)[:CARD_COMPANIES],
        "matches": [
            {
                "rule": one.rule,
                "rule_hash": one.rule_hash,
                "severity": one.severity,
                "title": one.title,
                "event": one.event,
                "event_revision": one.event_revision,
                "experimental": one.experimental,
            }
            for one in matches
        ],
        "changes": [one.text for one in alert.changes[-CARD_CHANGES:]],
        "quotes": _quotes(matches),
    }


def _holdings(matches: Sequence[Match]) -> list[dict[str, Any]]:
    """Give the holdings that are touched, each as the newest match has it."""
    found = {holding.company: holding for one in matches for holding in one.holdings}
    return [
        {
            "company": one.company,
            "label": one.label,
            "weight": one.weight,
            "named": one.named,
            "path": one.path,
            "impact": one.impact,
        }
        for one in list(found.values())[:CARD_COMPANIES]
    ]


def _quotes(matches: Sequence[Match]) -> list[str]:
    """Give the words that rules held for, those of the newest match first."""
    free = (one for one in reversed(matches) if one.rights is None)
    quotes = dict.fromkeys(found.quote[:CARD_QUOTE] for one in free for found in one.evidence if found.quote)
    return list(quotes)[:CARD_QUOTES]


def _row(state: AlertState) -> dict[str, Any]:
    alert, said = state.alert, list(state.alert.feedback.values())
    return {
        "id": alert.id,
        "revision": alert.revision,
        "portfolio": alert.portfolio,
        "portfolio_title": state.portfolio_title,
        "desk": state.desk,
        "status": alert.status,
        "severity": alert.severity,
        "title": alert.title,
        "rules": list(dict.fromkeys(match.rule for match in alert.matches)),
        "story": alert.story,
        "url": state.event.url if state.event is not None else "",
        "first_at": alert.first_at,
        "updated_at": alert.updated_at,
        "acknowledged_by": alert.acknowledged_by,
        "acknowledged_at": alert.acknowledged_at,
        "snoozed_until": alert.snoozed_until,
        "merged_into": alert.merged_into,
        "useful": said.count("useful"),
        "noise": said.count("noise"),
        "holdings": _holdings(alert.matches[-CARD_MATCHES:]),
    }


class Wanted:
    """Which alerts a list is about; what is None does not matter."""

    def __init__(
        self,
        *,
        portfolio: str | None = None,
        status: str | None = None,
        severity: Severity | None = None,
        now: int,
        rule: str | None = None,
        company: str | None = None,
        event_type: str | None = None,
        source: str | None = None,
        receiver: str | None = None,
        until_ms: int | None = None,
    ) -> None:
        """`status` may be `snoozed`, too; `severity` is the least. `now` in ms; `until_ms`: it was raised before.

        `company` is an id or the label of a holding; of type and source the newest event and what was told count.
        """
        self._portfolio = portfolio
        self._status = status
        self._rank = severity_rank(severity) if severity is not None else 0
        self._now = now
        self._rule = rule
        self._company = company.casefold() if company is not None else None
        self._type = event_type
        self._source = source
        self._receiver = receiver
        self._until = until_ms

    def fits(self, state: AlertState) -> bool:
        """Tell whether an alert is one of them."""
        alert = state.alert
        if self._portfolio is not None and alert.portfolio != self._portfolio:
            return False
        if self._status == "snoozed":
            return alert.status != "closed" and snoozed(state, self._now)
        if self._status is not None and alert.status != self._status:
            return False
        if self._until is not None and parse_rfc3339(alert.first_at) >= self._until:
            return False
        return severity_rank(alert.severity) >= self._rank and self._about(state)

    def _about(self, state: AlertState) -> bool:
        """Tell whether rule, company, event type, source and receiver fit."""
        known = lanes(state).get(self._receiver) if self._receiver is not None else None
        said = state.said.types if state.said is not None else []
        return (
            self._rule in (None, *(match.rule for match in state.alert.matches))
            and self._company in (None, *company_names(state.alert.matches))
            and self._type in (None, *(name.partition(" ")[0] for name in said))
            and self._source in (None, state.event.source if state.event is not None else None)
            and (self._receiver is None or (known is not None and known.revision > 0))
        )


def company_names(matches: Sequence[Match]) -> set[str]:
    """Give what the companies of matches are called, case folded: ids, and labels of holdings."""
    names = {name for one in matches for name in (one.company, *one.companies)}
    names.update(name for one in matches for held in one.holdings for name in (held.company, held.label))
    return {name.casefold() for name in names if name}
