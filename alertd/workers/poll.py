"""One poll of one source, whatever its type: what it came to, and what becomes of its errors.

How each type is asked stands in a file of its own (`feed_poll`, `edgar_poll`…); `intake` takes in what was read.
When polls run is decided in `timetable.py` of the sources and done in `workers/schedule.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from alertd import telemetry
from alertd.base.clock import Clock
from alertd.errors import FetchPermanent, FetchTemporary, ParseFailed, ParseKilled
from alertd.model import SourceState
from alertd.sources.polled import PolledConfig
from alertd.workers.source_health import SourceHealth


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll came to, for the timetable."""

    state: SourceState
    outcome: Literal["new", "nothing_new", "unchanged", "failed", "gone"]
    """`unchanged`: a 304, or the bytes of the last time, which are not even parsed."""
    max_age_s: float | None = None
    ttl_s: float | None = None
    retry_after_s: float | None = None


class Taker(Protocol):
    """Asks the sources of one type."""

    async def take(self, source: Any, state: SourceState, now: int) -> Polled:
        """Ask a source and take in what it shows.

        Raises FetchTemporary, FetchPermanent, ParseFailed, ParseKilled: then the poll has failed, and what was taken
        in before it did stays. Raises StoreUnavailable when Redis is the one that fails.
        """
        ...


class Poll:
    """Polls sources: everything but the timetable."""

    def __init__(self, takers: Mapping[str, Taker], health: SourceHealth, clock: Clock) -> None:
        """`takers` by the type of source."""
        self._takers = takers
        self._health = health
        self._clock = clock

    async def poll(self, source: PolledConfig, state: SourceState) -> Polled:
        """Take one source through one poll. Raises StoreUnavailable when Redis is the one that fails."""
        started = self._clock()
        try:
            polled = await self._takers[source.type].take(source, state, started)
        except (FetchTemporary, ParseKilled, ParseFailed) as error:
            if isinstance(error, ParseKilled):
                telemetry.PARSE_KILLS.labels(source=source.id).inc()
            retry_after_s = error.retry_after if isinstance(error, FetchTemporary) else None
            failed = await self._health.failed(state, str(error), retry_after_s, source=source)
            polled = Polled(failed, "failed", retry_after_s=retry_after_s)
        except FetchPermanent as error:
            polled = Polled(await self._health.gone(source, state, error), "gone")
        telemetry.POLLS.labels(source=source.id, outcome=polled.outcome).inc()
        telemetry.POLL_SECONDS.labels(source=source.id).observe((self._clock() - started) / 1000)
        return polled
