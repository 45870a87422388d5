"""What is pushed becomes events: the same way as the entries of a feed, in whichever process has the web role.

    room? -> read (in a killable worker) -> intake -> the source's state -> the receipt

The receipt is given when everything is in the stream, Redis has written that down, and the replicas that it asks for
have it. A push that is cut short is sent again by whoever sent it: what was taken is known then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec
import structlog

from alertd import telemetry
from alertd.base.clock import Clock
from alertd.errors import ParseFailed, ParseKilled, StoreFull
from alertd.model import ParsedFeed, SourceState
from alertd.sources.parsepool import ParseJob, ParsePool
from alertd.sources.polled import AnyConfig
from alertd.sources.push import PushConfig, Receipt, TakenItem, fault_of
from alertd.workers.intake import Intake, Taken
from alertd.workers.parsing import parse_timed
from alertd.workers.pressure import AlwaysRoom, Room
from alertd.workers.source_health import FAILING_AFTER, SourceHealth, healthy

log = structlog.get_logger(__name__)

AT_ONCE = 4
"""Batches that are read and stored at the same time; more wait, so that they do not all lie in memory."""


class PushStore(Protocol):
    """What pushing needs of the store, beside taking entries in."""

    async def source_state(self, source: str) -> SourceState | None:
        """Give what is remembered of a source."""
        ...

    def trust_state(self, source: str) -> None:
        """Write over what is remembered of a source: it was read just now."""
        ...

    def replicated(self) -> AbstractAsyncContextManager[None]:
        """End when the replicas have what was done within."""
        ...


class Pushes:
    """Takes in what is pushed to the sources of type `push`."""

    def __init__(
        self,
        store: PushStore,
        intake: Intake,
        health: SourceHealth,
        pool: ParsePool,
        clock: Clock,
        room: Room | None = None,
    ) -> None:
        """`room` says whether Redis takes anything new: where it is nearly full, the sender is to keep it."""
        self._full = room or AlwaysRoom()
        self._store = store
        self._intake = intake
        self._health = health
        self._pool = pool
        self._clock = clock
        self._sources: dict[str, PushConfig] = {}
        self._turns: dict[str, asyncio.Lock] = {}
        self._room = asyncio.Semaphore(AT_ONCE)
        self._refusing: set[str] = set()
        """Sources whose last batch found no room: that is said once, however often it is sent again."""

    def replace(self, sources: Iterable[AnyConfig]) -> None:
        """Take the sources of the settings; what is under way ends as it began."""
        self._sources = {source.id: source for source in sources if isinstance(source, PushConfig)}

    def opens(self, source: str, token: str) -> bool | None:
        """Tell whether a token opens a source; None where the token is right and there is no such source.

        Compared in a time that does not depend on where they differ. Without the token of any source nobody learns
        which there are.
        """
        known = self._sources.get(source)
        right = [one for one in self._sources.values() if one.digests.fits(token)]
        if known is None:
            return None if right else False
        return known in right

    async def take(self, source: str, body: bytes, content_type: str) -> Receipt:
        """Take a batch in, for good.

        Raises ParseFailed for what is no batch, StoreFull where Redis is nearly full, StoreUnavailable where it is
        away, ParseKilled where reading was stopped over time or memory.
        """
        config = self._sources.get(source)
        if config is None:  # a reload took it away since its token was looked at
            raise ParseFailed("the source is not there any more")
        turn = self._turns.setdefault(source, asyncio.Lock())
        # One at a time for each source: its state is read, changed and written. Who waits for that takes no room.
        async with turn, self._room:
            try:
                async with self._store.replicated():
                    receipt = await self._take(config, body, content_type)
            except (ParseFailed, ParseKilled) as error:
                # One batch is a fault of its sender, who was told; three in a row are the source's.
                await self._health.failed(await self._state(source), str(error), None, after=FAILING_AFTER)
                self._count(source, "unreadable")
                raise
            except StoreFull as error:
                self._full.refused(error)
                self._count(source, "no_room")
                if source not in self._refusing:
                    self._refusing.add(source)
                    log.warning("push_refused", source=source, error=str(error))
                raise
            self._refusing.discard(source)
        return receipt

    async def _take(self, config: PushConfig, body: bytes, content_type: str) -> Receipt:
        self._full.check()
        now = self._clock()
        job = ParseJob(
            type=config.type,
            body=body,
            content_type=content_type,
            base_url="",
            source=config.facts(),
            seen_at_ms=now,
        )
        parsed = await parse_timed(self._pool, job, self._clock)
        state = await self._state(config.id)
        # As at a first poll each time: of what is pushed nothing is a backlog, and nothing new is no gap.
        first = msgspec.structs.replace(state, baseline_done=False)
        taken = await self._intake.take(config, first, parsed, backlog="all", gaps=False)
        after = healthy(config, taken.before, self._clock())
        # What a source of another type has left under this id is not carried along.
        await self._intake.end(msgspec.structs.replace(after, cursor={}), taken)
        receipt = _receipt(config.id, parsed, taken)
        outcome = "taken" if not receipt.rejected else "partly" if receipt.taken else "rejected"
        self._count(config.id, outcome)
        log.info("push_taken", source=config.id, items=len(receipt.taken), new=taken.new, bad=len(receipt.rejected))
        return receipt

    async def _state(self, source: str) -> SourceState:
        state = await self._store.source_state(source)
        self._store.trust_state(source)  # of several processes each may be given the next batch
        return state or SourceState(source=source)

    @staticmethod
    def _count(source: str, outcome: str) -> None:
        telemetry.PUSHES.labels(source=source, outcome=outcome).inc()


def _receipt(source: str, parsed: ParsedFeed, taken: Taken) -> Receipt:
    """Say of each item what became of it, in the order of the batch."""
    rows = {
        candidate.position: TakenItem(index=candidate.position, id=candidate.event_id, outcome="known")
        for candidate in (*taken.verdict.known, *(candidate for candidate, _ in taken.verdict.skipped))
    }
    for item, result in taken.results:
        fresh = result.outcome in ("new", "revised")
        index = item.candidate.position
        rows[index] = TakenItem(
            index=index,
            id=result.event_id,
            outcome=result.outcome if result.outcome in ("new", "revised") else "known",
            revision=result.revision if fresh else None,
        )
    for index, original in parsed.duplicates:
        if original in rows:
            rows[index] = TakenItem(index=index, id=rows[original].id, outcome="known")
    return Receipt(
        source=source,
        taken=[rows[index] for index in sorted(rows)],
        rejected=sorted((fault_of(one) for one in parsed.rejected), key=lambda one: one.index),
    )
