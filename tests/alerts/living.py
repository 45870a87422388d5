"""Alerts in the middle of their lives, for the tests of answers, clocks and releases."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import rfc3339
from alertd.model import (
    Alert,
    AlertState,
    Change,
    Decision,
    DigestItem,
    Event,
    Folded,
    Hold,
    Match,
    NewDelivery,
    Severity,
    Silence,
    Told,
    TouchedHolding,
)

NOW = 1_800_000_000_000
"""2027-01-15T08:00:00Z."""
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
TITLE = "Vega Grid leases its Orion supercomputer to Lumen Labs"

EVENT: dict[str, Any] = {"id": "ev_a", "title": TITLE, "source": "wire", "url": "https://wire.example.com/1"}


def match(rule: str = "lease", severity: Severity = "high", event: str = "ev_a", **more: Any) -> Match:
    """Make a match."""
    return Match(
        rule=rule, rule_hash="h", portfolio="ai", event=event, event_revision=1, severity=severity,
        title=f"Rule {rule}", **more,
    )  # fmt: skip


def state(
    name: str = "al_a",
    *,
    told: dict[str, Told] | None = None,
    severity: Severity = "high",
    revision: int = 1,
    desk: str | None = None,
    event: dict[str, Any] | None = None,
    matches: list[Match] | None = None,
    receivers: tuple[str, ...] = ("desk",),
    **alert: Any,
) -> AlertState:
    """Make the state of an alert that `desk` was told of a minute ago."""
    at = rfc3339(NOW - MINUTE)
    changes = [
        Change(at=at, revision=n, event="ev_a", event_revision=1, reason="first" if n == 1 else "update_material",
               text="first report" if n == 1 else f"news {n}")
        for n in range(1, revision + 1)
    ]  # fmt: skip
    decision = Decision(portfolio="ai", alert=name, alert_revision=1, reason="first")
    fields: dict[str, Any] = {"subject": "st_a", "title": TITLE, "story": "st_a", "changes": changes} | alert
    return AlertState(
        alert=Alert(
            id=name, revision=revision, portfolio="ai", severity=severity, first_at=at, updated_at=at,
            matches=[match(severity=severity)] if matches is None else matches, **fields,
        ),
        folded=[Folded(event="ev_a", revision=1, decision=decision, headline=TITLE)],
        told={"desk": Told(revision=1, at_ms=NOW - MINUTE, severity=severity)} if told is None else told,
        event=Event(**(EVENT | (event or {}))),
        portfolio_title="AI infrastructure",
        timezone="America/New_York",
        desk=desk,
        receivers=list(receivers),
    )  # fmt: skip


def policies(*all_: ReceiverPolicy) -> dict[str, ReceiverPolicy]:
    """Give receivers by id; by default one, `desk`."""
    return {policy.id: policy for policy in all_ or (ReceiverPolicy("desk"),)}


def hold(
    of: AlertState,
    *,
    receiver: str = "desk",
    kind: Any = "brief",
    until: int = NOW,
    since: int = NOW - HOUR,
    expires: int = NOW + DAY,
    message: NewDelivery | None = None,
) -> Hold:
    """Put an alert off, as it is now."""
    alert = of.alert
    item = DigestItem(
        alert=alert.id, revision=alert.revision, portfolio=alert.portfolio, severity=alert.severity,
        title=alert.title, first_at=alert.first_at, updated_at=alert.updated_at, since=rfc3339(since),
        reason="quiet_until" if kind == "brief" else "folded_into",
    )  # fmt: skip
    return Hold(
        receiver=receiver, kind=kind, until_ms=until, since_ms=since, expires_ms=expires, item=item, message=message
    )


def waiting(of: AlertState, put: Hold) -> AlertState:
    """Give the state of an alert of which something waits for a receiver that was told nothing."""
    return replace(of, told={**of.told, put.receiver: Told(held=put.window, held_since_ms=put.since_ms)})


def held_weight(company: str, weight: float) -> TouchedHolding:
    """Make a holding."""
    return TouchedHolding(company=company, label=company.upper(), weight=weight, named=True)


def silence(**fields: Any) -> Silence:
    """Make a silence of all desks that began an hour ago and ends in an hour."""
    times: dict[str, Any] = {
        "created_at": rfc3339(NOW - HOUR),
        "starts_at": rfc3339(NOW - HOUR),
        "ends_at": rfc3339(NOW + HOUR),
    }
    return Silence(**({"id": "si_x", "author": "jd", "reason": "known", "all_desks": True, **times} | fields))


def withdrawn(of: AlertState) -> AlertState:
    """Take the event of an alert back."""
    assert of.event is not None
    back = Folded(event="ev_a", revision=2, decision=of.folded[0].decision)
    return replace(of, event=replace(of.event, withdrawn=True), folded=[*of.folded, back])
