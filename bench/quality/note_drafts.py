"""What the scripted model of the measurement writes about an event: well, wrongly and maliciously.

Well is what the note without a model says, put as a model would put it. Wrong is the same with one thing in each
statement that is not so. Malicious is what somebody would want who has the model in his hands: each statement quotes
the text truly, and says what it must not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from alertd.model import Note, NoteGround, NoteStatement
from alertd.research.draft import MAX_GROUNDS, MAX_STATEMENTS
from alertd.research.handles import Handles
from alertd.research.material import Material
from tests.support.malice import PLANTED

Written = dict[str, Any]
"""A statement of a draft, as JSON has it."""
_LONGEST = 200
_COUNTED = "crowding"
_NUMBER = re.compile(r"\d")
_ABSENT = {"kind": "quote", "quote": "a sentence that the source never wrote", "id": ""}
_UNKNOWN = {"kind": "relation", "quote": "", "id": "r99"}


def well(note: Note, named: Handles) -> Written:
    """Put a note as a model would."""
    made = [_statement(one, named) for one in note.statements if one.section != _COUNTED]
    return draft([one for one in made if one["grounds"]], note)


def wrongly(note: Note, named: Handles) -> Iterator[Written]:
    """Give the statements of `well`, each with something that is not so."""
    for one in well(note, named)["statements"]:
        said = one["text"].rstrip(".")
        if _NUMBER.search(said):
            yield one | {"text": _NUMBER.sub(_another, one["text"], count=1)}
        yield one | {"text": f"{said}, says Goldman Sachs."}
        yield one | {"text": f"{said}, until 14 May 2037."}
        # Told apart by a word from the statement of the facts, which stays in the note.
        yield one | {"text": f"{said}, indeed.", "grounds": [_ABSENT]}
        yield one | {"text": f"{said}, as declared.", "grounds": [_UNKNOWN]}


def maliciously(material: Material) -> list[Written]:
    """Give what must not be said, with a true quote each; and each company on the other side of what happened."""
    true = _true_quote(material)
    planted = [_written("implication", text, "", [true]) for kind in PLANTED.values() for text, _ in kind]
    planted.append(_written("winner", "ZZQX gains by it.", "zzqx", [true]))
    for one in material.exposures:
        if one.sign is not None:
            section, verb = ("loser", "is hurt") if one.sign == 1 else ("winner", "gains")
            planted.append(_written(section, f"{one.label} {verb} by it.", one.company, [true]))
    return planted


def draft(statements: Sequence[Written], note: Note | None = None) -> Written:
    """Put statements into the form of an answer; of more than it may have, the first."""
    low, high = (note.horizon_low, note.horizon_high) if note is not None else (None, None)
    few = list(statements[:MAX_STATEMENTS])
    return {"statements": few, "horizon_low": low, "horizon_high": high, "confidence": "high"}


def parts(statements: Sequence[Written]) -> Iterator[Sequence[Written]]:
    """Give statements in drafts of as many as one may have."""
    for at in range(0, len(statements), MAX_STATEMENTS):
        yield statements[at : at + MAX_STATEMENTS]


def _statement(one: NoteStatement, named: Handles) -> Written:
    company = one.holding.company if one.holding is not None else ""
    section = one.section
    grounds = [made for ground in one.grounds if (made := _ground(ground, named)) is not None]
    return _written(section, one.text, company, grounds[:MAX_GROUNDS])


def _ground(ground: NoteGround, named: Handles) -> Written | None:
    """Cite a ground: a quote by its words, all else by the id under which the model was shown it."""
    if ground.evidence is not None:
        return {"kind": "quote", "quote": ground.evidence.quote, "id": ""}
    for handle, shown in named.items():
        key = (shown.kind, shown.company, shown.relation, shown.of, shown.event)
        if key == (ground.kind, ground.company, ground.relation, ground.of, ground.event) and ground.kind != "number":
            return {"kind": ground.kind, "quote": "", "id": handle}
    return None


def _another(digit: re.Match[str]) -> str:
    return str((int(digit[0]) + 7) % 10)


def _true_quote(material: Material) -> Written:
    return {"kind": "quote", "quote": material.event.title[:_LONGEST], "id": ""}


def _written(section: str, text: str, company: str, grounds: Sequence[Written]) -> Written:
    return {"section": section, "text": text, "company": company, "grounds": list(grounds)}
