"""How much an alert remembers: its history would else grow with every report of a story that runs for weeks."""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace

from alertd.model import Folded

MAX_FOLDED = 500
"""Events and revisions."""
MAX_WHOLE = 50
"""Of these the newest keep the whole decision, for the others what it came to for each receiver is left out."""
MAX_CHANGES = 100
MAX_MATCHES = 50
"""Matches that an alert about several events carries, the newest; all of the event at hand."""
MAX_NEWS = 5
"""What an event adds that one line of changes names."""

T = TypeVar("T")


def bounded(items: list[T], most: int) -> list[T]:
    """Keep so many: the first, which says how it began, and the newest."""
    return items if len(items) <= most else [items[0], *items[-(most - 1) :]]


def remembered(folded: list[Folded]) -> list[Folded]:
    """Keep what was taken in, bounded: a story of hundreds of reports is written with each of them."""
    if len(folded) > MAX_WHOLE and folded[-MAX_WHOLE - 1].decision.receivers:
        old = folded[-MAX_WHOLE - 1]
        folded[-MAX_WHOLE - 1] = replace(old, decision=replace(old.decision, receivers={}, rules=[]))
    return bounded(folded, MAX_FOLDED)
