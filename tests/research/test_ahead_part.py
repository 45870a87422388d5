"""A part of a month or a year is what its words say, and a time that one has, or is out of order, begins now."""

from __future__ import annotations

import pytest

from alertd.model import Event
from alertd.research.ahead import ahead
from alertd.research.study import Study


def months(body: str) -> tuple[float, float]:
    """Give both ends of what lies ahead of 2 March 2026, in months."""
    (one,) = ahead(Study(Event(id="ev_x", title="", body=body, event_at="2026-03-02T12:00:00.000Z")))
    return one.months


@pytest.mark.parametrize(
    ("body", "low", "high"),
    [
        ("The closing is expected by the end of June 2026.", 3.9, 3.9),
        ("The closing is expected in June 2026.", 3.0, 3.9),
        ("The closing is expected at the end of 2026.", 9.0, 10.0),
        ("The closing is expected in early 2027.", 10.0, 13.9),
        ("The closing is expected in late 2027.", 18.0, 22.0),
        ("The closing is expected in late June 2026.", 3.6, 3.9),
    ],
)
def test_words_before_a_date_say_which_part_of_it_is_meant(body: str, low: float, high: float) -> None:
    assert [*months(body)] == pytest.approx([low, high], abs=0.1)


@pytest.mark.parametrize(
    "body",
    ["The bank has 60 days to ask for a review.", "The line will be out of service for at least 60 days."],
)
def test_a_time_that_one_has_begins_now(body: str) -> None:
    assert [*months(body)] == pytest.approx([2.0, 2.0], abs=0.1)


def test_a_time_for_which_it_was_shut_is_over() -> None:
    about = Event(id="ev_x", title="", body="The line was closed for 60 days.", event_at="2026-03-02T12:00:00.000Z")
    assert ahead(Study(about)) == []


def test_a_title_is_read_where_there_is_nothing_else() -> None:
    title, day = "Vega Grid to close its Ohio plant by end of 2027", "2026-03-02T12:00:00.000Z"
    (one,) = ahead(Study(Event(id="ev_x", title=title, body="", event_at=day)))
    assert one.evidence.field == "title"
    assert one.months[1] == pytest.approx(22.0, abs=0.1)
    beside = Event(id="ev_x", title=title, body="The plant makes cells for cars.", event_at=day)
    assert ahead(Study(beside)) == []
