"""When a source is asked again."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.sources.timetable import Timetable, next_poll_ms, parse_every, parse_hours, write_every

NOON = parse_rfc3339("2025-06-03T12:00:00Z")
MINUTE = Timetable(60.0)


def wait(timetable: Timetable = MINUTE, chance: float = 0.0, **facts: Any) -> float:
    return (next_poll_ms(timetable, NOON, random=lambda: chance, **facts) - NOON) / 1000


def test_a_poll_that_went_well_is_followed_by_one_after_the_interval() -> None:
    assert wait() == 60


def test_chance_only_ever_adds_a_little() -> None:
    assert wait(chance=1.0) == 63
    assert wait(Timetable(3_600.0), chance=1.0) == 3_605


@pytest.mark.parametrize(
    ("facts", "seconds"),
    [
        ({"ttl_s": 300.0}, 300),
        ({"max_age_s": 120.0}, 120),
        ({"ttl_s": 30.0}, 60),
        ({"ttl_s": 86_400.0}, 600),
        ({"ttl_s": 120.0, "max_age_s": 240.0}, 240),
        ({"max_age_s": 0.0}, 60),
    ],
)
def test_ttl_and_max_age_slow_down_to_a_tenth_at_most(facts: dict[str, Any], seconds: float) -> None:
    assert wait(**facts) == seconds


def test_nobody_slows_a_slow_source_beyond_an_hour_or_its_own_interval() -> None:
    assert wait(Timetable(1_200.0), ttl_s=86_400.0) == 3_600
    assert wait(Timetable(7_200.0), ttl_s=86_400.0) == 7_200


def test_failures_double_the_wait_up_to_half_an_hour_and_never_end() -> None:
    assert [wait(failures=n) for n in (1, 2, 3, 4, 5, 6, 7, 1_000, 10**9)] == [60, 120, 240, 480, 960] + [1_800] * 4
    assert wait(Timetable(7_200.0), failures=9) == 7_200


def test_chance_spreads_failures_but_never_below_the_interval() -> None:
    assert wait(failures=4, chance=1.0) == 360
    assert wait(failures=1, chance=1.0) == 60


def test_retry_after_is_obeyed_up_to_a_day() -> None:
    assert wait(failures=1, retry_after_s=900.0) == 900
    assert wait(failures=1, retry_after_s=5.0) == 60
    assert wait(failures=1, retry_after_s=1e9) == 86_400
    assert wait(failures=1, retry_after_s=-5.0) == 60


BURST = parse_every({"default": "60s", "06:55-09:35 America/New_York": "5s"})


@pytest.mark.parametrize(
    ("now", "every"),
    [
        ("2025-06-03T10:54:59Z", 60),  # summer: New York is 4 hours behind
        ("2025-06-03T10:55:00Z", 5),
        ("2025-06-03T13:34:59Z", 5),
        ("2025-06-03T13:35:00Z", 60),
        ("2025-01-03T11:54:59Z", 60),  # winter: 5 hours
        ("2025-01-03T11:55:00Z", 5),
    ],
)
def test_burst_hours_follow_the_wall_clock_of_their_zone(now: str, every: float) -> None:
    assert BURST.every(parse_rfc3339(now)) == every


def test_the_poll_before_burst_hours_comes_at_their_beginning() -> None:
    at = next_poll_ms(BURST, parse_rfc3339("2025-06-03T10:54:30Z"), ttl_s=600.0, random=lambda: 0.0)
    assert rfc3339(at) == "2025-06-03T10:55:00.000Z"


def test_hours_over_midnight_hold_on_both_sides() -> None:
    night = parse_hours("22:00-06:30 Europe/London")
    held = [night.hold(parse_rfc3339(f"2025-01-03T{t}:00Z")) for t in ("21:59", "22:00", "00:00", "06:29", "06:30")]
    assert held == [False, True, True, True, False]


def test_hours_that_a_change_of_clocks_skips_begin_after_the_gap() -> None:
    hours = parse_hours("02:30-04:00 America/New_York")  # 9 March 2025 has no 02:30 there
    assert rfc3339(hours.next_start(parse_rfc3339("2025-03-09T05:00:00Z"))) == "2025-03-09T07:30:00.000Z"


def test_of_overlapping_hours_the_shortest_interval_holds() -> None:
    table = parse_every({"default": "60s", "06:00-20:00 UTC": "30s", "12:00-13:00 UTC": "2s"})
    assert (table.every(NOON), table.shortest()) == (2, 2)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("often", "every: a duration is a number with ms, s, m, h or d"),
        ("10ms", "every: an interval is between 1s and 24h, not 10ms"),
        ({"06:55-09:35 UTC": "5s"}, "default is missing"),
        ({"default": "60s", "6-9 UTC": "5s"}, "'6-9 UTC' is not of the form 06:55-09:35 America/New_York"),
        ({"default": "60s", "06:55-25:00 UTC": "5s"}, "holds a time that no clock shows"),
        ({"default": "60s", "06:55-06:55 UTC": "5s"}, "begins and ends at the same time"),
        ({"default": "60s", "06:55-09:35 Mars/Base": "5s"}, "'Mars/Base' is no time zone"),
        ({"default": "60s", "06:55-09:35 ../../etc/passwd": "5s"}, "is no time zone"),
    ],
)
def test_what_is_no_timetable_says_why(value: object, words: str) -> None:
    with pytest.raises(ValueError, match=r".+") as fault:
        parse_every(value)
    assert words in str(fault.value)


def test_all_faults_of_a_timetable_are_named_at_once() -> None:
    with pytest.raises(ValueError, match=r"x-y UTC.*; .*Mars"):
        parse_every({"default": "60s", "x-y UTC": "5s", "06:55-09:35 Mars/Base": "5s"})


@pytest.mark.parametrize("value", ["60s", {"default": "1m", "06:55-09:35 America/New_York": "5s"}])
def test_a_timetable_is_written_as_it_is_read(value: object) -> None:
    assert parse_every(write_every(parse_every(value))) == parse_every(value)
