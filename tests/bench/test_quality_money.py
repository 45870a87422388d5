from __future__ import annotations

from pathlib import Path

import pytest

from bench.quality import money
from bench.quality.written_money import read_set


@pytest.mark.parametrize(("name", "cases", "nothing"), [("money", 160, 40), ("durations", 60, 20), ("terms", 60, 20)])
def test_the_sets_are_as_large_as_they_should_be(name: str, cases: int, nothing: int) -> None:
    read = read_set(name).cases
    assert len(read) >= cases
    assert sum(not case.stated for case in read) >= nothing
    assert len({case.text for case in read}) == len(read)


def test_every_written_form_is_read_right() -> None:
    measured = money.measure(Path("nowhere"))
    assert list(measured.wrong) == []
    assert all(goal.met for goal in measured.goals)
