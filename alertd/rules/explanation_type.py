"""Why an event reports an event type, or does not: its condition, its status, and what understanding makes of it.

Pure, as explanations of rules are.
"""

from __future__ import annotations

from collections.abc import Callable

from alertd.model import Event
from alertd.rules.book import EventTypeRule, RuleBook
from alertd.rules.explain import one_line, tree_of
from alertd.rules.explanation import Asked, Explanation, because_of, origin_of, reading_of
from alertd.rules.logic import Reading, Scope
from alertd.rules.strata import recognised, with_types
from alertd.rules.understanding import Understanding, Understood
from alertd.rules.world import Worlds

Seen = Callable[[Event], Event]
"""Gives an event as somebody may see it."""


class TypeExplainer:
    """Explains the event types of one book, as events are understood there."""

    def __init__(self, book: RuleBook, understanding: Understanding | None = None, seen: Seen | None = None) -> None:
        """`seen` is how whoever asks may see it; None: whole."""
        self._world = Worlds(book.world()).of(None)
        self._understanding = understanding
        self._seen: Seen = seen if seen is not None else lambda event: event

    def event_type(self, event_type: EventTypeRule, event: Event) -> Explanation:
        """Explain how an event type is recognised in an event, or why not, with which status."""
        reading, begun = self._read(event_type, event)
        scope = Scope(self._world)
        parts = [("", event_type.when)]
        parts += [(f"status {status}", node) for status, node in event_type.statuses]
        parts += [(f"kind {kind}", node) for kind, node in event_type.kinds]
        asked = tuple(Asked("", label, "", tree_of(node, reading, scope)) for label, node in parts)
        stated = reading.types.get(event_type.id)
        shown = begun.by_frames.get(event_type.id) if begun is not None else None
        found = recognised(event_type, reading, scope, shown) if stated is None else None
        whole, refused = reading.event, tuple[tuple[str, str], ...]()
        if begun is not None:
            whole = begun.conclude([found] if found else [])
            refused = tuple(begun.refused)
        elif found is not None:
            whole = with_types(reading, [found]).event
        whole = self._seen(whole)
        reported = next((kind for kind in whole.event_types if kind.type == event_type.id), None)
        notes = ["the event says so itself, so its words are not asked"] if stated else []
        if shown and not found and stated is None:
            notes.append(f"the frame `{shown.frame}` stands, but an exception holds: a `not` of its condition")
        if found and shown and not asked[0].condition.truth:
            notes.append(f"its condition does not hold; the frame `{shown.frame}` stands, with known companies")
        if reported:
            notes.append(f"reported as {reported.status}, with confidence {reported.confidence:g}")
        holds = "its condition holds" if asked[0].condition.truth else "a frame shows it"
        because = [f"{holds}, but {why}" for what, why in refused if what == event_type.id and found]
        return Explanation(
            portfolio="",
            rule=event_type.id,
            title=event_type.title,
            severity="",
            event=event.id,
            headline=one_line(event.title),
            origin=origin_of(whole),
            truth=reported is not None or (False if found else asked[0].condition.truth),
            guard="",
            companies=(),
            because=() if reported else tuple(because or because_of("", asked[:1], ())),
            asked=asked,
            notes=tuple(notes),
            understood=whole,
            refused=refused,
        )

    def _read(self, event_type: EventTypeRule, event: Event) -> tuple[Reading, Understood | None]:
        """Read an event, and let it be understood as far as event types may ask."""
        reading = reading_of(event_type.conditions, event)
        if self._understanding is None:
            return reading, None
        begun = self._understanding.begin(event, reading.found)
        return Reading(self._seen(begun.event), reading.found), begun
