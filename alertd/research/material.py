"""What a research note may rest on, gathered before a word of it is written: the text's facts and what is near them.

    event      what was found in the text: types, parties, amounts, terms, durations, tone, story
    exposures  which companies it touches at 0, 1 and 2 relations, over which way, and in which direction
    earlier    what the same parties did before

All of it is data: whoever writes the note, a template or a model, adds nothing to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import msgspec

from alertd.companies.model import Relation
from alertd.model import Counted, Event, Evidence, ReportedType, TouchedHolding
from alertd.research.study import Study
from alertd.rules.walls import companies_in, without_companies

Sign = Literal[1, -1]
"""What the event is for a company: good or bad for its business. Whether that is good for who holds it, long or
short, is another question (`TouchedHolding.impact`)."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of two relations by which an event is good and bad for the same company."""

    relation: Relation
    role: str
    """What the company at its end is in what happened."""
    why: str


@dataclass(frozen=True, slots=True)
class Exposure:
    """A company that an event touches."""

    company: str
    label: str
    """Ticker or name, for people."""
    hops: int
    """0: it is named in the event."""
    path: tuple[Relation, ...] = ()
    """The relations from it to a company that is named: the `of` of one is the `company` of the next. As declared, or
    turned round (then with the source of what was declared)."""
    named: str = ""
    """The company at the end of the way, or itself; an id."""
    role: str | None = None
    """What `named` is in what happened."""
    sign: Sign | None = None
    why: str = ""
    """Of a sign: what makes it so, in words: `supplies the lessor`."""
    holding: TouchedHolding | None = None
    """How the portfolio holds it; None: it does not."""
    both: tuple[Side, ...] = ()
    """Where relations disagree in direction, so that there is no sign: the strongest, and the strongest against."""
    shown: tuple[Evidence, ...] = ()
    """Of a sign: the words that say it, where they are not those of the event type."""

    @property
    def relations(self) -> tuple[Relation, ...]:
        """All relations that it is told with."""
        return (*self.path, *(side.relation for side in self.both))


@dataclass(frozen=True, slots=True)
class Earlier:
    """An event between the same parties that came before."""

    event: str
    """Its id."""
    at: str
    """RFC 3339."""
    type: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Material:
    """All that a note about one event may rest on, for one portfolio."""

    study: Study
    exposures: tuple[Exposure, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    """Company id -> name, for all that occur above."""
    armed: tuple[str, ...] = ()
    """What the portfolio's rules wait for next, in words."""

    @property
    def event(self) -> Event:
        """The event."""
        return self.study.event

    def name(self, company: str) -> str:
        """Give what a company is called, by its id."""
        return self.names.get(company, company)

    @property
    def counted(self) -> Counted | None:
        """How often the story was told by the event; None where it is in none."""
        story = self.event.story
        if story is None:
            return None
        return Counted(reports=story.position, sources=story.sources, novelty=story.novelty)

    @property
    def main(self) -> ReportedType | None:
        """The event type that a note is about: the surest; None if none is sure enough."""
        return self.study.main


@dataclass(frozen=True, slots=True)
class _Beside:
    """What of the material is not the event."""

    exposures: tuple[Exposure, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    names: dict[str, str] = field(default_factory=dict)


def written_material(material: Material) -> str:
    """Write what stands beside the event, for whoever writes the note later."""
    beside = _Beside(material.exposures, material.earlier, dict(material.names))
    return msgspec.json.encode(beside).decode()


def read_material(text: str, event: Event) -> Material:
    """Read it again, for its event; what cannot be read is nothing to rest on."""
    try:
        beside = msgspec.json.decode(text, type=_Beside) if text else _Beside()
    except msgspec.DecodeError:
        beside = _Beside()
    return Material(Study(event), beside.exposures, beside.earlier, beside.names)


def only_known(material: Material) -> Material:
    """Leave out of the event what the material has no name for: the journal has the event as nobody's desk sees it,
    the names are those that the portfolio's desk does.
    """
    others = frozenset(companies_in(material.event) - set(material.names))
    return replace(material, study=Study(without_companies(material.event, others)))
