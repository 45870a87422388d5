"""Times of day as they are written, and the moments at which a clock on the wall shows them."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.base.wall_clock import Hours, first_outside, local, minute_of, minutes, moment

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(("text", "minute"), [("00:00", 0), ("06:30", 390), ("23:59", 1439), ("24:00", 1440)])
def test_a_time_of_day_is_read_as_minutes(text: str, minute: int) -> None:
    assert minute_of(text) == minute


@pytest.mark.parametrize(
    "text", ["", "6:30", "06:3", "06:60", "24:01", "0630", "06:30 ", "-1:00", "٠٦:٣٠", "06:30:00"]
)
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a time of day"):
        minute_of(text)


MOMENTS = [
    ("2026-06-16", "07:30", 0, "2026-06-16T11:30:00Z"),
    ("2026-06-16", "24:00", 0, "2026-06-17T04:00:00Z"),
    ("2026-03-08", "02:30", 0, "2026-03-08T07:30:00Z"),  # skipped: as much later as the change
    ("2026-03-08", "02:30", 1, "2026-03-08T06:30:00Z"),
    ("2026-11-01", "01:30", 0, "2026-11-01T05:30:00Z"),  # comes twice
    ("2026-11-01", "01:30", 1, "2026-11-01T06:30:00Z"),
]


@pytest.mark.parametrize(("day", "text", "fold", "at"), MOMENTS)
def test_a_time_on_a_day_is_a_moment(day: str, text: str, fold: int, at: str) -> None:
    found = moment(date.fromisoformat(day), minute_of(text), NEW_YORK, fold=fold)
    assert rfc3339(found) == at.replace("Z", ".000Z")


def test_hours_belong_to_each_day_and_go_over_midnight_if_they_end_before_they_begin() -> None:
    at = {
        text: local(parse_rfc3339(f"2026-06-16T{text}:00Z"), ZoneInfo("UTC")) for text in ("05:59", "06:00", "22:00")
    }
    night, morning = Hours("22:00-06:00"), Hours("05:00 - 06:00")
    assert [at[text] in night for text in at] == [True, False, True]
    assert [at[text] in morning for text in at] == [True, False, False]


def test_what_never_ends_is_given_up_after_so_many_days() -> None:
    now = parse_rfc3339("2026-06-16T12:00:00Z")
    found = first_outside(now, NEW_YORK, lambda _: True, lambda _: (), 3)
    assert rfc3339(found) == "2026-06-20T04:00:00.000Z"


@pytest.mark.parametrize(
    ("zone", "before", "at"),
    [
        ("America/New_York", "2026-03-08T06:59:00Z", "2026-03-08T07:00:00Z"),
        ("Australia/Lord_Howe", "2026-10-03T15:29:00Z", "2026-10-03T15:30:00Z"),  # half an hour
        ("Africa/Cairo", "2026-04-23T21:59:00Z", "2026-04-23T22:00:00Z"),  # at midnight
        ("Pacific/Apia", "2011-12-30T09:59:00Z", "2011-12-30T10:00:00Z"),  # a whole day is skipped
    ],
)
def test_a_jump_of_clocks_is_found_to_the_minute(zone: str, before: str, at: str) -> None:
    """Inside is whatever shows the offset of before."""
    where, now = ZoneInfo(zone), parse_rfc3339(before)
    offset = local(now, where).utcoffset()
    found = first_outside(now, where, lambda moment: local(moment, where).utcoffset() == offset, lambda _: (), 3)
    assert rfc3339(found) == at.replace("Z", ".000Z")


def test_minutes_are_those_that_the_clock_shows() -> None:
    assert minutes(local(parse_rfc3339("2026-06-16T12:34:56Z"), NEW_YORK)) == 8 * 60 + 34
