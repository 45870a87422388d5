"""What a message says, before a receiver gives it its form: DESIGN.md, "The message". Pure.

    headline   alone on a phone's lock screen, at most 110 characters
    status     severity, portfolio, how sure
    title      what happened
    rows       holdings, deal, money, the catch, tone, the source's words, why this came, the clocks
    link       the source, http(s) only

A row whose facts do not exist is not there.
"""

from __future__ import annotations

from collections.abc import Callable

from alertd.model import Alert, Coverage, Event, Match, Message, Severity, Struct, TouchedHolding
from alertd.notify import evidence, facts, holdings
from alertd.notify.clocks import OLD_AFTER_MS, age, clock_time, moment, zone, zone_label
from alertd.notify.coverage import coverage_parts, lateness, since_when
from alertd.notify.plain import cut, one_line, web_link

HEADLINE_MAX = 110
TITLE_MAX = 500
LINK_MAX = 3000
"""Slack's limit for the address behind a button; mail and terminals have none worth naming."""
SEPARATOR = " · "

POSSIBLE_REPEAT = "Possible repeat: an earlier attempt to send this may have reached you."


class Row(Struct, frozen=True):
    """One labelled line."""

    label: str
    text: str
    quote: str = ""
    """The source's own words, shown as a quotation."""


class Lines(Struct, frozen=True, kw_only=True):
    """A message as plain text in parts; every part is one printable line."""

    headline: str
    status: str
    title: str
    rows: list[Row]
    link: str
    severity: Severity | None


class _Facts(Struct, frozen=True, kw_only=True):
    """What the row builders look at."""

    message: Message
    alert: Alert
    event: Event
    now: int


def compose(message: Message, now: int) -> Lines:
    """Put a message into lines; `now` (ms) is the moment of its first attempt, shown as "sent"."""
    if message.coverage is not None:
        return _coverage(message, message.coverage, now)
    if message.type == "notice" or (message.alert is None and message.notice is not None):
        return _notice(message, now)
    if message.alert is None:
        return _bare(message, now)
    return _alert(_Facts(message=message, alert=message.alert, event=message.event or Event(), now=now))


def delayed(first_try_ms: int, now: int) -> str:
    """Say that a message waited: it was first tried at `first_try_ms`. Empty within five minutes."""
    late = now - first_try_ms
    return f"Delayed {age(late)}: it could not be delivered before." if late > OLD_AFTER_MS else ""


def join(parts: list[str]) -> str:
    """Join what is not empty with middle dots."""
    return SEPARATOR.join(part for part in parts if part)


# --- headline, status, title ------------------------------------------------------------------------------


def _alert(f: _Facts) -> Lines:
    severity = f.alert.severity
    title = one_line(f.event.title or f.alert.title, TITLE_MAX) or "(no title)"
    portfolio = one_line(f.message.portfolio_title or f.alert.portfolio, 80)
    marks = _marks(f)
    head = cut(join([*marks, severity.upper(), title]), HEADLINE_MAX)
    return Lines(
        headline=_as_fits(head, [*_catch(f, title), holdings.in_brief(_touched(f)), portfolio]),
        status=join([*marks, severity.upper(), portfolio, *_sureness(f)]),
        title=title,
        rows=[row for build in _ROWS for row in build(f) if row.text or row.quote],
        link=web_link(f.event.url, LINK_MAX),
        severity=severity,
    )


def _as_fits(head: str, more: list[str]) -> str:
    """Put behind the headline what there is room for, the most important first."""
    for part in more:
        longer = join([head, part])
        head = longer if len(longer) <= HEADLINE_MAX else head
    return head


def _catch(f: _Facts, title: str) -> list[str]:
    """Name the first term that makes the deal fragile, unless the title does."""
    terms = [what.partition(",")[0] for what, _ in facts.catches(f.event)]
    return [term for term in terms[:1] if term not in title.casefold()]


def _touched(f: _Facts) -> list[TouchedHolding]:
    return holdings.of_matches(_current(f))


_TYPE_MARKS = {
    "test": "TEST",
    "alert.acknowledged": "ACKNOWLEDGED",
    "alert.closed": "CLOSED",
    "note": "NOTE",
    "digest": "DIGEST",
}


def _marks(f: _Facts) -> list[str]:
    """What a reader must know before the news itself: its age, that it is late, corrected or taken back."""
    kind = f.message.type
    marks = [_TYPE_MARKS[kind]] if kind in _TYPE_MARKS else []
    if kind in ("alert.acknowledged", "alert.closed"):
        return marks
    marks = [_age_mark(f), "LATE" if f.event.late else "", *marks]
    if f.event.withdrawn or f.event.revision_reason == "withdrawal":
        marks.append("WITHDRAWN")
    elif f.event.revision_reason == "correction":
        marks.append("CORRECTED")
    if kind == "alert.updated":
        marks.append("UPDATE")
    return [mark for mark in marks if mark]


def _age_mark(f: _Facts) -> str:
    happened = moment(f.event.event_at)
    if happened is None or f.now - happened <= OLD_AFTER_MS:
        return ""
    if f.event.published_precision == "day" and f.event.accepted_at is None:
        # Only the day is known: an age in minutes would be invented.
        tz = zone(f.message.timezone)
        today = clock_time(f.now, tz, f.now, "day")
        dated = clock_time(happened, tz, f.now, "day")
        return "" if dated == today else f"dated {dated}"
    return f"{age(f.now - happened)} old"


def _sureness(f: _Facts) -> list[str]:
    story = f.event.story
    if f.message.type == "alert.updated":
        first = f"revision {f.alert.revision}"
    elif story is not None and story.position > 1:
        first = f"report {story.position} of its story"
    else:
        first = "first report"
    sources = story.sources if story is not None else 1
    return [first, "1 source" if sources == 1 else f"{sources} sources", facts.unconfirmed(f.event)]


# --- rows -----------------------------------------------------------------------------------------------


def _changed(f: _Facts) -> list[Row]:
    if f.message.type == "alert.fired" or not f.alert.changes:
        return []
    return [Row("Changed", one_line(f.alert.changes[-1].text, 300))]


def _noted(f: _Facts) -> list[Row]:
    return [Row("Note", one_line(f.alert.note or "", 1000))]


def _facts_rows(f: _Facts) -> list[Row]:
    touched = _touched(f)
    rows = [
        Row("Holdings", holdings.row(touched)),
        Row("Deal", facts.deal(f.event)),
        Row("Money", facts.money(f.event)),
    ]
    rows += [Row("Fragile", what, quote) for what, quote in facts.catches(f.event)]
    tone = facts.tone(f.event)
    return [*rows, Row("Tone", join([tone, holdings.not_named(touched)]) if tone else "")]


def _says(f: _Facts) -> list[Row]:
    return [Row("Says", "", quote) for quote in evidence.quotes(_current(f), f.event)]


def _why(f: _Facts) -> list[Row]:
    return [Row("Why you", evidence.rules(_current(f), f.event))]


def _current(f: _Facts) -> list[Match]:
    """The matches of the event at hand; all of the alert's if it has none (acknowledged, closed)."""
    own = [m for m in f.alert.matches if m.event == f.event.id and m.event_revision == f.event.revision]
    return own or f.alert.matches


def _source(f: _Facts) -> list[Row]:
    event, tz = f.event, zone(f.message.timezone)
    parts = [f"{one_line(event.source, 64)}, trust {event.trust}" if event.source else ""]
    clocks = (
        ("accepted", event.accepted_at, "second"),
        ("published", event.published_at, event.published_precision),
        ("seen", event.seen_at, "second"),
    )
    for label, text, precision in clocks:
        at = moment(text)
        if at is not None:
            parts.append(f"{label} {clock_time(at, tz, f.now, precision)}")
    parts.append(f"sent {clock_time(f.now, tz, f.now)} {zone_label(f.now, tz)}")
    return [Row("Source", join(parts))]


_ROWS: tuple[Callable[[_Facts], list[Row]], ...] = (_changed, _noted, _facts_rows, _says, _why, _source)
"""DESIGN.md's order."""


# --- what is no alert ---------------------------------------------------------------------------------------


def _notice(message: Message, now: int) -> Lines:
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


def _coverage(message: Message, coverage: Coverage, now: int) -> Lines:
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


def _bare(message: Message, now: int) -> Lines:
    """A message without an alert: a test of the receiver, or news alone."""
    tz = zone(message.timezone)
    mark = "TEST" if message.type == "test" else one_line(message.type, 40)
    said = f"alertd reaches {one_line(message.receiver, 64)}"
    title = one_line(message.event.title if message.event else "", TITLE_MAX) or f"{said}: nothing to do"
    rows = [Row("Why you", one_line(message.reason, 200)), Row("Source", f"sent {clock_time(now, tz, now)}")]
    return Lines(
        headline=cut(join([mark, title]), HEADLINE_MAX),
        status=join([mark, one_line(message.portfolio_title, 80)]),
        title=title,
        rows=[row for row in rows if row.text],
        link=web_link(message.event.url, LINK_MAX) if message.event else "",
        severity=None,
    )
