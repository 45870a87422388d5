"""A research note as it may be kept, and as one receiver may see it: its weights, and the words that it quotes. Pure.

What a statement says of a holding it says without its weight; that stands beside it, and is shown like those of the
alert. Words that the terms of their source do not let anybody see become a place without words.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from alertd.alerts.crowding import is_count
from alertd.alerts.policy import ReceiverPolicy
from alertd.alerts.rights import closed_to, limits, seen_of, words_shown
from alertd.alerts.weights import holding_shown
from alertd.model import Event, Note, NoteGround, NoteSection, NoteStatement, Rights

_OF_WEIGHT: frozenset[NoteSection] = frozenset({"winner", "loser", "risk", "horizon"})
"""Only what is new in these is told again: how often a story was told is not."""


def kept(note: Note | None, event: Event) -> Note | None:
    """Give a note as an alert may keep it: with the rights of its event, and quotes that somebody may see."""
    rights = limits(event)
    if note is None or rights is None:
        return note
    return replace(_quoting(note, seen_of(event, leaves=False)), rights=rights)


def says_more(note: Note | None, before: Note | None) -> bool:
    """Tell whether a note has a statement of weight that the one before it had not."""
    if note is None:
        return False
    known = {said.text for said in before.statements} if before is not None else set()
    return any(said.text not in known for said in note.statements if said.section in _OF_WEIGHT)


def same_facts(note: Note | None, other: Note | None) -> bool:
    """Tell whether two notes of facts say the same, but for how often it was told by whom."""
    return note is not None and other is not None and _lasting(note) == _lasting(other)


def _lasting(note: Note) -> set[tuple[NoteSection, str]]:
    return {
        (said.section, said.text) for said in note.statements if said.section != "crowding" and not is_count(said)
    }


def note_shown(note: Note | None, policy: ReceiverPolicy) -> Note | None:
    """Give a note as a receiver may see it; None where it wants none, or may not know of its event.

    Who wants facts gets none that a model has written, also where that stands in the alert by now.
    """
    if note is None or policy.note == "off" or closed_to(policy, note.rights):
        return None
    if by_model(note) and policy.note != "model":
        return None
    if policy.leaves and note.rights is not None and not note.rights.export:
        note = _quoting(note, "")
    if policy.show_weights != "exact":
        statements = [_weighed(said, policy) for said in note.statements]
        note = replace(note, statements=statements)
    return replace(note, rights=None)


def by_model(note: Note) -> bool:
    """Tell whether a language model wrote a note."""
    return note.by != "facts"


def only_of(note: Note, companies: Collection[str]) -> Note:
    """Give a note without what it says of other holdings, for who sees only a part of the alert."""
    said = [one for one in note.statements if one.holding is None or one.holding.company in companies]
    return replace(note, statements=said)


def _weighed(said: NoteStatement, policy: ReceiverPolicy) -> NoteStatement:
    if said.holding is None:
        return said
    return replace(said, holding=holding_shown(said.holding, policy.show_weights))


def _quoting(note: Note, seen: str | None) -> Note:
    """Give a note that quotes only what may be seen. A model may have copied what it quotes into its sentence: that
    goes, too. Sentences of facts are ours.
    """
    if seen is None:
        return note
    quoted = [_quoted(said, seen) for said in note.statements]
    if by_model(note):
        quoted = [now for now, was in zip(quoted, note.statements, strict=True) if now.grounds == was.grounds]
    return replace(note, statements=quoted)


def _quoted(said: NoteStatement, seen: str) -> NoteStatement:
    return replace(said, grounds=[_ground(ground, seen) for ground in said.grounds])


def _ground(ground: NoteGround, seen: str) -> NoteGround:
    if ground.evidence is None:
        return ground
    quote = words_shown(ground.evidence, seen)
    if quote == ground.evidence.quote:
        return ground
    return replace(ground, evidence=replace(ground.evidence, quote=quote), cut_before=True, cut_after=True)


def without_words(note: Note) -> Note:
    """Give a note without the words of its event's text, and without what a model may have copied of them."""
    return _quoting(note, "")


def dropped_line(dropped: Sequence[tuple[str, str]], rights: Rights | None) -> list[tuple[str, str]]:
    """Give why statements did not pass, as the journal carries it: the detail may be words of the text."""
    return [(reason, detail if rights is None else "") for reason, detail in dropped]


def note_line(note: Note) -> dict[str, Any]:
    """Give a note as the journal carries it, ready for JSON: without words of a source whose rights limit what may be
    kept or shown.
    """
    made: dict[str, Any] = msgspec.to_builtins(note if note.rights is None else without_words(note))
    return made
