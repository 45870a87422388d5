"""Who gains, who loses, and who stands near without anybody knowing which way: from relations and roles."""

from __future__ import annotations

from alertd.model import Evidence, NoteGround, NoteSection, NoteStatement
from alertd.research.grounds import naming, quote, related, relation_text, words
from alertd.research.material import Exposure, Material
from alertd.research.study import Study
from alertd.rules.touched import SAID

MOST = 5
"""Statements of a section; a note is read on a phone."""


def winners(material: Material) -> list[NoteStatement]:
    """Name those for whom it is good."""
    return [_signed(one, material, "winner") for one in material.exposures if one.sign == 1][:MOST]


def losers(material: Material) -> list[NoteStatement]:
    """Name those for whom it is bad."""
    return [_signed(one, material, "loser") for one in material.exposures if one.sign == -1][:MOST]


def exposed(material: Material) -> list[NoteStatement]:
    """Name the holdings that it touches, where nobody can tell from it in which direction."""
    return [_unsigned(one, material) for one in material.exposures if one.sign is None and one.holding][:MOST]


def _signed(one: Exposure, material: Material, section: NoteSection) -> NoteStatement:
    if not one.path:
        return _said(section, f"{one.label} {one.why}.", _named(one, material), one)
    (relation,) = one.path
    role = f" ({words(one.role)})" if one.role else ""
    text = f"{one.label} {SAID[relation.type]} {material.name(one.named)}{role}: {one.why}."
    return _said(section, text, [related(relation, material.names)], one)


def _unsigned(one: Exposure, material: Material) -> NoteStatement:
    if not one.path:
        role = f" as {words(one.role)}" if one.role else ""
        return _said("exposed", f"{one.label} is named{role}.", _named(one, material), one)
    if one.both:
        told = (
            f"{SAID[s.relation.type]} {material.name(s.relation.of)} ({words(s.role)}): {s.why}" for s in one.both
        )
        text = f"{one.label} {'; but it '.join(told)}. Which counts for more is not known."
        grounds = list(dict.fromkeys(related(side.relation, material.names) for side in one.both))
        return _said("exposed", text, grounds, one)
    way = ", which ".join(
        relation_text(relation, material.names) if n == 0 else f"{SAID[relation.type]} {material.name(relation.of)}"
        for n, relation in enumerate(one.path)
    )
    return _said("exposed", f"{way}.", [related(relation, material.names) for relation in one.path], one)


def _said(section: NoteSection, text: str, grounds: list[NoteGround], one: Exposure) -> NoteStatement:
    return NoteStatement(section=section, text=text[:280], grounds=grounds, holding=one.holding)


def _named(one: Exposure, material: Material) -> list[NoteGround]:
    """Give the words that say what it does there: those of the event type in which it plays a role, or its name's."""
    study, event = material.study, material.event
    types = [found for found in event.event_types if any(party.company == one.company for party in found.parties)]
    evidence: list[Evidence] = [*one.shown]
    evidence += [span for found in types for span in found.evidence]
    evidence += [span for company in event.companies if company.id == one.company for span in company.evidence]
    grounds = quote(study, [span for span in evidence if not _is_lure(study, span)])
    named = naming(study, one.company, grounds) if one.shown and grounds else []
    return grounds + [said for said in named if said.evidence is not None and not _is_lure(study, said.evidence)]


def _is_lure(study: Study, span: Evidence) -> bool:
    return span.field == "body" and study.body.leads_up(span.start, span.end)
