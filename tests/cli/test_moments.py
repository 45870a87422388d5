"""Times as a person writes them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.cli.moments import DAYS, show_weekly, to_come, weekly

NOW = parse_rfc3339("2026-10-24T12:00:00Z")  # a Saturday; the night after, clocks in London go back
LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("30m", "2026-10-24T12:30:00"),
        ("2h", "2026-10-24T14:00:00"),
        ("3d", "2026-10-27T12:00:00"),
        ("18:00", "2026-10-24T17:00:00"),  # London is an hour ahead of UTC
        ("07:30", "2026-10-25T07:30:00"),  # and is not any more
        ("13:00", "2026-10-25T13:00:00"),  # it is just that: the next one is meant
        ("mon 07:30", "2026-10-26T07:30:00"),
        ("Monday  07:30", "2026-10-26T07:30:00"),
        ("sat 13:00", "2026-10-31T13:00:00"),
        ("2026-12-24", "2026-12-24T00:00:00"),
        ("2026-12-24 16:30", "2026-12-24T16:30:00"),
        ("2026-12-24T16:30:00+01:00", "2026-12-24T15:30:00"),
        ("2026-12-24T16:30:00Z", "2026-12-24T16:30:00"),
    ],
)
def test_times_to_come(text: str, at: str) -> None:
    assert rfc3339(to_come(text, NOW, LONDON)) == f"{at}.000Z"


@pytest.mark.parametrize(
    "text", ["", "soon", "25:00", "07:60", "xyz 07:30", "2026-13-01", "2026-12-24T16:30:00", "-2h"]
)
def test_what_is_no_time_says_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="is no time: write 2h, 07:30"):
        to_come(text, NOW, LONDON)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("fri 16:00-18:00", "fri 16:00-18:00 Europe/London"),
        ("mon-fri 22:00-06:30", "mon,tue,wed,thu,fri 22:00-06:30 Europe/London"),
        ("Sat,Sun 00:00 - 24:00", "sat,sun 00:00-24:00 Europe/London"),
        ("fri-mon 18:00-19:00", "mon,fri,sat,sun 18:00-19:00 Europe/London"),
    ],
)
def test_times_of_a_week(text: str, shown: str) -> None:
    assert show_weekly(weekly(text, "Europe/London")) == shown


@pytest.mark.parametrize(
    "text", ["", "fri", "16:00-18:00", "fri 16:00", "fri 16:00-16:00", "fr 16:00-18:00", "fri 24:00-01:00"]
)
def test_what_is_no_time_of_a_week_says_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="is no time of a week: write days and hours"):
        weekly(text, "UTC")


@given(st.text(max_size=40))
def test_whatever_is_written_there_is_a_time_or_a_word_about_it(text: str) -> None:
    for read in (lambda: to_come(text, NOW, LONDON), lambda: weekly(text, "UTC")):
        try:
            read()
        except ValueError as error:
            assert "write" in str(error)


@given(st.lists(st.sampled_from(DAYS), min_size=1, max_size=7))
def test_days_are_read_in_any_order(days: list[str]) -> None:
    assert weekly(f"{','.join(days)} 01:00-02:00", "UTC").days == sorted({DAYS.index(day) for day in days})
