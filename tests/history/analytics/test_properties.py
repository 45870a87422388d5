"""What holds for any past: bounds, signs, sums."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from alertd.history.analytics.days import days_of
from tests.history.analytics.tables import DAY, NVDA, ORCL, SUBJECT, UNTIL, VRT, Tables

ZONES = ["UTC", "America/New_York", "Asia/Kolkata"]
Reports = list[tuple[str, float, int, int, float]]
REPORTS = st.lists(
    st.tuples(
        st.sampled_from([NVDA, VRT, ORCL]),
        st.floats(-1, 1),
        st.integers(0, 40 * DAY),
        st.integers(0, 9),
        st.floats(0, 1),
    ),
    max_size=40,
)


def past_of(reports: Reports) -> Tables:
    past = Tables()
    past.line(UNTIL - 120 * DAY)
    for n, (company, tone, back, story, confidence) in enumerate(reports):
        past.event(f"e{n}", UNTIL - 1 - back, (company, tone), story=f"s{story}", confidence=confidence)
    return past


@settings(max_examples=40, deadline=None)
@given(REPORTS)
def test_indices_stay_within_their_bounds_and_stories_add_up(
    reports: Reports,
) -> None:
    report = past_of(reports).report()
    for tone in (report.tone, *(one.tone for one in report.holdings)):
        assert all(value is None or -1 <= value <= 1 for value in (tone.now, tone.before, *tone.line))
        assert len(tone.line) == len(report.days)
    for volume in (report.volume, *(one.volume for one in report.holdings)):
        assert sum(volume.by_day) == volume.stories <= volume.reports
    assert report.volume.stories <= sum(one.volume.stories for one in report.holdings)


@settings(max_examples=40, deadline=None)
@given(REPORTS)
def test_what_is_signed_turns_with_the_position(reports: Reports) -> None:
    past = past_of(reports)
    turned = replace(SUBJECT, holdings=tuple(replace(one, weight=-(one.weight or 0.0)) for one in SUBJECT.holdings))
    one, other = past.report(), past.report(turned)
    assert [line.tone for line in one.holdings] == [line.tone for line in other.holdings]
    for long, short in zip(one.holdings, other.holdings, strict=True):
        assert long.signed is None if short.signed is None else long.signed == -short.signed
    assert one.tone.now is None if other.tone.now is None else one.tone.now == -other.tone.now


@given(st.integers(0, 400 * DAY), st.integers(1, 60 * DAY), st.sampled_from(ZONES))
def test_every_moment_of_a_time_belongs_to_the_day_that_a_wall_shows(since: int, length: int, name: str) -> None:
    zone, begin = ZoneInfo(name), UNTIL + since
    days = days_of(begin, begin + length, zone)
    for at in (begin, begin + length // 2, begin + length - 1):
        place = days.of(at)
        assert days.starts[place] <= at < days.ends[place]
    assert list(days.dates) == sorted(set(days.dates))
