"""Numbers on charts: cleaned, written for people, on round axes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.history.charts.plot import Scale
from alertd.history.charts.values import clean, number, spaced, ticks, written


def test_what_is_no_number_is_a_gap() -> None:
    assert clean([1, None, math.nan, math.inf, 2], 6) == [1, None, None, None, 2, None]
    assert clean([1, 2, 3], 2) == [1, 2]


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0"), (1204, "1,204"), (0.351, "0.35"), (-0.4, "-0.40"), (12.34, "12.3"), (None, "–"), (-0.001, "0")],
)
def test_numbers_are_written_as_people_read_them(value: float | None, said: str) -> None:
    assert number(value) == said


def test_a_number_has_its_sign_and_its_unit() -> None:
    assert number(2.0, "%", signed=True) == "+2 %"
    assert number(math.nan, "%") == "–"


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12))
def test_an_axis_holds_what_it_shows(low: float, high: float) -> None:
    marks = ticks(low, high)
    assert 2 <= len(marks) <= 12
    wide = (marks[-1] - marks[0]) * 1e-6
    assert marks[0] - wide <= min(low, high) <= max(low, high) <= marks[-1] + wide
    assert marks == sorted(set(marks))


def test_marks_of_an_axis_have_the_same_digits() -> None:
    assert [written(one, (-1, -0.5, 0, 0.5, 1)) for one in (-1, 0.5)] == ["-1.0", "0.5"]
    assert written(1500, (0, 500, 1000, 1500)) == "1,500"


def test_an_axis_always_holds_zero() -> None:
    assert Scale.over([5, 7]).marks[0] == 0
    assert Scale.over([-3.0]).marks[-1] == 0
    assert Scale.over([]).marks[0] == 0


def test_labels_are_apart() -> None:
    assert spaced(30, 5) == [0, 6, 12, 18, 24]
    assert spaced(3, 5) == [0, 1, 2]
    assert spaced(0, 5) == []
