"""What understanding an event afresh gives that is not as it was stored. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from alertd.model import Event

TONE = 0.05
"""A score that moved by less is the same."""


def differences(stored: Event, fresh: Event) -> Iterator[str]:
    """Name what came out otherwise: `types`, `companies`, `sentiment`, `story`."""
    if {one.type for one in stored.event_types} != {one.type for one in fresh.event_types}:
        yield "types"
    if {one.id for one in stored.companies} != {one.id for one in fresh.companies}:
        yield "companies"
    before, after = (event.sentiment.score if event.sentiment is not None else None for event in (stored, fresh))
    if (before is None) != (after is None) or (
        before is not None and after is not None and abs(before - after) >= TONE
    ):
        yield "sentiment"
    before_story, after_story = (event.story.id if event.story is not None else "" for event in (stored, fresh))
    if before_story != after_story:
        yield "story"
