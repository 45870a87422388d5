"""The rows of a research note: one for each statement, with what it rests on behind it. Pure.

Gains      NVDA supplies SpaceX (lessor): more of what it supplies may be needed. · +8.0 % · [10-K 2025: NVDA supplies SpaceX since 2024-06-01]
Risk       Reclaim right, held by SpaceX: what was given can be taken back. · [1] “A harm clause allows SpaceX to…”
Against    The $3-4bn a year is less certain than it reads: it stands under the reclaim right. · [1]
"""  # noqa: E501  as it is shown

from __future__ import annotations

from alertd.model import Note, NoteGround, NoteSection, NoteStatement
from alertd.notify.holdings import share
from alertd.notify.lines import SEPARATOR, Row, join
from alertd.notify.note_quotes import Quotes
from alertd.notify.plain import one_line

_LABELS: dict[NoteSection, str] = {
    "implication": "Means",
    "winner": "Gains",
    "loser": "Loses",
    "exposed": "Near it",
    "risk": "Risk",
    "horizon": "Horizon",
    "precedent": "Before",
    "crowding": "Known",
    "contrarian": "Against",
    "question": "Open",
}
_NAMED: dict[NoteSection, str] = {
    "implication": "what it means",
    "winner": "who gains",
    "loser": "who loses",
    "risk": "a risk",
    "horizon": "a horizon",
    "precedent": "a precedent",
    "contrarian": "anything against it",
}
TEXT_MAX, GROUND_MAX = 300, 120
NOT_HELD = "not held"
_ABOUT_A_COMPANY: tuple[NoteSection, ...] = ("winner", "loser", "exposed")
UNQUOTED = "words that the terms of their source do not let us show"


def note_rows(note: Note) -> list[Row]:
    """Give the rows of a note, in the order in which it is read."""
    quotes = Quotes(note)
    rows = [row for said in note.statements for row in _rows(said, quotes)]
    missing = ", ".join(_NAMED[section] for section in note.none_found if section in _NAMED)
    how = [
        f"confidence {note.confidence}: {one_line(note.confidence_why, 120)}" if note.confidence_why else "",
        f"none found: {missing}" if missing else "",
        f"by {one_line(note.by, 60)}" if note.by != "facts" else "without a language model",
        f"{note.dropped} statements without a ground were dropped" if note.dropped else "",
        one_line(note.fallback, 120),
    ]
    return [*rows, Row("Note", join(how))]


def _rows(said: NoteStatement, quotes: Quotes) -> list[Row]:
    """Give the statement with what it rests on; each further quote stands in a row of its own."""
    others = [f"[{one_line(_other(ground), GROUND_MAX)}]" for ground in said.grounds if ground.evidence is None]
    words = quotes.of(said)
    if not words and any(ground.evidence is not None for ground in said.grounds):
        others.append(f"[{UNQUOTED}]")
    shown = [one for one in words if quotes.is_new(one)]
    # What is quoted right behind the text has its number last.
    known = [quotes.mark(one) for one in (*(one for one in words if one not in shown), *shown[:1])]
    parts = [
        one_line(said.text, TEXT_MAX),
        _held(said),
        *list(dict.fromkeys(others))[:3],
        " ".join(filter(None, known)),
    ]
    text, label = join(parts), _LABELS[said.section]
    first = Row(label, text, shown[0] if shown else "", parts=(text,) if SEPARATOR in text else ())
    return [first, *(Row(label, quotes.mark(quote), quote) for quote in shown[1:])]


def _held(said: NoteStatement) -> str:
    """Say how a company that a statement is about is held, or that it is not."""
    if said.holding is not None:
        return share(said.holding) or "held"
    return NOT_HELD if said.section in _ABOUT_A_COMPANY else ""


def _other(ground: NoteGround) -> str:
    return f"{ground.source}: {ground.said}" if ground.source else ground.said
