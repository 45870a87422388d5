"""Writing down what came of an attempt, however long Redis is away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from alertd.base.clock import Clock
from alertd.errors import StoreUnavailable

log = structlog.get_logger(__name__)


async def recorded(write: Callable[[], Awaitable[bool]], receiver: str, lease_ms: int, clock: Clock) -> bool:
    """Write an outcome until the store takes it or the lease is over (then the attempt stands in doubt)."""
    deadline = clock() + lease_ms
    wait_s = 0.05
    while True:
        try:
            return await write()
        except StoreUnavailable as error:
            if clock() > deadline:
                log.error("outcome_not_recorded", receiver=receiver, error=str(error))
                return False
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, 1.0)
