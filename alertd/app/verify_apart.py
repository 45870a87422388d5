"""The look at everything, in a process of its own: it reads all that is kept, for minutes where that is much, and
whoever polls and sends goes on meanwhile.

    io  -order on stdin->  python -m alertd.app.verify_apart, nice 10  -report on stdout->  io

Nothing depends on it: when it dies, the next one looks.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import msgspec

from alertd.base.apart import asked_apart
from alertd.base.clock import follow_clock, machine_ms, system_clock
from alertd.errors import StoreUnavailable, Temporary
from alertd.history.verify.archived import archived_in
from alertd.history.verify.model import Limits, Report
from alertd.history.verify.run import verify
from alertd.model import Struct
from alertd.store.redis import open_store

NICE = 10
AGAIN_S = 10.0
"""Between two looks at what seems wrong."""
NO_STORE = 75
"""EX_TEMPFAIL (sysexits.h): Redis is away, or goes away meanwhile."""


class Order(Struct, frozen=True, kw_only=True):
    """What is to be looked at."""

    redis_url: str
    namespace: str
    archive: str
    database: str
    patience_ms: int
    again_s: float = AGAIN_S


async def verified_apart(order: Order) -> Report:
    """Have everything looked at. Raises StoreUnavailable where Redis is away, RuntimeError where the process dies."""
    ended = await asked_apart("alertd.app.verify_apart", msgspec.json.encode(order))
    if ended.code == NO_STORE:
        raise StoreUnavailable("Redis went away while everything was looked at")
    if ended.code:
        raise RuntimeError(f"the look at everything ended with {ended.code}: {ended.said}")
    return msgspec.json.decode(ended.out, type=Report)


async def _verified(order: Order) -> Report:
    store = await open_store(order.redis_url, order.namespace, name="alertd:verify")
    try:
        archived = await asyncio.to_thread(archived_in, Path(order.archive), Path(order.database))
        return await verify(store, lambda: _limits(order), lambda: asyncio.sleep(order.again_s), archived=archived)
    finally:
        await store.aclose()


def _limits(order: Order) -> Limits:
    now = system_clock()
    return Limits(now=now, machine=machine_ms(now), patience_ms=order.patience_ms)


def main() -> None:
    """Look at what the order on stdin names, and write the report."""
    os.nice(NICE)
    follow_clock(os.environ)
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    try:
        report = asyncio.run(_verified(order))
    except Temporary:
        sys.exit(NO_STORE)
    sys.stdout.buffer.write(msgspec.json.encode(report))


if __name__ == "__main__":
    main()
