"""A loop that looks at something every few seconds, until it is told to stop."""

from __future__ import annotations

import asyncio

import structlog

from alertd.errors import AlertdError, StoreUnavailable
from alertd.workers.progress import Progress

log = structlog.get_logger(__name__)

LONGEST_S = 10.0
"""Between two looks: whoever watches the loops takes one that is longer away for one that stands still."""


class Looks:
    """Calls `look` again and again; what a look raises is said, and the next one may go well."""

    def __init__(self, name: str, every_s: float, progress: Progress) -> None:
        """`name` is that of the loop, for whoever guards the process. Raises ValueError for more than LONGEST_S."""
        if every_s > LONGEST_S:
            raise ValueError(f"a loop has to come round every {LONGEST_S:.0f} s at least, not every {every_s:.0f} s")
        self._name = name
        self._every_s = every_s
        self._progress = progress
        self._stop = asyncio.Event()

    async def look(self) -> None:
        """Look once. Raises StoreUnavailable."""
        raise NotImplementedError

    def stop(self) -> None:
        """End the loop after the look under way."""
        self._stop.set()

    async def run(self) -> None:
        """Look until told to stop."""
        while not self._stop.is_set():
            self._progress.tick(self._name)
            try:
                await self.look()
            except StoreUnavailable as error:
                log.debug("look_waits", loop=self._name, error=str(error))  # other loops say that Redis is away
            except AlertdError as error:  # a record that does not decode, say
                log.error("look_failed", loop=self._name, error=str(error))
            try:
                async with asyncio.timeout(self._every_s):
                    await self._stop.wait()
            except TimeoutError:
                continue
