"""The SEC's day: holidays, openings over weekends and changes of clocks, and what was held back over night."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.sources.edgar import EdgarConfig
from alertd.sources.sec_day import (
    business_day_before,
    federal_holidays,
    fits_new_york,
    held_back_since,
    is_business_day,
    opening_after,
    opening_before,
)
from alertd.sources.timetable import next_poll_ms

HOLIDAYS = {
    2021: "0101 0118 0215 0531 0618 0705 0906 1011 1111 1125 1224 1231",
    2022: "0117 0221 0530 0620 0704 0905 1010 1111 1124 1226",
    2025: "0101 0120 0217 0526 0619 0704 0901 1013 1111 1127 1225",
    2026: "0101 0119 0216 0525 0619 0703 0907 1012 1111 1126 1225",
    2027: "0101 0118 0215 0531 0618 0705 0906 1011 1111 1125 1224 1231",
}
"""As OPM observes them (www.opm.gov/policy-data-oversight/pay-leave/federal-holidays)."""


def ms(text: str) -> int:
    return parse_rfc3339(text)


def config(**more: object) -> EdgarConfig:
    return EdgarConfig.model_validate({"id": "edgar", "type": "edgar", "forms": ["8-K"], **more})


@pytest.mark.parametrize("year", HOLIDAYS)
def test_federal_holidays_are_those_that_are_observed(year: int) -> None:
    assert [f"{day:%m%d}" for day in sorted(federal_holidays(year))] == HOLIDAYS[year].split()


def test_a_business_day_is_a_weekday_that_is_no_holiday() -> None:
    assert is_business_day(date(2026, 1, 12))
    assert not any(is_business_day(date(2026, 1, day)) for day in (1, 10, 11, 19))
    assert business_day_before(date(2026, 1, 20)) == date(2026, 1, 16)


@pytest.mark.parametrize(
    ("now", "before", "after"),
    [
        ("2026-01-12T05:59:59-05:00", "2026-01-09T06:00:00-05:00", "2026-01-12T06:00:00-05:00"),
        ("2026-01-12T06:00:00-05:00", "2026-01-12T06:00:00-05:00", "2026-01-13T06:00:00-05:00"),
        ("2026-01-16T23:00:00-05:00", "2026-01-16T06:00:00-05:00", "2026-01-20T06:00:00-05:00"),  # Monday: King
        ("2026-03-07T12:00:00-05:00", "2026-03-06T06:00:00-05:00", "2026-03-09T06:00:00-04:00"),  # clocks go on
        ("2026-10-31T12:00:00-04:00", "2026-10-30T06:00:00-04:00", "2026-11-02T06:00:00-05:00"),  # and back
        ("2025-12-31T20:00:00-05:00", "2025-12-31T06:00:00-05:00", "2026-01-02T06:00:00-05:00"),
    ],
)
def test_edgar_opens_at_six_in_new_york_on_business_days(now: str, before: str, after: str) -> None:
    assert (opening_before(ms(now)), opening_after(ms(now))) == (ms(before), ms(after))


@pytest.mark.parametrize(
    ("looked", "now", "since"),
    [
        # Nothing has opened since, and the last opening is long over.
        ("2026-01-12T13:00:00-05:00", "2026-01-12T20:00:00-05:00", None),
        ("2026-01-12T20:00:00-05:00", "2026-01-13T05:59:00-05:00", None),
        # An opening since: what came after 17:30 of the business day before it may be there now.
        ("2026-01-12T20:00:00-05:00", "2026-01-13T06:00:05-05:00", "2026-01-12T17:30:00-05:00"),
        ("2026-01-16T21:00:00-05:00", "2026-01-20T06:00:05-05:00", "2026-01-16T17:30:00-05:00"),
        ("2026-03-06T21:00:00-05:00", "2026-03-09T06:00:05-04:00", "2026-03-06T17:30:00-05:00"),
        # Several openings: the first of them.
        ("2026-01-12T20:00:00-05:00", "2026-01-15T11:00:00-05:00", "2026-01-12T17:30:00-05:00"),
        # Again and again for three hours, at first at each poll.
        ("2026-01-13T06:00:05-05:00", "2026-01-13T06:00:15-05:00", "2026-01-12T17:30:00-05:00"),
        ("2026-01-13T06:03:05-05:00", "2026-01-13T06:03:15-05:00", None),
        ("2026-01-13T06:03:05-05:00", "2026-01-13T06:04:05-05:00", "2026-01-12T17:30:00-05:00"),
        ("2026-01-13T06:20:00-05:00", "2026-01-13T06:29:00-05:00", None),
        ("2026-01-13T06:20:00-05:00", "2026-01-13T06:30:00-05:00", "2026-01-12T17:30:00-05:00"),
        ("2026-01-13T08:40:00-05:00", "2026-01-13T09:10:00-05:00", None),
    ],
)
def test_what_was_held_back_over_night_is_looked_for_below_what_is_known(
    looked: str, now: str, since: str | None
) -> None:
    found = held_back_since(ms(looked), ms(now))
    assert (None if found is None else rfc3339(found)) == (None if since is None else rfc3339(ms(since)))


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        ("2026-01-12T06:00:00-05:00", 10),
        ("2026-01-12T21:59:59-05:00", 10),
        ("2026-01-12T22:00:00-05:00", 300),
        ("2026-01-12T05:59:00-05:00", 300),
        ("2026-01-10T12:00:00-05:00", 300),  # a Saturday
        ("2026-01-19T12:00:00-05:00", 300),  # a holiday
        ("2026-07-06T10:00:00Z", 10),  # 06:00 in summer
        ("2026-01-12T10:30:00Z", 300),  # 05:30 in winter
        ("2026-01-12T11:00:00Z", 10),
    ],
)
def test_edgar_is_asked_often_in_its_day_and_seldom_outside_of_it(now: str, seconds: float) -> None:
    assert config(every="10s").every.every(ms(now)) == config().every.every(ms(now)) == seconds


def test_the_first_poll_of_the_day_is_not_late() -> None:
    at = next_poll_ms(config().every, ms("2026-01-12T05:58:00-05:00"), random=lambda: 0.5)
    assert 0 <= at - ms("2026-01-12T06:00:00-05:00") <= 1_000


def test_an_interval_longer_than_the_slow_one_holds_always_and_hours_hold_as_written() -> None:
    assert config(every="10m").every.every(ms("2026-01-10T12:00:00-05:00")) == 600
    own = config(every={"default": "1m", "06:00-22:00 America/New_York": "5s"})
    assert own.every.every(ms("2026-01-10T12:00:00-05:00")) == 5
    assert own.model_dump(mode="json")["every"] == {"default": "1m", "06:00-22:00 America/New_York": "5s"}
    assert config(every="20s").model_dump(mode="json")["every"] == "20s"


@pytest.mark.parametrize(
    ("at", "hours", "fits"),
    [
        ("2026-01-12T17:00:00Z", -5, True),
        ("2026-01-12T17:00:00Z", -4, False),
        ("2026-07-06T17:00:00Z", -4, True),
        ("2026-07-06T17:00:00Z", -5, False),
        ("2026-01-12T17:00:00Z", 0, False),
        ("2026-03-08T06:59:59Z", -5, True),
        ("2026-03-08T07:00:00Z", -4, True),
    ],
)
def test_an_offset_fits_new_yorks_clock_or_not(at: str, hours: int, fits: bool) -> None:
    assert fits_new_york(ms(at), timedelta(hours=hours)) is fits
