"""What the terms of a source allow to be told, to whom, and how: pure, from the rights that an event carries.

    deciding   closed_to   which receivers may not be told
               marked      the matches as an alert may keep them
    a message  shown       the event as any message may carry it; for a webhook also what may leave the house
               narrowed    the alert without what one receiver may not see
    keeping    keeps_body, without_body   what the journal may keep
    notes      may_model   whether a language model may read it

An event without rights is public and free. What is limited is limited before a message is put into the queue, so that
no receiver's form of it, and no repeat, can show more. What the operator asks for (`why`, `tail`) is what is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from alertd.alerts.policy import ReceiverPolicy, loudest
from alertd.alerts.weights import as_shown
from alertd.model import Alert, Event, Evidence, Match, Rights
from alertd.text.quote import quote

RESTRICTED = "restricted"
"""Begins the reason why a receiver is not told."""
_SHORT = 80
"""Characters of a typed fact that is no passage of the source's text."""


def limits(event: Event) -> Rights | None:
    """Give what limits an event, its classification included; None if nothing does."""
    provenance = event.provenance
    if provenance.rights is None and provenance.classification == "public":
        return None
    return replace(provenance.rights or Rights(), classification=provenance.classification)


def closed_to(policy: ReceiverPolicy, rights: Rights | None) -> str:
    """Say why a receiver may not be told; empty if it may.

    Restricted items need no word here: their source belongs to a desk, whose portfolios name only its own receivers,
    or it names the receivers (`alertd check`).
    """
    if rights is None:
        return ""
    if rights.receivers:
        return "" if policy.id in rights.receivers else f"{RESTRICTED}: the source's rights name other receivers"
    if rights.classification == "internal" and policy.accepts == "public":
        return f"{RESTRICTED}: the item is internal and the receiver's accepts is public"
    return ""


def may_model(event: Event) -> bool:
    """Say whether a language model may read an event."""
    rights = event.provenance.rights
    return rights is None or rights.model


def keeps_body(event: Event, keep_s: float) -> bool:
    """Say whether a record that is kept for so many seconds may hold an event's body."""
    rights = event.provenance.rights
    return rights is None or rights.keep_body_s is None or rights.keep_body_s >= keep_s


def without_body(event: Event, matches: Sequence[Match]) -> tuple[Event, list[Match]]:
    """Give an event and its matches without the body and without the words quoted from it."""
    bare = _quoted_from(replace(event, body="", truncated=event.truncated or bool(event.body)), "")
    return bare, [_match(match, match.rights, "") for match in matches]


def strictest(found: Iterable[Rights | None]) -> tuple[int | None, bool]:
    """Give how many seconds words of several events may be kept (None: no limit), and whether they may leave."""
    known = [one for one in found if one is not None]
    kept = min((one.keep_body_s for one in known if one.keep_body_s is not None), default=None)
    return kept, all(one.export for one in known)


def shown(event: Event, *, leaves: bool = False) -> Event:
    """Give an event as a message may carry it; `leaves` says that the message goes to a machine of others."""
    most = _most(event.provenance.rights, leaves=leaves)
    return event if most is None else _with_body_of(event, most)


def seen_of(event: Event, *, leaves: bool) -> str | None:
    """Give so much of an event's body as may be seen; None: all."""
    most = _most(limits(event), leaves=leaves)
    return _cut(event.body, most) if most is not None else None


def marked(matches: Sequence[Match], event: Event) -> list[Match]:
    """Give the matches of an event as an alert may keep them: with its rights, without quotes for nobody's eyes."""
    rights = limits(event)
    if rights is None:
        return list(matches)
    seen = seen_of(event, leaves=False)
    return [_match(match, rights, seen) for match in matches]


def narrowed(alert: Alert, event: Event, policy: ReceiverPolicy) -> Alert:
    """Give an alert as one receiver may see it, weights too. `event` is the one at hand, which it may see.

    What came of events that are closed to it is left out, the loudness that they brought too, and what is waited for
    after them. The title and the first time may be of such an event; then those of the event at hand and of the first
    line of changes stand for them.
    """
    matches = [match for match in alert.matches if not closed_to(policy, match.rights)]
    changes = [change for change in alert.changes if not closed_to(policy, change.rights)]
    hidden = len(matches) + len(changes) < len(alert.matches) + len(alert.changes)
    if policy.leaves:
        matches = [_match(m, m.rights, "") if m.rights is not None and not m.rights.export else m for m in matches]
    plain = [replace(match, rights=None) for match in as_shown(matches, policy.show_weights)]
    alert = replace(alert, matches=plain, changes=[replace(change, rights=None) for change in changes])
    if not hidden:
        return alert
    title = event.title or event.url or event.id
    severity = loudest([match.severity for match in matches]) if matches else alert.severity
    first_at = changes[0].at if changes else alert.updated_at
    return replace(alert, title=title, first_title=title, severity=severity, first_at=first_at, armed=[])


def _most(rights: Rights | None, *, leaves: bool) -> int | None:
    """Give how many characters of the body may be seen; None: all."""
    if rights is None:
        return None
    if rights.show == "title" or (leaves and not rights.export):
        return 0
    return rights.snippet if rights.show == "snippet" else None


def _cut(body: str, most: int) -> str:
    """Cut a text to so many characters, between words where there are any."""
    if len(body) <= most:
        return body
    head = body[:most]
    if most and not body[most].isspace():
        head = head[: max(head.rfind(" "), head.rfind("\n"))] if " " in head or "\n" in head else head
    return head.rstrip()


def _with_body_of(event: Event, most: int) -> Event:
    """Give an event with so much of its text, and of what was found in the rest only the finding."""
    body = _cut(event.body, most)
    cut = replace(
        event,
        body=body,
        truncated=event.truncated or body != event.body,
        facts=_facts(event.facts),
        filers=[_facts(filer) for filer in event.filers],
        companies=[replace(one, how=_short(one.how) or "") for one in event.companies],
        event_types=[replace(one, asset=_short(one.asset)) for one in event.event_types],
        extra={},
    )
    return _quoted_from(cut, body)


def _quoted_from(event: Event, seen: str) -> Event:
    """Give an event that quotes of its body only what stands in its beginning, `seen`."""
    return replace(
        event,
        companies=[replace(one, evidence=_evidence(one.evidence, seen)) for one in event.companies],
        event_types=[replace(one, evidence=_evidence(one.evidence, seen)) for one in event.event_types],
        amounts=[replace(one, evidence=_evidence(one.evidence, seen)) for one in event.amounts],
        durations=[replace(one, evidence=_evidence(one.evidence, seen)) for one in event.durations],
        terms=[replace(one, evidence=_evidence(one.evidence, seen)) for one in event.terms],
    )


def _match(match: Match, rights: Rights | None, seen: str | None) -> Match:
    evidence = match.evidence if seen is None else _evidence(match.evidence, seen)
    return replace(match, rights=rights, evidence=evidence)


def _evidence(found: Sequence[Evidence], seen: str) -> list[Evidence]:
    """Keep where something stands, and its words only as far as they may be seen: in the title, or in `seen`."""
    return [replace(one, quote=words_shown(one, seen)) for one in found]


def words_shown(one: Evidence, seen: str) -> str:
    """Give what may be seen of a quote: its words, as far as they stand in the title or in `seen`."""
    if one.field == "body":  # a quote is wider than what was found: all of it has to lie in what may be seen
        if one.quote in seen:
            return one.quote
        return quote(seen, one.start, one.end) if 0 <= one.start < one.end <= len(seen) else ""
    return one.quote if one.field == "title" or len(one.quote) <= _SHORT else ""


def _facts(facts: dict[str, Any]) -> dict[str, Any]:
    """Leave out passages of the source's text among typed facts, however deep."""
    return {name: short for name, value in facts.items() if (short := _short(value)) is not None}


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= _SHORT else None
    if isinstance(value, dict):
        return _facts(value)
    if isinstance(value, list):
        return [short for one in value if (short := _short(one)) is not None]
    return value
