"""Reading the headers that say when to come back."""

import pytest

from alertd.net.retry_after import LONGEST_S, parse_http_date, parse_max_age, parse_retry_after

NOW = 784_111_777_000
"""Sun, 06 Nov 1994 08:49:37 GMT, the moment of RFC 9110's examples."""


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        (" 30 ", 30.0),
        ("1.5", 1.5),
        ("-5", 0.0),
        ("1000000000", LONGEST_S),
        ("9" * 300, LONGEST_S),
        ("Sun, 06 Nov 1994 08:50:37 GMT", 60.0),
        ("Sunday, 06-Nov-94 08:50:37 GMT", 60.0),
        ("Sun Nov  6 08:50:37 1994", 60.0),
        ("Sun, 06 Nov 1994 08:00:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_S),
    ],
)
def test_seconds_and_dates_are_read_and_clamped_to_a_day(text: str, seconds: float) -> None:
    assert parse_retry_after(text, NOW) == seconds


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "soon",
        "12 minutes",
        "1e9",
        "inf",
        "nan",
        "１２",
        "--5",
        "9" * 10_000,
        "Sun, 99 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 99999 08:49:37 GMT",
        "\x00",
        "1,2",
    ],
)
def test_what_says_nothing_is_none(text: str | None) -> None:
    assert parse_retry_after(text, NOW) is None


def test_a_date_is_measured_by_the_clock_that_wrote_it() -> None:
    an_hour_wrong = "Sun, 06 Nov 1994 09:49:37 GMT"
    assert parse_retry_after("Sun, 06 Nov 1994 09:50:37 GMT", NOW, an_hour_wrong) == 60.0
    assert parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", NOW, "not a date") == 60.0


def test_an_http_date_is_utc() -> None:
    assert parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == NOW
    assert parse_http_date("Sun Nov  6 08:49:37 1994") == NOW
    assert parse_http_date("yesterday") is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache-control": "max-age=300"}, 300.0),
        ({"cache-control": "public, Max-Age = 300, max-age=5"}, 300.0),
        ({"cache-control": 'max-age="300"'}, 300.0),
        ({"cache-control": "max-age=300", "age": "100"}, 200.0),
        ({"cache-control": "max-age=300", "age": "900"}, 0.0),
        ({"cache-control": "max-age=300", "age": "old"}, 300.0),
        ({"cache-control": "max-age=99999999999999"}, LONGEST_S),
        ({"cache-control": "max-age=soon"}, None),
        ({"cache-control": "s-maxage=300"}, None),
        ({"cache-control": "no-store"}, None),
        ({"cache-control": "max-age=10", "expires": "Sun, 06 Nov 1994 09:49:37 GMT"}, 10.0),
        ({"expires": "Sun, 06 Nov 1994 08:59:37 GMT"}, 600.0),
        ({"expires": "Sun, 06 Nov 1994 08:59:37 GMT", "date": "Sun, 06 Nov 1994 08:54:37 GMT"}, 300.0),
        ({"expires": "0"}, 0.0),
        ({"expires": "Sun, 06 Nov 1994 07:00:00 GMT"}, 0.0),
    ],
)
def test_freshness_follows_rfc_9111(headers: dict[str, str], seconds: float | None) -> None:
    assert parse_max_age(headers, NOW) == seconds
