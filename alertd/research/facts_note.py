"""The note that needs no model: sentences made from what was found, each with what it rests on.

    material -> sections, in the order in which they are read -> statements; what has no ground is "none found"

Pure; under a few milliseconds. docs/notes.md shows each sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from msgspec import structs

from alertd.alerts.crowding import sources_text
from alertd.model import Evidence, Note, NoteSection, NoteStatement, ReportedType
from alertd.research.against import contrarian, questions
from alertd.research.grounds import quote
from alertd.research.material import ONE_SIDED, Exposure, Material, is_talk
from alertd.research.retracted import taken_back
from alertd.research.risks import Horizon, horizon_of, risks
from alertd.research.said import crowding, implications, precedents
from alertd.research.sides import exposed, losers, winners
from alertd.rules.grounds import LIKELY, how_clear

LOOKED_FOR: tuple[NoteSection, ...] = ("implication", "winner", "loser", "risk", "horizon", "precedent", "contrarian")
"""Sections that a note speaks of even where there is nothing to be said."""

TAKEN_BACK = "The story takes itself back, or says that somebody else was meant: nothing follows from it."

Level = Literal["low", "medium", "high"]
_Section = Callable[[Material], list[NoteStatement]]
_FIRST: tuple[_Section, ...] = (implications, winners, losers, exposed)
_LAST: tuple[_Section, ...] = (precedents, crowding)
"""Between them stand the risk and the horizon; last come what speaks against it and what is open."""


def facts_note(material: Material, at: str) -> Note:
    """Write what an event means for a portfolio from nothing but facts; `at` (RFC 3339) is when."""
    back = taken_back(material.event)
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
    horizon = horizon_of(material)
    first, last = ([said for section in some for said in section(material)] for some in (_FIRST, _LAST))
    risk = risks(material)
    against = contrarian(material, risk)
    asked = questions(material, [*risk, *against])
    return [*first, *risk, *horizon.statements, *last, *against, *asked], horizon


def _taken_back(material: Material, back: Evidence) -> list[NoteStatement]:
    """Say that a story takes itself back, and which holdings it named: nothing follows from it for them."""
    said = NoteStatement(section="implication", text=TAKEN_BACK, grounds=quote(material.event, [back]))
    named = [_without_sign(one) for one in material.exposures if one.hops == 0]
    return [said, *exposed(replace(material, exposures=tuple(named)))]


def _without_sign(one: Exposure) -> Exposure:
    held = None if one.holding is None else structs.replace(one.holding, impact=None)
    return replace(one, sign=None, both=(), shown=(), holding=held)


def confidence(material: Material, *, confirmed: bool = False) -> tuple[Level, str]:
    """Say how sure the thing itself is: low, medium or high, and by what; `confirmed`: if a second source told it."""
    event = material.event
    main = material.main
    if main is None:
        return "low", "no kind of event was recognised"
    sources = event.story.sources if event.story is not None else 1
    alone = sources == 1 and not confirmed
    why = [main.status, _sure_of_type(main), f"trust {event.trust}", sources_text(sources)]
    doubts = [
        main.status == "denied" or is_talk(event, main) or main.type in ONE_SIDED,
        main.status == "reported" and alone,
        main.confidence < LIKELY,
        event.trust == "low",
        event.withdrawn,
    ]
    certain = main.status == "announced" and event.trust == "high"
    if sum(doubts) >= 2 or doubts[0] or doubts[4] or taken_back(event) is not None:
        return "low", ", ".join(why)
    return ("high" if certain and not any(doubts) else "medium"), ", ".join(why)


def _sure_of_type(main: ReportedType) -> str:
    return f"kind of event {how_clear(main.confidence)}"
