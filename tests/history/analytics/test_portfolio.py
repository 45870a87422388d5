"""What a report says of a past that is worked out on paper."""

from __future__ import annotations

from msgspec.structs import replace

from alertd.history.analytics.model import HoldingLine, Report
from alertd.history.report import words
from tests.history.analytics.tables import DAY, HOUR, MINUTE, NVDA, ORCL, SINCE, SUBJECT, UNTIL, VRT, Tables

LONG_AGO = UNTIL - 120 * DAY


def holding(report: Report, company: str) -> HoldingLine:
    (found,) = [one for one in report.holdings if one.company == company]
    return found


# --- tone -----------------------------------------------------------------------------------------------------


def three(past: Tables, company: str, tone: float, at: int = UNTIL - HOUR) -> None:
    """Add three stories of one tone at one time: as many as an index needs."""
    for n in range(3):
        past.event(f"{company}-{n}-{at}", at, (company, tone))


def test_the_index_of_one_tone_is_that_tone() -> None:
    past = Tables()
    three(past, NVDA, 0.6)
    line = holding(past.report(), NVDA)
    assert (line.tone.now, line.tone.before, line.signed) == (0.6, None, 0.6)
    assert line.tone.line == [None] * 7 + [0.6]


def test_bad_news_of_a_short_is_good() -> None:
    past = Tables()
    three(past, ORCL, -0.5)
    line = holding(past.report(), ORCL)
    assert (line.weight, line.tone.now, line.signed) == (-0.02, -0.5, 0.5)


def test_the_portfolios_tone_is_the_mean_by_weight_and_sign() -> None:
    past = Tables()
    three(past, NVDA, 0.5)  # 8 %
    three(past, VRT, -0.25)  # 4 %
    three(past, ORCL, -0.5)  # short 2 %
    report = past.report()
    expected = (0.08 * 0.5 + 0.04 * -0.25 + -0.02 * -0.5) / (0.08 + 0.04 + 0.02)
    assert report.tone.now == round(expected, 4) and report.tone_of == 3


def test_a_holding_without_an_index_counts_for_nothing_in_it() -> None:
    past = Tables()
    three(past, NVDA, 0.5)
    past.event("one", UNTIL - HOUR, (VRT, -1.0))  # one story is no index
    report = past.report()
    assert report.tone.now == 0.5 and report.tone_of == 1 and holding(report, VRT).tone.now is None


def test_without_any_weight_all_holdings_count_the_same_and_it_is_said() -> None:
    past = Tables()
    three(past, NVDA, 0.5)
    three(past, VRT, -0.1)
    bare = replace(SUBJECT, holdings=tuple(replace(one, weight=None) for one in SUBJECT.holdings))
    report = past.report(bare)
    assert report.tone.now == 0.2
    assert any("No weights are known" in note for note in report.notes)


def test_tones_are_read_by_the_day() -> None:
    past = Tables()
    three(past, NVDA, 0.4, SINCE - DAY)
    three(past, NVDA, -0.4, UNTIL - 3 * DAY)
    line = holding(past.report(), NVDA).tone
    # Day ends are 05:00 UTC from 13 January on; the second three came on the 16th at 12:00 UTC.
    assert line.before == 0.4 and line.line[:4] == [0.4] * 4
    assert line.line[4] is not None and line.line[4] < 0
    assert line.line[-1] == line.now


# --- volume ---------------------------------------------------------------------------------------------------


def test_forty_reports_of_one_story_are_one_story() -> None:
    past = Tables()
    for n in range(40):
        past.event(f"e{n}", UNTIL - 2 * DAY + n * MINUTE, (NVDA, 0.1), story="st_1")
    report = past.report()
    assert (report.volume.stories, report.volume.reports, sum(report.volume.by_day)) == (1, 40, 1)
    assert (holding(report, NVDA).volume.stories, holding(report, NVDA).volume.reports) == (1, 40)


def test_a_story_that_began_before_the_time_is_not_new() -> None:
    past = Tables()
    past.event("old", SINCE - HOUR, (NVDA, 0.1), story="st_1")
    past.event("new", SINCE + HOUR, (NVDA, 0.1), story="st_1")
    volume = past.report().volume
    assert (volume.stories, volume.reports) == (0, 1)


def test_a_story_that_names_two_holdings_counts_once_in_all_and_once_for_each() -> None:
    past = Tables()
    past.event("both", UNTIL - HOUR, (NVDA, 0.1), (VRT, 0.1), story="st_1")
    report = past.report()
    assert report.volume.stories == 1
    assert [one.volume.stories for one in report.holdings] == [1, 1, 0]


def test_stories_that_became_one_count_once() -> None:
    past = Tables()
    past.event("a", UNTIL - 2 * DAY, (NVDA, 0.1), story="st_old")
    past.event("b", UNTIL - DAY, (NVDA, 0.1), story="st_young")
    past.put("merged_stories", past.line(UNTIL), "st_young", "st_old")
    report = past.report()
    assert report.volume.stories == 1 and [one.story for one in report.stories] == ["st_old"]


def test_stories_stand_on_the_days_of_the_portfolios_zone() -> None:
    past = Tables()
    past.event("late", UNTIL - 5 * DAY - 8 * HOUR, (NVDA, 0.1))  # 14 January 04:00 UTC: still the 13th in New York
    report = past.report()
    assert report.days == [f"2026-01-{day}" for day in range(12, 20)]
    assert report.volume.by_day == [0, 1, 0, 0, 0, 0, 0, 0]


def test_the_volume_is_compared_with_the_same_part_of_the_week() -> None:
    past = Tables()
    past.line(LONG_AGO)
    for back in range(1, 60):
        for n in range(4):
            past.event(f"e{back}-{n}", UNTIL - back * DAY + HOUR, (NVDA, 0.1))
    for n in range(8):  # instead of four
        past.event(f"now-{n}", UNTIL - HOUR, (NVDA, 0.1))
    volume = holding(past.report(), NVDA).volume
    # Each day before has 4, so their deviation is 0 and that of a Poisson process counts: 2. The last day has 4 + 8.
    assert volume.z30 == (12 - 4) / 2
    assert volume.z90 is not None


def test_a_volume_that_never_changes_deviates_by_nothing() -> None:
    past = Tables()
    past.line(LONG_AGO)
    for back in range(100):
        past.event(f"e{back}", UNTIL - back * DAY - HOUR, (NVDA, 0.1))
    report = past.report()
    assert (holding(report, NVDA).volume.z30, report.volume.z30, report.volume.z90) == (0.0, 0.0, 0.0)


def test_a_history_that_is_too_short_for_a_deviation_says_so() -> None:
    past = Tables()
    past.line(UNTIL - 40 * DAY)
    past.event("e", UNTIL - HOUR, (NVDA, 0.1))
    report = past.report()
    assert report.volume.z30 is not None and report.volume.z90 is None
    assert "The history is not long enough to compare the volume with 90 days." in report.notes


# --- what does not count ----------------------------------------------------------------------------------------


def test_what_its_source_took_back_does_not_count() -> None:
    past = Tables()
    past.event("e", UNTIL - HOUR, (NVDA, 0.1))
    past.event("e", UNTIL - HOUR, (NVDA, 0.1), revision=2, withdrawn=1)
    report = past.report()
    assert (report.volume.reports, report.stories) == (0, [])


def test_of_an_event_the_newest_revision_counts() -> None:
    past = Tables()
    past.event("e", UNTIL - HOUR, (NVDA, 0.1), story="st_1")
    past.event("e", UNTIL - HOUR, (VRT, 0.1), story="st_1", revision=2)
    report = past.report()
    assert [one.volume.stories for one in report.holdings] == [0, 1, 0]


def test_a_source_of_another_desk_is_not_there() -> None:
    past = Tables()
    past.event("e", UNTIL - HOUR, (NVDA, 0.1), desk="credit", source="secret", types=("guidance_cut",))
    report = past.report()
    assert (report.volume.reports, report.stories, report.types, report.latency.sources) == (0, [], [], [])
    assert "secret" not in str(report)


def test_a_source_of_the_desk_itself_is_among_stories_but_not_in_the_indices() -> None:
    past = Tables()
    past.event("own", UNTIL - HOUR, (NVDA, 0.9), desk="ai", source="notes")
    report = past.report(replace(SUBJECT, desk="ai"))
    assert [one.title for one in report.stories] == ["own happens"]
    assert report.volume.reports == 0
    assert any("1 other reports" in note for note in report.notes)


def test_a_headline_that_the_reader_may_not_see_is_left_out() -> None:
    past = Tables()
    past.event("secret", UNTIL - HOUR, (NVDA, 0.1), shared=0, source="paid")
    past.touch("secret", VRT, 0.04, ("supplies NVIDIA",))
    report = past.report(shows=lambda headline: headline.shared)
    (story,) = report.stories
    assert (story.title, story.url, story.source) == ("", "", "")
    assert [one.title for one in report.near] == [""]


def test_a_company_in_passing_is_no_news_of_it() -> None:
    past = Tables()
    past.event("e", UNTIL - HOUR, (NVDA, 0.1), relevance=0.19)
    assert past.report().volume.reports == 0


# --- nothing --------------------------------------------------------------------------------------------------


def test_without_a_history_nothing_is_known_and_it_is_said() -> None:
    report = Tables().report()
    assert report.history_from is None and report.volume.z30 is None and report.tone.now is None
    assert report.notes[0] == "There is no history yet: nothing was archived."


def test_a_portfolio_that_holds_nothing_has_alerts_the_news_of_its_matches_and_no_tone() -> None:
    past = Tables()
    past.event("nobodys", UNTIL - HOUR, (NVDA, 0.1))
    past.alert("al_1", UNTIL - HOUR, past.event("e", UNTIL - HOUR, (NVDA, 0.1), types=("lease",)))
    past.put("matches", "e", 1, "ai", None, "lease", "h", "high", None, 0, past.seq)
    past.put("matches", "e", 1, "ai", None, "cut", "h", "high", None, 0, past.seq)
    past.put("matches", "nobodys", 1, "other", None, "lease", "h", "high", None, 0, past.seq)
    report = past.report(replace(SUBJECT, holdings=()))
    assert (report.tone.now, report.volume.reports, report.holdings, report.alerts.total) == (None, 1, [], 1)
    assert len(report.tone.line) == len(report.days)
    assert (report.volume.stories, [(one.type, one.stories) for one in report.types]) == (1, [("lease", 1)])
    assert any(note.startswith("The portfolio holds nothing now, so it has no tone;") for note in report.notes)
    assert words.portfolio_tone(report) == "none: the portfolio holds nothing"


def test_where_types_count_stories_that_began_before_it_is_said() -> None:
    past = Tables()
    past.event("old", SINCE - HOUR, (NVDA, 0.1), story="st_1", types=("lease",))
    past.event("more", SINCE + HOUR, (NVDA, 0.1), story="st_1", types=("lease",))
    past.event("new", SINCE + HOUR, (NVDA, 0.1), story="st_2", types=("lease",))
    report = past.report()
    assert (report.volume.stories, report.types[0].stories) == (1, 2)
    assert any("began before and went on: there are 1." in note for note in report.notes)
    assert not any("went on" in note for note in past.report(since=SINCE - DAY).notes)


def test_a_history_that_begins_later_or_ends_earlier_is_told() -> None:
    past = Tables()
    past.event("e", UNTIL - 2 * DAY, (NVDA, 0.1))
    notes = past.report().notes
    assert notes[0].startswith("The history begins 2026-01-17 07:00")
    assert any(note.startswith("The newest that is archived is of 2026-01-17 07:00") for note in notes)
