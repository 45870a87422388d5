"""Research notes: measured on events of our own with the statements that are wanted and those that are not.

Each event of `sets/notes/` goes the whole way: understood with the shipped rules, its holdings found over the
declared relations, its note written without a model. Measured is whether each statement can be traced
(`note_grounds.py`), which of the required ones are there, and which are there that should not be (`note_scores.py`).
`show_notes.py` prints notes with what is wrong with them. The events that were written blind have figures of their
own, and what is wrong with their notes is never printed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

from alertd.model import NoteSection
from bench.quality.measured import Goal, Measured, ratio
from bench.quality.note_grounds import objections
from bench.quality.note_maker import NoteMaker
from bench.quality.note_scores import (
    Scored,
    confidence_fault,
    horizon_fault,
    missing,
    sections,
    unwanted,
    weights_told,
)  # fmt: skip
from bench.quality.note_set import NoteSet, read_notes
from bench.report import Row

SECTIONS: tuple[NoteSection, ...] = get_args(NoteSection)


def measure(shared: Path) -> Measured:
    """Measure the notes of all events."""
    notes, blind = read_notes(), read_notes(blind=True)
    maker = NoteMaker(notes)
    return figures(notes, [*score(notes, maker)], [*score(blind, maker)])


def figures(notes: NoteSet, scored: Sequence[Scored], blind: Sequence[Scored] = ()) -> Measured:
    """Count what came out, for the events that were written blind apart from the others."""
    parts = _by(scored, lambda one: "held out" if one.held_out else "looked at")
    tables: list[tuple[str, Sequence[Row]]] = [
        ("by section", _by_section(scored)),
        ("by kind of event", _by(scored, lambda one: notes.files[one.case.id])),
        ("by whether its type is found", _by(scored, _by_type)),
        ("by part", [*parts, *_by(blind, lambda _: "blind")]),
    ]
    if blind:
        tables += [
            ("blind, by section", _by_section(blind)),
            ("blind, by whether its type is found", _by(blind, _by_type)),
        ]
    wrong = [line for one in scored if not one.held_out for line in complaints(one)]
    return Measured([*_goals(scored), *_blind_goals(blind)], tables, (), wrong)


def score(notes: NoteSet, maker: NoteMaker | None = None) -> Iterator[Scored]:
    """Write the notes of a set and score them."""
    maker = maker or NoteMaker(notes)
    for case in notes.cases:
        material, relations = maker.material(case)
        called, note = maker.called(material, relations), maker.note(material)
        faults = [(one, objections(one, note, material, relations, called)) for one in note.statements]
        rules = [*case.forbidden, *notes.forbidden]
        yield Scored(
            case=case,
            note=note,
            event=material.event,
            held_out=case.id in notes.held_out,
            ungrounded=[(one, said) for one, said in faults if said],
            missing=missing(case, note, maker.table, called),
            forbidden=[*unwanted(rules, note, maker.table, called), *weights_told(case, note)],
            horizon=horizon_fault(case, note),
            confidence=confidence_fault(case, note),
        )


def complaints(one: Scored) -> Iterator[str]:
    """Say what is wrong with a note, a line each."""
    name = one.case.id
    for statement, said in one.ungrounded:
        yield f"{name}: not grounded, {statement.section} {statement.text!r} {'; '.join(said)}"
    for statement, why in one.forbidden:
        yield f"{name}: not wanted ({why}), {statement.section} {statement.text!r}"
    for wanted in one.missing:
        about = f" of {wanted.company}" if wanted.company else ""
        impact = f", {wanted.impact} for the holding" if wanted.impact else ""
        ground = f" on a {wanted.ground}" if wanted.ground else ""
        yield f"{name}: missing {' or '.join(sections(wanted.section))}{about}{ground}{impact}: {wanted.any_of}"
    yield from (f"{name}: {fault}" for fault in (one.horizon, one.confidence) if fault)
    if not one.types_found:
        yield f"{name}: of {one.case.types} was found {[found.type for found in one.event.event_types]}"


# --- figures -----------------------------------------------------------------------------------------------------


def _goals(scored: Sequence[Scored]) -> list[Goal]:
    said = sum(len(one.note.statements) for one in scored)
    held = [one for one in scored if one.held_out]
    horizons = [one for one in scored if one.case.horizon is not None]
    sure = [one for one in scored if one.case.confidence]
    return [
        Goal("statements grounded", ratio(said - sum(len(one.ungrounded) for one in scored), said), 1.0, of=said),
        Goal("required statements present", _present(scored), 0.8, of=_wanted(scored)),
        Goal("required statements present, held out", _present(held), 0.8, of=_wanted(held)),
        Goal("forbidden statements", float(_bad(scored)), 0, at_most=True, of=said),
        Goal("horizon right", ratio(sum(not one.horizon for one in horizons), len(horizons)), 0.8, of=len(horizons)),
        Goal("no surer than it may be", ratio(sum(not one.confidence for one in sure), len(sure)), 1.0, of=len(sure)),
    ]


def _blind_goals(blind: Sequence[Scored]) -> list[Goal]:
    """Give the same goals for the events that were written blind, if there are any."""
    if not blind:
        return []
    return [replace(goal, what=f"{goal.what}, blind") for goal in _goals(blind) if not goal.what.endswith("held out")]


def _by_type(one: Scored) -> str:
    return "found" if one.types_found else "not found"


def _wanted(scored: Iterable[Scored]) -> int:
    return sum(len(one.case.required) for one in scored)


def _present(scored: Sequence[Scored]) -> float:
    wanted = _wanted(scored)
    return ratio(wanted - sum(len(one.missing) for one in scored), wanted)


def _bad(scored: Iterable[Scored]) -> int:
    """Count the statements that should not be there, each once."""
    return sum(len({id(statement) for statement, _ in one.forbidden}) for one in scored)


def _by_section(scored: Sequence[Scored]) -> list[Row]:
    said = Counter(one.section for each in scored for one in each.note.statements)
    loose = Counter(one.section for each in scored for one, _ in each.ungrounded)
    bad = Counter(one.section for each in scored for one in {id(s): s for s, _ in each.forbidden}.values())
    wanted = Counter(_first(one.section) for each in scored for one in each.case.required)
    lacking = Counter(_first(one.section) for each in scored for one in each.missing)
    return [
        {
            "section": section, "statements": said[section],
            "grounded": _share(said[section] - loose[section], said[section]),
            "required": wanted[section],
            "present": _share(wanted[section] - lacking[section], wanted[section]),
            "forbidden": bad[section],
        }
        for section in SECTIONS
    ]  # fmt: skip


def _first(wanted: NoteSection | list[NoteSection]) -> NoteSection:
    """Of several sections in which a statement may stand, the one that it is counted under."""
    return sections(wanted)[0]


def _by(scored: Iterable[Scored], kind: Callable[[Scored], str]) -> list[Row]:
    kinds: defaultdict[str, list[Scored]] = defaultdict(list)
    for one in scored:
        kinds[kind(one)].append(one)
    return [_row(name, part) for name, part in sorted(kinds.items())]


def _row(name: str, part: Sequence[Scored]) -> Row:
    said = sum(len(one.note.statements) for one in part)
    horizons = [one for one in part if one.case.horizon is not None]
    return {
        "events": name, "number": len(part), "statements": said,
        "grounded": _share(said - sum(len(one.ungrounded) for one in part), said), "required": _wanted(part),
        "present": f"{_present(part):.2f}", "forbidden": _bad(part),
        "horizon": _share(sum(not one.horizon for one in horizons), len(horizons)),
        "types": _share(sum(one.types_found for one in part), len(part)),
    }  # fmt: skip


def _share(part: int, whole: int) -> str:
    return f"{ratio(part, whole):.2f}" if whole else ""
