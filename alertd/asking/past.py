"""What is kept of the past, as a daemon asks it: in a thread, each time anew, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import TypeVar

from alertd.asking.kept import Kept, kept_of
from alertd.asking.reach import Reach
from alertd.asking.warnings import Warn, logged

AT_ONCE = 2
"""Questions that are answered at the same time: others need threads, too."""
PATIENCE = 30_000_000
"""Instructions of SQLite before a question is given up: a second or two."""
T = TypeVar("T")


class Past:
    """The history of a state directory. It is opened for each question: what it is made anew of is then seen."""

    def __init__(self, reach: Reach, warn: Warn = logged) -> None:
        self.reach = reach
        self._warn = warn
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def ask(self, work: Callable[[Kept], T], desk: str | None = None, hidden: Collection[str] = ()) -> T:
        """Let something look, as a desk sees it; None: whole. `hidden` are companies of other desks.

        Raises what it raises, HistoryUnavailable and HistoryRefused among it.
        """
        async with self._turn:
            return await asyncio.to_thread(self._asked, work, desk, hidden)

    def _asked(self, work: Callable[[Kept], T], desk: str | None, hidden: Collection[str]) -> T:
        kept = kept_of(self.reach, self._warn, desk, hidden=hidden, patience=PATIENCE)
        history = kept.history
        try:
            return work(kept)
        finally:
            if history is not None:
                history.close()
