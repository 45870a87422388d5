"""From an event's words to what it is about: the steps in their order.

    scan -> language -> companies -> money, durations, terms -> frames that suffice
         -> [event types: rules/strata.py]
         -> statuses, roles, assets -> tone

A field that an event brings with it is left as it is: whoever filled it knew more than its words. Pure: the same
event, companies and event types give the same answer. The story comes after this: it needs to know the others.

A step that raises costs the event what that step would have found, and nothing else: it is counted and logged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Protocol

import structlog
from msgspec.structs import replace

from alertd.companies.finder import CompanyFinder
from alertd.companies.table import CompanyTable
from alertd.enrich.companies import add_companies
from alertd.enrich.draft import Draft
from alertd.enrich.durations import add_durations
from alertd.enrich.frames_sure import SureFrames
from alertd.enrich.language import add_language, drop_unread
from alertd.enrich.money import add_money
from alertd.enrich.money_rent import add_rents
from alertd.enrich.roles import Roles, frames_of
from alertd.enrich.status import Statuses
from alertd.enrich.story_report import report_of
from alertd.enrich.terms import add_terms
from alertd.enrich.tone import add_tone
from alertd.model import Event, ReportedType
from alertd.rules.book import EventTypeRule
from alertd.rules.understanding import ByFrame, Understood
from alertd.text.scan import Found, TermScanner

Step = tuple[str, Callable[[Draft], None]]
"""A step's name, by which it is counted, and what it does with the event."""


class Meter(Protocol):
    """Is told what understanding costs and what comes of it."""

    def took(self, step: str, seconds: float) -> None:
        """Note the time of a step."""

    def failed(self, step: str) -> None:
        """Note that a step raised."""

    def understood(self, event: Event, refused: Sequence[tuple[str, str]], seconds: float) -> None:
        """Note what came of an event, and the time of all its steps."""


_STEP = "the step "
"""Before the name of a step that raised, among what was not taken."""
_log = structlog.get_logger(__name__)


class Enricher:
    """Understands events for one set of companies and event types. Belongs to one process."""

    def __init__(
        self,
        event_types: Iterable[EventTypeRule] = (),
        companies: CompanyFinder | None = None,
        meter: Meter | None = None,
    ) -> None:
        self._meter = meter
        self._types = {kind.id: kind for kind in event_types}
        frames = frames_of(self._types)
        self._first: tuple[Step, ...] = (
            ("language", add_language),
            *((("companies", partial(add_companies, finder=companies)),) if companies is not None else ()),
            ("money", add_money),
            ("durations", add_durations),
            ("terms", add_terms),
            ("frames", SureFrames(self._types)),
        )
        """What event types may ask for, in this order."""
        self._then: tuple[Step, ...] = (
            ("unread", drop_unread),
            ("statuses", Statuses(self._types, frames)),
            ("roles", Roles(self._types, frames)),
            ("rents", add_rents),
            ("tone", add_tone),
        )
        """What follows from the event types; those just found stand in `draft.reported`."""

    @classmethod
    def of(cls, event_types: Iterable[EventTypeRule], table: CompanyTable, meter: Meter | None = None) -> Enricher:
        """Make one for event types and the companies of a table."""
        return cls(event_types, CompanyFinder(table), meter)

    def begin(self, event: Event, found: Found) -> Understood:
        """Find what event types may ask for: language, companies, money, durations, terms; and what frames show."""
        draft = Draft(event, {"title": found.tokens("title"), "body": found.tokens("body")})
        begun = _Begun(draft, self._then, self._meter)
        begun.take(self._first)
        return begun


class _Begun:
    """An event between the two halves."""

    def __init__(self, draft: Draft, then: Sequence[Step], meter: Meter | None) -> None:
        self._draft = draft
        self._then = then
        self._meter = meter
        self._seconds = 0.0

    @property
    def event(self) -> Event:
        """With what event types may ask for."""
        return self._draft.event

    @property
    def by_frames(self) -> Mapping[str, ByFrame]:
        """The event types that a frame shows."""
        return self._draft.by_frames

    @property
    def refused(self) -> Sequence[tuple[str, str]]:
        """What was seen and not taken, with the reason."""
        return self._draft.refused

    def conclude(self, types: Sequence[ReportedType]) -> Event:
        """Find the status of each type, who plays which role, and the tone; what turns out to be none is dropped."""
        draft = self._draft
        draft.reported = sorted(types, key=lambda reported: reported.type)
        self.take(self._then)
        if draft.reported:
            draft.event = replace(draft.event, event_types=draft.types)
        if self._meter is not None:
            self._meter.understood(draft.event, draft.refused, self._seconds)
        return draft.event

    def take(self, steps: Sequence[Step]) -> None:
        """Take the event through steps."""
        draft = self._draft
        for name, step in steps:
            before = draft.event, draft.mentions, list(draft.reported), dict(draft.by_frames)
            began = time.perf_counter()
            try:
                step(draft)
            except Exception as error:  # noqa: BLE001 hostile text must not cost the event, whatever a step raises on it
                draft.event, draft.mentions, draft.reported, draft.by_frames = before
                draft.refused.append((f"{_STEP}{name}", f"{type(error).__name__}: {error}"[:200]))
                _log.error("enrich_step_failed", step=name, event_id=draft.event.id, exc_info=error)
                if self._meter is not None:
                    self._meter.failed(name)
            took = time.perf_counter() - began
            self._seconds += took
            if self._meter is not None:
                self._meter.took(name, took)


def warm_up() -> None:
    """Load what steps load when they are first asked, so that no event waits for it."""
    event = Event(title="Vega Grid cuts its guidance by $1 million", body="Its shares fell. It leases offices.")
    begun = Enricher().begin(event, TermScanner([]).scan(event.title, event.body))
    report_of(begun.conclude([]))


def broken_steps(refused: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Give of what was not taken the steps that raised, with what they raised."""
    return [(what, why) for what, why in refused if what.startswith(_STEP)]
