"""What somebody is told is taken stands with the replicas too.

Replication is asynchronous: Redis answers before its replicas have a write, and one that takes over without it has
lost it. What a feed still shows is taken in again; a push or a person's answer comes from nobody again. So where
`min-replicas-to-write` says that the house wants so many replicas, these are waited for before anybody is told.

The stream of replication has one order: who has a later write has all before it. So one small write and WAIT behind
it on the same line confirm all that was written until then, whichever line it came by; but only from the server that
took it. Where another is ours by then, nothing is confirmed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from alertd import telemetry
from alertd.errors import StoreRefused, StoreUnavailable
from alertd.store.part import Part
from alertd.store.server import parse_info

log = structlog.get_logger(__name__)

WAIT_MS = 2_000
"""Replicas that are well answer within a few; with `min-replicas-max-lag` the primary stops at those that are not."""


class ReplicatedPart(Part):
    """`replicated`."""

    @asynccontextmanager
    async def replicated(self) -> AsyncIterator[None]:
        """Do something of which somebody is told that it is taken: it ends when the replicas have it.

        Raises StoreUnavailable where that is not known: it may stand all the same, and is to be done again.
        """
        if self.link.over_socket:  # no replica follows over a socket of this machine
            yield
            return
        server = self.link.server
        yield
        wanted = await self._wanted()
        if not wanted:
            return
        mark = ("HSET", self.keys("meta"), "confirmed", self.clock())
        _, having = await self.link.pipeline([mark, ("WAIT", wanted, WAIT_MS)], redirect=False)
        elsewhere = self.link.server != server
        if having < wanted or elsewhere:
            telemetry.STORE_UNCONFIRMED.inc()
            log.warning("replicas_do_not_confirm", wanted=wanted, having=having, other_server=elsewhere)
            raise StoreUnavailable(
                f"Redis has it, and {having} of {wanted} replicas say that they have it too: to be on the safe side, "
                "give it again"
            )

    async def _wanted(self) -> int:
        """Say how many replicas the server asks for before it takes a write."""
        told = parse_info((await self.link.call("INFO", "replication")).decode("utf-8", "replace"))
        if "min_slaves_good_slaves" not in told:  # is there only where some are asked for
            return 0
        try:
            found = await self.link.call("CONFIG", "GET", "min-replicas-to-write")
        except (StoreRefused, StoreUnavailable):
            return 1  # forbidden here; a server that is really away is noticed by what follows
        return int(found[1]) if found else 1
