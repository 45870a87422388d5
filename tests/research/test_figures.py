"""The figures and dates of a text, so that those that mean the same are the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.research import figures
from alertd.research.figure_dates import Day, dates, is_stated
from alertd.research.figures import COVERED, MOST, read_figures


def numbers(text: str) -> list[tuple[str, float, float, str | None, str | None]]:
    return [(one.kind, one.low, one.high, one.bound, one.per) for one in read_figures(text).numbers]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$3-4bn a year", ("USD", 3e9, 4e9, None, "year")),
        ("3 to 4 billion dollars", ("USD", 3e9, 4e9, None, None)),
        ("between $3 billion and $4 billion", ("USD", 3e9, 4e9, None, None)),
        ("over $2.5bn", ("USD", 2.5e9, 2.5e9, "over", None)),
        ("up to €90m", ("EUR", 9e7, 9e7, "up_to", None)),
        ("two banks", ("", 2, 2, None, None)),
        ("1,820 patients", ("", 1820, 1820, None, None)),
        ("a 24-month lease", ("months", 24, 24, None, None)),
        ("two years", ("months", 24, 24, None, None)),
        ("two weeks", ("days", 14, 14, None, None)),
        ("5-7%", ("%", 5, 7, None, None)),
        ("five to seven per cent", ("%", 5, 7, None, None)),
        ("1.2 GW", ("W", 1.2e9, 1.2e9, None, None)),
        ("1,200 megawatts", ("W", 1.2e9, 1.2e9, None, None)),
    ],
)
def test_a_figure_is_read_with_what_it_counts(
    text: str, expected: tuple[str, float, float, str | None, str | None]
) -> None:
    assert numbers(text) == [expected]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("H100 chips", {"h100"}),
        ("an 8-K", {"8-k"}),
        ("at 7:30", {"7:30"}),
        ("sales doubled", {"x2"}),
        ("half of it", {"x0.5"}),
        ("a third of it", {"a third"}),
        ("one third of it", {"a third"}),
        ("raised to ²", {"²"}),
        ("about ½", set[str]()),
        ("Chapter Ⅳ", {"ⅳ"}),
        ("one site", set[str]()),
    ],
)
def test_what_has_digits_and_is_no_number_is_kept_as_it_is_written(text: str, tokens: set[str]) -> None:
    assert read_figures(text).tokens == tokens


def test_no_digit_is_read_twice_and_none_is_left() -> None:
    read = read_figures("On 2 March 2026 it paid $3bn, 5% of 12 sites, for 8 H100s.")
    assert len(read.rest) == len("On 2 March 2026 it paid $3bn, 5% of 12 sites, for 8 H100s.")
    assert not any(character.isdigit() for character in read.rest)
    assert COVERED in read.rest
    assert [(one.kind, one.low) for one in read.numbers] == [("USD", 3e9), ("%", 5), ("", 12), ("", 8)]
    assert [day for day, _ in read.dates] == [Day(2026, 3, 2)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02", Day(2026, 3, 2)),
        ("March 2, 2026", Day(2026, 3, 2)),
        ("2 March 2026", Day(2026, 3, 2)),
        ("2nd of March", Day(0, 3, 2)),
        ("March 2026", Day(2026, 3)),
        ("Q2 2026", Day(2026, part="Q2")),
        ("second quarter of 2026", Day(2026, part="Q2")),
        ("2Q26", Day(2026, part="Q2")),
        ("1H 2027", Day(2027, part="H1")),
        ("FY2026", Day(2026)),
        ("fiscal 2026", Day(2026)),
        ("in May", Day(0, 5)),
        ("on Monday", Day(part="monday")),
        ("00 June 2026", Day(2026, 6)),
        ("45 June 2026", Day(2026, 6)),
    ],
)
def test_a_date_is_read_as_exactly_as_it_is_stated(text: str, expected: Day) -> None:
    assert [one.day for one in dates(text)] == [expected]


@pytest.mark.parametrize("text", ["it may rise", "they march on", "£2026m", "in Q26"])
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    assert [*dates(text)] == []


def test_a_day_that_is_none_stays_a_number_that_no_ground_has() -> None:
    assert numbers("00 June 2026") == [("", 0, 0, None, None)]
    assert numbers("45 June 2026") == [("", 45, 45, None, None)]


@pytest.mark.parametrize(
    ("said", "by", "stated"),
    [
        (Day(2026, 3), Day(2026, 3, 2), True),
        (Day(2026), Day(2026, 3, 2), True),
        (Day(0, 3, 2), Day(2026, 3, 2), True),
        (Day(2026, part="Q2"), Day(2026, part="Q2"), True),
        (Day(2026, 3, 2), Day(2026, 3), False),
        (Day(2026, 3, 2), Day(2025, 3, 2), False),
        (Day(2026, 3, 2), Day(0, 3, 2), False),
        (Day(2026, part="Q2"), Day(2026, 5), False),
        (Day(2026, 5), Day(2026, part="Q2"), False),
    ],
)
def test_an_exacter_date_states_the_less_exact_one_and_never_the_reverse(said: Day, by: Day, stated: bool) -> None:
    assert is_stated(said, by) is stated


# --- long runs ------------------------------------------------------------------------------------------------


def mixed(text: str) -> Iterator[str]:
    """Give the words with digits, each run of characters looked at once: what the pattern must come to."""
    for run in re.findall(r"[^\s;()\[\]\"“”«»■]+", text):
        digit = re.search(r"\d", run)
        if digit is not None:
            yield run[run.rfind(",", 0, digit.start()) + 1 :]


def odd(text: str) -> Iterator[str]:
    signs = r"[^\W\d_a-zA-Z\u00aa-\u024f]|[¹²³¼½¾]"
    return (run for run in re.split(r"[\s■]+", text) if re.search(signs, run))


@given(st.text("aB9²Ⅳ,.;(“■ -\n", max_size=40))
def test_a_pattern_that_begins_only_with_a_run_finds_what_a_look_at_each_run_finds(text: str) -> None:
    assert [one[0] for one in figures._MIXED.finditer(text)] == list(mixed(text))
    assert [one[0] for one in figures._ODD.finditer(text)] == list(odd(text))


@pytest.mark.parametrize("run", ["a", "a,", "a-", "9", "9.", "Ⅳ", "two-", "$", "(", "■"])
def test_of_a_text_four_times_as_long_no_more_is_read_once_it_is_longer_than_any_sentence(run: str) -> None:
    once, four_times = read_figures(run * (MOST // len(run))), read_figures(run * MOST * 4)
    assert len(four_times.rest) == MOST
    assert len(once.rest) <= len(four_times.rest)
    assert len(four_times.numbers) <= MOST
