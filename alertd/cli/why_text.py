"""The journal told as a story: what `alertd why` and `alertd tail` print."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from alertd.errors import AlertdError
from alertd.model import Decision, JournalRecord, Match, event_from_dict
from alertd.rules.explain import explain, render
from alertd.rules.loader import load_rules

_REASONS = {
    "first": "the first alert about this",
    "update_material": "the alert was updated, and the desk told",
    "update_minor": "the alert was updated quietly",
    "duplicate": "it was taken in already",
    "baseline": "it was there before alertd first looked: recorded, not sent",
    "no_receiver": "no receiver is entitled to it or wants it",
}


def journal_line(record: JournalRecord) -> str:
    """Put one journal record into one line."""
    head = f"{record.at} {record.kind:<10}"
    data = record.data
    if record.kind == "event":
        event = data.get("event", {})
        decisions = data.get("decisions", [])
        outcome = ", ".join(f"{d['portfolio']}: {d['reason']}" for d in decisions) or "no rule held"
        return f"{head} {event.get('id', '')} r{event.get('revision', 1)} “{event.get('title', '')}” → {outcome}"
    if record.kind == "delivery":
        return f"{head} {' '.join(record.ids)} {record.reason}"
    if record.kind == "entry":
        return f"{head} {' '.join(record.ids)} “{data.get('title', '')}” {record.reason}"
    return f"{head} {' '.join(record.ids)} {record.reason} {data.get('text', '')}".rstrip()


def story(
    records: Sequence[JournalRecord], asked: str, portfolio: str | None, rules: Path, *, full: bool
) -> Iterator[str]:
    """Tell what became of something, in order of time."""
    for record in records:
        if record.kind == "event" and "event" in record.data:
            yield from _event(record, portfolio, rules, full=full)
        else:
            yield f"{record.at}  {_headline(record, asked)}"
            if full and record.data:
                yield "    " + msgspec.json.encode(record.data).decode()


def _headline(record: JournalRecord, asked: str) -> str:
    others = [name for name in record.ids if name != asked]
    words = {"delivery": "delivery", "entry": "entry", "source": "source", "notice": "the operator was told"}
    text = record.data.get("text") or record.data.get("title") or ""
    parts = [words.get(record.kind, record.kind), " ".join(others), record.reason, f"“{text}”" if text else ""]
    return " ".join(part for part in parts if part)


def _event(record: JournalRecord, portfolio: str | None, rules: Path, *, full: bool) -> Iterator[str]:
    event = event_from_dict(record.data["event"])
    revision = f", revision {event.revision} ({event.revision_reason})" if event.revision > 1 else ""
    yield f"{record.at}  event {event.id}{revision} from {event.source}"
    yield f"    “{event.title}”"
    if event.url:
        yield f"    {event.url}"
    yield f"    published {event.published_at or 'not stated'} · seen {event.seen_at}" + (
        " · LATE" if event.late else ""
    )
    if full:
        yield f"    updated {event.updated_at or 'not stated'} · event time {event.event_at} · decided {record.at}"
        raw = event.published_raw or "none"
        yield f"    published as written: {raw} · bytes sha256 {event.provenance.fetched_sha256}"
        yield f"    server's date: {event.provenance.http_date or 'none'}"
    matches = [
        m for m in msgspec.convert(record.data.get("matches", []), list[Match]) if _wanted(m.portfolio, portfolio)
    ]
    for match in matches:
        yield f"    rule {match.portfolio}/{match.rule} held ({match.severity})"
        for found in match.evidence[:5]:
            yield f"        {found.field} {found.start}-{found.end}: “{' '.join(found.quote.split())}”"
    decisions = msgspec.convert(record.data.get("decisions", []), list[Decision])
    for decision in (d for d in decisions if _wanted(d.portfolio, portfolio)):
        yield from _decision(decision)
    if not matches:
        yield "    no rule held" + ("" if portfolio else "; name a portfolio to see why each of its rules did not")
    if portfolio:
        yield from _missed(event_from_dict(record.data["event"]), portfolio, {m.rule for m in matches}, rules)


def _decision(decision: Decision) -> Iterator[str]:
    detail = f" ({decision.detail})" if decision.detail else ""
    words = _REASONS.get(decision.reason, decision.reason)
    yield f"    {decision.portfolio}: {decision.reason}: {words}{detail}"
    if decision.alert:
        yield f"        alert {decision.alert}, revision {decision.alert_revision}"
    for receiver, what in decision.receivers.items():
        yield f"        {receiver}: {what}"


def _missed(event: Any, portfolio: str, held: Iterable[str], rules: Path) -> Iterator[str]:
    """Evaluate the rules that did not hold again, as they are today."""
    try:
        found = load_rules(rules).portfolio(portfolio)
    except AlertdError as error:
        yield f"    the rules cannot be read now: {error}"
        return
    if found is None:
        yield f"    there is no portfolio {portfolio}"
        return
    for rule in found.rules:
        if rule.id not in set(held):
            yield from (f"    {line}" for line in render(explain(rule, event)))


def _wanted(portfolio: str, only: str | None) -> bool:
    return only is None or portfolio == only
