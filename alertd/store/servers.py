"""The connections to Redis, with every knob of redis-py set by us, and which of several servers they lead to.

Of several (Sentinel, a cluster) `finders.py` says which is ours. redis-py's own clients for them are not used: its
Sentinel asks one sentinel after the other and believes the first, its RedisCluster sends again by itself. What a node
of a cluster turns away (MOVED, ASK) was not run, so that sending it to where it belongs is no repeat.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Sequence
from typing import Any

from redis import exceptions
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import Connection, SSLConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.crc import key_slot

from alertd import telemetry
from alertd.errors import StoreRefused
from alertd.store.address import Address, Node, parse_address
from alertd.store.finders import ClusterFinder, SentinelFinder
from alertd.store.found import FoundConnection, FoundSSLConnection
from alertd.store.packed import PACKED

TIMEOUT_S = 5.0
CONNECT_TIMEOUT_S = 3.0
REDIRECTS = 5
"""How often one command follows a slot that moves."""

Arg = str | bytes | int | float


class Servers:
    """Sends commands to the server that is ours. Raises redis-py's errors."""

    def __init__(self, url: str, tag: str, *, name: str, most: int, reader_timeout_s: float) -> None:
        """`tag` begins each key; by it a cluster finds the node. Raises StoreRefused for a bad URL."""
        self.address = parse_address(url)
        self._name, self._reader_timeout_s = name, reader_timeout_s
        self._finder = _finder(self.address, tag, name)
        self._asked_others = 0
        try:
            self._client = self._pooled(name, TIMEOUT_S, most)
            self._reader = self._pooled(f"{name}:read", reader_timeout_s, 8)
        except ValueError as error:
            raise StoreRefused(f"the Redis URL cannot be read: {error}") from error

    async def aclose(self) -> None:
        """Close all connections."""
        for client in (self._client, self._reader):
            await client.aclose()
            await client.connection_pool.disconnect()
        if self._finder is not None:
            await self._finder.aclose()

    async def send(self, *command: Arg) -> Any:
        """Send one command and give its raw reply."""
        return await self._send(self._client, command)

    async def block(self, *command: Arg) -> Any:
        """Send one that may wait on the server."""
        return await self._send(self._reader, command)

    @property
    def server(self) -> tuple[Node | None, int]:
        """Which of several servers is ours, as far as known (None where there is one), and how often another took
        what was meant for it: while a slot is moved, either has some of its keys.
        """
        return (self._finder.known if self._finder is not None else None), self._asked_others

    async def pipeline(self, commands: Iterable[Sequence[Arg]], *, redirect: bool = True) -> list[Any]:
        """Send several in one go, without a transaction; the first error is raised.

        `redirect`: a command that another node of a cluster wants goes there; otherwise that is an error.
        """
        sent = list(commands)
        replies = await self._piped(sent, raise_on_error=self._finder is None)
        for place, reply in enumerate(replies):
            if isinstance(reply, exceptions.AskError) and redirect:
                replies[place] = await self._redirected(self._client, reply, sent[place])
            elif isinstance(reply, Exception):
                await self._guarded(_raised(reply))
        return replies

    async def each(self, commands: Sequence[Sequence[Arg]]) -> list[Any]:
        """Send several in one go; of each its reply, or the error that it met. Raises what none of them outlives."""
        replies = await self._piped(commands, raise_on_error=False)
        for place, reply in enumerate(replies):
            try:
                if isinstance(reply, exceptions.AskError):
                    replies[place] = await self._redirected(self._client, reply, commands[place])
                elif isinstance(reply, exceptions.ReadOnlyError):
                    await self._guarded(_raised(reply))
            except exceptions.RedisError as error:
                replies[place] = error
        return replies

    async def _piped(self, commands: Sequence[Sequence[Arg]], *, raise_on_error: bool) -> list[Any]:
        async with self._client.pipeline(transaction=False) as pipe:
            for command in commands:
                pipe.execute_command(*command)
            return list(await self._guarded(pipe.execute(raise_on_error=raise_on_error)))

    def _pooled(self, name: str, timeout: float, most: int) -> Redis:
        address, knobs = self.address, _knobs(name, timeout)
        if self._finder is None:
            if not address.url.startswith("unix:"):
                knobs["socket_keepalive"] = True
            pool = BlockingConnectionPool.from_url(address.url, max_connections=most, timeout=TIMEOUT_S, **knobs)
            pool.connection_class = PACKED[pool.connection_class]
        else:
            kind = FoundSSLConnection if address.tls else FoundConnection
            knobs |= _access(address) | {"finder": self._finder}
            pool = BlockingConnectionPool(connection_class=kind, max_connections=most, timeout=TIMEOUT_S, **knobs)
        client: Redis = Redis(connection_pool=pool)
        client.response_callbacks.clear()
        return client

    async def _send(self, client: Any, command: Sequence[Arg]) -> Any:
        try:
            return await self._guarded(client.execute_command(*command))
        except exceptions.AskError as error:
            return await self._redirected(client, error, command)

    async def _redirected(self, client: Any, error: exceptions.AskError, command: Sequence[Arg]) -> Any:
        """Send what one node of a cluster turned away to where it belongs."""
        finder = self._finder
        for _ in range(REDIRECTS):
            if not isinstance(finder, ClusterFinder):
                break
            node = (error.host or (finder.known or ("", 0))[0], error.port)
            try:
                if not isinstance(error, exceptions.MovedError):
                    return await self._guarded(self._asking(node, command))
                finder.moved(node)
                return await self._guarded(client.execute_command(*command))
            except exceptions.AskError as again:
                error = again
        raise error

    async def _asking(self, node: Node, command: Sequence[Arg]) -> Any:
        """Send one command to the node to which our slot is just being moved."""
        self._asked_others += 1
        line = _dial(self.address, node, self._name, self._reader_timeout_s)
        try:
            await line.connect()  # type: ignore[no-untyped-call]
            await line.send_packed_command(line.pack_commands([("ASKING",), tuple(command)]))
            await line.read_response()
            return await line.read_response()
        finally:
            await line.disconnect(nowait=True)

    async def _guarded(self, reply: Awaitable[Any]) -> Any:
        try:
            return await reply
        except exceptions.ReadOnlyError:
            # demoted: the address may lead to the new primary, but old connections stay with the old one
            if self._finder is not None and self._finder.known is not None:
                self._finder.lost(self._finder.known)
            await self._close_idle()
            raise
        except exceptions.TimeoutError:
            # the line is dead, or the server is frozen: the others that stand idle are no better, and each would cost
            # its own time-out before it was given up
            telemetry.REDIS_TIMEOUTS.inc()
            await self._close_idle()
            raise

    async def _close_idle(self) -> None:
        for client in (self._client, self._reader):
            await client.connection_pool.disconnect(inuse_connections=False)


async def _raised(error: Exception) -> Any:
    raise error


def _knobs(name: str, timeout: float) -> dict[str, Any]:
    return {
        "socket_timeout": timeout,
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "retry": Retry(NoBackoff(), 0),
        "retry_on_timeout": False,
        "retry_on_error": [],
        "health_check_interval": 15,
        "client_name": name,
        "protocol": 2,
        "legacy_responses": True,
        "encoding": "utf-8",
        "encoding_errors": "strict",
        "decode_responses": False,
        "driver_info": None,
    }


def _access(address: Address) -> dict[str, Any]:
    """Give what one of several servers wants of whoever connects."""
    found: dict[str, Any] = {"username": address.username, "password": address.password, "db": address.db}
    return found | (dict(address.tls_options) if address.tls else {})


def _dial(address: Address, node: Node, name: str, timeout: float) -> Connection:
    kind = SSLConnection if address.tls else Connection
    knobs = _knobs(name, timeout) | _access(address)
    return kind(host=node[0], port=node[1], **knobs)


def _dial_sentinel(address: Address, node: Node, name: str) -> Connection:
    kind = SSLConnection if address.sentinel_tls else Connection
    knobs = _knobs(name, TIMEOUT_S) | {"username": address.sentinel_username, "password": address.sentinel_password}
    knobs |= dict(address.tls_options) if address.sentinel_tls else {}
    return kind(host=node[0], port=node[1], **knobs)


def _finder(address: Address, tag: str, name: str) -> SentinelFinder | ClusterFinder | None:
    """Make what knows which of several servers is ours."""
    if address.kind == "sentinel":
        return SentinelFinder(address.nodes, address.service, lambda node: _dial_sentinel(address, node, name))
    if address.kind == "cluster":
        slot = key_slot(tag.encode())
        return ClusterFinder(address.nodes, slot, lambda node: _dial(address, node, name, TIMEOUT_S))
    return None
