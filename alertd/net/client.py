"""The one HTTP client: `get` for whatever a stranger publishes, `post` for messages that must not be doubled.

    get:   turn at the host -> connect, address checked -> redirect, judged -> body: counted, decoded, hashed
    post:  connect, address checked -> the bytes, once -> the answer, whatever it is

Failures are FetchTemporary, FetchPermanent and PostFailed, in a few words that name the host and nothing more of a
URL. docs/net.md lists what is refused and why.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import aiohttp

from alertd.net.address import PUBLIC, AddressPolicy
from alertd.net.budget import HostBudget
from alertd.net.exchange import GetOptions, PostFailed, PostOptions, PostResult, Response
from alertd.net.fetch import Visit
from alertd.net.pools import Pools, attempting
from alertd.net.send import send_once

__all__ = [
    "PUBLIC",
    "AddressPolicy",
    "GetOptions",
    "HttpClient",
    "PostFailed",
    "PostOptions",
    "PostResult",
    "Response",
]


class HttpClient:
    """An async context manager; one for a process. It opens connections when first asked.

    `user_agent` goes with every request (the SEC asks for a name and a mail address). `tls` replaces the default
    context, which trusts the system's authorities and speaks TLS 1.2 or later; `budget` replaces the default budget.
    """

    def __init__(
        self, user_agent: str, *, tls: ssl.SSLContext | None = None, budget: HostBudget | None = None
    ) -> None:
        self._user_agent = user_agent
        self._budget = HostBudget() if budget is None else budget
        self._pools = Pools(tls)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pools.aclose()

    async def get(self, url: str, options: GetOptions, now: int) -> Response:
        """Fetch `url`, following at most five redirects. `now` is in milliseconds.

        Raises FetchPermanent for an address that can never work and for 410; FetchTemporary for everything else that
        is not a document: connections that are refused, hang or break, TLS faults, forbidden addresses behind a name
        or a redirect, 4xx and 5xx (with `retry_after`), bodies that are too large, damaged or cut off.
        """
        return await Visit(url, options, now, self._user_agent).run(self._pools, self._budget)

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], options: PostOptions, now: int = 0
    ) -> PostResult:
        """Send exactly these bytes, once, and give the server's answer; a redirect is an answer. Raises PostFailed.

        `now`, in milliseconds, is only needed to read a Retry-After date of a server that sends no Date.
        """
        return await send_once(self._pools, url, body, headers, options, now, self._user_agent)

    @contextmanager
    def sockets(self, policy: AddressPolicy) -> Iterator[aiohttp.ClientSession]:
        """Give a session for WebSockets whose addresses are checked like those of requests. It stays this client's.

        To be connected within the block, by tasks that were begun within it.
        """
        with attempting():
            yield self._pools.session(policy, "socket")
