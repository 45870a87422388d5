"""Dates as feeds write them."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.base.clock import rfc3339
from alertd.sources.dates import parse_date


@pytest.mark.parametrize(
    ("text", "moment", "precision"),
    [
        ("2025-06-03T09:05:00Z", "2025-06-03T09:05:00.000Z", "second"),
        ("2025-06-03T09:05:00.123456+02:00", "2025-06-03T07:05:00.123Z", "second"),
        ("2025-06-03 09:05:00 -0400", "2025-06-03T13:05:00.000Z", "second"),
        ("2025-06-03T09:05Z", "2025-06-03T09:05:00.000Z", "minute"),
        ("2025-06-03", "2025-06-03T00:00:00.000Z", "day"),
        ("2025/06/03", "2025-06-03T00:00:00.000Z", "day"),
        ("Tue, 03 Jun 2025 09:05:00 GMT", "2025-06-03T09:05:00.000Z", "second"),
        ("Tue, 3 Jun 25 09:05 +0530", "2025-06-03T03:35:00.000Z", "minute"),
        ("3 June 2025", "2025-06-03T00:00:00.000Z", "day"),
        ("Tues, 03 Jun 2025 09:05:00 EST", "2025-06-03T14:05:00.000Z", "second"),
        ("Tue, 03 Jun 2025 09:05:00 EDT", "2025-06-03T13:05:00.000Z", "second"),
        ("Tue, 03 Jun 2025 09:05:00 ET", "2025-06-03T13:05:00.000Z", "second"),
        ("Fri, 03 Jan 2025 09:05:00 ET", "2025-01-03T14:05:00.000Z", "second"),
        ("June 3, 2025 9:05 AM ET", "2025-06-03T13:05:00.000Z", "minute"),
        ("June 3, 2025 at 12:05 p.m. PT", "2025-06-03T19:05:00.000Z", "minute"),
        ("June 3, 2025", "2025-06-03T00:00:00.000Z", "day"),
        ("Tue Jun  3 09:05:00 2025", "2025-06-03T09:05:00.000Z", "second"),
        ("Tue Jun  3 09:05:00 PDT 2025", "2025-06-03T16:05:00.000Z", "second"),
        ("Tue Jun 03 2025 09:05:00 GMT+0200 (CEST)", "2025-06-03T07:05:00.000Z", "second"),
        ("03.06.2025 09:05", "2025-06-03T09:05:00.000Z", "minute"),
        ("Tue, 03 Jun 2025 23:59:60 GMT", "2025-06-03T23:59:59.000Z", "second"),
        ("Tue, 03 Jun 2025 24:00:00 GMT", "2025-06-04T00:00:00.000Z", "second"),
        ("  Tue,\n03 Jun 2025   09:05:00 Z ", "2025-06-03T09:05:00.000Z", "second"),
        ("1748944800", "2025-06-03T10:00:00.000Z", "second"),
        ("1748944800123", "2025-06-03T10:00:00.123Z", "second"),
    ],
)
def test_a_date_is_read_with_its_precision(text: str, moment: str, precision: str) -> None:
    stamp = parse_date(text)
    assert stamp is not None
    assert (rfc3339(stamp.ms), stamp.precision) == (moment, precision)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "10000-01-01", "1748-06-03", "1970-01-01T00:00:00Z", "9999-12-31", "2025-02-30", "2025-13-01",
     "03/06/2025", "2025-06-03T09:05:00+99:99", "2025-06-03T25:00:00Z", "Tue, 03 Jun 2025 09:05:00 XYZ",
     "Tue, 03 Foo 2025 09:05:00 GMT",
     "2025-06-03T24:00:01Z", "174894480", "13:05", "June 2025", "June 3, 2025 13:05 PM", "0000-00-00T00:00:00Z"],
)  # fmt: skip
def test_what_is_no_certain_date_is_none(text: str) -> None:
    assert parse_date(text) is None


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    parse_date(text)


def test_a_long_text_is_no_trouble() -> None:
    began = time.thread_time()
    for text in ("1" * 1_000_000, "a " * 500_000, "Tue, 03 Jun " + "2" * 1_000_000, "(" * 1_000_000):
        parse_date(text)
    assert time.thread_time() - began < 1


@settings(deadline=None)
@given(st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC)))
def test_what_machines_write_is_read_back(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    for text in (
        whole.isoformat(),
        whole.strftime("%a, %d %b %Y %H:%M:%S GMT"),
        whole.strftime("%d %b %Y %H:%M:%S +0000"),
    ):
        stamp = parse_date(text)
        assert stamp is not None
        assert stamp.ms == whole.timestamp() * 1000
