"""What is asked about events, and what is answered."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from alertd.alerts.rows import AlertRow
from alertd.model import Note, Struct
from alertd.web.alert_types import LIMIT, MAX_LIMIT


class WhichEvents(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which events are listed."""

    text: Annotated[str, msgspec.Meta(description="Words of the headline, as for alerts.")] = ""
    source: str | None = None
    event_type: Annotated[str, msgspec.Meta(description="That it reports.")] | None = None
    company: Annotated[str, msgspec.Meta(description="The id of one that it names.")] | None = None
    since: Annotated[str, msgspec.Meta(description="A time with a zone, or so long ago: 7d.")] = ""
    cursor: Annotated[str, msgspec.Meta(description="`next` of the page before.")] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_LIMIT, description="So many at most.")] = LIMIT


class EventRow(Struct, frozen=True, kw_only=True):
    """What a list of events says of one: its newest revision."""

    id: str
    revision: int
    decided_at: str | None
    seen_at: str | None
    event_at: str | None
    source: str
    title: str
    url: str
    kind: str | None
    form: str | None
    language: str | None
    story: str | None
    novelty: float | None
    sources: int | None
    sentiment: float | None
    baseline: bool
    late: bool
    withdrawn: bool


class EventList(Struct, frozen=True, kw_only=True):
    """Events, the one that was decided on last first."""

    events: list[EventRow]
    next: str | None
    """What to put behind `cursor=` for what comes behind these."""


class EventInFull(Struct, frozen=True, kw_only=True):
    """One event, its newest revision."""

    event: dict[str, Any]
    """As docs/enrichment.md has it."""
    matches: list[dict[str, Any]]
    decisions: list[dict[str, Any]]


class NoteOf(Struct, frozen=True, kw_only=True):
    """What an event means for a portfolio."""

    portfolio: str
    alert: str | None
    note: Note


class NoteList(Struct, frozen=True, kw_only=True):
    """The notes that the alerts about an event carry."""

    notes: list[NoteOf]


class WhyAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How it is told."""

    portfolio: Annotated[str, msgspec.Meta(description="Only this one, with the rules that did not hold.")] | None = (
        None
    )
    full: Annotated[bool, msgspec.Meta(description="With every clock, and messages as sent.")] = False


class Why(Struct, frozen=True, kw_only=True):
    """What became of something."""

    thing: str
    """The whole id."""
    text: list[str]
    """The story, line by line, as `alertd why` tells it."""
    records: list[dict[str, Any]]
    """The lines of the journal (docs/history.md)."""
    carries_on: list[str]
    """The alerts that it carries on."""


class StoryTold(Struct, frozen=True, kw_only=True):
    """The reports of the same thing."""

    story: str
    events: list[EventRow]
    """The last one first."""
    alerts: list[AlertRow]
