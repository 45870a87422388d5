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

from alertd.model import Alert, ChangeKind, Event, Match, Message, Struct, TouchedHolding
from alertd.notify import answered, evidence, facts, holdings
from alertd.notify.clocks import OLD_AFTER_MS, age, clock_time, day_text, moment, moment_text, zone, zone_label
from alertd.notify.digest_lines import digest_lines
from alertd.notify.lines import HEADLINE_MAX, LINK_MAX, SEPARATOR, TITLE_MAX, Item, Lines, Row, join
from alertd.notify.note_rows import note_rows
from alertd.notify.other_lines import bare_lines, coverage_lines, notice_lines
from alertd.notify.plain import cut, one_line, web_link
from alertd.notify.replayed import replayed_lines

__all__ = [
    "HEADLINE_MAX",
    "LINK_MAX",
    "POSSIBLE_REPEAT",
    "SEPARATOR",
    "Item",
    "Lines",
    "Row",
    "compose",
    "delayed",
]

POSSIBLE_REPEAT = "Possible repeat: an earlier attempt to send this may have reached you."
_NEWS_SHOWN = 5
_ARMED_SHOWN = 3
_NEWS_ON_TOP = 60
"""Characters of what is new that stand before the title on a lock screen."""


class _Facts(Struct, frozen=True, kw_only=True):
    """What the row builders look at."""

    message: Message
    alert: Alert
    event: Event
    now: int
    sent: bool = True
    """Whether `now` is when it is sent; else somebody looks at it then."""


def compose(message: Message, now: int, *, sent: bool = True) -> Lines:
    """Put a message into lines; `now` (ms) is the moment of its first attempt, shown as "sent". Not `sent`: somebody
    only looks at it at that moment.
    """
    lines = _composed(message, now, sent)
    return replayed_lines(lines) if message.replay else lines


def _composed(message: Message, now: int, sent: bool) -> Lines:
    if message.coverage is not None:
        return coverage_lines(message, message.coverage, now)
    if message.digest is not None:
        return digest_lines(message, message.digest, now)
    if message.type == "notice" or (message.alert is None and message.notice is not None):
        return notice_lines(message, now)
    if message.alert is None:
        return bare_lines(message, now)
    return _alert(_Facts(message=message, alert=message.alert, event=message.event or Event(), now=now, sent=sent))


def delayed(first_try_ms: int, now: int) -> str:
    """Say that a message waited: it was first tried at `first_try_ms`. Empty within five minutes."""
    late = now - first_try_ms
    return f"Delayed {age(late)}: it could not be delivered before." if late > OLD_AFTER_MS else ""


# --- headline, status, title ------------------------------------------------------------------------------


def _alert(f: _Facts) -> Lines:
    severity, builders = f.alert.severity, _NOTE_ROWS if f.message.type == "note" else _ROWS
    title = one_line(f.event.title or f.alert.title, TITLE_MAX) or "(no title)"
    portfolio = one_line(f.message.portfolio_title or f.alert.portfolio, 80)
    marks = _marks(f)
    head = cut(join([*marks, severity.upper(), _on_top(f), title]), HEADLINE_MAX)
    return Lines(
        headline=_as_fits(head, [*_catch(f, title), holdings.in_brief(_touched(f)), portfolio]),
        status=join([*marks, severity.upper(), portfolio, *_sureness(f)]),
        title=title,
        rows=[row for build in builders for row in build(f) if row.text or row.quote],
        link=web_link(f.event.url, LINK_MAX),
        severity=severity,
    )


def _as_fits(head: str, more: list[str]) -> str:
    """Put behind the headline what there is room for, the most important first."""
    for part in more:
        longer = join([head, part])
        head = longer if len(longer) <= HEADLINE_MAX else head
    return head


def _on_top(f: _Facts) -> str:
    """Say what is new before a title that the reader knows."""
    known = f.message.type == "alert.updated"  # by a message, or a line in a digest
    return one_line(f.message.news[-1], _NEWS_ON_TOP) if known and f.message.news else ""


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


_ANSWERS = ("alert.acknowledged", "alert.closed")
_BY_PEOPLE: tuple[ChangeKind, ...] = ("acknowledged", "snoozed", "reopened", "closed")


def _marks(f: _Facts) -> list[str]:
    """What a reader must know before the news itself: its age, that it is late, corrected or taken back."""
    kind = f.message.type
    marks = [_TYPE_MARKS[kind]] if kind in _TYPE_MARKS else []
    if kind in _ANSWERS:
        return marks
    if f.message.escalated_from:
        marks.insert(0, "ESCALATED")
    marks = [_age_mark(f), "LATE" if f.event.late else "", *marks]
    if f.event.withdrawn or f.event.revision_reason == "withdrawal":
        marks.append("WITHDRAWN")
    elif f.event.revision_reason == "correction" and f.message.loud:  # an answer or a second source corrects nothing
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
    if f.message.type in _ANSWERS:
        return answered.in_brief(f.message, f.alert, zone(f.message.timezone), f.now)
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


def _new(f: _Facts) -> list[Row]:
    """Say what is new since the receiver was told; of what was told otherwise, what changed last."""
    if f.message.type == "alert.fired" or f.message.type in _ANSWERS:
        return []
    news = [one_line(text, 300) for text in f.message.news] or [one_line(c.text, 300) for c in f.alert.changes[-1:]]
    more = [f"{len(news) - _NEWS_SHOWN} more before"] if len(news) > _NEWS_SHOWN else []
    return [Row("New", join([*news[-_NEWS_SHOWN:], *more]))]


def _answered(f: _Facts) -> list[Row]:
    return answered.answer_rows(f.message, f.alert, zone(f.message.timezone), f.now)


def _held(f: _Facts) -> list[Row]:
    """Say why it comes only now."""
    waited = f.message.reason == "quiet_until" and f.message.type in ("alert.fired", "alert.updated")
    return [Row("Held", "it came in quiet hours")] if waited else []


def _noted(f: _Facts) -> list[Row]:
    """Say what it means, where somebody wrote that and not only an answer is told of."""
    note = f.alert.note
    return note_rows(note) if note is not None and not _only_answers(f) else []


def _only_answers(f: _Facts) -> bool:
    """Whether a message tells who has the alert already of nothing but what people did with it."""
    if f.message.type != "alert.updated":
        return f.message.type in _ANSWERS
    told = {change.text for change in f.alert.changes if change.reason in _BY_PEOPLE}
    return f.message.told_before and bool(f.message.news) and told.issuperset(f.message.news)


def _facts_rows(f: _Facts) -> list[Row]:
    touched = _touched(f)
    rows = [
        Row("Holdings", join([holdings.row(touched), _held_as_of(f) if touched else ""])),
        Row("Deal", facts.deal(f.event)),
        Row("Money", facts.money(f.event)),
    ]
    rows += [Row("Fragile", what, quote) for what, quote in facts.catches(f.event)]
    tone = facts.tone(f.event)
    rows.append(Row("Tone", join([tone, holdings.not_named(touched)]) if tone else ""))
    return [*rows, *(Row("Armed", one_line(text, 300)) for text in f.alert.armed[:_ARMED_SHOWN])]


def _held_as_of(f: _Facts) -> str:
    """Say when the positions were so: `as of 06:30 EST today`; the latest, where an alert has gathered several."""
    written = max((match.held_as_of for match in _current(f) if match.holdings), default="")
    at, tz = moment(written), zone(f.message.timezone)
    if at is not None:
        return f"as of {moment_text(at, tz, f.now)}"
    day = moment(f"{written}T00:00:00Z")
    return f"as of {day_text(day, tz, f.now)}" if day is not None else ""


def _says(f: _Facts) -> list[Row]:
    shown = [quote for _, quote in facts.catches(f.event)]
    return [Row("Says", "", quote) for quote in evidence.quotes(_current(f), f.event, shown)]


def _why(f: _Facts) -> list[Row]:
    parts = [*evidence.rules(_current(f), f.event), *filter(None, [one_line(f.message.stands_by, 400)])]
    return [Row("Why you", join(parts), parts=tuple(parts))]


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
    parts += [f"sent {clock_time(f.now, tz, f.now)}"] if f.sent else []
    return [Row("Source", f"{join(parts)} {zone_label(f.now, tz)}")] if any(parts) else []


_ROWS: tuple[Callable[[_Facts], list[Row]], ...] = (_answered, _new, _held, _facts_rows, _says, _why, _noted, _source)
"""DESIGN.md's order."""
_NOTE_ROWS: tuple[Callable[[_Facts], list[Row]], ...] = (_noted, _source)
"""Of a note that stands alone: the alert has said the rest."""
