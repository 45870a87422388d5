"""The lines of messages about no alert: notices to the operator, the coverage line, a test of a receiver. Pure."""

from __future__ import annotations

from alertd.model import Coverage, Message
from alertd.notify.clocks import clock_time, moment, zone, zone_label
from alertd.notify.coverage import coverage_parts, lateness, since_when
from alertd.notify.lines import HEADLINE_MAX, LINK_MAX, TITLE_MAX, Lines, Row, join
from alertd.notify.plain import cut, one_line, web_link


def notice_lines(message: Message, now: int) -> Lines:
    """Say something to the operator."""
    notice = message.notice
    tz = zone(message.timezone)
    text = one_line(notice.text, TITLE_MAX) if notice else ""
    kind = one_line(notice.kind.replace("_", " "), 60) if notice else "notice"
    subject = one_line(notice.subject, 100) if notice else ""
    at = moment(notice.at if notice else message.at)
    when = now if at is None else at
    return Lines(
        headline=cut(join(["alertd", kind, text]), HEADLINE_MAX),
        status=join(["alertd", kind, subject]),
        title=text or kind,
        rows=[Row("At", f"{clock_time(when, tz, now)} {zone_label(when, tz)}")],
        link="",
        severity=None,
    )


def coverage_lines(message: Message, coverage: Coverage, now: int) -> Lines:
    """Say what was seen for a receiver."""
    tz = zone(message.timezone)
    parts, late = coverage_parts(coverage, tz), lateness(coverage, tz, now)
    return Lines(
        headline=cut(join([*(["LATE"] if late else []), "Coverage", *parts]), HEADLINE_MAX),
        status=join([*(["LATE"] if late else []), "alertd", "coverage"]),
        title=one_line(f"Coverage {since_when(coverage, tz)}: {join(parts)}", TITLE_MAX),
        rows=[Row("Late", late)] if late else [],
        link="",
        severity=None,
    )


def bare_lines(message: Message, now: int) -> Lines:
    """Say what a message without an alert says: a test of the receiver, news alone, or what a report is about."""
    tz = zone(message.timezone)
    mark = "TEST" if message.type == "test" else one_line(message.type, 40)
    said = f"alertd reaches {one_line(message.receiver, 64)}"
    about = message.mailing.subject if message.mailing else message.event.title if message.event else ""
    title = one_line(about, TITLE_MAX) or f"{said}: nothing to do"
    rows = [Row("Why you", one_line(message.reason, 200)), Row("Source", f"sent {clock_time(now, tz, now)}")]
    return Lines(
        headline=cut(join([mark, title]), HEADLINE_MAX),
        status=join([mark, one_line(message.portfolio_title, 80)]),
        title=title,
        rows=[row for row in rows if row.text],
        link=web_link(message.event.url, LINK_MAX) if message.event else "",
        severity=None,
    )
