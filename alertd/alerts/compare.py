"""What is different between what an alert says of an event and a later revision, in words for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alertd.alerts.policy import loudest, severity_rank
from alertd.model import Alert, Event, Match, Severity

WITHDRAWN = "withdrawn by the source"
MAX_HEADLINE = 300
"""Characters of a headline that are compared."""
_TITLE = 120
"""Characters of a headline in a line of changes."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed, and whether it can change a decision of the one who reads it."""

    material: bool
    text: str
    corrects: bool = False
    """What was told is not so, or not so any more: who was told has to hear it, as loud as the alert was."""


def compare(
    alert: Alert, matches: Sequence[Match], event: Event, headline: str, facts: Sequence[str] = ()
) -> Difference:
    """Compare what an alert says of an event with a newer revision of it.

    `headline`: the one it had before; `facts`: what the revision states that has not been said, in words.
    Material: a withdrawal, rules that hold no longer or newly, a changed severity or headline, and facts or words
    around what matched that are others, unless the text has only become fuller. All but a new rule, a rise and a
    headline that is put otherwise correct what was told.
    """
    own = [match for match in alert.matches if match.event == event.id]
    others = [match for match in alert.matches if match.event != event.id]
    changes = [change for change in alert.changes if change.event == event.id and change.reason != "update_minor"]
    withdrawn = bool(changes) and changes[-1].text == WITHDRAWN
    if event.withdrawn:
        return Difference(not withdrawn, WITHDRAWN, corrects=not withdrawn)
    if not matches and not own:
        return Difference(False, "still matches no rule")
    parts = ["published again after it was withdrawn"] if withdrawn else []
    gone, new = _rules(own, matches)
    parts += [*gone, *new]
    corrects = bool(withdrawn or gone)
    severity = severity_with(alert, [*others, *matches])
    if severity != alert.severity:
        parts.append(f"severity {alert.severity} → {severity}")
        corrects = corrects or severity_rank(severity) < severity_rank(alert.severity)
    if event.title[:MAX_HEADLINE] != headline[:MAX_HEADLINE] and event.title:
        parts.append(f"headline was {quoted(headline)}, is {quoted(event.title)}")
    if event.revision_reason != "full_text":
        parts += facts
        corrects = corrects or bool(facts)
        if not parts and _words(own) != _words(matches):
            parts.append("corrected: " + _corrected(own, matches, event))
            corrects = True
    if parts:
        return Difference(True, "; ".join(parts), corrects)
    return Difference(False, "full text read" if event.revision_reason == "full_text" else "text edited")


def severity_with(alert: Alert, matches: Sequence[Match]) -> Severity:
    """Give the severity of an alert with these matches; without any it keeps the one it has."""
    return loudest([match.severity for match in matches]) if matches else alert.severity


def quoted(text: str) -> str:
    """Put a headline into a line of changes."""
    return f"“{_short(text)}”"


def _rules(own: Sequence[Match], matches: Sequence[Match]) -> tuple[list[str], list[str]]:
    before = {match.rule: match.title for match in own}
    after = {match.rule: match.title for match in matches}
    gone = [title or rule for rule, title in before.items() if rule not in after]
    new = [title or rule for rule, title in after.items() if rule not in before]
    over = [f"no longer matches: {', '.join(gone)}"] if gone else []
    return over, [f"now also matches: {', '.join(new)}"] if new else []


def _words(matches: Sequence[Match]) -> set[tuple[str, str, str]]:
    return {(m.rule, e.field, e.quote) for m in matches for e in m.evidence}


def _corrected(own: Sequence[Match], matches: Sequence[Match], event: Event) -> str:
    rights = event.provenance.rights
    if rights is not None and not rights.export:  # the line goes to every receiver, webhooks among them
        return "the words that matched are others"
    return _new_words(own, matches) or "matched words were removed"


def _new_words(before: Sequence[Match], after: Sequence[Match]) -> str:
    old = {e.quote for m in before for e in m.evidence}
    new = dict.fromkeys(e.quote for m in after for e in m.evidence if e.quote not in old)
    return " … ".join(f"“{_short(' '.join(words.split()))}”" for words in list(new)[:2])


def _short(text: str) -> str:
    return text if len(text) <= _TITLE else text[: _TITLE - 1] + "…"
