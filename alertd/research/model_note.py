"""A note that a language model writes: what it is shown, and what of its answer becomes the note. Pure.

    event, relations, earlier events, numbers -> request: instructions that are ours, content that is data
    answer -> draft -> check of its grounds -> put together with the facts, which know of holdings

No holding, no weight, no portfolio and no rule is in a request: two portfolios ask the same of the same event, and
the answer is kept for both.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any, get_args

import msgspec
from msgspec.structs import replace

from alertd.alerts.rights import may_model, shown
from alertd.model import Event, Note, NoteSection, NoteStatement
from alertd.research.draft import Draft, draft_schema
from alertd.research.exchange import ModelRequest
from alertd.research.facts_note import LOOKED_FOR
from alertd.research.grounding import ABOUT_A_COMPANY, Checked, check
from alertd.research.handles import Handles, labels_of
from alertd.research.instructions import INSTRUCTIONS
from alertd.research.material import Material
from alertd.rules.walls import companies_in

VERSION = "2"
"""Of instructions and schema; a kept answer to another version is no answer."""
BODY_MAX = 12_000
"""Characters of the body that a model is shown."""
_ORDER: tuple[NoteSection, ...] = get_args(NoteSection)


def withheld(event: Event, *, outside: bool) -> str:
    """Say why a model may not be shown an event; empty if it may. `outside`: it runs at somebody else's."""
    if not may_model(event):
        return "the source's rights forbid it"
    classification = event.provenance.classification
    if outside and classification != "public":
        return f"the item is {classification} and the model is outside the house"
    return ""


def request(material: Material, named: Handles, *, outside: bool) -> ModelRequest:
    """Make the question about an event; `outside`: to somebody else's model."""
    content = _content(material, named, outside=outside)
    return ModelRequest(instructions=INSTRUCTIONS, content=content, schema=draft_schema(), version=VERSION)


def _content(material: Material, named: Handles, *, outside: bool) -> str:
    """Write what a model is shown, in one canonical form."""
    event = shown(material.event, leaves=outside)
    data: dict[str, Any] = {
        "title": event.title,
        "body": event.body[:BODY_MAX],
        "published": event.event_at[:10],
        "companies": _companies(material, named),
        "what_was_found": [
            {"type": found.type, "status": found.status, "parties": {p.company: p.role for p in found.parties}}
            for found in event.event_types
        ],
        "relations": _of(named, "relation"),
        "earlier_events": _of(named, "event"),
        "numbers": _of(named, "number"),
    }
    return msgspec.json.encode(data, order="deterministic").decode()


def _companies(material: Material, named: Handles) -> dict[str, str]:
    """Name the companies of the event and of the relations that are shown: a neighbour by any other is nobody's
    business.
    """
    shown_ids = companies_in(material.event)
    shown_ids |= {end for ground in named.values() for end in (ground.company, ground.of) if end}
    return {company: label for company, label in labels_of(material).items() if company in shown_ids}


def _of(named: Handles, kind: str) -> dict[str, str]:
    return {handle: ground.text for handle, ground in named.items() if ground.kind == kind}


def note_of(facts: Note, draft: Draft, material: Material, named: Handles, by: str, at: str) -> tuple[Note, Checked]:
    """Make the note of a draft: what passes the check, and of the facts what it does not speak of."""
    held = {said.holding.company: said.holding for said in facts.statements if said.holding is not None}
    known = [dataclasses.replace(one, holding=held.get(one.company)) for one in material.exposures]
    checked = check(draft, dataclasses.replace(material, exposures=tuple(known)), named)
    if not checked.statements:
        reason = "nothing that the model wrote passed the check of its grounds"
        return replace(facts, dropped=len(checked.dropped), fallback=reason), checked
    written = checked.statements
    statements = sorted([*written, *_left(facts, written)], key=lambda said: _ORDER.index(said.section))
    there = {said.section for said in statements}
    stated = checked.horizon_low is not None or checked.horizon_high is not None
    note = replace(
        facts,
        by=by,
        at=at,
        statements=statements,
        none_found=[section for section in LOOKED_FOR if section not in there],
        horizon_low=checked.horizon_low if stated else facts.horizon_low,
        horizon_high=checked.horizon_high if stated else facts.horizon_high,
        dropped=len(checked.dropped),
    )
    return note, checked


def _left(facts: Note, written: Iterable[NoteStatement]) -> list[NoteStatement]:
    """Give the statements of the facts that a model's do not stand for: sections, and holdings it did not name."""
    sections = {said.section for said in written}
    named = {said.holding.company for said in written if said.holding is not None}
    return [
        said
        for said in facts.statements
        if said.section not in sections
        or (said.section in ABOUT_A_COMPANY and said.holding is not None and said.holding.company not in named)
    ]


def fallen_back(facts: Note, why: str) -> Note:
    """Give the note of the facts, saying why no model wrote it."""
    return replace(facts, fallback=f"no model: {why}"[:200])
