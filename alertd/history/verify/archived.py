"""What the archive of a state directory knows of events, for those that the journal has not any more."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from alertd.errors import ArchiveRefused, HistoryRefused, HistoryUnavailable
from alertd.history.archive import manifest
from alertd.history.archive.layout import Layout
from alertd.history.projection.database import open_to_read, translated
from alertd.history.verify.events import Archived


def archived_in(archive: Path, database: Path) -> Archived | None:
    """Give what an archive knows by the database that is made of it; None where there is none, or it cannot be read.

    Events older than the journal are then those of which it cannot be told what became of them.
    """
    try:
        known = manifest.read(Layout(archive).manifest).days().values()
        open_to_read(database).close()
    except (ArchiveRefused, HistoryRefused, HistoryUnavailable, OSError):
        return None

    async def revisions(events: Sequence[str]) -> dict[str, int]:
        return await asyncio.to_thread(_revisions, database, events)

    return Archived(revisions, whole=all(entry.t == "sealed" for entry in known))


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
