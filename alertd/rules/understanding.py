"""What matching asks of whoever understands events: what an event is about, beyond its words.

The matcher scans the text once; around the event types (stratum 0) it lets an `Understanding` fill in the rest.
Without one an event carries what it brings with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from alertd.model import Event, Evidence, ReportedType
from alertd.text.scan import Found


class ByFrame(NamedTuple):
    """An event type of which a frame that suffices stands in the title or the lead, with known companies."""

    frame: str
    """As it is written in the file of the type."""
    evidence: tuple[Evidence, ...]
    """Its telling word, then the companies."""


class Understood(Protocol):
    """An event on the way to being understood."""

    @property
    def event(self) -> Event:
        """The event with what event types may ask for: language, companies, money, terms."""

    @property
    def by_frames(self) -> Mapping[str, ByFrame]:
        """The event types that a frame shows, by name, whether or not their conditions hold."""

    @property
    def refused(self) -> Sequence[tuple[str, str]]:
        """What was seen and not taken, with the reason in words: an event type's name, a company's."""

    def conclude(self, types: Sequence[ReportedType]) -> Event:
        """Give the event with the types found and what follows from them: statuses, roles, tone.

        What turns out to be none (denied by a negation, a recollection) is left out.
        """


class Understanding(Protocol):
    """Understands events."""

    def begin(self, event: Event, found: Found) -> Understood:
        """Find what event types may ask for."""
