"""How much of what is pushed lies in memory at once: bodies that are being read, or wait until they are stored.

    part of a source -- add(bytes) as they come --> the sum of all, of which one source has at most half
                                  no room: the sender keeps it, and sends it again

Bytes count as they come, so who announces much and sends nothing keeps nobody out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from alertd import telemetry
from alertd.sources.push import MAX_BYTES
from alertd.web.problems import Refusal

MOST = 10 * MAX_BYTES
"""Bytes of all together: without this a hundred connections would hold 500 MB."""
AGAIN_S = 2
"""When it is worth sending again: a batch is stored in moments."""

log = structlog.get_logger(__name__)


class NoRoomError(Refusal):
    """So much is being pushed that no more is to lie in memory."""

    def __init__(self) -> None:
        super().__init__(503, "too much is being pushed at once")


class PushRoom:
    """The bytes of all."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held: Counter[str] = Counter()
        self._refusing: set[str] = set()
        """Sources that found no room the last time: that is said once, however often it is sent again."""

    @contextmanager
    def part(self, source: str) -> Iterator[Part]:
        """Give the part of one body, until it is stored. What NoRoomError ends is counted and logged."""
        part = Part(self, source)
        try:
            yield part
        except NoRoomError as error:
            telemetry.PUSHES.labels(source=source, outcome="busy").inc()
            if source not in self._refusing:
                self._refusing.add(source)
                log.warning("push_refused", source=source, error=str(error))
            raise
        else:
            self._refusing.discard(source)
        finally:
            self._change(source, -part.size)

    def take(self, source: str, size: int) -> None:
        """Count bytes that have come. Raises NoRoomError."""
        self.check(source, size)
        self._change(source, size)

    def check(self, source: str, size: int) -> None:
        """See whether so many would fit. Raises NoRoomError."""
        if self._held.total() + size > self._most or self._held[source] + size > self._most // 2:
            raise NoRoomError

    def _change(self, source: str, size: int) -> None:
        self._held[source] += size
        if not self._held[source]:
            del self._held[source]
        telemetry.PUSH_BYTES.set(self._held.total())


@dataclass(slots=True)
class Part:
    """What of one body is there."""

    room: PushRoom
    source: str
    size: int = 0

    def expect(self, size: int) -> None:
        """See whether a body that says how long it is would fit, before it is read. Raises NoRoomError."""
        self.room.check(self.source, size)

    def add(self, size: int) -> None:
        """Count bytes that have come. Raises NoRoomError."""
        self.room.take(self.source, size)
        self.size += size
