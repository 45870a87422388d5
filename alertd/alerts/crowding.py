"""What a note says of how often its story was told, and by how many: true whenever the note is shown. Pure.

A note is written once and shown for days, while reports join its story. Their number, that of the sources and what
follows from both (it may be priced in; how sure the thing is) are counted anew with each of them, quietly: that alone
is told to nobody.
"""

from __future__ import annotations

from typing import get_args

from msgspec.structs import replace

from alertd.model import Counted, Note, NoteGround, NoteSection, NoteStatement

OLD_NEWS = 0.6
"""Novelty under which a story has been told several times."""
COUNTED = "counted over the sources that are watched"
_COUNTS = ("novelty ", "position ", "sources ", "independent sources: ", "reports of this story so far: ")
"""How a number begins that another report changes; the last two are those that a model may cite."""
_ORDER: tuple[NoteSection, ...] = get_args(NoteSection)


def told_so_far(told: Counted) -> NoteStatement:
    """Say which report of its story it is, or how many there are by now, and by how many sources."""
    reports = f"{told.reports} reports of its story so far" if told.reports > 1 else "First report of its story"
    grounds = [_novelty(told), _ground(f"position {told.reports}"), _ground(f"sources {told.sources}")]
    return NoteStatement(section="crowding", text=f"{reports}, {sources_text(told.sources)}.", grounds=grounds)


def often_told(told: Counted) -> list[NoteStatement]:
    """Say that it may be priced in, where it was told several times."""
    if told.novelty >= OLD_NEWS:
        return []
    text = f"It may be priced in: its story was told {told.reports} times."
    grounds = [_novelty(told), _ground(f"position {told.reports}")]
    return [NoteStatement(section="contrarian", text=text, grounds=grounds)]


def sources_text(sources: int) -> str:
    """Write how many independent sources there are."""
    return "1 source" if sources == 1 else f"{sources} independent sources"


def is_count(said: NoteStatement) -> bool:
    """Tell whether a statement rests on how often its story was told."""
    return any(one.kind == "number" and one.text.startswith(_COUNTS) for one in said.grounds)


def recounted(note: Note, told: Counted | None) -> Note:
    """Give a note with what its story has come to by a later report; as it is where that is nothing more.

    What a model says of how often it was told goes: its sentence cannot be counted anew.
    """
    was = note.counted
    if was is None or told is None or (told.reports <= was.reports and told.sources <= was.sources):
        return note
    sources = max(was.sources, told.sources)
    now = Counted(
        reports=max(was.reports, told.reports, sources),  # of each source there is one at least
        sources=sources,
        novelty=min(was.novelty, told.novelty),
        later=True,
    )
    statements = [said for said in note.statements if not is_count(said)]
    _put(statements, told_so_far(now))
    for said in often_told(now):
        _put(statements, said)
    there = {said.section for said in statements}
    confirms = note.confirmed is not None and now.sources > 1
    return replace(
        note,
        statements=statements,
        none_found=[section for section in note.none_found if section not in there],
        confidence=note.confirmed if note.confirmed is not None and confirms else note.confidence,
        confirmed=None if confirms else note.confirmed,
        confidence_why=_why(note, sources_text(now.sources)),
        counted=now,
    )


def uncounted(note: Note) -> Note:
    """Give a note without what reports have added of which its reader may not know."""
    if note.counted is None or not note.counted.later:
        return note
    statements = [said for said in note.statements if not is_count(said)]
    return replace(note, statements=statements, confidence_why=_why(note, ""), counted=None)


def united(one: Counted | None, other: Counted | None) -> Counted | None:
    """Give what two stories have come to that turned out to be one."""
    if one is None or other is None:
        return one
    sources = max(one.sources, other.sources)
    return Counted(reports=one.reports + other.reports, sources=sources, novelty=min(one.novelty, other.novelty))


def _why(note: Note, sources: str) -> str:
    """Give why a note is as sure as it is, with other sources; they are said last."""
    said = note.confidence_why.split(", ")
    was = note.counted
    kept = said[:-1] if was is not None and said[-1] == sources_text(was.sources) else said
    return ", ".join([*kept, *([sources] if sources else [])])


def _put(statements: list[NoteStatement], said: NoteStatement) -> None:
    """Put a statement in front of its section, of a note in its order."""
    place = _ORDER.index(said.section)
    behind = (i for i, one in enumerate(statements) if _ORDER.index(one.section) >= place)
    statements.insert(next(behind, len(statements)), said)


def _novelty(told: Counted) -> NoteGround:
    return _ground(f"novelty {told.novelty:.2f}")


def _ground(text: str) -> NoteGround:
    return NoteGround(kind="number", text=text, words=COUNTED)
