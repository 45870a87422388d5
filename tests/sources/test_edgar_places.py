"""Where EDGAR keeps what its pages no longer show, and from when on."""

from __future__ import annotations

from datetime import date

import pytest

from alertd.base.clock import parse_rfc3339
from alertd.sources.edgar import SEC
from alertd.sources.edgar_places import (
    business_days,
    filing_days,
    header_url,
    index_due_ms,
    index_url,
    last_index_day,
    submissions_name,
    submissions_url,
)


def at(text: str) -> int:
    return parse_rfc3339(text)


def test_addresses_are_those_of_edgar_or_of_a_mirror() -> None:
    assert index_url(SEC, date(2026, 1, 12)).endswith(
        "sec.gov/Archives/edgar/daily-index/2026/QTR1/form.20260112.idx"
    )
    assert index_url(SEC, date(2026, 12, 31)).endswith("/2026/QTR4/form.20261231.idx")
    name = submissions_name("0001045810")
    assert submissions_url(SEC, name) == "https://data.sec.gov/submissions/CIK0001045810.json"
    assert submissions_url("http://mirror.example", name) == "http://mirror.example/submissions/CIK0001045810.json"
    assert header_url(SEC, "0001045810", "0001045810-26-000019") == (
        "https://www.sec.gov/Archives/edgar/data/1045810/000104581026000019/0001045810-26-000019-index-headers.html"
    )


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        ("2026-01-12T10:02:00-05:00", "2026-01-12T10:41:00-05:00", ["2026-01-12"]),
        ("2026-01-12T10:02:00-05:00", "2026-01-12T17:29:59-05:00", ["2026-01-12"]),
        ("2026-01-12T17:00:00-05:00", "2026-01-12T17:30:00-05:00", ["2026-01-12", "2026-01-13"]),
        ("2026-01-09T21:00:00-05:00", "2026-01-12T08:00:00-05:00", ["2026-01-09", "2026-01-12"]),
        ("2026-01-09T10:00:00-05:00", "2026-01-09T18:00:00-05:00", ["2026-01-09", "2026-01-12"]),
        ("2026-01-10T10:00:00-05:00", "2026-01-10T11:00:00-05:00", ["2026-01-12"]),  # a Saturday
        (
            "2026-01-16T20:00:00-05:00",
            "2026-01-16T21:00:00-05:00",
            ["2026-01-16", "2026-01-20"],
        ),  # King's day between
        ("2026-01-13T03:00:00Z", "2026-01-13T03:30:00Z", ["2026-01-12", "2026-01-13"]),  # still Monday in New York
        ("2026-03-08T06:00:00Z", "2026-03-09T12:00:00Z", ["2026-03-09"]),  # clocks change
    ],
)
def test_a_time_is_in_the_indexes_of_its_business_days_and_after_1730_of_the_next(
    since: str, until: str, days: list[str]
) -> None:
    assert [day.isoformat() for day in filing_days(at(since), at(until))] == days


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-01-12T22:29:59-05:00", "2026-01-09"),
        ("2026-01-12T22:30:00-05:00", "2026-01-12"),
        ("2026-01-18T12:00:00-05:00", "2026-01-16"),
        ("2026-01-19T23:00:00-05:00", "2026-01-16"),  # a holiday
        ("2026-07-01T02:30:00Z", "2026-06-30"),  # summer time
        ("2026-07-01T02:29:59Z", "2026-06-29"),
    ],
)
def test_the_index_of_a_day_can_be_expected_from_its_late_evening_on(now: str, day: str) -> None:
    assert last_index_day(at(now)).isoformat() == day
    assert index_due_ms(date.fromisoformat(day)) <= at(now)


def test_business_days_are_those_after_one_up_to_another() -> None:
    found = business_days(date(2026, 1, 15), date(2026, 1, 21))
    assert [day.day for day in found] == [16, 20, 21]
    assert business_days(date(2026, 1, 16), date(2026, 1, 16)) == []
    assert business_days(date(2026, 1, 17), date(2026, 1, 16)) == []
