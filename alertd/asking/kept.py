"""What is kept of the past, as it is asked: the projection, and the archive behind it."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from alertd.asking.reach import Reach
from alertd.asking.warnings import Warn
from alertd.base.clock import rfc3339
from alertd.errors import AlertdError, ArchiveRefused, HistoryRefused, HistoryUnavailable
from alertd.history.archive.reader import Reader
from alertd.history.projection.read import PATIENCE, History
from alertd.model import JournalRecord
from alertd.store.redis import RedisStore

WAIT_S = 2.0
"""How long somebody who asks waits for the projection to come to the journal's end."""
LOOK_S = 0.05


@dataclass(slots=True)
class Kept:
    """The history of a state directory, where there is one."""

    warn: Warn
    """Told what of it cannot be read."""
    history: History | None = None
    trouble: AlertdError | None = None
    """Why there is none, or it cannot be used."""
    end: tuple[int, int] = field(default=(0, 0))
    """How far it reaches, as a journal id: milliseconds and number."""

    @property
    def none_yet(self) -> bool:
        """There is no history yet, so that nothing is in it; one that cannot be read may have anything."""
        return isinstance(self.trouble, HistoryUnavailable) and self.trouble.none_yet

    def needed(self) -> History:
        """Give the history. Raises HistoryUnavailable where there is none, or it cannot be used."""
        if self.history is None:
            raise HistoryUnavailable(f"there is no history: {self.trouble}")
        return self.history

    @property
    def until_ms(self) -> int:
        """How far it reaches, in milliseconds."""
        return self.end[0]

    @property
    def until(self) -> str:
        """How far it reaches, for people."""
        return rfc3339(self.until_ms) if self.until_ms else "the beginning"

    def trace(self, id: str) -> list[tuple[str, JournalRecord]]:
        """Give the records of the archive that concern an id; none, and a warning, where it is damaged."""
        try:
            return self.history.trace(id) if self.history is not None else []
        except (AlertdError, OSError) as error:
            self.warn(f"alertd: what is kept cannot be read: {error}")
            self.history = None
            return []

    def owners(self, alerts: Sequence[str]) -> dict[str, tuple[str, str | None]]:
        """Say of alerts of which portfolio they are, and whose."""
        return self.history.owners(alerts) if self.history is not None else {}

    async def catch_up(self, store: RedisStore) -> bool:
        """Wait, not for long, until it reaches to the end of the journal; tell whether it does."""
        import asyncio

        if self.history is None:
            return False
        until, wanted = time.monotonic() + WAIT_S, journal_place(await store.journal_end())
        self.look()
        while self.end < wanted and time.monotonic() < until:
            await asyncio.sleep(LOOK_S)
            self.look()
        return self.end >= wanted

    def look(self) -> None:
        """See how far it reaches by now."""
        if self.history is not None and (position := self.history.position()) is not None:
            self.end = journal_place(position.journal_id)


def kept_of(
    reach: Reach, warn: Warn, desk: str | None = None, *, hidden: Collection[str] = (), patience: int = PATIENCE
) -> Kept:
    """Open what is kept, as a desk sees it; None: whole. What is damaged is a warning.

    `hidden` and `patience` as for History.
    """
    try:
        archive = Reader(reach.archive)
    except (ArchiveRefused, OSError):
        archive = None  # there is none yet: then there is nothing to trace either
    kept = Kept(warn)
    try:
        kept.history = History(reach.history, desk, archive=archive, hidden=hidden, patience=patience)
        kept.look()
    except (HistoryRefused, HistoryUnavailable) as error:
        kept.history, kept.trouble = None, error
        if isinstance(error, HistoryRefused):
            warn(f"alertd: {error}")
    return kept


def journal_place(journal_id: str) -> tuple[int, int]:
    """Read a journal id, so that two can be compared."""
    ms, _, number = journal_id.partition("-")
    return int(ms), int(number or 0)
