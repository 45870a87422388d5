"""How a source is doing: what its state becomes after a poll. Who is told when that changes: `standings.py`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

import msgspec
import structlog

from alertd import telemetry
from alertd.base.clock import Clock, rfc3339
from alertd.base.secrets import findable, without_query
from alertd.errors import FetchPermanent
from alertd.model import JournalRecord, SourceState
from alertd.net.client import Response
from alertd.sources.polled import AnyConfig, HttpConfig
from alertd.sources.rhythm import heard, watched
from alertd.sources.spells import ended, with_gap, with_spell
from alertd.sources.standing import FAILING_AFTER as FAILING_AFTER  # for those who tell of trouble of their own
from alertd.workers.notices import Notices
from alertd.workers.standings import Standings, StandingStore, wait_ms_of

log = structlog.get_logger(__name__)

SAVE_QUIET_MS = 60_000
"""A poll that brought nothing is written down at most this often: ten thousand quiet feeds, no fsync for each."""

_COUNT = re.compile(r", [\d,]+ bytes came$")
"""What differs at each poll of a server that stops in the middle: the trouble is the same."""


class HealthStore(StandingStore, Protocol):
    """What keeping a source's state needs of the store."""

    async def save_source_state(self, state: SourceState) -> None:
        """Write the state of a source."""
        ...


def healthy(source: AnyConfig, state: SourceState, now: int, response: Response | None = None) -> SourceState:
    """Give the state after an answer that could be used; `response` where it came over HTTP."""
    moved_to = without_query(response.permanent_url or "") if response is not None else ""
    if moved_to and moved_to != state.moved_to:
        log.warning("source_moved", source=source.id, to=moved_to)
    telemetry.SOURCE_LAST_SUCCESS.labels(source=source.id).set(now / 1000)
    wait_ms = wait_ms_of(source)
    spell = ended(state, now, wait_ms) if wait_ms is not None else None
    return msgspec.structs.replace(
        state,
        rhythm=watched(state.rhythm, now, all_along=spell is None),
        spells=with_spell(state.spells, spell),
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


def brought(
    after: SourceState, before: SourceState, published_ms: Sequence[int | None], now: int, *, gap: bool
) -> SourceState:
    """Take in what a poll or a push brought: when each new item says that it was published.

    `gap`: nothing that is known was listed. Of the first time nothing is learned: what was there came before.
    """
    if not before.last_success_ms:
        return after
    spells = with_gap(after.spells, before.last_success_ms, after.last_success_ms) if gap else after.spells
    rhythm = after.rhythm
    if published_ms and rhythm is not None:
        # After a spell items are late for a reason that is told already.
        seen = not (spells and spells[-1].until_ms == after.last_success_ms)
        lags = [(now - at) / 1000 for at in published_ms if at is not None and at <= now] if seen else []
        rhythm = heard(rhythm, now, len(published_ms), lags)
    return msgspec.structs.replace(after, spells=spells, rhythm=rhythm)


class SourceHealth:
    """Writes down how sources do; one line in the log and the journal for each trouble, not one for each poll."""

    def __init__(self, store: HealthStore, notices: Notices, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.standings = Standings(store, notices, clock)
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
        if before.state != "new":
            log.info("source_healed", source=before.source, failures=before.failures)
            await self._journal(before.source, "healed")
        await self.standings.look(before, msgspec.structs.replace(before, state="fine", failures=0, error=""))

    async def failed(
        self, state: SourceState, error: str, retry_after_s: float | None, *, after: int = 1,
        source: AnyConfig | None = None,
    ) -> SourceState:  # fmt: skip
        """Take in a failed poll; gives the new state. The source is failing `after` so many in a row. `source` are
        its settings: the log then says where in these its address stands.
        """
        now = self._clock()
        error = telemetry.safe_text(error)  # a page's title can repeat what was sent
        failures = state.failures + 1
        failed = msgspec.structs.replace(
            state,
            state="failing" if failures >= after else state.state,
            polls=state.polls + 1,
            last_poll_ms=now,
            failures=failures,
            error=error,
            not_before_ms=now + int(retry_after_s * 1000) if retry_after_s else 0,
        )
        await self._store.save_source_state(failed)
        if _COUNT.sub("", error) != _COUNT.sub("", state.error):
            log.warning("source_failed", source=state.source, error=error, failures=failures, **_place(source))
            await self._journal(state.source, f"failed: {error}")
        await self.standings.look(state, failed)
        return failed

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
        if state.state != "gone":
            log.error("source_gone", source=source.id, error=str(error), **_place(source))
            await self._journal(source.id, f"gone: {error}")
        await self.standings.look(state, after)
        return after

    async def _journal(self, source: str, reason: str) -> None:
        at = rfc3339(self._clock())
        await self._store.journal(JournalRecord(kind="source", at=at, ids=[source], reason=reason))


def _place(source: AnyConfig | None) -> dict[str, str]:
    """Name the setting in which a source's address stands, and enough of this to find it there."""
    if not isinstance(source, HttpConfig):
        return {}
    return {"setting": f"sources: {source.id}: {source.address_key}", "address": findable(source.address)}
