"""Taking a lease, and writing down what came of the attempt, when Redis is away in between."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from alertd.base.clock import Clock
from alertd.errors import StoreUnavailable
from alertd.model import Claim, ClaimRefused

log = structlog.get_logger(__name__)

FIRST_WAIT_S = 0.05
LONGEST_WAIT_S = 1.0
SPARE = 0.2
"""Share of a lease that is not for sending: an attempt ends so long before another may begin."""


async def claimed(
    claim: Callable[[], Awaitable[Claim | ClaimRefused]], delivery_id: str, patience_s: float
) -> Claim | ClaimRefused | None:
    """Take a lease. Where the answer is lost, the same call is made again: to who holds the lease it answers alike.

    None: no answer in all that time. Whether the lease was taken is unknown then; it runs out by itself, and the
    attempt stands in doubt.
    """
    loop = asyncio.get_running_loop()
    deadline, wait_s = loop.time() + patience_s, FIRST_WAIT_S
    while True:
        try:
            return await claim()
        except StoreUnavailable as error:
            if loop.time() + wait_s > deadline:
                log.warning("claim_unavailable", delivery=delivery_id, error=str(error))
                return None
        await asyncio.sleep(wait_s)
        wait_s = min(wait_s * 2, LONGEST_WAIT_S)


async def recorded(write: Callable[[], Awaitable[bool]], receiver: str, lease_ms: int, clock: Clock) -> bool:
    """Write an outcome until the store takes it, however long that takes: then nothing is sent twice.

    Once the lease is over another process may take the attempt for one in doubt, and the log says so. What is written
    after that changes nothing.
    """
    deadline, wait_s, late = clock() + lease_ms, FIRST_WAIT_S, False
    while True:
        try:
            return await write()
        except StoreUnavailable as error:
            if clock() > deadline and not late:
                late = True
                log.error("outcome_not_recorded", receiver=receiver, error=str(error))
        await asyncio.sleep(wait_s)
        wait_s = min(wait_s * 2, LONGEST_WAIT_S)
