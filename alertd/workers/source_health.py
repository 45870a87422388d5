"""How a source is doing: what its state becomes after a poll, and who is told when that changes."""

from __future__ import annotations

import re
from typing import Protocol

import msgspec
import structlog

from alertd import telemetry
from alertd.base.clock import Clock, rfc3339
from alertd.base.secrets import without_query
from alertd.errors import FetchPermanent
from alertd.model import JournalRecord, SourceState
from alertd.net.client import Response
from alertd.sources.polled import AnyConfig
from alertd.workers.notices import Notices

log = structlog.get_logger(__name__)

FAILING_AFTER = 3
"""Consecutive failures until the operator is told."""
SAVE_QUIET_MS = 60_000
"""A poll that brought nothing is written down at most this often: ten thousand quiet feeds, no fsync for each."""

_COUNT = re.compile(r", [\d,]+ bytes came$")
"""What differs at each poll of a server that stops in the middle: the trouble is the same."""


class HealthStore(Protocol):
    """What keeping a source's state needs of the store."""

    async def save_source_state(self, state: SourceState) -> None:
        """Write the state of a source."""
        ...

    async def journal(self, record: JournalRecord, once: str = "") -> bool:
        """Write a line to the journal."""
        ...


def healthy(source: AnyConfig, state: SourceState, now: int, response: Response | None = None) -> SourceState:
    """Give the state after an answer that could be used; `response` where it came over HTTP."""
    moved_to = without_query(response.permanent_url or "") if response is not None else ""
    if moved_to and moved_to != state.moved_to:
        log.warning("source_moved", source=source.id, to=moved_to)
    telemetry.SOURCE_LAST_SUCCESS.labels(source=source.id).set(now / 1000)
    return msgspec.structs.replace(
        state,
        state="fine",
        url=source.address,
        polls=state.polls + 1,
        last_poll_ms=now,
        last_success_ms=now,
        failures=0,
        error="",
        not_before_ms=0,
        moved_to=moved_to,
    )


class SourceHealth:
    """Writes down how sources do; one line in the log and the journal for each trouble, not one for each poll."""

    def __init__(self, store: HealthStore, notices: Notices, clock: Clock) -> None:
        self._store = store
        self._notices = notices
        self._clock = clock
        self._saved_ms: dict[str, int] = {}

    async def quiet(self, before: SourceState, after: SourceState) -> None:
        """Take in a poll that brought nothing new."""
        now = self._clock()
        if before.state != "fine" or now - self._saved_ms.get(after.source, 0) >= SAVE_QUIET_MS:
            await self._store.save_source_state(after)
            self._saved_ms[after.source] = now
        await self.well(before)

    async def well(self, before: SourceState) -> None:
        """Take in a poll that succeeded and whose state is written down; `before` is how the source was."""
        if before.state == "fine":
            return
        telemetry.set_source_state(before.source, "fine")
        if before.state == "new":
            return
        log.info("source_healed", source=before.source, failures=before.failures)
        await self._journal(before.source, "healed")
        if before.failures >= FAILING_AFTER or before.state == "gone":
            polls = "1 failed poll" if before.failures == 1 else f"{before.failures} failed polls"
            text = f"Source {before.source} answers again after {polls}."
            await self._notices.tell("source_healed", before.source, text, str(before.last_success_ms))

    async def failed(self, state: SourceState, error: str, retry_after_s: float | None) -> SourceState:
        """Take in a failed poll; gives the new state."""
        now = self._clock()
        error = telemetry.safe_text(error)  # a page's title can repeat what was sent
        after = msgspec.structs.replace(
            state,
            state="failing",
            polls=state.polls + 1,
            last_poll_ms=now,
            failures=state.failures + 1,
            error=error,
            not_before_ms=now + int(retry_after_s * 1000) if retry_after_s else 0,
        )
        await self._store.save_source_state(after)
        telemetry.set_source_state(state.source, "failing")
        if _COUNT.sub("", error) != _COUNT.sub("", state.error):
            log.warning("source_failed", source=state.source, error=error, failures=after.failures)
            await self._journal(state.source, f"failed: {error}")
        if after.failures == FAILING_AFTER:
            text = f"Source {state.source} has failed {after.failures} times in a row: {error}"
            await self._notices.tell("source_failing", state.source, text, str(state.last_success_ms))
        return after

    async def gone(self, source: AnyConfig, state: SourceState, error: FetchPermanent) -> SourceState:
        """Take in that a source will never answer at this address, or must not be asked; gives the new state."""
        after = msgspec.structs.replace(
            state,
            state="gone",
            url=source.address if error.said_so else "",  # a forbidden one is looked at again with the next settings
            polls=state.polls + 1,
            last_poll_ms=self._clock(),
            failures=state.failures + 1,
            error=str(error),
        )
        await self._store.save_source_state(after)
        telemetry.set_source_state(state.source, "gone")
        if state.state != "gone":
            log.error("source_gone", source=source.id, error=str(error))
            await self._journal(source.id, f"gone: {error}")
            text = f"Source {source.id} is not polled any more: {error}"
            await self._notices.tell("source_gone", source.id, text, str(after.polls))
        return after

    async def _journal(self, source: str, reason: str) -> None:
        at = rfc3339(self._clock())
        await self._store.journal(JournalRecord(kind="source", at=at, ids=[source], reason=reason))
