"""What `alertd why` says of an event's story."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.asking.story import Asked, story
from alertd.model import Event, JournalRecord, Story, event_to_dict


def lines(told: Story | None, **data: Any) -> list[str]:
    """Give what is said between the clocks and the rules."""
    event = Event(id="ev_b", source="wire", title="Vega leases Orion", seen_at="2026-01-01T00:00:00.000Z", story=told)
    record = JournalRecord(
        kind="event", at=event.seen_at, ids=["ev_b"], reason="no_match", data={"event": event_to_dict(event), **data}
    )
    text = list(story([record], Asked("ev_b")))
    return [line.strip() for line in text[3:]]


@pytest.mark.parametrize(
    ("told", "data", "said"),
    [
        (None, {}, []),
        (Story(id="st_b"), {}, ["the first report of story st_b"]),
        (
            Story(id="st_b", previous="st_old"),
            {},
            ["the first report of story st_b; an earlier one between the same parties is st_old"],
        ),
        (
            Story(id="st_a", position=2, novelty=0.75, sources=2),
            {"story": {"because": "both say orion; the same figures (1.2e+09) (0.83)"}},
            [
                "report 2 of story st_a: novelty 0.75, 2 independent sources",
                "because: both say orion; the same figures (1.2e+09) (0.83)",
            ],
        ),
        (
            Story(id="st_a", position=3, novelty=0.56, sources=1),
            {"story": {"because": "the same title (0.95)", "id": "st_a", "merged": ["st_c"]}},
            [
                "report 3 of story st_a: novelty 0.56, 1 source",
                "because: the same title (0.95)",
                "st_c became part of story st_a",
            ],
        ),
    ],
)
def test_it_says_which_report_of_which_story_an_event_is_and_why(
    told: Story | None, data: dict[str, Any], said: list[str]
) -> None:
    assert lines(told, **data) == said
