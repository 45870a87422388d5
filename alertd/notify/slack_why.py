"""Why an alert came, for whoever presses Why: what `alertd why` says, in short, and of one receiver alone. Pure."""

from __future__ import annotations

from datetime import tzinfo

from alertd.alerts.severity import arithmetic
from alertd.model import Alert, Match, Told
from alertd.notify.clocks import clock_time, moment, zone, zone_label
from alertd.notify.plain import one_line
from alertd.notify.slack_blocks import SECTION_MAX, escape

_RULES_SHOWN = 5
_CHANGES_SHOWN = 8


def why_text(alert: Alert, told: Told | None, receiver: str, timezone: str, now: int) -> str:
    """Say it. `alert` is what the receiver may see of it, `told` its lane; the text is escaped for Slack."""
    tz = zone(timezone)
    first = moment(alert.first_at)
    began = f", first seen {_clock(first, tz, now)}" if first is not None else ""
    lines = [f"{alert.severity.upper()} {one_line(alert.title, 300)}", f"Alert {alert.id}{began}, {alert.status}."]
    rules: dict[str, Match] = {}
    for match in alert.matches:
        rules[match.rule] = match
    lines += [_rule(match) for match in list(rules.values())[:_RULES_SHOWN]]
    if len(rules) > _RULES_SHOWN:
        lines.append(f"and {len(rules) - _RULES_SHOWN} more rules")
    for change in alert.changes[-_CHANGES_SHOWN:]:
        at = moment(change.at)
        lines.append(f"• {_clock(at, tz, now) if at is not None else ''} {one_line(change.text, 200)}")
    lines.append(_known(told, receiver, tz, now))
    lines.append(f"All of it: alertd why {alert.id}")
    return escape("\n".join(line for line in lines if line), SECTION_MAX)


def _rule(match: Match) -> str:
    title = f" ({one_line(match.title, 100)})" if match.title else ""
    words = list(dict.fromkeys(one_line(found.quote, 60) for found in match.evidence if found.quote))[:4]
    on = f" on {', '.join(f'“{word}”' for word in words)}" if words else ""
    path = f", by {' → '.join(one_line(step, 60) for step in match.path[:4])}" if match.path else ""
    how = f" ({one_line(sum_, 400)})" if (sum_ := arithmetic(match)) else ""
    return f"Rule {one_line(match.rule, 64)}{title} held{on}{path}: {match.severity}{how}."


def _known(told: Told | None, receiver: str, tz: tzinfo, now: int) -> str:
    if told is None:
        return ""
    said = []
    if told.revision:
        said.append(f"{receiver} was told revision {told.revision} at {_clock(told.at_ms, tz, now)}")
    if told.via:
        said.append(f"in place of {told.via}, where nobody answered in time")
    if told.held:
        said.append("a newer one waits for the end of a window")
    return f"{', '.join(said)}." if said else ""


def _clock(ms: int, tz: tzinfo, now: int) -> str:
    return f"{clock_time(ms, tz, now)} {zone_label(ms, tz)}"
