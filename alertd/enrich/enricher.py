"""From an event's words to what it is about: the steps in their order.

    scan -> language -> companies -> money, durations, terms -> [event types: rules/strata.py]
         -> statuses, roles, assets -> tone

A field that an event brings with it is left as it is: whoever filled it knew more than its words. Pure: the same
event, companies and event types give the same answer. The story comes after this: it needs to know the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from alertd.enrich.draft import Draft
from alertd.model import Event, ReportedType
from alertd.rules.book import EventTypeRule
from alertd.rules.understanding import Understood
from alertd.text.scan import Found


class Enricher:
    """Understands events for one set of companies and event types. Belongs to one process."""

    def __init__(self, event_types: Iterable[EventTypeRule] = ()) -> None:
        self._types = {kind.id: kind for kind in event_types}

    def begin(self, event: Event, found: Found) -> Understood:
        """Find what event types may ask for: language, companies, money, durations, terms."""
        draft = Draft(event, {"title": found.tokens("title"), "body": found.tokens("body")})
        return _Begun(draft, self._types)


class _Begun:
    """An event between the two halves."""

    def __init__(self, draft: Draft, types: Mapping[str, EventTypeRule]) -> None:
        self._draft = draft
        self._types = types

    @property
    def event(self) -> Event:
        """With what event types may ask for."""
        return self._draft.event

    def conclude(self, types: Sequence[ReportedType]) -> Event:
        """Find the status of each type, who plays which role, and the tone; what turns out to be none is dropped."""
        event = self._draft.event
        found = sorted(types, key=lambda reported: reported.type)
        return replace(event, event_types=[*event.event_types, *found])
