"""From a line of the archive to the rows that it gives. Pure.

A line gives rows of its own, and what it says about an event, an alert or a delivery: a *head*. Of several heads
about one thing one stands in the tables, whatever the order in which lines are read: of an event and a delivery the
last, of an alert the newest card. (Two processes may journal two changes of an alert the other way round: who answers
writes at once, an event when its whole batch is decided.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import msgspec

from alertd.alerts.lanes import DELIVERED
from alertd.alerts.policy import severity_rank
from alertd.alerts.release import LISTED_IN
from alertd.base.clock import parse_rfc3339
from alertd.history.archive.line import Line
from alertd.history.projection.parts import (
    AnswerData,
    CardPart,
    DeliveryData,
    EventData,
    EventPart,
    Held,
    NoteData,
    ReleaseData,
)
from alertd.history.projection.schema import CARDS, seq_of
from alertd.model import SEVERITIES, JournalRecord

Value = str | int | float | None
Row = tuple[str, tuple[Value, ...]]
"""A table and the values of one row, in its order."""
ENDED = frozenset(("sent", "dead", "superseded", "expired"))
"""What ends a delivery."""
MOST_IDS = 5_000
"""Ids of one line that it can be found by."""
LONGEST_ID = 300
LONGEST = 4_000
"""Characters of one text: a title, a note, what a server answered."""


class Head(NamedTuple):
    """What a line says about one thing."""

    kind: Literal["event", "alert", "delivery"]
    key: tuple[str, int]
    """Its id; of an event also the revision, else 0."""
    seq: int
    rows: list[Row]


@dataclass(slots=True)
class Projected:
    """What a line gives."""

    seq: int
    rows: list[Row] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)
    unreadable: str = ""
    """Why what it says could not be taken; then it can only be found by its ids."""


def project(line: Line) -> Projected:
    """Give what a line says; nothing where it was removed. Raises ValueError for a place that is none."""
    out = Projected(seq_of(line.place))
    record = line.record
    if record is None:
        return out
    seq = out.seq
    out.rows.append(("lines", (seq, line.at_ms, record.kind, record.reason[:LONGEST])))
    out.rows += [("ids", (name, seq)) for name in _ids(record.ids)]
    try:
        _take(out, record, line.at_ms)
    except msgspec.ValidationError as error:
        del out.rows[1 + len(_ids(record.ids)) :]
        out.heads.clear()
        out.unreadable = str(error)
    return out


def _ids(ids: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(name for name in ids if 0 < len(name) <= LONGEST_ID))[:MOST_IDS]


def _take(out: Projected, record: JournalRecord, at_ms: int) -> None:
    """Add what a record says. Raises msgspec.ValidationError."""
    if record.kind == "event" and "event" in record.data:
        _event(out, msgspec.convert(record.data, EventData), at_ms)
    elif record.kind == "delivery":
        _delivery(out, msgspec.convert(record.data, DeliveryData), record.reason, at_ms)
    elif record.kind in ("answer", "timer"):
        _answer(out, record, msgspec.convert(record.data, AnswerData), at_ms)
    elif record.kind == "note":
        note = msgspec.convert(record.data, NoteData)
        out.rows += _told(note.alert, note.receivers, note.revision, out.seq)
    elif record.kind == "release":
        released = msgspec.convert(record.data, ReleaseData)
        if released.delivery:
            listed = [alert for alert, fate in released.members.items() if fate == LISTED_IN]
            out.rows += [("told", (alert, released.receiver, released.delivery, 0, out.seq)) for alert in listed]


# --- events -------------------------------------------------------------------------------------------------------


def _event(out: Projected, data: EventData, at_ms: int) -> None:
    event, seq = data.event, out.seq
    key = (event.id, event.revision)
    rows = [_event_row(event, data.source_desk, seq, at_ms), ("event_text", (seq, event.title[:LONGEST]))]
    rows += [
        ("mentions", (*key, one.id, one.name, one.relevance, one.sentiment, one.role)) for one in event.companies
    ]
    rows += [("types", (*key, one.type, one.confidence, one.status)) for one in event.event_types]
    for match in data.matches:
        desk = data.desks.get(match.portfolio)
        values = (match.rule, match.rule_hash, match.severity, match.company or None, match.experimental, seq)
        rows.append(("matches", (*key, match.portfolio, desk, *values)))
        rows += [("touched", (*key, match.portfolio, *_held(one), desk)) for one in match.holdings]
    for one in data.decisions:
        desk, detail = data.desks.get(one.portfolio), one.detail[:LONGEST]
        rows.append(
            ("decisions", (*key, one.portfolio, desk, one.alert, one.alert_revision, one.reason, detail, seq))
        )
        out.rows += _told(one.alert, one.receivers, one.alert_revision, seq)
    out.rows += [("merged_stories", (seq, one, data.story.id)) for one in data.story.merged] if data.story else []
    out.heads.append(Head("event", key, seq, rows))
    _cards(out, data.alerts)


def _event_row(event: EventPart, desk: str | None, seq: int, at_ms: int) -> Row:
    visible = _ms(event.accepted_at)
    precision = "second" if visible is not None else event.published_precision
    story, tone = event.story, event.sentiment
    return "events", (
        seq, event.id, event.revision, _ms(event.seen_at), _ms(event.published_at) if visible is None else visible,
        _ms(event.event_at), at_ms, precision, event.source, desk, event.kind, event.form, event.language,
        event.trust, event.title[:LONGEST], event.url[:LONGEST], story.id if story else None,
        story.novelty if story else None, story.sources if story else None, tone.score if tone else None,
        tone.confidence if tone else None, event.baseline, event.late, event.withdrawn,
        desk is None and event.open,
    )  # fmt: skip


def _held(one: Held) -> tuple[Value, ...]:
    """Give company, label, weight, whether it is named, and the steps of its path as a JSON list."""
    return one.company, one.label, one.weight, one.named, msgspec.json.encode(one.path).decode()


# --- alerts -------------------------------------------------------------------------------------------------------


def _cards(out: Projected, cards: Sequence[dict[str, Any]]) -> None:
    known = set(_told_ids(out))
    for number, card in enumerate(cards[:CARDS]):
        part = msgspec.convert(card, CardPart)
        first = _ms(part.first_at) or 0
        out.rows.append(("cards", (part.id, first, part.revision, part.useful + part.noise, out.seq)))
        if part.id not in known:
            out.rows.append(("ids", (part.id, out.seq)))
        rows = list(_alert_rows(part, card, out.seq * CARDS + number, out.seq))
        out.heads.append(Head("alert", (part.id, 0), out.seq, rows))


def _told_ids(out: Projected) -> Iterator[str]:
    return (str(values[0]) for table, values in out.rows if table == "ids")


def _alert_rows(part: CardPart, card: Mapping[str, Any], number: int, seq: int) -> Iterator[Row]:
    severity = part.severity if part.severity in SEVERITIES else "info"
    first = _ms(part.first_at) or 0
    title = part.title[:LONGEST]
    yield "alerts", (
        number, part.id, part.portfolio, part.desk, part.subject, part.story, severity, severity_rank(severity),
        part.status, title, first, _ms(part.updated_at) or first, part.revision, part.sources,
        part.acknowledged_by, _ms(part.acknowledged_at), _ms(part.snoozed_until), part.merged_into,
        part.useful, part.noise, msgspec.json.encode(card).decode(), seq,
    )  # fmt: skip
    names = dict.fromkeys([*part.companies, *(one.company for one in part.holdings)])
    labels = dict.fromkeys(one.label for one in part.holdings if one.label)
    rules = dict.fromkeys([*part.rules, *(one.rule for one in part.matches)])
    yield from (("alert_rules", (part.id, rule)) for rule in rules)
    folded = dict.fromkeys(name.casefold() for name in (*names, *labels))
    yield from (("alert_companies", (part.id, name)) for name in folded)
    titles = dict.fromkeys(one.title for one in part.matches if one.title)
    words = (part.changes, part.quotes, [*names, *labels], [*rules, *titles])
    yield "alert_text", (number, title, *("\n".join(texts) for texts in words))


# --- everything else ----------------------------------------------------------------------------------------------


def _answer(out: Projected, record: JournalRecord, data: AnswerData, at_ms: int) -> None:
    alert = next((name for name in record.ids if name.startswith("al_")), "")
    if record.kind == "answer":
        values = (alert, data.portfolio, data.desk, record.reason, data.who, data.via, at_ms, data.note[:LONGEST])
        out.rows.append(("answers", (out.seq, *values)))
    out.rows += _told(alert, data.receivers, data.revision, out.seq)
    _cards(out, [data.alert] if data.alert is not None else [])


def _told(alert: str, receivers: Mapping[str, str], revision: int, seq: int) -> Iterator[Row]:
    for receiver, what in receivers.items():
        if alert and what.startswith(DELIVERED):
            yield "told", (alert, receiver, what, revision, seq)


def _delivery(out: Projected, data: DeliveryData, reason: str, at_ms: int) -> None:
    row = (
        out.seq, data.delivery, data.receiver, data.alert or None, data.alert_revision, data.type or None,
        data.queued_ms or None, at_ms if reason in ENDED else None, reason[:LONGEST], data.attempts,
        data.detail[:LONGEST],
    )  # fmt: skip
    out.heads.append(Head("delivery", (data.delivery, 0), out.seq, [("deliveries", row)]))


def _ms(text: str | None) -> int | None:
    """Read a time; None where there is none, or it is not one."""
    if not text:
        return None
    try:
        return parse_rfc3339(text)
    except (ValueError, OverflowError):
        return None
