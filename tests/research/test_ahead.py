"""What lies ahead of an event: dates and spans, in months from its day."""

from __future__ import annotations

import pytest

from alertd.model import Event
from alertd.research.ahead import ahead

DAY = "2026-03-02T14:30:00.000Z"


def found(body: str, at: str = DAY) -> list[tuple[str, float, float]]:
    event = Event(id="ev_1", title="A title", body=body, event_at=at)
    return [(one.said, *one.months) for one in ahead(event)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Closing is planned for 31 December 2026 in London.", [("31 December 2026", 10.0, 10.0)]),
        ("Its shareholders vote on the offer in June.", [("June", 3.0, 3.9)]),
        ("It should file the papers in the fourth quarter of 2026.", [("fourth quarter of 2026", 7.0, 10.0)]),
        ("Completion should come within nine months from now.", [("nine months", 9.0, 9.0)]),
        ("Directors may not sell their shares for 90 days.", [("90 days", 3.0, 3.0)]),
        ("The first cells leave the plant on 3 March 2026.", []),
        ("The plan was adopted on 2 September 2025 by him.", []),
        ("Its stocks stood at a high at the end of September.", []),
        ("Her contract ran until 2029 at the least.", []),
        ("The delay of nine months has cost them dearly.", []),
        ("You must reply to this by 31 December 2026.", []),
    ],
)
def test_what_is_stated_to_come_is_found_and_what_has_been_is_not(
    body: str, expected: list[tuple[str, float, float]]
) -> None:
    assert found(body) == expected


def test_the_nearest_comes_first_and_each_quotes_its_place() -> None:
    body = "The loan falls due in June 2027 or later. The board meets to decide on 20 April 2026."
    event = Event(id="ev_1", title="A title", body=body, event_at=DAY)
    coming = ahead(event)
    assert [one.said for one in coming] == ["20 April 2026", "June 2027"]
    assert [body[one.evidence.start : one.evidence.end] for one in coming] == [one.said for one in coming]


def test_an_event_without_a_day_has_nothing_ahead_of_it() -> None:
    assert found("Closing is planned for 31 December 2026 in London.", at="") == []
