"""Relations that archived events report and nobody has declared: proposals for a person to look at. Pure.

    event -> event types -> two parties by their roles -> a relation -> counted by stories -> not declared -> proposed

An event counts as its newest revision says: a correction without the pair takes it back, and so does a withdrawal.
Announced is not done: that somebody agreed to acquire another makes a proposal, with the status beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from alertd.base.clock import utc_day
from alertd.companies.model import INVERSE, Relation, RelationType
from alertd.companies.table import CompanyTable
from alertd.history.past import PastEvent
from alertd.model import Event, ReportedType, Struct
from alertd.rules.fact_index import event_ms
from alertd.rules.open_title import is_limited
from alertd.rules.parties import MAX_PARTIES, usable
from alertd.rules.reported import ONLY_NAMED, SURE
from alertd.rules.walls import Walls, may_see

ROLES: Mapping[tuple[str, str], RelationType] = {
    ("lessor", "lessee"): "lessor",
    ("supplier", "customer"): "supplier",
    ("contractor", "customer"): "supplier",
    ("acquirer", "target"): "owner",
    ("lender", "borrower"): "lender",
    ("lender", "issuer"): "lender",
    ("licensor", "licensee"): "licensor",
    ("investor", "investee"): "investor",
    ("holder", "subject"): "investor",
    ("partner", "partner"): "partner",
}
"""Roles of two parties of one event type, and what the first party then is to the second."""
EXAMPLES = 3
_TITLE = 200
"""Characters of a headline that an example keeps."""

Edge = tuple[str, RelationType, str]


class Example(Struct, frozen=True, kw_only=True):
    """One event that reports a relation: the first of its story."""

    event: str
    day: str
    """Of the event, ISO 8601, UTC."""
    type: str
    """The event type."""
    status: str
    """announced or reported."""
    title: str


class Proposal(Struct, frozen=True, kw_only=True):
    """A relation that somebody may want to declare."""

    company: str
    type: RelationType
    of: str
    stories: int
    """How many distinct ones report it."""
    first: str
    last: str
    """Days of the first and of the last event, ISO 8601, UTC."""
    examples: tuple[Example, ...]
    """The newest stories', at most three, the newest first."""
    undeclared: tuple[str, ...] = ()
    """Which of the two no file of the rules and no registrant is: to be declared first."""
    desks: tuple[str, ...] = ()
    """Whose source tells of it, or whose company it is: it belongs into a file of that desk."""


class Proposing:
    """Collects what events report, one after the other in the order in which they happened."""

    def __init__(self, table: CompanyTable, desk: str | None = None, walls: Walls | None = None) -> None:
        """`desk`: only what it may see; None: everything. `walls` know whose companies are that the table has not,
        where it is what the desk sees.
        """
        self._table = table
        self._desk = desk
        self._walls = walls or Walls(table.declared.values())
        self._said: dict[str, _Said] = {}
        """Event -> what its newest revision says, of those that ever said something."""
        self._merged: dict[str, str] = {}
        """Story -> the one that it became part of."""
        self.events = 0
        """Those that were looked at, revisions counted apart."""
        self.withheld = 0
        """Those that report a relation, of sources whose rights keep them from some: a file of rules is for all."""

    def add(self, past: PastEvent) -> None:
        """Take in an event."""
        event = past.event
        if not may_see(self._desk, past.desk):
            return
        self.events += 1
        story = past.story or (event.story.id if event.story is not None else "") or event.id
        self._merged.update((one, story) for one in past.absorbed if one != story)
        seen = event if self._desk is None else self._walls.seen_by(event, self._desk)
        known = self._said.get(event.id)
        if known is not None and event.revision < known.revision:
            return
        edges = {} if event.withdrawn else dict(self._edges(seen))
        if edges and is_limited(event):
            self.withheld += 1
            edges = {}
        at = event_ms(event)
        if (edges or known is not None) and at is not None:
            title = " ".join(event.title.split())[:_TITLE]
            self._said[event.id] = _Said(event.id, event.revision, at, story, title, past.desk, edges)

    def proposals(self, declared: Iterable[Relation], least: int) -> list[Proposal]:
        """Give what at least so many stories report and nobody declares, either way round, for a day as late.

        Most stories first, then the newest, then by name.
        """
        known: dict[Edge, list[Relation]] = {}
        for relation in declared:
            turned = (relation.of, INVERSE[relation.type], relation.company)
            for edge in {(relation.company, relation.type, relation.of), turned}:
                known.setdefault(edge, []).append(relation)
        found = [self._proposal(edge, told) for edge, told in self._told().items()]
        wanted = [one for one in found if one.stories >= least and not _is_declared(one, known)]
        wanted.sort(key=lambda one: (one.company, one.type, one.of))
        wanted.sort(key=lambda one: (one.stories, one.last), reverse=True)
        return wanted

    def _edges(self, event: Event) -> Iterator[tuple[Edge, ReportedType]]:
        """Give the relations that an event reports, each with the event type that does."""
        for reported in event.event_types:
            if reported.status in ONLY_NAMED or reported.confidence < SURE:
                continue
            parties = [party for party in reported.parties if usable(party.company)][:MAX_PARTIES]
            for one, other in permutations(parties, 2):
                kind = ROLES.get((one.role, other.role))
                ends = self._table.canonical(one.company), self._table.canonical(other.company)
                if kind is None or ends[0] == ends[1] or (kind == INVERSE[kind] and ends[0] > ends[1]):
                    continue
                yield (ends[0], kind, ends[1]), reported

    def _told(self) -> dict[Edge, list[_Said]]:
        """Give each relation with the events that report it, in the order of their own times."""
        told: dict[Edge, list[_Said]] = {}
        for said in sorted(self._said.values(), key=lambda said: (said.at_ms, said.event)):
            for edge in said.edges:
                told.setdefault(edge, []).append(said)
        return told

    def _proposal(self, edge: Edge, told: Sequence[_Said]) -> Proposal:
        company, kind, of = edge
        stories: dict[str, Example] = {}
        for said in told:
            stories.setdefault(self._story(said.story), _example(said, edge))
        known = {end: self._table.get(end) for end in (company, of)}
        desks = {said.desk for said in told} | {one.desk for one in known.values() if one is not None}
        return Proposal(
            company=company,
            type=kind,
            of=of,
            stories=len(stories),
            first=utc_day(told[0].at_ms),
            last=utc_day(told[-1].at_ms),
            examples=tuple(list(stories.values())[: -EXAMPLES - 1 : -1]),
            undeclared=tuple(end for end, one in known.items() if one is None),
            desks=tuple(sorted(desk for desk in desks if desk is not None)),
        )

    def _story(self, story: str) -> str:
        """Give the story that one is part of by now."""
        for _ in range(len(self._merged)):  # a past that was altered may lead round in a circle
            if story not in self._merged:
                break
            story = self._merged[story]
        return story


@dataclass(frozen=True, slots=True)
class _Said:
    """What the newest revision of an event says of relations; `edges` may be empty: it takes back what it said."""

    event: str
    revision: int
    at_ms: int
    story: str
    title: str
    desk: str | None
    edges: Mapping[Edge, ReportedType]


def _example(said: _Said, edge: Edge) -> Example:
    reported = said.edges[edge]
    return Example(
        event=said.event, day=utc_day(said.at_ms), type=reported.type, status=reported.status, title=said.title
    )


def _is_declared(one: Proposal, known: Mapping[Edge, Sequence[Relation]]) -> bool:
    """Tell whether a relation is declared that holds when this one was reported last, or later."""
    return any((r.until or "9") >= one.last for r in known.get((one.company, one.type, one.of), ()))
