"""Notices that a newer alertd has changed the layout of the store under a daemon that runs.

A start on such a store is refused. One that runs already would go on to write records as they were: it leaves.
"""

from __future__ import annotations

from typing import Protocol

from alertd.errors import LayoutNewer
from alertd.workers.looks import Looks
from alertd.workers.progress import Progress

LOOK_S = 1.0


class LayoutStore(Protocol):
    """What this needs of the store."""

    async def check_layout(self) -> None:
        """Raise LayoutNewer where a newer alertd has changed the layout."""
        ...


class LayoutWatch(Looks):
    """Looks once a second; `run` ends with `why` when this process must not go on."""

    def __init__(self, store: LayoutStore, progress: Progress) -> None:
        super().__init__("layout", LOOK_S, progress)
        self._store = store
        self.why = ""

    async def look(self) -> None:
        """Look once. Raises StoreUnavailable."""
        try:
            await self._store.check_layout()
        except LayoutNewer as error:
            self.why = str(error)
            self.stop()
