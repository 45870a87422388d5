"""The day that a coverage line is about: by the wall clock, also when clocks change."""

from __future__ import annotations

from datetime import time
from zoneinfo import ZoneInfo

import pytest

from alertd.alerts.coverage import line_id, window
from alertd.base.clock import parse_rfc3339, rfc3339

SEVEN = time(7)
HOUR = 3_600_000


def ends(zone: str, now: str, at: time = SEVEN) -> tuple[str, str]:
    """Give the window as texts, to the minute."""
    since, until = window(at, ZoneInfo(zone), parse_rfc3339(now))
    return rfc3339(since)[:16], rfc3339(until)[:16]


@pytest.mark.parametrize(
    ("zone", "now", "since", "until"),
    [
        ("UTC", "2026-01-12T07:00:00Z", "2026-01-11T07:00", "2026-01-12T07:00"),
        ("UTC", "2026-01-12T06:59:59.999Z", "2026-01-10T07:00", "2026-01-11T07:00"),
        ("America/New_York", "2026-01-12T12:00:00Z", "2026-01-11T12:00", "2026-01-12T12:00"),
        ("America/New_York", "2026-01-12T11:59:00Z", "2026-01-10T12:00", "2026-01-11T12:00"),
        ("Asia/Kathmandu", "2026-01-12T12:00:00Z", "2026-01-11T01:15", "2026-01-12T01:15"),
        ("Pacific/Auckland", "2026-01-12T12:00:00Z", "2026-01-10T18:00", "2026-01-11T18:00"),
    ],
)
def test_the_last_whole_day_that_is_over(zone: str, now: str, since: str, until: str) -> None:
    assert ends(zone, now) == (since, until)


def test_a_day_is_as_long_as_the_wall_clock_makes_it() -> None:
    assert ends("America/New_York", "2026-03-08T12:00:00Z") == ("2026-03-07T12:00", "2026-03-08T11:00")  # 23 hours
    assert ends("America/New_York", "2026-11-01T13:00:00Z") == ("2026-10-31T11:00", "2026-11-01T12:00")  # 25 hours


def test_a_time_that_is_skipped_is_the_first_after_it_and_of_two_the_first_counts() -> None:
    half_past_two = time(2, 30)
    assert ends("America/New_York", "2026-03-08T12:00:00Z", half_past_two)[1] == "2026-03-08T07:30"  # 03:30 EDT
    half_past_one = time(1, 30)
    assert ends("America/New_York", "2026-11-01T12:00:00Z", half_past_one)[1] == "2026-11-01T05:30"  # EDT, not EST


def test_windows_follow_one_another_without_gap_or_overlap_all_year() -> None:
    for zone in ("America/New_York", "Europe/London", "Australia/Lord_Howe", "Africa/Casablanca"):
        before = None
        for hour in range(370 * 24):
            since, until = window(SEVEN, ZoneInfo(zone), parse_rfc3339("2026-01-01T00:00:00Z") + hour * HOUR)
            assert 22 * HOUR <= until - since <= 26 * HOUR
            assert since % 900_000 == until % 900_000 == 0, "counts are kept by the quarter of an hour"
            if before is not None:
                assert (since, until) == before or since == before[1]
            before = (since, until)


def test_the_id_names_receiver_and_day_and_nothing_else() -> None:
    first = line_id("pm", "2026-01-12T12:00:00.000Z")
    assert first == line_id("pm", "2026-01-12T12:00:00.000Z")
    assert len({first, line_id("pm", "2026-01-13T12:00:00.000Z"), line_id("ops", "2026-01-12T12:00:00.000Z")}) == 3
