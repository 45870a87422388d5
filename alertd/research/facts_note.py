"""The note that needs no model: sentences made from what was found, each with what it rests on.

    material -> sections, in the order in which they are read -> statements; what has no ground is "none found"

Pure; under a few milliseconds. docs/notes.md shows each sentence.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from msgspec import structs

from alertd.alerts.crowding import sources_text
from alertd.model import Evidence, Note, NoteSection, NoteStatement, ReportedType
from alertd.research.against import contrarian, questions
from alertd.research.grounds import quote
from alertd.research.material import Exposure, Material
from alertd.research.risks import Horizon, horizon_of, risks
from alertd.research.said import crowding, implications, precedents, told
from alertd.research.sides import exposed, losers, winners
from alertd.research.study import ONE_SIDED
from alertd.rules.grounds import LIKELY, how_clear

LOOKED_FOR: tuple[NoteSection, ...] = ("implication", "winner", "loser", "risk", "horizon", "precedent", "contrarian")
"""Sections that a note speaks of even where there is nothing to be said."""

TAKEN_BACK = "The story takes itself back, or says that somebody else was meant: nothing follows from it."

Level = Literal["low", "medium", "high"]


def facts_note(material: Material, at: str) -> Note:
    """Write what an event means for a portfolio from nothing but facts; `at` (RFC 3339) is when."""
    back = material.study.taken_back
    found, horizon = _told(material) if back is None else (_taken_back(material, back), Horizon([]))
    statements = [said for said in found if said.grounds]
    there = {said.section for said in statements}
    level, why = confidence(material)
    confirmed, _ = confidence(material, confirmed=True)
    return Note(
        event=material.event.id,
        event_revision=material.event.revision,
        at=at,
        statements=statements,
        none_found=[section for section in LOOKED_FOR if section not in there],
        horizon_low=horizon.low,
        horizon_high=horizon.high,
        confidence=level,
        confidence_why=why,
        confirmed=confirmed if confirmed != level else None,
        type_confidence=round(material.main.confidence, 2) if material.main is not None else 0.0,
        counted=material.counted,
    )


def _told(material: Material) -> tuple[list[NoteStatement], Horizon]:
    """Give all that a note says of what stands, and its horizon."""
    study = material.study
    sizes = told(study)
    horizon = horizon_of(study)
    risk = risks(material, sizes)
    against = contrarian(material, sizes, risk)
    return [
        *implications(material, sizes), *winners(material), *losers(material), *exposed(material),
        *risk, *horizon.statements, *precedents(material), *crowding(material),
        *against, *questions(study, sizes, [*risk, *against]),
    ], horizon  # fmt: skip


def _taken_back(material: Material, back: Evidence) -> list[NoteStatement]:
    """Say that a story takes itself back, and which holdings it named: nothing follows from it for them."""
    said = NoteStatement(section="implication", text=TAKEN_BACK, grounds=quote(material.study, [back]))
    named = [_without_sign(one) for one in material.exposures if one.hops == 0]
    return [said, *exposed(replace(material, exposures=tuple(named)))]


def _without_sign(one: Exposure) -> Exposure:
    held = None if one.holding is None else structs.replace(one.holding, impact=None)
    return replace(one, sign=None, both=(), shown=(), holding=held)


def confidence(material: Material, *, confirmed: bool = False) -> tuple[Level, str]:
    """Say how sure the thing itself is: low, medium or high, and by what; `confirmed`: if a second source told it."""
    study, event, main = material.study, material.event, material.main
    if main is None:
        return "low", "no kind of event was recognised"
    sources = event.story.sources if event.story is not None else 1
    alone = sources == 1 and not confirmed
    why = [main.status, _sure_of_type(main), f"trust {event.trust}", sources_text(sources)]
    doubts = [
        main.status == "denied" or study.is_talk(main) or main.type in ONE_SIDED,
        main.status == "reported" and alone,
        main.confidence < LIKELY,
        event.trust == "low",
        event.withdrawn,
    ]
    certain = main.status == "announced" and event.trust == "high"
    if sum(doubts) >= 2 or doubts[0] or doubts[4] or study.taken_back is not None:
        return "low", ", ".join(why)
    return ("high" if certain and not any(doubts) else "medium"), ", ".join(why)


def _sure_of_type(main: ReportedType) -> str:
    return f"kind of event {how_clear(main.confidence)}"
