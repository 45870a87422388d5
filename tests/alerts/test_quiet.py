"""Quiet hours: when they are over, over midnight, over weekends and holidays, and when clocks are changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alertd.alerts.policy import Quiet
from alertd.alerts.quiet import quiet_until
from alertd.base.clock import parse_rfc3339, rfc3339
from tests.alerts.clocks_slow import first_not, is_quiet

LONDON = Quiet(hours="22:00-06:30", timezone="Europe/London", calendars=("XNYS", "XLON"))
NIGHT = Quiet(hours="22:00-06:30", timezone="America/New_York")
DAYS_OFF = Quiet(timezone="America/New_York", calendars=("XNYS",))

# whose hours, an alert comes at, it may be told at
TABLE = [
    # by the clock: it is quiet from the first minute of the hours to the one before the last
    (NIGHT, "2026-06-16T01:59:00Z", "2026-06-16T01:59:00Z"),  # 21:59 in New York
    (NIGHT, "2026-06-16T02:00:00Z", "2026-06-16T10:30:00Z"),  # 22:00 -> 06:30
    (NIGHT, "2026-06-16T10:29:59Z", "2026-06-16T10:30:00Z"),
    (NIGHT, "2026-06-16T10:30:00Z", "2026-06-16T10:30:00Z"),
    # the night in which clocks go forward is an hour shorter: 22:00 EST to 06:30 EDT are 7.5 hours
    (NIGHT, "2026-03-08T03:00:00Z", "2026-03-08T10:30:00Z"),
    # the night in which they go back an hour longer: 9.5 hours
    (NIGHT, "2026-11-01T02:00:00Z", "2026-11-01T11:30:00Z"),
    # an end that is skipped is the jump: 02:30 is not on the wall that night, after 01:59 comes 03:00
    (replace(NIGHT, hours="22:00-02:30"), "2026-03-08T06:59:00Z", "2026-03-08T07:00:00Z"),
    # an end that comes twice: at the first 01:30 it is over, and at the second 01:00 it is quiet again
    (replace(NIGHT, hours="22:00-01:30"), "2026-11-01T05:00:00Z", "2026-11-01T05:30:00Z"),
    (replace(NIGHT, hours="22:00-01:30"), "2026-11-01T06:00:00Z", "2026-11-01T06:30:00Z"),
    # a beginning inside the hour that comes twice: clocks go back out of the hours, and in again
    (replace(NIGHT, hours="01:30-06:30"), "2026-11-01T05:45:00Z", "2026-11-01T06:00:00Z"),
    (replace(NIGHT, hours="01:30-06:30"), "2026-11-01T06:30:00Z", "2026-11-01T11:30:00Z"),
    # days without trading: Friday evening to Monday morning
    (LONDON, "2026-06-19T21:00:00Z", "2026-06-22T05:30:00Z"),
    # from midnight to midnight, where there are no hours: a Saturday and a Sunday in New York
    (DAYS_OFF, "2026-06-13T04:00:00Z", "2026-06-15T04:00:00Z"),
    (DAYS_OFF, "2026-06-13T03:59:00Z", "2026-06-13T03:59:00Z"),
    # a Monday on which New York does not trade: 72 hours of weekend; but London does, so with both it is none
    (DAYS_OFF, "2026-09-05T12:00:00Z", "2026-09-08T04:00:00Z"),
    (LONDON, "2026-09-05T12:00:00Z", "2026-09-07T05:30:00Z"),
    # Easter: Good Friday is one for both, Easter Monday for London alone
    (LONDON, "2026-04-02T21:30:00Z", "2026-04-06T05:30:00Z"),
    (replace(LONDON, calendars=("XLON",)), "2026-04-02T21:30:00Z", "2026-04-07T05:30:00Z"),
    # on a half day of all that trade the desk leaves with the last close: New York's, 18:00 in London, at Christmas
    (LONDON, "2026-12-24T17:59:00Z", "2026-12-24T17:59:00Z"),
    (LONDON, "2026-12-24T18:00:00Z", "2026-12-28T06:30:00Z"),
    # the day after Thanksgiving is a half day in New York alone
    (LONDON, "2026-11-27T18:30:00Z", "2026-11-27T18:30:00Z"),
    (DAYS_OFF, "2026-11-27T18:30:00Z", "2026-11-30T05:00:00Z"),
    # the golden week in Shanghai, with the weekends around it
    (Quiet(timezone="Asia/Shanghai", calendars=("XSHG",)), "2026-10-01T00:00:00Z", "2026-10-07T16:00:00Z"),
]


@pytest.mark.parametrize(("quiet", "now", "until"), TABLE, ids=[f"{now[:16]}" for _, now, _ in TABLE])
def test_an_alert_waits_until_the_first_moment_that_is_not_quiet(quiet: Quiet, now: str, until: str) -> None:
    assert rfc3339(quiet_until(quiet, parse_rfc3339(now))) == until.replace("Z", ".000Z")


def test_the_milliseconds_of_a_moment_that_is_not_quiet_are_kept() -> None:
    now = parse_rfc3339("2026-06-16T12:00:00.123Z")
    assert quiet_until(NIGHT, now) == now


CHANGES = {
    "America/New_York": ["2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z"],
    "Europe/London": ["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"],
    "Australia/Sydney": ["2026-04-04T16:00:00Z", "2026-10-03T16:00:00Z"],
    "Australia/Lord_Howe": ["2026-04-04T15:00:00Z", "2026-10-03T15:30:00Z"],  # half an hour
    "Africa/Cairo": ["2026-04-23T22:00:00Z", "2026-10-29T21:00:00Z"],  # at midnight
}


@st.composite
def nights(draw: st.DrawFn) -> tuple[Quiet, int]:
    """Give hours, and a moment near a change of clocks."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    change = parse_rfc3339(draw(st.sampled_from(CHANGES[zone])))
    start, end = draw(st.lists(st.integers(0, 287), min_size=2, max_size=2, unique=True))
    hours = "-".join(f"{five * 5 // 60:02}:{five * 5 % 60:02}" for five in (start, end))
    calendars = draw(st.sampled_from([(), ("XNYS",), ("XLON", "XNYS"), ("XASX",)]))
    now = change + draw(st.integers(-36 * 60, 36 * 60)) * 60_000 + draw(st.sampled_from([0, 1, 59_999]))
    return Quiet(hours=draw(st.sampled_from([hours, hours, ""])), timezone=zone, calendars=calendars), now


@given(nights())
@settings(max_examples=200, deadline=None)
@example((Quiet(hours="23:00-00:30", timezone="Africa/Cairo"), parse_rfc3339("2026-04-23T21:30:00Z")))
@example((Quiet(hours="01:45-02:15", timezone="Australia/Lord_Howe"), parse_rfc3339("2026-10-03T15:20:00Z")))
def test_around_changes_of_clocks_it_is_what_a_look_at_the_wall_each_minute_says(night: tuple[Quiet, int]) -> None:
    quiet, now = night
    assert quiet_until(quiet, now) == first_not(lambda at: is_quiet(quiet, at), now)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)), st.sampled_from([NIGHT, LONDON, DAYS_OFF]))
@settings(max_examples=100, deadline=None)
def test_at_any_time_it_is_what_a_look_at_the_wall_each_minute_says(at: datetime, quiet: Quiet) -> None:
    now = round(at.replace(tzinfo=UTC).timestamp()) * 1000
    assert quiet_until(quiet, now) == first_not(lambda moment: is_quiet(quiet, moment), now)


def test_the_end_is_the_same_for_all_that_come_before_it() -> None:
    """So alerts of one night wait in one window."""
    evening = parse_rfc3339("2026-06-19T21:00:00Z")
    ends = {quiet_until(LONDON, evening + hours * 3_600_000) for hours in range(56)}
    assert ends == {evening + round(timedelta(hours=56, minutes=30).total_seconds() * 1000)}
