"""One model writes one note: may it see the event? -> asked -> read -> checked -> put together with the facts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from alertd.alerts.rights import keeps_body
from alertd.base.clock import Clock, rfc3339
from alertd.model import Note
from alertd.research.answers import KEEP_S
from alertd.research.asking import Asker, NotAnswered
from alertd.research.draft import DraftRefused, read_draft
from alertd.research.handles import handles
from alertd.research.material import Material
from alertd.research.model_note import note_of, request, withheld


@dataclass(frozen=True, slots=True)
class Written:
    """A note that a model wrote."""

    note: Note
    passed: int
    """Statements of the model in it; the others are of the facts."""
    dropped: Sequence[tuple[str, str]]
    """Reason and detail of each statement that did not pass."""


@dataclass(frozen=True, slots=True)
class NotWritten:
    """Why a model wrote no note."""

    reason: str
    """For the note: of hosts and keys it says nothing."""
    words: str = ""
    """For the journal and the operator; empty: the reason."""
    lasting: bool = False
    """Only a person can mend it: the model refuses."""
    dropped: Sequence[tuple[str, str]] = ()


async def written_by(
    model: Asker, facts: Note, material: Material, portfolio: str, clock: Clock
) -> Written | NotWritten:
    """Have a note written on behalf of a portfolio. Raises StoreUnavailable where nobody can say what was spent."""
    if kept := withheld(material.event, outside=model.outside):
        return NotWritten(kept)
    named = handles(material)
    asked = request(material, named, outside=model.outside)
    reply = await model.ask(asked, portfolio, clock(), lasting=keeps_body(material.event, KEEP_S))
    if isinstance(reply, NotAnswered):
        return NotWritten(reply.reason, reply.words, reply.lasting)
    try:
        draft = read_draft(reply.text)
    except DraftRefused as error:
        await model.useless(asked, clock())
        return NotWritten("its answer is no note", f"its answer is no note: {error}")
    at = rfc3339(clock())
    # In a thread: a long text and a hostile answer take a while, and others send meanwhile.
    note, checked = await asyncio.to_thread(note_of, facts, draft, material, named, model.by, at)
    dropped = [(one.reason, one.detail) for one in checked.dropped]
    if note.fallback:
        await model.useless(asked, clock())
        return NotWritten(note.fallback, dropped=dropped)
    return Written(note, len(checked.statements), dropped)
