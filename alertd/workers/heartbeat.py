"""Says outside that alertd works, as long as it does: whoever hears nothing raises the alarm.

    poll, match, deliver, wherever they run: their loops come round (`beats.py`), and the backlog moves -> a request
    one of them does not -> no request, a line in the log with the reason, `alertd status`

The alarm is another's, because what has died cannot say so: healthchecks.io (docs: healthchecks.io/docs/http_api),
Dead Man's Snitch (deadmanssnitch.com/docs), or an Alertmanager that expects a Watchdog alert. A desk at night without
news is at work, and a receiver that is down is tried on: neither is a reason to be silent.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from alertd import telemetry
from alertd.base.clock import Clock, rfc3339
from alertd.errors import FetchPermanent, StoreUnavailable, Temporary
from alertd.net.client import GetOptions, HttpClient, PostOptions
from alertd.store.types import Backlog
from alertd.workers.beats import WATCHED, alive
from alertd.workers.heartbeat_config import HeartbeatConfig
from alertd.workers.looks import Looks
from alertd.workers.progress import Progress

log = structlog.get_logger(__name__)

LOOK_S = 2.0
AGAIN_S = 15.0
"""After a heartbeat that was not taken, at most."""
GRACE_S = 20.0
"""After the start, in which others start too: that they have not spoken yet is no news."""
HEAD_MS = 180_000
"""The oldest event has this time to be finished: one that kills its process is put aside within two minutes."""
_DOING = {"poll": "polls sources", "match": "matches events", "deliver": "sends messages"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the work that goes on."""

    living: Mapping[str, int]
    """Role -> processes whose loops of that role come round."""
    backlog: int
    head_still_ms: int
    """For how long the oldest event in the stream has been the same."""


def silent_because(facts: Facts, needed: Collection[str]) -> str:
    """Say why no heartbeat is to be sent; empty: one is."""
    for role in WATCHED:
        if role in needed and not facts.living.get(role):
            return f"no process {_DOING[role]}: none has said of late that its loops come round"
    if facts.backlog and facts.head_still_ms > HEAD_MS:
        minutes = facts.head_still_ms // 60_000
        return f"{facts.backlog} events wait to be matched, and the oldest has not moved for {minutes} min"
    return ""


class HeartbeatStore(Protocol):
    """What is asked of the store."""

    async def members(self, role: str, now: int) -> list[str]:
        """Give those that live."""
        ...

    async def backlog(self) -> Backlog:
        """Measure the events stream."""
        ...


class Heartbeat(Looks):
    """Judges and asks, in the process with the role `timers`."""

    def __init__(
        self,
        store: HeartbeatStore,
        http: HttpClient,
        clock: Clock,
        progress: Progress,
        *,
        needed: Callable[[], Collection[str]] = lambda: WATCHED,
    ) -> None:
        """`needed` gives the roles without which nobody is told of anything, as the settings are now."""
        super().__init__("heartbeat", LOOK_S, progress)
        self._store = store
        self._progress = progress
        self._http = http
        self._clock = clock
        self._needed = needed
        self._config: HeartbeatConfig | None = None
        self._next = 0.0
        self._began = time.monotonic()
        self._head: tuple[int | None, float] = (None, 0.0)
        self._silent = ""
        """Why no heartbeat was sent last, or what came of it; empty: it was taken."""
        self._last_ms = 0

    def serve(self, config: HeartbeatConfig | None) -> None:
        """Take where and how often, at the start and from a reload."""
        if config != self._config:
            self._config, self._next = config, 0.0

    def status(self) -> dict[str, Any]:
        """Give it for `alertd status`; nothing where none is configured."""
        if self._config is None:
            return {}
        last = rfc3339(self._last_ms) if self._last_ms else None
        return {"heartbeat": {"last_at": last, "silent": self._silent or None}}

    async def look(self) -> None:
        """Send a heartbeat when one is due and everything goes on."""
        now = asyncio.get_running_loop().time()
        config = self._config
        if config is None:
            return
        try:
            reason = silent_because(await self._facts(now), self._needed())
        except StoreUnavailable:
            reason = "Redis is away"
        if reason:
            self._next = now  # at once when it goes on
            if self._last_ms or time.monotonic() - self._began > GRACE_S:
                self._note("silent", reason)
        elif now >= self._next:
            failed = await self._progress.waiting("heartbeat", self._ask(config))  # may take its whole time-out
            self._next = now + (min(config.every, AGAIN_S) if failed else config.every)
            self._note("failed" if failed else "sent", failed)

    async def _facts(self, now: float) -> Facts:
        living = {role: len(await self._store.members(alive(role), self._clock())) for role in WATCHED}
        backlog = await self._store.backlog()
        if backlog.oldest_ms != self._head[0] or not backlog.events:
            self._head = (backlog.oldest_ms, now)
        return Facts(living=living, backlog=backlog.events, head_still_ms=round((now - self._head[1]) * 1000))

    async def _ask(self, config: HeartbeatConfig) -> str:
        """Ask the address; gives what went wrong."""
        url, allow = config.url.reveal(), config.policy
        try:
            if config.method == "get":
                await self._http.get(url, GetOptions(timeout_s=config.timeout, allow=allow), self._clock())
                return ""
            answer = await self._http.post(url, b"", {}, PostOptions(timeout_s=config.timeout, allow=allow))
        except (Temporary, FetchPermanent) as error:
            return str(error)
        return "" if 200 <= answer.status < 300 else f"HTTP {answer.status}"

    def _note(self, outcome: str, reason: str) -> None:
        """Write down what came of it; a reason is logged once."""
        telemetry.HEARTBEAT_OK.set(int(outcome == "sent"))
        if outcome != "silent" or reason != self._silent:
            telemetry.HEARTBEATS.labels(outcome).inc()
        if outcome == "sent":
            self._last_ms = self._clock()
            telemetry.HEARTBEAT_AT.set(self._last_ms / 1000)
            if self._silent:
                log.info("heartbeat_back")
        elif reason != self._silent:
            log.warning(f"heartbeat_{outcome}", reason=reason)
        self._silent = reason


def needed_roles(sources: Sequence[object], receivers: Sequence[object]) -> list[str]:
    """Name the roles that must go on; nobody need poll where no source is polled, nor send where nobody is told."""
    return [role for role, any_ in (("poll", sources), ("match", True), ("deliver", receivers)) if any_]
