"""Keeps the embedded Redis running: started again when it dies, and not before its disk has room again.

An append-only server that syncs each write ends with the first one that the disk does not take. Starting it again and
again would fill the log and wear the machine, so while the disk is full nothing is started: one look a second at how
much is free, one line in the log, and one notice when it runs again. What it had acknowledged is in its file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from alertd.app.guard import MAX_WAIT_S
from alertd.app.link import Tell
from alertd.base.clock import Clock, rfc3339, system_clock
from alertd.base.sdnotify import SdNotify
from alertd.errors import AlertdError, StoreFull, StoreUnavailable
from alertd.sources.standing import in_words
from alertd.store.embedded import EmbeddedRedis

log = structlog.get_logger(__name__)

STARTS = 5
"""How often it may fail to come up at the start before the daemon gives up; its service manager takes over."""
DISK_LOOK_S = 1.0
SOUND_S = 10.0
"""So long it has to live for its next death to be a new one."""


class OwnRedis:
    """One embedded server, from the daemon's start to its end."""

    def __init__(
        self, redis: EmbeddedRedis, manager: SdNotify, tell: Callable[[Tell], None], clock: Clock = system_clock
    ) -> None:
        """`tell` hands a notice for the operator to whoever can queue it."""
        self._redis = redis
        self._manager = manager
        self._tell = tell
        self._clock = clock
        self._full_since = 0

    async def start(self) -> str:
        """Start it, as soon as its disk has room; gives its URL. Raises AlertdError."""
        attempt = 1
        while True:
            try:
                url = await self._start()
            except StoreFull:
                self._manager.extend_timeout(30)
                await asyncio.sleep(DISK_LOOK_S)
            except StoreUnavailable as error:
                if attempt == STARTS:
                    raise
                log.warning("redis_not_started", error=str(error), attempt=attempt)
                await asyncio.sleep(0.2 * attempt)
                attempt += 1
            else:
                return url

    async def guard(self) -> None:
        """Start it again when it dies; the children reconnect by themselves. Runs until cancelled."""
        loop = asyncio.get_running_loop()
        wait_s, started = 0.0, loop.time()
        while True:
            code = await self._redis.wait()
            log.error("redis_died", code=code)
            wait_s = 0.0 if loop.time() - started > SOUND_S else min(max(wait_s * 2, 0.1), MAX_WAIT_S)
            await asyncio.sleep(wait_s)
            while True:
                try:
                    await self._start()
                except StoreFull:
                    await asyncio.sleep(DISK_LOOK_S)
                except AlertdError as error:
                    log.error("redis_not_started", error=str(error))
                    wait_s = min(max(wait_s * 2, 0.1), MAX_WAIT_S)
                    await asyncio.sleep(wait_s)
                else:
                    break
            started = loop.time()

    async def _start(self) -> str:
        """Start it once, and say when the disk is full and when it is not any more. Raises AlertdError."""
        try:
            url = await self._redis.start()
        except StoreFull as error:
            if not self._full_since:
                self._full_since = self._clock()
                log.error("redis_disk_full", error=str(error))
                self._manager.status(str(error))
            raise
        if self._full_since:
            now = self._clock()
            since, self._full_since = self._full_since, 0
            log.info("redis_disk_has_room", away_s=round((now - since) / 1000, 1))
            self._manager.status("")
            text = (
                f"The disk of Redis was full from {rfc3339(since)}, for {in_words((now - since) / 1000)}: nothing "
                "was taken and nothing was sent meanwhile. What was accepted is there; sources are asked again."
            )
            self._tell(Tell("redis_disk_full", "redis", text, rfc3339(since)))
        return url
