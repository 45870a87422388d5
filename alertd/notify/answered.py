"""What people and clocks made of an alert, for its message: escalated, acknowledged, snoozed, closed. Pure."""

from __future__ import annotations

from datetime import tzinfo

from alertd.model import Alert, Message
from alertd.notify.clocks import clock_time, moment, zone_label
from alertd.notify.lines import Row, join
from alertd.notify.plain import one_line


def answer_rows(message: Message, alert: Alert, tz: tzinfo, now: int) -> list[Row]:
    """Give the rows; those with nothing to say are empty."""
    return [
        Row("Escalated", _escalated(message, alert, tz, now)),
        Row("Answered", join([_acknowledged(alert, tz, now), _snoozed(alert, tz, now), _closed(message, alert)])),
    ]


def in_brief(message: Message, alert: Alert, tz: tzinfo, now: int) -> list[str]:
    """Say it for the line of the status of a message that tells of an answer."""
    if message.type == "alert.closed":
        return [_closed(message, alert)]
    return [_acknowledged(alert, tz, now).removeprefix("acknowledged ")]


def _escalated(message: Message, alert: Alert, tz: tzinfo, now: int) -> str:
    if not message.escalated_from:
        return ""
    first = moment(alert.first_at)
    when = f"; first told {clock_time(first, tz, now)} {zone_label(first, tz)}" if first is not None else ""
    return f"nobody answered at {one_line(message.escalated_from, 64)} in time{when}"


def _acknowledged(alert: Alert, tz: tzinfo, now: int) -> str:
    if not alert.acknowledged_by:
        return ""
    at = moment(alert.acknowledged_at)
    when = f" {clock_time(at, tz, now, 'minute')} {zone_label(at, tz)}" if at is not None else ""
    return f"acknowledged by {one_line(alert.acknowledged_by, 80)}{when}"


def _snoozed(alert: Alert, tz: tzinfo, now: int) -> str:
    until = moment(alert.snoozed_until)
    if until is None or until <= now:
        return ""
    return f"snoozed until {clock_time(until, tz, now, 'minute')} {zone_label(until, tz)}"


def _closed(message: Message, alert: Alert) -> str:
    if message.type != "alert.closed":
        return ""
    last = next((change for change in reversed(alert.changes) if change.reason in ("closed", "merged_into")), None)
    return one_line(last.text, 200) if last is not None else "closed"
