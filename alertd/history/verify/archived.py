"""What the archive of a state directory knows of events, for those that the journal has not any more."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from alertd.base.clock import parse_rfc3339
from alertd.errors import ArchiveRefused, HistoryRefused, HistoryUnavailable
from alertd.history.archive import manifest
from alertd.history.archive.layout import Layout, about
from alertd.history.projection.database import open_to_read, translated
from alertd.history.projection.tables import Tables
from alertd.history.verify.events import Archived


def archived_in(archive: Path, database: Path) -> Archived | None:
    """Give what an archive knows by the database that is made of it; None where there is none, or it cannot be read.

    Events older than the journal are then those of which it cannot be told what became of them.
    """
    try:
        known = list(manifest.read(Layout(archive).manifest).days().values())
        made = about(archive)
        began_ms = parse_rfc3339(made.created)
        read = _has_read(database, made.id)
    except (ArchiveRefused, HistoryRefused, HistoryUnavailable, OSError, ValueError, OverflowError):
        return None

    async def revisions(events: Sequence[str]) -> dict[str, int]:
        return await asyncio.to_thread(_revisions, database, events)

    whole = all(one.t == "sealed" and not (one.missing or one.end_lost or one.gaps) for one in known)
    caught_up = not known or read >= known[-1].day  # of the day that is written the journal knows
    return Archived(revisions, whole=whole and caught_up, began_ms=began_ms)


def _has_read(database: Path, archive: str) -> str:
    """Give the day up to which a database has read an archive; empty: it is made of another, or has read nothing."""
    connection = open_to_read(database)
    try:
        with translated(database):
            tables = Tables(connection)
            at = tables.position()
            return at.place.day if at is not None and tables.archive() == archive else ""
    finally:
        connection.close()


def _revisions(database: Path, events: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    with translated(database):
        connection = open_to_read(database)
        try:
            for event in events:
                (revision,) = connection.execute(
                    "SELECT max(revision) FROM events WHERE event = ?", (event,)
                ).fetchone()
                if revision is not None:
                    found[event] = revision
        finally:
            connection.close()
    return found
