"""An event that has been read: understood, with its event types, ready to be matched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from alertd.model import CompanyIndex, Event, Story
from alertd.rules.keys import Keys, keys_of
from alertd.rules.logic import Reading
from alertd.rules.outcome import RuleFailure


@dataclass(frozen=True, slots=True)
class Read:
    """What reading an event gave."""

    reading: Reading
    failures: tuple[RuleFailure, ...] = ()
    """Event types that broke on it, and are switched off now."""
    refused: tuple[tuple[str, str], ...] = ()
    """What was seen in it and not taken, with the reason: an event type, a company."""

    @property
    def event(self) -> Event:
        """The event with what was found in it."""
        return self.reading.event

    def keys(self) -> Keys:
        """Give everything that the event has by which a rule may be found."""
        return keys_of(self.reading)

    def with_indices(self, known: Mapping[str, CompanyIndex]) -> Read:
        """Give it with the indices of its companies, and no others."""
        event = self.reading.event
        if not any(company.index is not None or company.id in known for company in event.companies):
            return self
        companies = [msgspec.structs.replace(one, index=known.get(one.id)) for one in event.companies]
        event = msgspec.structs.replace(event, companies=companies)
        return replace(self, reading=Reading(event, self.reading.found))

    def with_story(self, story: Story) -> Read:
        """Give it as part of a story."""
        event = msgspec.structs.replace(self.reading.event, story=story)
        return replace(self, reading=Reading(event, self.reading.found))
