"""One line of the archive, as whoever reads it gets it."""

from __future__ import annotations

from typing import NamedTuple

from alertd.model import JournalRecord


class Place(NamedTuple):
    """Where a line stands. Places of one archive are ordered as what happened."""

    day: str
    """`2026-11-29`, UTC, by the clock of the store that gave the journal id."""
    n: int
    """1 for the first of the day."""


class Line(NamedTuple):
    """A line with what stands in it."""

    place: Place
    journal_id: str
    """The id that the record had in the journal: `<ms>-<n>`."""
    at_ms: int
    """When it was decided: the record's own time."""
    record: JournalRecord | None
    """None: it was removed, because it was kept long enough or its source's rights ended."""
    removed: str = ""
    """Why the line, or a part of it (a body, say), is not there any more."""
