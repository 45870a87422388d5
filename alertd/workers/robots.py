"""What hosts let us fetch: their robots.txt, asked once a day, and their Crawl-delay, kept (RFC 9309).

    200            the rules that are in it
    4xx            everything is allowed (section 2.3.1.3)
    5xx, no answer nothing is allowed (2.3.1.4), unless an older copy says better; asked again after ten minutes

One for a process. Rules belong to scheme, host and port.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import structlog

from alertd.base.clock import Clock
from alertd.errors import FetchPermanent, FetchTemporary, ParseFailed, ParseKilled
from alertd.net.address import PUBLIC, AddressPolicy
from alertd.net.client import GetOptions, HttpClient
from alertd.sources.events import SourceFacts
from alertd.sources.parsepool import ParseJob, ParsePool
from alertd.sources.robots import EVERYTHING, MAX_ROBOTS, Rules

log = structlog.get_logger(__name__)

FRESH_MS: Final = 86_400_000
AGAIN_MS: Final = 600_000
"""After a host did not give us its robots.txt."""
MAX_HOSTS: Final = 10_000
LONGEST_WAIT_S: Final = 60.0
"""A longer Crawl-delay is kept by the timetable of whoever asks, not by waiting here."""

_STATUS = re.compile(r"answered 4(?!29)\d\d$")


class RobotsRefused(FetchTemporary):
    """A host's robots.txt, or that it has none to give just now, forbids what was to be fetched."""

    by_rule: bool = False
    """A rule forbids it: asking again tomorrow would be no other."""


@dataclass(slots=True)
class _Host:
    rules: Rules | None = None
    """None: nobody knows, so nothing is allowed."""
    trouble: str = ""
    until_ms: int = 0
    last_ms: int = 0
    """When the last request to the host began, as far as it was asked for here."""


class Robots:
    """Asks hosts for their robots.txt, and says what it says."""

    def __init__(self, http: HttpClient, pool: ParsePool, clock: Clock) -> None:
        self._http = http
        self._pool = pool
        self._clock = clock
        self._hosts: dict[str, _Host] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def allow(self, url: str, *, policy: AddressPolicy = PUBLIC, timeout_s: float = 30.0) -> float:
        """Return when `url` may be fetched; gives the host's Crawl-delay in seconds, 0 where it asks for none.

        `policy` says which addresses may be connected to. Raises RobotsRefused if it may not be fetched; asked
        again, the host is not, until its rules are a day old, or ten minutes after it did not give them.
        """
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"
        host = await self._known(origin, policy, timeout_s)
        name = parts.hostname or origin
        if host.rules is None:
            raise RobotsRefused(
                f"{name}: its robots.txt is not to be had, so nothing may be fetched (RFC 9309): {host.trouble}"
            )
        if line := host.rules.refusal(url):
            refused = RobotsRefused(f"{name}: its robots.txt does not allow alertd this address (`{line[:120]}`)")
            refused.by_rule = True
            raise refused
        await self._wait(host)
        return host.rules.delay_s

    async def _wait(self, host: _Host) -> None:
        """Keep the Crawl-delay, as far as it is short enough to wait for."""
        delay_ms = int((host.rules or EVERYTHING).delay_s * 1000)
        start = max(self._clock(), min(host.last_ms + delay_ms, self._clock() + int(LONGEST_WAIT_S * 1000)))
        host.last_ms = start
        if (wait_ms := start - self._clock()) > 0:
            await asyncio.sleep(wait_ms / 1000)

    async def _known(self, origin: str, policy: AddressPolicy, timeout_s: float) -> _Host:
        """Give what is known of a host, asking it where that is too old; several at a time ask once."""
        async with self._asking.setdefault(origin, asyncio.Lock()):
            host = self._hosts.get(origin)
            if host is None:
                self._tidy()
                host = self._hosts[origin] = _Host()
            if self._clock() >= host.until_ms:
                await self._ask(origin, host, policy, timeout_s)
        return host

    async def _ask(self, origin: str, host: _Host, policy: AddressPolicy, timeout_s: float) -> None:
        now = self._clock()
        options = GetOptions(
            accept="text/plain, */*;q=0.5",
            timeout_s=timeout_s,
            max_wire_bytes=4 * MAX_ROBOTS,
            max_bytes=4 * MAX_ROBOTS,
            allow=policy,
        )
        try:
            response = await self._http.get(f"{origin}/robots.txt", options, now)
            job = ParseJob(
                type="robots",
                body=response.body[:MAX_ROBOTS],
                content_type=None,
                base_url="",
                source=SourceFacts(id="robots"),
                seen_at_ms=now,
            )
            rules = Rules.of((await self._pool.parse(job)).says)
        except (FetchTemporary, FetchPermanent, ParseFailed, ParseKilled) as error:
            if isinstance(error, FetchPermanent) and not error.said_so:
                raise  # the address itself is the trouble, not what the host says
            trouble = str(error)
            if _STATUS.search(trouble) or isinstance(error, FetchPermanent):
                host.rules, host.trouble, host.until_ms = EVERYTHING, "", now + FRESH_MS
                return
            # An older copy is better than none, and may be used while the host is unreachable (section 2.4).
            host.trouble, host.until_ms = trouble, now + AGAIN_MS
            log.info("robots_not_read", host=origin, error=trouble, known=host.rules is not None)
            return
        host.rules, host.trouble, host.until_ms = rules, "", now + FRESH_MS
        host.last_ms = now

    def _tidy(self) -> None:
        """Forget the hosts that have not been asked about for the longest time, where there are too many."""
        if len(self._hosts) < MAX_HOSTS:
            return
        for origin in sorted(self._hosts, key=lambda name: self._hosts[name].last_ms)[: MAX_HOSTS // 10]:
            if not self._asking[origin].locked():
                del self._hosts[origin], self._asking[origin]
