"""RedisStore: the store over a real Redis or Valkey, put together from its parts."""

from __future__ import annotations

import secrets

from alertd.base.clock import Clock, system_clock
from alertd.errors import LayoutNewer
from alertd.store.age import AgePart
from alertd.store.alerts import AlertsPart
from alertd.store.answers import AnswersPart
from alertd.store.archive import ArchivePart
from alertd.store.audit_queue import AuditQueuePart
from alertd.store.client import Link
from alertd.store.events import EventsPart
from alertd.store.fetches import FetchesPart
from alertd.store.health import HealthPart
from alertd.store.indices import IndicesPart
from alertd.store.ingest import IngestPart
from alertd.store.jobs import JobsPart
from alertd.store.journal import JournalPart
from alertd.store.keys import GROUP, SCHEMA, Keys
from alertd.store.life import LifePart
from alertd.store.limits import LimitsPart
from alertd.store.replicated import ReplicatedPart
from alertd.store.requests import RequestsPart
from alertd.store.spending import SpendingPart
from alertd.store.standings import StandingsPart
from alertd.store.state import StatePart
from alertd.store.stories import StoriesPart
from alertd.store.sweep import SweepPart

NEWER = (
    "this store has layout {theirs}, written by a newer alertd; this one knows {ours}. Update alertd, or restore the "
    "backup from before (docs/scaling.md, Upgrading)"
)


class RedisStore(
    IngestPart,
    EventsPart,
    AuditQueuePart,
    AlertsPart,
    StatePart,
    StoriesPart,
    SweepPart,
    JournalPart,
    HealthPart,
    LimitsPart,
    SpendingPart,
    AnswersPart,
    LifePart,
    FetchesPart,
    StandingsPart,
    ArchivePart,
    IndicesPart,
    AgePart,
    ReplicatedPart,
    RequestsPart,
    JobsPart,
):
    """See `alertd.store.protocol.Store` for what each method promises."""

    async def aclose(self) -> None:
        """Close all connections."""
        await self.link.aclose()

    async def prepare(self) -> None:
        """Create the consumer group and the layout's marker. Raises LayoutNewer."""
        reply = await self.link.run("prepare", ["events", "meta"], GROUP, SCHEMA, secrets.token_hex(8), self.clock())
        if reply[0] == b"newer":
            raise LayoutNewer(NEWER.format(theirs=reply[1], ours=SCHEMA))

    async def check_layout(self) -> None:
        """Look whether a newer alertd has changed the layout meanwhile. Raises LayoutNewer."""
        raw = await self.link.call("HGET", self.keys("meta"), "schema")
        if raw is not None and int(raw) > SCHEMA:
            raise LayoutNewer(NEWER.format(theirs=int(raw), ours=SCHEMA))

    async def epoch(self) -> str:
        """Give the id this store got when it was first prepared; empty before that."""
        raw = await self.link.call("HGET", self.keys("meta"), "epoch")
        return raw.decode() if raw else ""


async def open_store(
    url: str, namespace: str, *, name: str, max_connections: int = 16, clock: Clock = system_clock
) -> RedisStore:
    """Connect and say hello. `name` shows in CLIENT LIST.

    Raises StoreUnavailable (nobody answers, or still loading), StoreRefused (bad URL, wrong password) and
    ValueError (bad namespace).
    """
    store = RedisStore(Link(url, Keys(namespace), name=name, max_connections=max_connections), clock)
    try:
        await store.ping()
    except BaseException:
        await store.aclose()
        raise
    return store
