"""Who is who by the rules in force, as a desk sees it, asked apart: the table of registrants is large."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from alertd.asking.companies import Known, branch_row
from alertd.asking.room import Room
from alertd.companies.model import Company, Relation, RelationType
from alertd.companies.neighbours import around
from alertd.companies.search import search


def _known(room: Room, walls: str | None) -> Known:
    return Known(room.table, room.shared.relations, room.reach.rules, room.reach).seen_by(walls)


@dataclass(frozen=True, slots=True)
class CompaniesAsked:
    """Companies by the beginning of a ticker or of the words of a name."""

    walls: str | None
    text: str
    limit: int

    async def answer(self, room: Room) -> list[Company]:
        """Answer it. Raises Temporary."""
        return search(_known(room, self.walls).table, self.text, self.limit)


@dataclass(frozen=True, slots=True)
class CompanyAsked:
    """The company that a name means, with the relations that it stands in; None: none, or several."""

    walls: str | None
    name: str
    exchange: str = ""
    """Where a ticker is traded."""

    async def answer(self, room: Room) -> tuple[Company, list[Relation]] | None:
        """Answer it. Raises Temporary."""
        known = _known(room, self.walls)
        company = known.table.resolve(self.name, self.exchange)
        if company is None:
            return None
        return company, [one for one in known.relations if company.id in (one.company, one.of)]


@dataclass(frozen=True, slots=True)
class GraphAsked:
    """The company that a name means, with the relations around it as a tree; None: none, or several."""

    walls: str | None
    name: str
    hops: int
    on: str | None
    """The day on which they hold."""
    types: Sequence[RelationType] = ()
    """None: whatever they are."""

    async def answer(self, room: Room) -> tuple[Company, list[dict[str, Any]]] | None:
        """Answer it. Raises Temporary."""
        known = _known(room, self.walls)
        root = known.table.resolve(self.name)
        if root is None:
            return None

        def label(company: str) -> str:
            one = known.table.get(company)
            return one.label if one is not None else company

        found = around(known.relations, root.id, label=label, hops=self.hops, types=self.types, on=self.on)
        return root, [branch_row(one, label) for one in found]
