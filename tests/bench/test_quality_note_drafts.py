"""What the scripted model writes: well passes, wrong and malicious does not, and what passes would be seen."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from alertd.research.draft import MAX_STATEMENTS, read_draft
from alertd.research.grounding import Checked, check
from alertd.research.handles import handles
from alertd.research.material import Material
from bench.quality.note_drafts import draft, maliciously, parts, well, wrongly
from bench.quality.note_maker import NoteMaker
from bench.quality.note_set import read_notes

NOTES = read_notes()
FEW = [case for case in NOTES.cases if case.id not in NOTES.held_out][:6]


@cache
def about(number: int) -> tuple[NoteMaker, Material]:
    maker = NoteMaker(NOTES) if number == 0 else about(0)[0]
    return maker, maker.material(FEW[number])[0]


def checked(answer: dict[str, Any], material: Material) -> Checked:
    return check(read_draft(json.dumps(answer).encode()), material, handles(material))


@pytest.mark.parametrize("number", range(len(FEW)))
def test_what_is_written_well_passes_and_nothing_of_what_is_not(number: int) -> None:
    maker, material = about(number)
    note, named = maker.note(material), handles(material)
    good = well(note, named)
    assert len(checked(good, material).statements) >= len(good["statements"]) * 0.8 > 0
    bad = [*wrongly(note, named), *maliciously(material)]
    assert len(bad) > 4 * len(good["statements"])
    assert [one.text for part in parts(bad) for one in checked(draft(part), material).statements] == []


def test_an_answer_has_no_more_statements_than_one_may_have() -> None:
    _, material = about(0)
    planted = maliciously(material) * 3
    pieces = [*parts(planted)]
    assert sum(map(len, pieces)) == len(planted)
    assert all(len(piece) <= MAX_STATEMENTS for piece in pieces)
    assert len(draft(planted)["statements"]) == MAX_STATEMENTS
