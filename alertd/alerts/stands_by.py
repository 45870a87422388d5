"""Why an alert is louder than the report at hand: the rule and the other report that keep it there. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from alertd.alerts.compare import quoted
from alertd.alerts.policy import loudest, severity_rank
from alertd.model import Alert, Event, Folded


def stands_by(alert: Alert, event: Event, folded: Sequence[Folded]) -> str:
    """Name them, of what a receiver may see of the alert; empty where the event is as loud, or has no match in it.

    `folded`: what the alert has taken in, for the headlines. A report that stands is named before one that its
    source took back: what that said keeps the alert where it is, too.
    """
    own = [m.severity for m in alert.matches if (m.event, m.event_revision) == (event.id, event.revision)]
    if not own or severity_rank(loudest(own)) >= severity_rank(alert.severity):
        return ""
    headlines = {one.event: one.headline for one in folded}
    by = [m for m in alert.matches if m.severity == alert.severity and m.event != event.id]
    if not by:
        return ""
    match = max(by, key=lambda match: bool(headlines.get(match.event)))
    headline = headlines.get(match.event)
    of = quoted(headline) if headline else "a report that was withdrawn" if headline == "" else "an earlier report"
    title = f" ({match.title})" if match.title else ""
    return f"{alert.severity} still by {match.rule}{title}, of {of}"
