"""An alert as it is listed: one flat row for tables and for the API. Pure."""

from __future__ import annotations

from typing import Any

from alertd.alerts.knowing import snoozed
from alertd.alerts.lanes import lanes
from alertd.alerts.policy import severity_rank
from alertd.model import AlertState, Severity


def row(state: AlertState) -> dict[str, Any]:
    """Give what a list of alerts says of one, ready for JSON."""
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
        "told": {name: known.revision for name, known in sorted(lanes(state).items()) if known.revision},
        "waits_for": sorted(name for name, known in lanes(state).items() if known.held),
        "useful": said.count("useful"),
        "noise": said.count("noise"),
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
    ) -> None:
        """`status` may be `snoozed`, too; `severity` is the least. `now` in ms."""
        self._portfolio = portfolio
        self._status = status
        self._rank = severity_rank(severity) if severity is not None else 0
        self._now = now

    def fits(self, state: AlertState) -> bool:
        """Tell whether an alert is one of them."""
        alert = state.alert
        if self._portfolio is not None and alert.portfolio != self._portfolio:
            return False
        if self._status == "snoozed":
            return alert.status != "closed" and snoozed(state, self._now)
        if self._status is not None and alert.status != self._status:
            return False
        return severity_rank(alert.severity) >= self._rank
