"""When a source usually brings something, and what silence is strange by that."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import pytest

from alertd.model import Rhythm
from alertd.sources.rhythm import (
    FULL,
    HOUR_MS,
    LAGS,
    MOST_HOURS,
    STRANGE,
    cell_of,
    expected_hours,
    heard,
    is_behind,
    is_silent,
    parse_silent_after,
    per_day,
    usual_lag_s,
    watched,
)

MONDAY = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp() * 1000)
DAY = 24 * HOUR_MS
MINUTE = 60_000


def office_hours(hour: int) -> bool:
    """Say whether an hour since the epoch is 13:00 to 22:00 UTC of a weekday: a business wire's."""
    return (hour // 24 + 3) % 7 < 5 and 13 <= hour % 24 < 22


def live(weeks: int, busy: Callable[[int], bool], rhythm: Rhythm | None = None, start: int = MONDAY) -> Rhythm:
    """Give the rhythm of a source that was asked every ten minutes and had something new in busy hours."""
    for at in range(start, start + weeks * 7 * DAY, 10 * MINUTE):
        rhythm = watched(rhythm, at)
        if busy(at // HOUR_MS) and at % HOUR_MS == 20 * MINUTE:
            rhythm = heard(rhythm, at, 3)
    assert rhythm is not None
    return rhythm


def silence_from(rhythm: Rhythm, start: int, days: float) -> int | None:
    """Let it be quiet from a time on; gives after how many hours it is called silent, None if it is not."""
    for at in range(start, start + int(days * DAY), 10 * MINUTE):
        rhythm = watched(rhythm, at)
        if is_silent(rhythm, at):
            return (at - start) // HOUR_MS
    return None


def test_a_quiet_weekend_is_no_silence() -> None:
    rhythm = live(5, office_hours)
    friday_night = MONDAY + 5 * 7 * DAY - 2 * DAY - 2 * HOUR_MS
    assert silence_from(live(5, lambda h: office_hours(h) and h < friday_night // HOUR_MS), friday_night, 2) is None
    assert not is_silent(rhythm, MONDAY + 5 * 7 * DAY)


def test_a_quiet_morning_of_a_busy_source_is_silence() -> None:
    rhythm = live(5, office_hours)
    hours = silence_from(rhythm, MONDAY + 5 * 7 * DAY, 3)
    assert hours is not None
    assert 13 + 4 <= hours <= 13 + 9, "a Monday has been seen five times only, so it takes a little longer"


def test_a_new_source_is_not_judged_in_its_first_week() -> None:
    rhythm = live(1, lambda hour: hour < MONDAY // HOUR_MS + 60)
    assert rhythm.quiet > STRANGE
    assert not is_silent(rhythm, MONDAY + 6 * DAY)
    assert is_silent(rhythm, MONDAY + 8 * DAY)


def test_a_source_with_an_item_a_week_may_be_quiet_for_weeks() -> None:
    tuesdays = live(10, lambda hour: (hour // 24 + 3) % 7 == 1 and hour % 24 == 15)
    assert silence_from(tuesdays, MONDAY + 70 * DAY, 21) is None


def test_bursts_make_no_pause_strange() -> None:
    dice = random.Random(5)
    busy = {MONDAY // HOUR_MS + hour for hour in range(35 * 24) if dice.random() < 0.3}
    rhythm: Rhythm | None = None
    for at in range(MONDAY, MONDAY + 35 * DAY, 10 * MINUTE):
        rhythm = watched(rhythm, at)
        if at // HOUR_MS in busy:
            rhythm = heard(rhythm, at, 20)  # six polls in a row bring twenty each
        assert not is_silent(rhythm, at)


@pytest.mark.parametrize("seed", range(5))
def test_false_alarms_are_rare(seed: int) -> None:
    dice = random.Random(seed)
    rhythm: Rhythm | None = None
    alarms = 0
    for at in range(MONDAY, MONDAY + 20 * 7 * DAY, HOUR_MS):
        rhythm = watched(rhythm, at)
        alarms += is_silent(rhythm, at)
        if dice.random() < (0.8 if office_hours(at // HOUR_MS) else 0.05):
            rhythm = heard(rhythm, at, 1)
    assert alarms == 0


def test_a_silence_that_ended_by_itself_makes_the_next_of_its_kind_no_news() -> None:
    holiday = MONDAY // HOUR_MS + 31 * 24  # a Thursday of the fifth week
    rhythm = live(5, lambda hour: office_hours(hour) and not holiday <= hour < holiday + 24)
    assert rhythm.longest > STRANGE
    start = MONDAY + 35 * DAY
    assert (silence_from(rhythm, start, 5) or 0) > (silence_from(live(5, office_hours), start, 5) or 99)
    assert silence_from(rhythm, start, 5) is not None, "but a source that stays dead is still noticed"


def test_hours_that_nobody_watched_say_nothing() -> None:
    rhythm = live(5, office_hours)
    back = watched(rhythm, MONDAY + 40 * DAY, all_along=False)
    assert (back.quiet, back.seen, back.busy) == (rhythm.quiet, rhythm.seen, rhythm.busy)
    assert back.hour == (MONDAY + 40 * DAY) // HOUR_MS


def test_what_is_kept_is_small_and_stays_so() -> None:
    rhythm = live(30, lambda hour: True)
    assert max(rhythm.seen) < FULL
    assert len(msgspec.json.encode(rhythm)) < 700
    assert msgspec.json.decode(msgspec.json.encode(rhythm), type=Rhythm) == rhythm


def test_a_year_that_was_slept_through_is_gone_through_in_bounded_time() -> None:
    rhythm = watched(watched(None, MONDAY), MONDAY + 365 * DAY)
    assert sum(rhythm.seen) == MOST_HOURS


def test_a_clock_that_jumps_back_changes_nothing() -> None:
    rhythm = live(2, office_hours)
    assert watched(rhythm, MONDAY) == rhythm


def test_a_new_version_learns_anew_from_what_it_cannot_use() -> None:
    assert expected_hours(Rhythm(begun_ms=MONDAY, hour=MONDAY // HOUR_MS), MONDAY, MONDAY + DAY) == 0


def test_hours_of_the_week_share_cells_from_tuesday_to_thursday() -> None:
    noons = [cell_of(MONDAY // HOUR_MS + day * 24 + 12) for day in range(7)]
    assert noons == [12, 36, 36, 36, 60, 84, 108]


def test_expected_hours_are_those_that_usually_bring_something() -> None:
    rhythm = live(8, office_hours)
    tuesday = MONDAY + 57 * DAY
    assert expected_hours(rhythm, tuesday, tuesday + DAY) == pytest.approx(9, abs=1)
    assert expected_hours(rhythm, tuesday + 4 * DAY, tuesday + 5 * DAY) == 0


def test_the_rate_is_that_of_the_last_days() -> None:
    steady = live(4, lambda hour: hour % 2 == 0)  # three items each second hour
    assert per_day(steady, MONDAY + 28 * DAY) == pytest.approx(36, rel=0.1)
    young = live(1, lambda hour: hour % 2 == 0, start=MONDAY)
    assert per_day(young, MONDAY + 7 * DAY) == pytest.approx(36, rel=0.15)
    later = per_day(steady, MONDAY + 60 * DAY)
    assert later is not None
    assert later < 1


def test_one_batch_on_the_first_day_makes_no_rate() -> None:
    bulk = heard(watched(None, MONDAY), MONDAY, 1_000)
    assert per_day(bulk, MONDAY + 6 * HOUR_MS - 1) is None
    assert per_day(bulk, MONDAY + 6 * HOUR_MS) is not None


def with_lags(*lags: float) -> Rhythm:
    rhythm = watched(None, MONDAY)
    for number, lag in enumerate(lags):
        rhythm = heard(rhythm, MONDAY + number * MINUTE, 1, [lag])
    return rhythm


def test_items_that_come_much_later_than_usual_make_it_late() -> None:
    usual = [20.0, 35.0, 50.0] * LAGS
    assert not is_behind(with_lags(*usual))
    assert not is_behind(with_lags(*usual, 3000, 3000)), "twice may be chance"
    assert is_behind(with_lags(*usual, 3000, 3000, 3000))
    assert not is_behind(with_lags(*usual, 3000, 3000, 3000, 40)), "and it is over with the first in time"
    assert usual_lag_s(with_lags(*usual)) == pytest.approx(33, rel=0.2)


def test_a_few_minutes_more_are_not_late() -> None:
    assert not is_behind(with_lags(*[5.0, 6.0] * LAGS, 120, 120, 120))


def test_a_source_that_dates_by_the_day_is_not_late_in_the_evening() -> None:
    dice = random.Random(3)
    lags = [dice.uniform(8, 22) * 3600 for _ in range(100)]
    assert not is_behind(with_lags(*lags, 23 * 3600, 23 * 3600, 23 * 3600))


def test_the_setting_is_a_duration_auto_or_off() -> None:
    assert parse_silent_after("2h") == 7200
    assert parse_silent_after("auto") == "auto"
    assert parse_silent_after("off") == "off"
    assert parse_silent_after(False) == "off"
    for bad in ("never", "9s", 5, None):
        with pytest.raises(ValueError, match=r"write `auto`|the shortest"):
            parse_silent_after(bad)
