"""How long it took: what is measured, what is left out and counted, and percentiles by the nearest rank."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.history.analytics.latency import HELD_MS, OLD_MS, percentiles
from alertd.history.analytics.model import Latency, Percentiles
from tests.history.analytics.tables import DAY, HOUR, NVDA, UNTIL, Tables

AT = UNTIL - HOUR


def latency(past: Tables) -> Latency:
    return past.report().latency


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], (0, None, None, None)),
        ([7], (1, 7, 7, 7)),
        ([1, 2], (2, 1, 2, 2)),
        (range(1, 101), (100, 50, 90, 99)),
        (range(1, 11), (10, 5, 9, 10)),
        ([5, 1, 3], (3, 3, 5, 5)),
    ],
)
def test_percentiles_are_values_that_occurred(values: list[int], expected: tuple[int | None, ...]) -> None:
    found = percentiles(values)
    assert (found.count, found.p50, found.p90, found.p99) == expected


def test_each_step_is_measured_by_source_and_receiver() -> None:
    past = Tables()
    event = past.event("e", AT, (NVDA, 0.1), visible_ms=AT - 4000, seen_ms=AT, decided_ms=AT + 300)
    past.alert("al_1", AT, event)
    past.sent("al_1", "phone", AT + 310, AT + 800)
    found = latency(past)
    assert (found.seen.p50, found.decided.p50, found.delivered.p50, found.whole.p50) == (4000, 300, 500, 4800)
    assert [(one.source, one.seen.p50) for one in found.sources] == [("wire", 4000)]
    assert [(one.receiver, one.delivered.p50, one.whole.p50) for one in found.receivers] == [("phone", 500, 4800)]
    assert found.left_out == {}


@pytest.mark.parametrize(
    ("why", "clocks"),
    [
        ("baseline", {"baseline": 1}),
        ("late", {"late": 1}),
        ("old", {"visible_ms": AT - OLD_MS - 1}),
    ],
)
def test_what_did_not_come_live_is_counted_and_not_measured(why: str, clocks: dict[str, Any]) -> None:
    past = Tables()
    event = past.event("e", AT, (NVDA, 0.1), **clocks)
    past.alert("al_1", AT, event)
    past.sent("al_1", "phone", AT, AT + 500)
    found = latency(past)
    assert found.left_out == {why: 1}
    assert (found.seen.count, found.decided.count, found.delivered.count) == (0, 0, 0)


def test_clocks_that_do_not_agree_are_counted_and_not_measured() -> None:
    past = Tables()
    past.event("e", AT, (NVDA, 0.1), visible_ms=AT + 5000, seen_ms=AT, decided_ms=AT + 10)
    found = latency(past)
    assert found.left_out == {"clock": 1} and found.seen.count == 0 and found.decided.p50 == 10


def test_a_day_is_no_time_of_publication() -> None:
    past = Tables()
    past.event("e", AT, (NVDA, 0.1), visible_ms=AT - 30 * HOUR, precision="day", decided_ms=AT + 10)
    found = latency(past)
    assert found.left_out == {"no_time": 1} and found.seen.count == 0 and found.decided.count == 1


def test_a_message_that_was_held_on_purpose_is_not_slow() -> None:
    past = Tables()
    past.alert("al_1", AT, past.event("e", AT, (NVDA, 0.1)))
    past.sent("al_1", "mail", AT + HELD_MS + 1, AT + HELD_MS + 900)
    found = latency(past)
    assert found.left_out == {"held": 1} and found.delivered == Percentiles(count=0)


@pytest.mark.parametrize(
    "changes", [{"state": "dead"}, {"type": "digest"}, {"type": "alert.closed"}, {"revision": 9}]
)
def test_only_messages_that_told_of_the_event_count(changes: dict[str, str]) -> None:
    past = Tables()
    past.alert("al_1", AT, past.event("e", AT, (NVDA, 0.1)))
    past.sent("al_1", "phone", AT, AT + 500, **changes)
    assert latency(past).delivered.count == 0


def test_an_alert_of_another_portfolio_is_not_measured() -> None:
    past = Tables()
    past.alert("al_1", AT, past.event("e", AT, (NVDA, 0.1)), portfolio="other")
    past.sent("al_1", "phone", AT, AT + 500)
    assert latency(past).receivers == []


def test_a_correction_is_no_news_that_came_late() -> None:
    past = Tables()
    past.event("e", AT, (NVDA, 0.1), visible_ms=AT - 1000)
    past.event("e", AT, (NVDA, 0.1), revision=2, visible_ms=AT - 1000, seen_ms=AT + DAY // 2)
    assert latency(past).seen == Percentiles(count=1, p50=1000, p90=1000, p99=1000)
