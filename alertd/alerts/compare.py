"""What is different between an alert and a later revision of its event, in words for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alertd.alerts.policy import loudest
from alertd.model import Alert, Event, Match

WITHDRAWN = "withdrawn by the source"
_TITLE = 120
"""Characters of a headline in a line of changes."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed, and whether it can change a decision of the one who reads it."""

    material: bool
    text: str


def compare(alert: Alert, matches: Sequence[Match], event: Event) -> Difference:
    """Compare an alert with a newer revision of its event.

    Material: a withdrawal, rules that hold no longer or newly, a changed severity or headline, and changed words
    around what matched, unless the text has only become fuller.
    """
    material = [change.text for change in alert.changes if change.reason != "update_minor"]
    withdrawn = bool(material) and material[-1] == WITHDRAWN
    if event.withdrawn:
        return Difference(not withdrawn, WITHDRAWN)
    if not matches and not alert.matches:
        return Difference(False, "still matches no rule")
    parts = ["published again after it was withdrawn"] if withdrawn else []
    parts += _rules(alert, matches)
    if matches and loudest([m.severity for m in matches]) != alert.severity:
        parts.append(f"severity {alert.severity} → {loudest([m.severity for m in matches])}")
    if event.title != alert.title and event.title:
        parts.append(f"headline was “{_short(alert.title)}”, is “{_short(event.title)}”")
    if not parts and event.revision_reason != "full_text" and _words(alert.matches) != _words(matches):
        parts.append("corrected: " + (_new_words(alert.matches, matches) or "matched words were removed"))
    if parts:
        return Difference(True, "; ".join(parts))
    return Difference(False, "full text read" if event.revision_reason == "full_text" else "text edited")


def _rules(alert: Alert, matches: Sequence[Match]) -> list[str]:
    before = {match.rule: match.title for match in alert.matches}
    after = {match.rule: match.title for match in matches}
    gone = [title or rule for rule, title in before.items() if rule not in after]
    new = [title or rule for rule, title in after.items() if rule not in before]
    parts = [f"no longer matches: {', '.join(gone)}"] if gone else []
    return [*parts, f"now also matches: {', '.join(new)}"] if new else parts


def _words(matches: Sequence[Match]) -> set[tuple[str, str, str]]:
    return {(m.rule, e.field, e.quote) for m in matches for e in m.evidence}


def _new_words(before: Sequence[Match], after: Sequence[Match]) -> str:
    old = {e.quote for m in before for e in m.evidence}
    new = dict.fromkeys(e.quote for m in after for e in m.evidence if e.quote not in old)
    return " … ".join(f"“{_short(' '.join(words.split()))}”" for words in list(new)[:2])


def _short(text: str) -> str:
    return text if len(text) <= _TITLE else text[: _TITLE - 1] + "…"
