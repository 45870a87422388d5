"""Companies that are one desk's alone: to the others an event is as if they were not named in it.

A company file with `desk:` may tell what a desk looks at before anybody knows that it does. The words of the event
stay: they are the source's, and public.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from alertd.companies.model import Company
from alertd.model import Event, Party, ReportedType
from alertd.rules.logic import Reading

REGISTRANT = "cik-"
"""Begins the ids of registrants, which are public."""


def may_see(desk: str | None, owner: str | None) -> bool:
    """Tell whether what belongs to an owner is for a desk: its own is, and what is nobody's.

    `desk` None: whoever runs alertd, who sees everything.
    """
    return desk is None or owner in (None, desk)


class Walls:
    """Which companies are whose."""

    def __init__(self, declared: Iterable[Company] = (), *, undeclared: str | None = None) -> None:
        """`undeclared` owns each company that is no registrant and not declared: of the past, whose it was is not
        known. None: such are everybody's.
        """
        known = list(declared)
        self._declared = frozenset(company.id for company in known)
        self._desks = {company.id: company.desk for company in known if company.desk is not None}
        self._undeclared = undeclared

    def hidden(self, event: Event) -> Mapping[str, str]:
        """Give the companies that an event names and that are a desk's alone, with the desk."""
        if not self._desks and self._undeclared is None:
            return {}
        return {name: desk for name in companies_in(event) if (desk := self._owner(name)) is not None}

    def _owner(self, company: str) -> str | None:
        if company in self._declared or company.startswith(REGISTRANT):
            return self._desks.get(company)
        return self._undeclared

    def seen_by(self, event: Event, desk: str | None) -> Event:
        """Give the event as a desk sees it; None: a portfolio that belongs to no desk."""
        others = frozenset(name for name, owner in self.hidden(event).items() if owner != desk)
        return without_companies(event, others)


class Readings:
    """One event as each desk reads it."""

    def __init__(self, walls: Walls, reading: Reading) -> None:
        self._walls = walls
        self._whole = reading
        self._owners = frozenset(walls.hidden(reading.event).values())
        self._desks: dict[str | None, Reading] = {}

    def of(self, desk: str | None) -> Reading:
        """Give the reading of a desk; the same object for all where nothing is hidden from any."""
        if not self._owners:
            return self._whole
        key = desk if desk in self._owners else None
        if key not in self._desks:
            event = self._walls.seen_by(self._whole.event, key)
            self._desks[key] = Reading(event, self._whole.found)
        return self._desks[key]


def companies_in(event: Event) -> set[str]:
    """Give the companies that an event speaks of, wherever it does."""
    names = {company.id for company in event.companies}
    names.update(event.parties)
    names.update(party.company for kind in event.event_types for party in kind.parties)
    names.update(amount.of for amount in event.amounts if amount.of)
    names.update(term.held_by for term in event.terms if term.held_by)
    return names


def without_companies(event: Event, others: frozenset[str]) -> Event:
    """Give an event as if these companies were not named in it; the same where there are none."""
    if not others:
        return event
    return replace(
        event,
        companies=[company for company in event.companies if company.id not in others],
        parties=[party for party in event.parties if party not in others],
        event_types=[_type_without(kind, others) for kind in event.event_types],
        amounts=[replace(amount, of=None) if amount.of in others else amount for amount in event.amounts],
        terms=[replace(term, held_by=None) if term.held_by in others else term for term in event.terms],
    )


def _type_without(kind: ReportedType, others: frozenset[str]) -> ReportedType:
    parties: list[Party] = [party for party in kind.parties if party.company not in others]
    return kind if len(parties) == len(kind.parties) else replace(kind, parties=parties)
