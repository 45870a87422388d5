"""The connection to Redis, with every knob of redis-py set by us.

redis-py 8 sends a command again by default when its reply is lost: one `XADD` call made two entries. Here nothing is
sent twice: a lost reply is an error, and only callers know whether their call may be repeated. The one exception is
NOSCRIPT, which means that nothing was run.

Blocking reads have their own pool with a longer time-out: a BLOCK longer than the socket's time-out never returns.
Replies are raw RESP2, without redis-py's parsing, so that their shape depends on nothing but the server.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import structlog
from redis import exceptions
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from alertd.errors import Corrupt, StoreRefused, StoreUnavailable
from alertd.store.keys import WRONG_TYPE, Keys
from alertd.store.scripts import Script, script
from alertd.store.translate import is_about_access, translated

log = structlog.get_logger(__name__)

Arg = str | bytes | int | float

TIMEOUT_S = 5.0
CONNECT_TIMEOUT_S = 3.0
READER_TIMEOUT_S = 6.0
"""The watchdog of blocking reads: one that has not come back by then stands on a dead line, and is given up."""
MAX_BLOCK_MS = 2_500
"""Longest wait of a blocking read: it must return well within the socket's time-out."""
assert MAX_BLOCK_MS / 1000 < READER_TIMEOUT_S / 2

_URL_OPTIONS = frozenset({"db", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_cert_reqs", "ssl_check_hostname"})


def check_url(url: str) -> None:
    """Refuse a URL that is not redis://, rediss:// or unix://, or that tries to set the client's knobs.

    Raises StoreRefused; its text does not repeat the URL, which can hold a password.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise StoreRefused("a Redis URL begins with redis://, rediss:// or unix://")
    foreign = sorted(set(parse_qs(parts.query)) - _URL_OPTIONS)
    if foreign:
        raise StoreRefused(f"a Redis URL may not set {', '.join(foreign)}; only {', '.join(sorted(_URL_OPTIONS))}")


def _connect(url: str, name: str, *, timeout: float, max_connections: int) -> Redis:
    knobs: dict[str, Any] = {}
    if not url.startswith("unix:"):
        knobs["socket_keepalive"] = True
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=max_connections,
        timeout=TIMEOUT_S,
        socket_timeout=timeout,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
        retry_on_timeout=False,
        retry_on_error=[],
        health_check_interval=15,
        client_name=name,
        protocol=2,
        legacy_responses=True,
        encoding="utf-8",
        encoding_errors="strict",
        decode_responses=False,
        driver_info=None,
        **knobs,
    )
    client: Redis = Redis(connection_pool=pool)
    client.response_callbacks.clear()
    return client


class Link:
    """Sends commands and scripts. Raises StoreUnavailable, StoreRefused or Corrupt, nothing of redis-py's."""

    def __init__(self, url: str, keys: Keys, *, name: str, max_connections: int) -> None:
        """Open nothing yet: connections are made when they are needed. Raises StoreRefused for a bad URL."""
        check_url(url)
        safe_name = "".join(c if c.isascii() and c.isprintable() and c != " " else "-" for c in f"alertd:{name}")
        self.keys = keys
        self.over_socket = url.startswith("unix:")
        self._let_in = False
        try:
            self._client = _connect(url, safe_name, timeout=TIMEOUT_S, max_connections=max_connections)
            self._reader = _connect(url, f"{safe_name}:read", timeout=READER_TIMEOUT_S, max_connections=8)
        except ValueError as error:
            raise StoreRefused(f"the Redis URL cannot be read: {error}") from error

    async def aclose(self) -> None:
        """Close all connections."""
        for client in (self._client, self._reader):
            await client.aclose()
            await client.connection_pool.disconnect()

    async def call(self, *command: Arg) -> Any:
        """Send one command and give its raw reply."""
        with self._translated(command):
            return await self._send(self._client, *command)

    async def pipeline(self, commands: Iterable[Sequence[Arg]]) -> list[Any]:
        """Send several commands in one go, without a transaction; the first error is raised."""
        with self._translated():
            async with self._client.pipeline(transaction=False) as pipe:
                for command in commands:
                    pipe.execute_command(*command)
                return list(await self._guarded(pipe.execute(raise_on_error=True)))

    async def block(self, block_ms: int, *command: Arg) -> Any:
        """Send a command that may wait on the server for `block_ms`. Callers must not cancel it: the server would
        hand out entries that nobody gets to see (crash point C7).

        Raises ValueError for a wait as long as the connection's time-out.
        """
        if not 0 <= block_ms <= MAX_BLOCK_MS:
            raise ValueError(f"a blocking read waits at most {MAX_BLOCK_MS} ms, not {block_ms}")
        with self._translated(command):
            return await self._send(self._reader, *command)

    async def run(self, name: str, key_names: Iterable[str], *args: Arg) -> list[Any]:
        """Run a script over the keys with these names and give its answer, whose first item is a status.

        A script that needs more keys says so before it writes; it is run again with them.
        """
        wanted = dict.fromkeys(key_names)
        for _ in range(8):
            reply: list[Any] = await self._evaluate(script(name), [self.keys(n) for n in wanted], args)
            if reply[0] != b"keys":
                return reply
            wanted |= dict.fromkeys(n.decode() for n in reply[1:])
        raise StoreUnavailable(f"the keys that {name} needs change faster than they can be named")

    async def _evaluate(self, code: Script, keys: Sequence[str], args: Sequence[Arg]) -> Any:
        with self._translated():
            try:
                return await self._send(self._client, "EVALSHA", code.sha, len(keys), *keys, *args)
            except exceptions.NoScriptError:
                # a restart, a failover or SCRIPT FLUSH: nothing was run, so this is no repeat
                log.debug("script_loaded", script=code.name)
                return await self._send(self._client, "EVAL", code.text, len(keys), *keys, *args)

    @contextmanager
    def _translated(self, command: Sequence[Arg] = ()) -> Iterator[None]:
        """Raise our errors, two of them as what passes and is waited for.

        Whoever was let in once and is not any more waits: the password is being changed, and will be right again;
        whoever never was has a wrong one in the settings. And a key of another type on which all depends says
        nothing against the one event that met it: it waits for whoever removes that key.
        """
        try:
            with translated():
                yield
        except StoreRefused as error:
            if self._let_in and error.__cause__ is not None and is_about_access(error.__cause__):
                raise StoreUnavailable(str(error)) from error.__cause__
            raise
        except Corrupt as error:
            if found := self.keys.shared_in(str(error), *(arg for arg in command if isinstance(arg, str))):
                raise StoreUnavailable(f"{found}: {error}. {WRONG_TYPE}") from error.__cause__
            raise
        self._let_in = True

    async def _send(self, client: Any, *command: Arg) -> Any:
        return await self._guarded(client.execute_command(*command))

    async def _guarded(self, reply: Awaitable[Any]) -> Any:
        try:
            return await reply
        except exceptions.ReadOnlyError:
            # demoted: the address may lead to the new primary, but old connections stay with the old one
            for client in (self._client, self._reader):
                await client.connection_pool.disconnect(inuse_connections=False)
            raise
