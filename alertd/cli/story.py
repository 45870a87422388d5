"""The journal told as a story: what `alertd why` prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.cli.journal_text import headline
from alertd.model import Decision, Delivery, Event, JournalRecord, Match, event_from_dict
from alertd.rules.book import Portfolio, Rule
from alertd.rules.explain import Explained, quoted
from alertd.rules.explanation import Explainer, Explanation, OverTime
from alertd.rules.explanation_text import brief

REASONS = {
    "first": "the first alert about this",
    "update_material": "the alert was updated, and its receivers told",
    "update_minor": "the alert was updated, too little to tell anybody",
    "duplicate": "the alert had taken this in already",
    "silenced": "somebody silenced it",
    "cooldown": "too soon after the last message about this",
    "quiet_until": "held back during quiet hours",
    "folded_into": "folded into another message",
    "expired": "too old to be worth a message",
    "baseline": "it was there before alertd first looked: recorded, not sent",
    "experimental": "the rule is experimental: recorded, not sent",
    "no_receiver": "no receiver is entitled to it or wants it",
    "restricted": "a wall keeps it from the receiver",
    "merged_into": "the alert was merged into another",
    "receiver_removed": "the receiver is no longer in the settings",
}
"""What each reason for a decision means, in words; the journal and `--json` have the reason itself."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for."""

    thing: str
    portfolio: str | None = None
    """Only this portfolio, and its rules that did not hold."""
    rules: Portfolio | None = None
    """That portfolio as it is today; None where it is not known any more."""
    explainer: Explainer | None = None
    """Of the rules as they are today."""
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
        seen_at = seen.get(record.data.get("delivery", ""))
        if asked.full and record.reason == "sent" and seen_at:
            seconds = (parse_rfc3339(record.at) - parse_rfc3339(seen_at)) / 1000
            yield f"    {seconds:.3f} s after the event was seen"


def under_way(delivery: Delivery, asked: Asked) -> Iterator[str]:
    """Tell how a delivery stands that has not come to its end."""
    if delivery.state in ("sent", "dead", "superseded", "expired"):
        return
    words = {
        "queued": f"is to go out at {rfc3339(delivery.due_ms)}",
        "waiting": "waits for an earlier message about the same alert",
        "sending": f"is being sent since {rfc3339(delivery.started_ms)}",
        "in_doubt": "may have arrived: how its last attempt ended is not known; it will be repeated",
    }
    last = f"; attempt {delivery.attempts} failed: {delivery.error}" if delivery.error else ""
    yield f"now  delivery {delivery.id} to {delivery.receiver} {words[delivery.state]}{last}"
    if asked.full:
        yield f"    made {rfc3339(delivery.created_ms)} · given up after {rfc3339(delivery.expires_ms)}"


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
        yield from (f"        {text}" for text in quoted(match.evidence, event))
    for decision in decisions:
        if asked.portfolio in (None, decision.portfolio):
            yield from _decision(decision)
    if asked.portfolio is None:
        if not matches:
            yield "    no rule held; name a portfolio to see why each of its rules did not"
        return
    yield from _missed(event, asked, {m.rule for m in wanted}, record.data.get("over_time", {}).get("verdicts", []))


def _reports(event: Event, told: dict[str, Any]) -> Iterator[str]:
    """Say which story it is a report of, and why."""
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
        yield f"        {receiver}: {REASONS.get(what, what)}"


def _missed(event: Event, asked: Asked, held: set[str], over_time: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Evaluate the rules that did not hold again, as they are today, over the past as it was seen then."""
    portfolio, explainer = asked.rules, asked.explainer
    if portfolio is None or explainer is None:
        return
    if wall := explainer.wall(portfolio, event):
        yield f"    {asked.portfolio}: a wall keeps the event from it: {wall}; none of its rules is asked"
        return
    found = [_again(rule, event, portfolio, explainer, over_time) for rule in portfolio.rules if rule.id not in held]
    for holds, words in ((False, "the rules that did not hold, as they are today"), (True, _HOLD_NOW)):
        told = [one for one in found if (one.truth is True) is holds]
        if told:
            yield f"    {asked.portfolio}: {words}:"
        for one in told:
            yield from (f"      {text}" for text in brief(one))


_HOLD_NOW = "rules that hold as they are today, though they did not when the event came"


def _again(
    rule: Rule, event: Event, portfolio: Portfolio, explainer: Explainer, over_time: Sequence[dict[str, Any]]
) -> Explanation:
    known = [
        OverTime(v["by"], Explained(rule.state.label(), v["holds"], v["seen"]), _remembered(v["remembered"] - 1))
        for v in over_time
        if rule.state is not None and (v["portfolio"], v["rule"]) == (portfolio.id, rule.id)
    ]
    return explainer.rule(portfolio, rule, event, over_time=known or None)


def _remembered(count: int) -> tuple[str, ...]:
    return (f"{count} other event{'' if count == 1 else 's'} remembered then",) if count > 0 else ()


def ids_of(lines: Sequence[tuple[str, JournalRecord]]) -> list[str]:
    """Name the alerts and deliveries that records speak of."""
    return sorted({i for _, record in lines for i in record.ids if i.startswith(("dl_", "al_"))})


def as_json(lines: Sequence[tuple[str, JournalRecord]]) -> list[dict[str, Any]]:
    """Give the records as they are in the journal."""
    return [{"id": journal_id, **msgspec.to_builtins(record)} for journal_id, record in lines]
