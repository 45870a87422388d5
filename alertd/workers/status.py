"""What is running and healthy, as plain data: for `alertd status` and `/v1/status` alike."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol

from alertd.base.clock import rfc3339
from alertd.model import SourceState, Standing
from alertd.store.types import Archived, Backlog, Memory, ReceiverHealth
from alertd.workers.source_rows import source_row


class StatusStore(Protocol):
    """What the status needs of the store."""

    async def memory(self) -> Memory:
        """Say what Redis uses and may use."""
        ...

    async def ping(self) -> float:
        """Give the round trip in milliseconds."""
        ...

    async def source_states(self) -> dict[str, SourceState]:
        """Give what is remembered of every source."""
        ...

    async def standings(self) -> dict[str, Standing]:
        """Give how every source stands."""
        ...

    async def receiver_health(self) -> Mapping[str, ReceiverHealth]:
        """Measure each receiver's queue."""
        ...

    async def backlog(self) -> Backlog:
        """Measure the events stream."""
        ...

    async def archived(self, now: int) -> Mapping[str, Archived]:
        """Say how far archives are."""
        ...

    async def journal_end(self) -> str:
        """Say where the journal ends."""
        ...


BATCH = 100
"""Rows that are made before others get their turn."""
REMOVED = "removed"
"""The type of a receiver that no settings name any more."""


def left_over(health: Mapping[str, ReceiverHealth], configured: Collection[str]) -> list[str]:
    """Name the receivers that are not configured any more and for which messages still wait."""
    return sorted(r for r, its in health.items() if r not in configured and (its.queued or its.waiting))


def _time(ms: int | None) -> str | None:
    return rfc3339(ms) if ms else None


def receiver_row(receiver: str, type_: str, health: ReceiverHealth | None) -> dict[str, Any]:
    """Give one receiver's line."""
    health = health or ReceiverHealth()
    return {
        "id": receiver,
        "type": type_,
        "queued": health.queued,
        "waiting": health.waiting,
        "dead": health.dead,
        "failures": health.failures,
        "error": health.error if health.failures else None,
        "parked": health.parked or None,
        "paused_until": _time(health.paused_until_ms),
        "last_sent_at": _time(health.last_sent_ms),
        "oldest_due_at": _time(health.oldest_due_ms),
    }


def archive_row(archive: str, found: Archived, end: str) -> dict[str, Any]:
    """Give one archive's line; `end` is that of the journal."""
    return {
        "id": archive,
        "position": found.position,
        "archived_until": _time(_ms(found.position)),
        "behind_s": max(_ms(end) - _ms(found.position), 0) / 1000 if found.position else None,
        "reported_at": _time(found.at_ms),
    }


def _ms(journal_id: str) -> int:
    return int(journal_id.partition("-")[0] or 0)


class Named(Protocol):
    """What a configured source or receiver says of itself."""

    @property
    def id(self) -> str:
        """The user's id."""
        ...

    @property
    def type(self) -> str:
        """The kind of source or receiver."""
        ...


async def collect_status(
    store: StatusStore,
    sources: Iterable[Named],
    receivers: Iterable[Named],
    now: int,
    live: Mapping[str, SourceState] | None = None,
    paused: str = "",
) -> dict[str, Any]:
    """Give the whole status. Raises StoreUnavailable.

    `live` holds the states that this process keeps itself, of which quiet polls are written down now and then only;
    `paused` says why it takes nothing new, of what it asks and in an inbox.
    """
    ping_ms, memory = await store.ping(), await store.memory()
    live = live or {}
    states = await store.source_states() | dict(live)
    standings = await store.standings()
    health = await store.receiver_health()
    backlog = await store.backlog()
    archived, end = await store.archived(now), await store.journal_end()
    types = {receiver.id: receiver.type for receiver in receivers}
    rows = []
    for number, source in enumerate(sources, 1):
        why = paused if source.id in live or source.type == "push" else ""
        rows.append(source_row(source.id, source.type, states.get(source.id), standings.get(source.id), now, why))
        if number % BATCH == 0:
            await asyncio.sleep(0)  # there may be ten thousand
    return {
        "at": rfc3339(now),
        "redis": {
            "roundtrip_ms": round(ping_ms, 3),
            "memory_bytes": memory.used,
            "memory_limit_bytes": memory.limit or None,
            "paused": paused or None,
        },
        "events": {"backlog": backlog.events, "pending": backlog.pending, "oldest_at": _time(backlog.oldest_ms)},
        "archives": [archive_row(name, one, end) for name, one in sorted(archived.items())],
        "sources": rows,
        "receivers": [
            *(receiver_row(receiver, type_, health.get(receiver)) for receiver, type_ in types.items()),
            *(receiver_row(receiver, REMOVED, health[receiver]) for receiver in left_over(health, types)),
        ],
    }
