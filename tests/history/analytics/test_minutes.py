"""The indices on a clock: what is decided before a full minute is in the values from then on."""

from __future__ import annotations

from collections.abc import Sequence

from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.history.analytics.indices import Report
from alertd.history.analytics.minutes import MINUTE_MS, Minutes, counts, reports_of
from alertd.history.analytics.usual import DAY_MS
from alertd.model import CompanyMention, Event, Provenance, Rights, Sentiment, Story

NOW = parse_rfc3339("2026-01-14T09:30:00.000Z")
LONG_AGO = NOW - 100 * DAY_MS


def event(number: int, at_ms: int = NOW, **fields: object) -> Event:
    given: dict[str, object] = {
        "companies": [CompanyMention(id="acme", sentiment=-0.5)],
        "sentiment": Sentiment(score=-0.5, confidence=0.8),
        "event_at": rfc3339(at_ms),
    }
    return Event(id=f"ev_{number}", **(given | fields))  # type: ignore[arg-type]


def reports(first: int, count: int, at_ms: int = NOW) -> Sequence[Report]:
    return [report for n in range(first, first + count) for report in reports_of(event(n, at_ms), None)]


def test_what_is_decided_in_a_minute_counts_from_the_next_on() -> None:
    minutes = Minutes(LONG_AGO)
    minutes.take(NOW + 10, reports(0, 3))
    assert minutes.at(["acme"], NOW + MINUTE_MS - 1) == {}
    index = minutes.at(["acme", "nobody"], NOW + MINUTE_MS + 5)["acme"]
    assert (index.sentiment, index.day, index.as_of) == (-0.5, 3, rfc3339(NOW + MINUTE_MS))


def test_one_by_one_or_in_batches_the_values_are_the_same() -> None:
    one_by_one, batches = Minutes(LONG_AGO), Minutes(LONG_AGO)
    seen: list[object] = []
    for n in range(400):
        at = NOW + n * 7_001
        one_by_one.take(at, reports(n, 1, at))
        seen.append(one_by_one.at(["acme"], at))
    for first in range(0, 400, 50):
        for n in range(first, first + 50):
            batches.take(NOW + n * 7_001, reports(n, 1, NOW + n * 7_001))
    assert batches.at(["acme"], NOW + 399 * 7_001) == seen[-1]


def test_a_clock_that_goes_back_waits() -> None:
    minutes = Minutes(LONG_AGO)
    minutes.take(NOW, reports(0, 3))
    later = minutes.at(["acme"], NOW + 5 * MINUTE_MS)
    assert minutes.at(["acme"], NOW) == later


def test_without_a_beginning_the_first_event_is_it() -> None:
    minutes = Minutes()
    minutes.take(NOW, reports(0, 3))
    assert minutes.at(["acme"], NOW + MINUTE_MS)["acme"].volume_z is None
    assert minutes.at(["acme"], NOW + 32 * DAY_MS)["acme"].volume_z is not None


def test_stories_that_an_event_merged_count_as_one() -> None:
    minutes = Minutes(LONG_AGO)
    minutes.take(NOW, reports(0, 4))
    minutes.take(NOW + 1, (), [("ev_3", "ev_0")])
    assert minutes.at(["acme"], NOW + MINUTE_MS)["acme"].day == 3


def test_an_event_counts_for_the_story_that_it_belongs_to() -> None:
    founded = event(1, story=Story(id="st_a"))
    assert reports_of(founded, None) == [Report("ev_1", "st_a", "acme", NOW, -0.5, 0.8, 1.0)]
    assert reports_of(founded, None, "st_older")[0].story == "st_older"
    assert reports_of(event(2), None)[0].story == "ev_2"


def test_a_desks_own_source_counts_for_nobody() -> None:
    assert reports_of(event(1), "ai") == ()


def test_what_not_everybody_may_be_told_counts_for_nobody() -> None:
    internal = event(1, provenance=Provenance(classification="internal"))
    few = event(2, provenance=Provenance(rights=Rights(receivers=["oms"])))
    assert not counts(internal)
    assert not counts(few)
    assert counts(event(3, provenance=Provenance(rights=Rights(show="title"))))
    assert reports_of(internal, None) == ()


def test_an_event_without_a_time_counts_for_nothing() -> None:
    assert reports_of(event(1, event_at=""), None) == ()
