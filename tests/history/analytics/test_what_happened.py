"""What a report says of alerts, rules, event types, stories and what is near to them, worked out on paper."""

from __future__ import annotations

from msgspec.structs import replace

from alertd.base.clock import rfc3339
from alertd.history.analytics.subject import Held
from tests.history.analytics.tables import DAY, HOUR, NVDA, SINCE, SUBJECT, UNTIL, VRT, Tables


def test_alerts_stand_by_day_and_severity_and_a_merged_one_counts_with_the_other() -> None:
    past = Tables()
    first = past.event("a", UNTIL - 2 * DAY, (NVDA, 0.1))
    second = past.event("b", UNTIL - DAY, (NVDA, 0.1))
    past.alert("al_a", UNTIL - 2 * DAY, first, "critical", acknowledged_by="pm")
    past.alert("al_b", UNTIL - DAY, second, "low", merged_into="al_a")
    past.alert("al_c", UNTIL - DAY, second, "low", told=False)
    past.alert("al_old", SINCE - HOUR, first, "low")
    past.alert("al_other", UNTIL - DAY, second, "low", portfolio="other")
    alerts = past.report().alerts
    assert (alerts.total, alerts.by_severity, alerts.told, alerts.answered) == (2, {"critical": 1, "low": 1}, 1, 1)
    assert alerts.by_day == {"critical": [0, 0, 0, 0, 0, 1, 0, 0], "low": [0, 0, 0, 0, 0, 0, 1, 0]}


def test_an_alert_was_told_where_the_one_that_it_carries_on_was() -> None:
    past = Tables()
    event = past.event("e", UNTIL - DAY, (NVDA, 0.1))
    past.alert("al_old", UNTIL - DAY, event, told=False)
    past.alert("al_mid", UNTIL - DAY, event, told=False, merged_into="al_old")
    past.alert("al_young", UNTIL - DAY, event, told=True, merged_into="al_mid")
    past.alert("al_other", UNTIL - DAY, event, told=False)
    report = past.report()
    assert (report.alerts.total, report.alerts.told) == (2, 1)
    assert [(one.alerts, one.told) for one in report.rules] == [(2, 1)]


def test_precision_is_the_share_of_useful_ones_among_opinions() -> None:
    past = Tables()
    event = past.event("e", UNTIL - DAY, (NVDA, 0.1))
    past.alert("al_1", UNTIL - DAY, event, rules=("lease", "cut"), useful=2)
    past.alert("al_2", UNTIL - DAY, event, rules=("cut",), noise=2, told=False)
    past.alert("al_3", UNTIL - DAY, event, rules=("new",))
    found = {one.rule: (one.alerts, one.told, one.useful, one.noise, one.precision) for one in past.report().rules}
    assert found == {"cut": (2, 1, 2, 2, 0.5), "lease": (1, 1, 2, 0, 1.0), "new": (1, 1, 0, 0, None)}


def test_an_event_type_counts_a_story_once_and_not_what_is_denied() -> None:
    past = Tables()
    for n in range(5):
        past.event(f"a{n}", UNTIL - 2 * DAY + n * HOUR, (NVDA, 0.1), story="st_1", types=("compute_lease",))
    past.event("b", UNTIL - DAY, (VRT, 0.1), story="st_2", types=("compute_lease", "guidance_cut"))
    past.event("c", UNTIL - DAY, (VRT, 0.1), story="st_3", types=("merger",), status="denied")
    past.event("d", UNTIL - DAY, ("unheld", 0.1), story="st_4", types=("merger",))
    types = [(one.type, one.stories, one.by_day) for one in past.report().types]
    assert types == [
        ("compute_lease", 2, [0, 0, 0, 0, 0, 1, 1, 0]),
        ("guidance_cut", 1, [0, 0, 0, 0, 0, 0, 1, 0]),
    ]


def test_stories_stand_by_their_loudest_alert_then_alerts_sources_and_reports() -> None:
    past = Tables()
    at = UNTIL - DAY
    for n in range(9):
        past.event(f"many{n}", at, (NVDA, 0.1), story="st_many")
    past.event("wide", at, (NVDA, 0.1), story="st_wide", sources=4)
    past.alert("al_high", at, past.event("high", at, (NVDA, 0.1), story="st_high"), "high", story="st_high")
    past.alert("al_crit", at, past.event("crit", at, ("unheld", 0.1), story="st_crit"), "critical", story="st_crit")
    found = [(one.story, one.severity, one.reports, one.sources) for one in past.report().stories]
    assert found == [
        ("st_crit", "critical", 1, 1),
        ("st_high", "high", 1, 1),
        ("st_wide", None, 1, 4),
        ("st_many", None, 9, 1),
    ]


def test_the_alert_of_a_merged_story_stands_with_the_older_one() -> None:
    past = Tables()
    at = UNTIL - DAY
    past.alert("al_old", at, past.event("old", at, (NVDA, 0.1), story="st_old"), "medium", story="st_old")
    past.alert(
        "al_young", at, past.event("young", at, (NVDA, 0.1), story="st_young"), "high", merged_into="al_old",
        story="st_young",
    )  # fmt: skip
    past.put("merged_stories", past.line(UNTIL), "st_young", "st_old")
    (story,) = past.report().stories
    assert (story.story, story.alerts, story.severity, story.reports) == ("st_old", ["al_old"], "medium", 2)


def test_weights_beside_a_story_are_those_of_then() -> None:
    past = Tables()
    event = past.event("e", UNTIL - DAY, (NVDA, 0.1))
    past.touch(event, NVDA, 0.11)
    past.touch(event, VRT, 0.03, ("supplies NVIDIA",))
    report = past.report()
    assert [(one.label, one.weight, one.path) for one in report.stories[0].holdings] == [
        ("NVDA", 0.11, []),
        ("VRT", 0.03, ["supplies NVIDIA"]),
    ]
    assert [one.weight for one in report.holdings] == [0.08, 0.04, -0.02]
    assert any("those of today (as of 2026-01-19)" in note for note in report.notes)


def test_holdings_near_to_the_news_stand_by_their_way_and_count_stories() -> None:
    past = Tables()
    for n in range(3):
        event = past.event(f"a{n}", UNTIL - DAY + n, ("spacex", 0.1), story="st_1")
        past.touch(event, NVDA, 0.08, ("supplies SpaceX",))
    other = past.event("b", UNTIL - HOUR, ("spacex", 0.1), story="st_2")
    past.touch(other, NVDA, 0.09, ("supplies SpaceX",))
    past.touch(other, VRT, 0.04)
    (near,) = past.report().near
    assert (near.label, near.weight, near.path, near.stories) == ("NVDA", 0.09, ["supplies SpaceX"], 2)
    assert (near.last_at, near.title) == (rfc3339(UNTIL - HOUR), "b happens")


def test_alerts_of_a_holding_are_those_that_touched_it() -> None:
    past = Tables()
    event = past.event("e", UNTIL - DAY, (NVDA, 0.1))
    past.touch(event, NVDA, 0.08)
    past.touch(event, VRT, 0.04, ("supplies NVIDIA",))
    past.alert("al_1", UNTIL - DAY, event)
    assert [one.alerts for one in past.report().holdings] == [1, 1, 0]


def test_holdings_without_a_known_weight_are_said_to_be_left_out() -> None:
    subject = replace(SUBJECT, holdings=(*SUBJECT.holdings, Held(company="cash", label="Cash", weight=None)))
    assert any("1 of 4 holdings have no known weight" in note for note in Tables().report(subject).notes)
