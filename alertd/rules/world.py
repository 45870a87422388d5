"""What all portfolios share when conditions are asked: how companies are related, what they are called, rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec

from alertd.companies.relations import Graph
from alertd.model import Struct


class Rates(Struct, frozen=True, kw_only=True):
    """What a unit of each currency was worth in `base` on a date."""

    date: str
    base: str = "USD"
    rates: dict[str, float] = msgspec.field(default_factory=dict)


@dataclass(frozen=True)
class World:
    """Belongs to one rule book; made once when the book is taken."""

    graph: Graph = field(default_factory=Graph)
    labels: Mapping[str, str] = field(default_factory=dict)
    """Company id -> ticker or name, for people."""
    rates: Rates | None = None
    related: Mapping[str, str] = field(default_factory=dict)
    """The labels of those that relations are about, as everybody has them: they say nothing of what is held."""

    def label(self, company: str) -> str:
        """Say what a company is called on a desk."""
        return self.labels.get(company, company)


class Worlds:
    """What each desk sees of a book's world: relations may be declared for one desk alone."""

    def __init__(self, whole: World) -> None:
        self.whole = whole
        self._desks: dict[str | None, World] = {}

    def of(self, desk: str | None) -> World:
        """Give the world of a desk's portfolios; made once."""
        if desk not in self._desks:
            self._desks[desk] = replace(self.whole, graph=self.whole.graph.for_desk(desk))
        return self._desks[desk]
