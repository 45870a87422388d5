"""One alert with all that is known of it, from what a reader needs first to what compliance asks a year later.

    how it stands, the answers     what a message says       the text, evidence marked
    the note                       who, money, tone          how holdings are exposed
    the story with its sources     what was sent to whom     why, and what happened

A part without facts is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from msgspec.structs import replace

from alertd.alerts.rights import shown
from alertd.alerts.trail import Trail
from alertd.base.clock import parse_rfc3339
from alertd.base.html import Html, element, joined
from alertd.model import Alert, AlertState, Event, Message
from alertd.notify.clocks import age, clock_time, moment, zone, zone_label
from alertd.notify.holdings import of_matches
from alertd.notify.lines import SEPARATOR, Lines, Row, join, parts_of
from alertd.notify.message import compose
from alertd.notify.note_rows import note_rows
from alertd.notify.plain import one_line
from alertd.web.callers import SignedIn
from alertd.web.page.alert_facts import money, names_of, tone, who
from alertd.web.page.alert_text import marked, spans, text_of
from alertd.web.page.alert_trail import decisions, deliveries, timeline
from alertd.web.page.exposure import exposure
from alertd.web.page.frame import badge, csrf, said

WAY = "/alerts"
DONE = {
    "acknowledge": "You have taken it.", "unacknowledge": "You have given it back.", "snooze": "It is snoozed.",
    "close": "It is closed.", "useful": "Marked as useful.", "noise": "Marked as noise.",
}  # fmt: skip
"""What is said after each answer."""
SNOOZES = (("1h", "1 hour"), ("4h", "4 hours"), ("24h", "a day"))


def alert_page(state: AlertState, trail: Trail, signed: SignedIn, now: int, done: str = "") -> tuple[str, list[Html]]:
    """Write it; gives its title and what is shown. `state` and `trail` are as whoever looks may see them, `done` is
    what they have just answered.
    """
    alert, event = state.alert, shown(trail.whole(state.event or Event()))
    place = zone(state.timezone)
    lines, label = compose(_message(state, event), now, sent=False), zone_label(now, place)
    answers = signed.caller.writes
    parts = [
        element("h1", _headline(lines, alert, event)),
        element("p", badge(alert.severity), element("span", _status(lines, alert), class_="small"), class_="status"),
        _standing(alert, place, now),
        *([_buttons(alert, signed, "Answer")] if answers else []),
        _rows([row for row in lines.rows if row.label != "Answered"]),  # it stands on top already
        *_link(lines),
        *_section("The text", text_of(event, alert.matches)),
        *_section("What it means", _rows(note_rows(alert.note)) if alert.note is not None else None),
        *_section("Who", who(event)),
        *_section("Money, time and terms", money(event)),
        *_section("Tone", tone(event)),
        *_section("Exposure", exposure(of_matches(alert.matches), names_of(event))),
        *_section(f"The story ({label})", timeline(trail, place, now)),
        *_section(f"Sent ({label})", deliveries(trail, place, now)),
        *_section(f"Why ({label})", decisions(trail, alert, place, now)),
        *_section(f"What happened ({label})", _history(alert, place, now)),
        *([_buttons(alert, signed, "Answer, again")] if answers else []),
    ]
    about = [said(DONE[done])] if done in DONE else []
    return lines.title, [*about, element("div", *parts, id="live")]


def _message(state: AlertState, event: Event) -> Message:
    """Make the message that the first rows are those of; the note has a part of its own here."""
    return Message(
        type="alert.fired", delivery="", receiver="", at=state.alert.updated_at,
        alert=replace(state.alert, note=None), event=event, portfolio_title=state.portfolio_title,
        timezone=state.timezone,
    )  # fmt: skip


def _headline(lines: Lines, alert: Alert, event: Event) -> Html:
    """Write the headline, with the words in it that rules held for."""
    if lines.title != event.title:
        return joined(lines.title)
    return marked(event.title, spans(alert.matches, event, "title"))


def _status(lines: Lines, alert: Alert) -> str:
    """Give the line below the headline; the severity stands beside it already."""
    return join([part for part in lines.status.split(SEPARATOR) if part != alert.severity.upper()])


def _standing(alert: Alert, place: tzinfo, now: int) -> Html:
    """Say how it stands: who has it, until when it is quiet."""
    parts: list[str] = [alert.status]
    if alert.acknowledged_by:
        at = moment(alert.acknowledged_at)
        parts = [f"acknowledged by {one_line(alert.acknowledged_by, 80)}"]
        parts += [f"{clock_time(at, place, now, 'minute')} {zone_label(at, place)}"] if at is not None else []
        parts += ["closed"] if alert.status == "closed" else []
    elif alert.status == "open":
        parts.append(f"for {age(max(0, now - parse_rfc3339(alert.first_at)))}, nobody has taken it")
    until = moment(alert.snoozed_until)
    if until is not None and until > now and alert.status != "closed":
        parts.append(f"snoozed until {clock_time(until, place, now, 'minute')} {zone_label(until, place)}")
    words = list(alert.feedback.values())
    parts += [f"{words.count(kind)} call it {kind}" for kind in ("useful", "noise") if kind in words]
    into = [" · carried on by ", element("a", "another alert", href=f"{WAY}/{alert.merged_into}")]
    text = " · ".join(parts)
    return element(
        "p", f"{text[:1].upper()}{text[1:]}", *(into if alert.merged_into else []), class_=f"standing {alert.status}"
    )


def _section(title: str, inside: Html | None) -> list[Html]:
    return [element("section", element("h2", title), inside)] if inside is not None else []


def _link(lines: Lines) -> list[Html]:
    if not lines.link:
        return []
    return [element("p", element("a", "Read source", href=lines.link, rel="noreferrer noopener", class_="go"))]


def _rows(rows: Sequence[Row]) -> Html:
    made: list[Html] = []
    for row in rows:
        quote = [element("q", row.quote)] if row.quote else []
        parts = [element("span", part, class_="part") for part in parts_of(row)]
        made += [element("dt", row.label), element("dd", *parts, *quote)]
    return element("dl", *made, class_="rows")


def _buttons(alert: Alert, signed: SignedIn, label: str) -> Html:
    """Write the answers that the alert can still get."""
    ways: list[tuple[str, str]] = [("useful", "Useful"), ("noise", "Noise")]
    if alert.status == "open":
        ways = [("acknowledge", "Acknowledge"), *ways]
    elif alert.status == "acknowledged":
        ways = [("unacknowledge", "Take back"), *ways]
    if alert.status != "closed":
        ways.append(("close", "Close"))
    forms = [_answer_form(alert.id, kind, signed, element("button", text, type="submit")) for kind, text in ways]
    if alert.status != "closed":
        options = [element("option", text, value=value) for value, text in SNOOZES]
        choice = element("select", *options, name="until", aria_label="For how long")
        forms.append(
            _answer_form(alert.id, "snooze", signed, joined(choice, element("button", "Snooze", type="submit")))
        )
    return element("div", *forms, class_="answers ranked", role="group", aria_label=label)


def _answer_form(alert: str, kind: str, signed: SignedIn, inside: Html) -> Html:
    return element("form", csrf(signed), inside, method="post", action=f"{WAY}/{alert}/{kind}")


def _history(alert: Alert, place: tzinfo, now: int) -> Html:
    changes = [
        element(
            "li",
            element("time", clock_time(parse_rfc3339(one.at), place, now), datetime=one.at),
            element("span", one.text or one.reason),
        )
        for one in reversed(alert.changes)
    ]
    first = parse_rfc3339(alert.first_at)
    begun = element(
        "li",
        element("time", clock_time(first, place, now), datetime=alert.first_at),
        element("span", "first raised"),
    )
    return element("ol", *changes, begun, class_="history")
