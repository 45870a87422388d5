"""What an event means for a portfolio, written where it is decided: from its facts, its relations and the past."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from alertd.base.clock import rfc3339
from alertd.model import Event, Note, NoteSection, Row
from alertd.research.exposure import gather, gather_open
from alertd.research.facts_note import facts_note
from alertd.research.material import Earlier, written_material
from alertd.research.study import Study
from alertd.rules.book import Portfolio, Rule
from alertd.rules.fact_index import fact_of
from alertd.rules.reported import SURE
from alertd.rules.world import World

MOST = 20
"""Earlier events that a note may rest on, the newest."""
_WORTH: frozenset[NoteSection] = frozenset({"winner", "loser", "exposed", "risk", "precedent", "contrarian"})
"""Of these there must be one: what happened, and how new it is, stands in the alert already."""


def wanted_of(rules: Iterable[Rule | None]) -> Literal["off", "facts", "model"]:
    """Say what rules that hold want of a note: the most that one of them wants; `off` where there is none."""
    wants = {rule.note or "model" for rule in rules if rule is not None}
    return "model" if "model" in wants else "facts" if "facts" in wants else "off"


def note_on(
    study: Study,
    portfolio: Portfolio,
    world: World,
    past: Sequence[Row],
    source_desks: Mapping[str, str],
    at: str,
) -> Note | None:
    """Write the note about an event for a portfolio; None where it would say nothing that the alert does not.

    The event and `world` are as the portfolio's desk sees them; `past` is what is remembered of its parties, for all
    desks together, so what only another desk may know is left out here.
    """
    if study.event.withdrawn:  # from what its source takes back nothing follows
        return None
    earlier = earlier_in(study.event, past, source_desks, portfolio.desk)
    material = gather(study, portfolio.holdings.positions, world.graph, world.labels, earlier=earlier)
    note = facts_note(material, at)
    return note if any(said.section in _WORTH for said in note.statements) else None


def material_on(
    study: Study, portfolio: Portfolio, world: World, past: Sequence[Row], source_desks: Mapping[str, str]
) -> str:
    """Write what a model may be shown of what is near an event: the same for whoever holds what.

    The event is as the portfolio's desk sees it, `world` as those see it who belong to no desk.
    """
    known = [row for row in past if fact_of(row).open]
    earlier = earlier_in(study.event, known, source_desks, portfolio.desk)
    return written_material(gather_open(study, world.graph, world.related, earlier=earlier))


def earlier_in(event: Event, past: Iterable[Row], source_desks: Mapping[str, str], desk: str | None) -> list[Earlier]:
    """Give what the parties did before: of each other story the first event that this desk may know of."""
    found: dict[str, Earlier] = {}
    for row in past:
        fact = fact_of(row)
        types = [name for name, confidence, status in fact.types if confidence >= SURE and status != "denied"]
        at = rfc3339(row.at_ms)
        same = row.event == event.id or (event.story is not None and row.distinct in ("", event.story.id))
        if not same and at < event.event_at and types and source_desks.get(fact.source, desk) == desk:
            first, story = Earlier(row.event, at, types[0], fact.title), row.distinct or row.event
            found[story] = min(found.get(story, first), first, key=lambda one: (one.at, one.event))
    return sorted(found.values(), key=lambda one: one.at)[-MOST:]
