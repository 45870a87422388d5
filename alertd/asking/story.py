"""The journal told as a story: what became of something, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from alertd.alerts.severity import arithmetic
from alertd.asking.again import Again
from alertd.asking.journal_text import REASONS, headline, outcome, payload_bytes
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.history.archive.limits import PAYLOADS
from alertd.model import Decision, Delivery, Event, JournalRecord, Match, event_from_dict
from alertd.rules.explain import one_line, quoted
from alertd.store.types import ReceiverHealth


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for."""

    thing: str
    portfolio: str | None = None
    """Only this portfolio, and its rules that did not hold."""
    rules: Again | None = None
    """Asks rules again; None: what did not hold is not explained."""
    full: bool = False


def story(records: Sequence[JournalRecord], asked: Asked) -> Iterator[str]:
    """Tell what became of something, in order of time."""
    seen: dict[str, str] = {}
    for record in records:
        if record.kind == "event" and "event" in record.data:
            seen |= dict.fromkeys(record.ids, record.data["event"].get("seen_at", ""))
            yield from _event(record, asked)
            continue
        yield f"{record.at}  {record.kind} {headline(record, asked.thing)}"
        if asked.full:
            yield from _as_sent(record)
        seen_at = seen.get(record.data.get("delivery", ""))
        if asked.full and record.reason == "sent" and seen_at:
            seconds = (parse_rfc3339(record.at) - parse_rfc3339(seen_at)) / 1000
            yield f"    {seconds:.3f} s after the event was seen"


def _as_sent(record: JournalRecord) -> Iterator[str]:
    text, coded = (record.data.get(name) for name in PAYLOADS)
    if isinstance(text, str):
        yield from (f"    | {line}" for line in text.splitlines())
    elif isinstance(coded, str):
        yield "    | no text: --json shows it in base64"


def under_way(delivery: Delivery, asked: Asked, health: ReceiverHealth, now: int) -> Iterator[str]:
    """Tell how a delivery stands that has not come to its end; `health` is its receiver's, `now` in ms."""
    if delivery.state in ("sent", "dead", "superseded", "expired"):
        return
    words = {
        "queued": _queued(delivery, health, now),
        "waiting": "waits for an earlier message about the same alert",
        "sending": f"is being sent since {rfc3339(delivery.started_ms)}",
        "in_doubt": "may have arrived: how its last attempt ended is not known; it will be repeated",
    }
    last = f"; attempt {delivery.attempts} failed: {delivery.error}" if delivery.error else ""
    yield f"now  delivery {delivery.id} to {delivery.receiver} {words[delivery.state]}{last}"
    if asked.full:
        yield f"    made {rfc3339(delivery.created_ms)} · given up after {rfc3339(delivery.expires_ms)}"


def _queued(delivery: Delivery, health: ReceiverHealth, now: int) -> str:
    """Say when it goes out: not while the receiver is left in peace, and no time that is over."""
    paused = health.paused_until_ms
    if health.parked:
        return (
            f"is kept: parked, {f'asked again at {rfc3339(paused)}' if paused > now else 'it is being asked again'}"
        )
    due = max(delivery.due_ms, paused)
    return f"is to go out at {rfc3339(due)}" if due > now else f"is due since {rfc3339(due)}"


def _event(record: JournalRecord, asked: Asked) -> Iterator[str]:
    event = event_from_dict(record.data["event"])
    revision = f", revision {event.revision} ({event.revision_reason})" if event.revision > 1 else ""
    yield f"{record.at}  event {event.id}{revision} from {event.source}"
    yield f"    “{event.title}”"
    if event.url:
        yield f"    {event.url}"
    yield from _clocks(event, record.at, full=asked.full)
    yield from _reports(event, record.data.get("story", {}))
    matches = msgspec.convert(record.data.get("matches", []), list[Match])
    decisions = msgspec.convert(record.data.get("decisions", []), list[Decision])
    wanted = [m for m in matches if asked.portfolio in (None, m.portfolio)]
    for match in wanted:
        yield f"    rule {match.portfolio}/{match.rule} held ({match.severity})"
        if how := arithmetic(match):
            yield f"        {one_line(how)}"
        yield from (f"        {text}" for text in quoted(match.evidence, event))
    for decision in decisions:
        if asked.portfolio in (None, decision.portfolio):
            yield from _decision(decision)
    if asked.rules is not None:
        held = {(match.portfolio, match.rule) for match in matches}
        yield from asked.rules.missed(event, record.data, held, asked.portfolio)


def _reports(event: Event, told: dict[str, Any]) -> Iterator[str]:
    """Say of which story it is a report, and why."""
    story = event.story
    if story is None:
        return
    if story.position == 1:
        previous = f"; an earlier one between the same parties is {story.previous}" if story.previous else ""
        yield f"    the first report of story {story.id}{previous}"
    else:
        sources = "1 source" if story.sources == 1 else f"{story.sources} independent sources"
        yield f"    report {story.position} of story {story.id}: novelty {story.novelty:.2f}, {sources}"
    if told.get("because"):
        yield f"        because: {told['because']}"
    if told.get("merged"):
        yield f"        {', '.join(told['merged'])} became part of story {told['id']}"


def _clocks(event: Event, decided: str, *, full: bool) -> Iterator[str]:
    late = " · LATE" if event.late else ""
    yield f"    published {event.published_at or 'not stated'} · seen {event.seen_at}{late}"
    if full:
        yield f"    updated {event.updated_at or 'not stated'} · event time {event.event_at} · decided {decided}"
        proof = event.provenance
        yield f"    published, as written: {event.published_raw or 'nothing'}"
        yield f"    the server's date: {proof.http_date or 'none'}"
        yield f"    sha256 of the document: {proof.fetched_sha256 or 'not known'}"


def _decision(decision: Decision) -> Iterator[str]:
    detail = f" ({decision.detail})" if decision.detail else ""
    yield f"    {decision.portfolio}: {decision.reason}: {REASONS.get(decision.reason, decision.reason)}{detail}"
    if decision.alert:
        yield f"        alert {decision.alert}, revision {decision.alert_revision}"
    for receiver, what in decision.receivers.items():
        yield f"        {receiver}: {outcome(what)}"


def ids_of(lines: Sequence[tuple[str, JournalRecord]]) -> list[str]:
    """Name the alerts and deliveries that records speak of."""
    return sorted({i for _, record in lines for i in record.ids if i.startswith(("dl_", "al_"))})


def as_json(lines: Sequence[tuple[str, JournalRecord]], *, full: bool = False) -> list[dict[str, Any]]:
    """Give the records as they are in the journal; a message as it was sent only in `full`, else its size."""
    rows = [{"id": journal_id, **msgspec.to_builtins(record)} for journal_id, record in lines]
    for row in rows:
        if not full and (size := payload_bytes(row["data"])) is not None:
            kept = {name: value for name, value in row["data"].items() if name not in PAYLOADS}
            row["data"] = kept | {"payload_bytes": size}
    return rows
