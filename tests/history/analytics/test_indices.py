"""The indices of companies: how the news reads and how much of it there is, against tables computed by hand."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.base.clock import parse_rfc3339
from alertd.history.analytics.indices import MOST_STORIES, IndexBook, Report
from alertd.history.analytics.usual import DAY_MS, HOUR_MS, counts_before, is_weekend, next_hour, z_score
from alertd.model import CompanyIndex

NOW = parse_rfc3339("2026-01-14T09:30:00.000Z")
"""A Wednesday."""
END = parse_rfc3339("2026-01-14T10:00:00.000Z")
LONG_AGO = NOW - 400 * DAY_MS


def report(
    story: str,
    at_ms: int,
    sentiment: float | None = 0.5,
    *,
    confidence: float = 1.0,
    relevance: float = 1.0,
    event: str = "",
    company: str = "acme",
    withdrawn: bool = False,
) -> Report:
    return Report(event or f"ev_{story}", story, company, at_ms, sentiment, confidence, relevance, withdrawn)


def book_of(*reports: Report, since_ms: int | None = LONG_AGO) -> IndexBook:
    book = IndexBook(since_ms)
    for one in reports:
        book.add(one)
    return book


def index_of(*reports: Report, since_ms: int | None = LONG_AGO) -> CompanyIndex:
    found = book_of(*reports, since_ms=since_ms).at("acme", NOW)
    assert found is not None
    return found


# --- tone -------------------------------------------------------------------------------------------------


def test_younger_and_surer_stories_count_more() -> None:
    index = index_of(
        report("a", END, 0.8),  # weight 1
        report("b", END - 3 * DAY_MS, -0.4),  # one half-life: 1/2
        report("c", END - 6 * DAY_MS, -0.8, confidence=0.5, relevance=0.5),  # 1/4 of 1/4
    )
    assert index.sentiment == round((0.8 - 0.4 / 2 - 0.8 / 16) / (1 + 1 / 2 + 1 / 16), 4)
    assert index.stories == 3


def test_forty_copies_of_a_story_are_one_opinion_the_newest() -> None:
    copies = [report("a", END - HOUR_MS - n, 0.9, event=f"ev_{n}") for n in range(40)]
    last = report("a", END - HOUR_MS + 1, -0.9, event="ev_last")
    others = [report("b", END - HOUR_MS, 0.0), report("c", END - HOUR_MS, 0.0)]
    index = index_of(*copies, last, *others)
    assert (index.stories, index.day) == (3, 3)
    assert index.sentiment == pytest.approx(-0.3, abs=0.001)


def test_two_stories_are_too_few_for_a_tone() -> None:
    index = index_of(report("a", NOW), report("b", NOW), report("c", NOW, None))
    assert (index.sentiment, index.stories, index.day) == (None, 2, 3)


def test_stories_of_ten_days_ago_are_no_mood_any_more() -> None:
    old = [report(name, NOW - 11 * DAY_MS, 0.5) for name in "abc"]
    index = index_of(*old)
    assert (index.sentiment, index.stories) == (None, 3)


def test_a_company_that_is_one_of_ten_in_a_list_has_no_story_by_that() -> None:
    book = book_of(report("a", NOW, relevance=0.18))
    assert book.at("acme", NOW) is None
    assert list(book.companies) == []


def test_a_correction_replaces_what_the_report_said() -> None:
    before = [report(name, NOW, 0.6) for name in "abc"]
    corrected = [report(name, NOW, -0.6) for name in "abc"]
    index = index_of(*before, *corrected)
    assert (index.sentiment, index.stories, index.day) == (-0.6, 3, 3)


def test_a_report_that_was_taken_back_has_no_tone() -> None:
    reports = [report(name, NOW, 0.6) for name in "abcd"]
    index = index_of(*reports, report("a", NOW, 0.6, withdrawn=True))
    assert (index.stories, index.day) == (3, 4)


def test_a_report_that_was_taken_back_before_it_came_begins_no_story() -> None:
    assert book_of(report("a", NOW, withdrawn=True)).at("acme", NOW) is None


def test_stories_that_become_one_count_once_from_the_earlier_beginning() -> None:
    book = book_of(
        report("old", NOW - 26 * HOUR_MS, 0.2), report("young", NOW, -0.2), report("b", NOW), report("c", NOW)
    )
    assert book.merge("young", "old", NOW) == {"acme"}
    index = book.at("acme", NOW)
    assert index is not None
    assert (index.stories, index.day) == (3, 2)
    book.add(report("young", NOW + 1, 0.1, event="ev_more"))
    later = book.at("acme", NOW)
    assert later is not None
    assert (later.stories, later.day) == (3, 2)


# --- volume -----------------------------------------------------------------------------------------------


def test_a_day_like_every_day_is_no_deviation() -> None:
    daily = [report(f"{day}", NOW - day * DAY_MS) for day in range(92)]
    index = index_of(*daily)
    assert (index.volume_z, index.volume_z90, index.day) == (0.0, 0.0, 1)


def test_the_volume_of_a_working_day_is_compared_with_working_days() -> None:
    counts = [4, 2, 3, 1, 5] * 7
    reports, day = [], 0
    for back in range(1, 31):
        end = END - back * DAY_MS
        if is_weekend(end):
            continue
        reports += [report(f"{back}.{n}", end - HOUR_MS) for n in range(counts[day])]
        day += 1
    today = [report(f"today.{n}", NOW) for n in range(9)]
    used = counts[:day]
    mean = sum(used) / day
    deviation = math.sqrt(sum((one - mean) ** 2 for one in used) / (day - 1))
    assert day == 21
    assert index_of(*reports, *today).volume_z == round((9 - mean) / max(deviation, math.sqrt(mean)), 4)


def test_two_stories_of_a_quiet_company_are_no_alarm() -> None:
    index = index_of(report("a", NOW - 20 * DAY_MS), report("b", NOW), report("c", NOW))
    assert index.volume_z is not None
    assert 1.9 < index.volume_z < 2.0


def test_a_sunday_is_compared_with_weekends() -> None:
    sunday = parse_rfc3339("2026-01-18T21:30:00.000Z")
    weekdays = [
        report(f"{back}.{n}", sunday - back * DAY_MS)
        for back in range(1, 31)
        if not is_weekend(next_hour(sunday) - back * DAY_MS)
        for n in range(20)
    ]
    found = book_of(*weekdays, *[report(f"today.{n}", sunday) for n in range(5)]).at("acme", sunday)
    assert found is not None
    assert found.volume_z == 5.0


def test_without_thirty_days_of_history_there_is_no_volume() -> None:
    reports = [report("a", NOW)]
    assert index_of(*reports, since_ms=END - 31 * DAY_MS).volume_z is not None
    assert index_of(*reports, since_ms=END - 31 * DAY_MS + 1).volume_z is None
    assert index_of(*reports, since_ms=END - 31 * DAY_MS).volume_z90 is None
    assert index_of(*reports, since_ms=END - 91 * DAY_MS).volume_z90 is not None
    assert index_of(*reports, since_ms=None).volume_z is None


def test_a_z_score_needs_two_days_to_compare_with() -> None:
    assert z_score(3, [1]) is None
    assert z_score(3, [0, 0]) == 3.0


def test_the_day_ends_with_the_hour_that_has_begun() -> None:
    assert index_of(report("a", END - DAY_MS)).day == 1
    assert index_of(report("a", END - DAY_MS - 1), report("b", NOW)).day == 1


@pytest.mark.parametrize(
    ("end", "weekend"),
    [
        ("2026-01-16T23:00:00Z", False),  # most of Friday
        ("2026-01-17T11:00:00Z", False),  # from Friday 11:00 on
        ("2026-01-17T12:00:00Z", True),
        ("2026-01-19T11:00:00Z", True),
        ("2026-01-19T12:00:00Z", False),
    ],
)
def test_a_day_is_of_the_part_of_the_week_that_its_middle_is_in(end: str, weekend: bool) -> None:
    assert is_weekend(parse_rfc3339(end)) is weekend


def test_the_days_before_are_of_the_same_part_of_the_week() -> None:
    assert len(counts_before([], END, 30)) == 21
    assert len(counts_before([], parse_rfc3339("2026-01-18T20:00:00Z"), 30)) == 9


# --- what stays the same ----------------------------------------------------------------------------------


def _random_reports(seed: int, count: int) -> Sequence[Report]:
    draw = random.Random(seed)
    at = NOW - 60 * DAY_MS
    reports = []
    for n in range(count):
        at += draw.randrange(HOUR_MS)
        story = f"{draw.randrange(n // 2, n + 1)}"
        tone, sure = draw.uniform(-1, 1), draw.random()
        company = draw.choice(["acme", "vega"])
        reports.append(report(story, at, tone, confidence=sure, event=f"ev_{n}", company=company))
    return reports


def test_values_are_the_same_to_the_last_digit_whatever_is_forgotten_and_asked_between() -> None:
    reports = _random_reports(7, 2_000)
    at_once, step_by_step = IndexBook(LONG_AGO), IndexBook(LONG_AGO)
    for n, one in enumerate(reports):
        at_once.add(one)
        step_by_step.add(one)
        if n % 17 == 0:
            step_by_step.at(one.company, one.at_ms)
            step_by_step.forget(one.at_ms)
    last = reports[-1].at_ms
    assert [at_once.at(name, last) for name in ("acme", "vega")] == [
        step_by_step.at(name, last) for name in ("acme", "vega")
    ]


def test_a_story_of_which_nothing_was_heard_for_a_month_begins_anew() -> None:
    book = book_of(report("a", NOW - 31 * DAY_MS), report("a", NOW), report("b", NOW))
    index = book.at("acme", NOW)
    assert index is not None
    assert (index.stories, index.day) == (2, 2)


def test_a_story_that_begins_anew_may_still_become_part_of_another() -> None:
    book = book_of(report("a", NOW - 40 * DAY_MS), report("a", NOW - DAY_MS), report("b", NOW - 2 * DAY_MS))
    assert book.merge("a", "b", NOW) == {"acme"}
    index = book.at("acme", NOW)
    assert index is not None
    assert index.stories == 1


def test_what_is_over_is_forgotten() -> None:
    book = book_of(report("a", NOW), report("b", NOW, company="vega"))
    book.merge("a", "b", NOW)
    book.forget(NOW + 62 * DAY_MS)
    assert set(book.companies) == {"acme", "vega"}
    book.forget(NOW + 93 * DAY_MS)
    assert list(book.companies) == []


def test_a_company_that_everybody_writes_about_takes_bounded_room() -> None:
    book = IndexBook(LONG_AGO)
    for n in range(MOST_STORIES + 100):
        book.add(report(f"{n}", NOW + n))
    index = book.at("acme", NOW)
    assert index is not None
    assert (index.stories, index.day) == (MOST_STORIES, MOST_STORIES + 100)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 40),
            st.integers(-40 * DAY_MS, 5 * 60_000),
            st.one_of(st.none(), st.floats(-1, 1)),
            st.floats(0, 1),
            st.floats(0, 1),
            st.booleans(),
        ),
        max_size=60,
    )
)
def test_an_index_lies_between_minus_one_and_one_and_its_numbers_are_of_finite_size(
    rows: list[tuple[int, int, float | None, float, float, bool]],
) -> None:
    book = IndexBook(LONG_AGO)
    for n, (story, at, tone, sure, near, back) in enumerate(rows):
        book.add(Report(f"ev_{n % 50}", f"{story}", "acme", NOW + at, tone, sure, near, back))
    index = book.at("acme", NOW)
    if index is not None:
        assert index.sentiment is None or -1 <= index.sentiment <= 1
        assert index.volume_z is not None
        assert math.isfinite(index.volume_z)
        assert 0 <= index.day <= len(rows)
