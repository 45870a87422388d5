"""Several Redis servers that belong together, on loopback: a primary, its replicas and their sentinels; a cluster.

    with Replicated(binary) as redis:            # one primary, one replica, three sentinels
        settings["redis"] = redis.url
        redis.primary.kill()
        await redis.promoted()                   # the sentinels have agreed on the replica

Everything dies with the test. Ports are free ones.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import time
from collections.abc import Mapping, Sequence
from typing import Any, Self

import redis
from redis.asyncio import Redis
from redis.crc import key_slot
from redis.exceptions import RedisError, ResponseError

from tests.support.daemon import eventually
from tests.support.redis import RedisServer

SERVICE = "desk"
SAFE = {"appendfsync": "always"}
DOWN_MS = 1_000
"""After how long a sentinel takes a server for dead."""
DEADLINE_S = 120.0


def free_port() -> int:
    """Give a free port whose neighbour for a cluster's own talk, 10,000 higher, is free too.

    Both lie below those that the system gives away: nobody gets them by asking for any.
    """
    while True:
        port = random.randrange(20_000, 22_700)
        with contextlib.suppress(OSError), socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", port))
            other.bind(("127.0.0.1", port + 10_000))
            return port


class TcpServer(RedisServer):
    """A server that listens on a port of loopback too."""

    def __init__(self, binary: str, flags: Mapping[str, str] | None = None) -> None:
        self.port = free_port()
        listen = {"tls-port" if "tls-cert-file" in (flags or {}) else "port": str(self.port), "bind": "127.0.0.1"}
        super().__init__(binary, listen | dict(flags or {}))

    def ask(self) -> Any:
        """Give a client, for the test itself."""
        return Redis(port=self.port, socket_timeout=5)

    def info(self, name: str) -> str:
        """Give one line of INFO replication or server; empty where there is none."""
        text = self.command("INFO").decode("utf-8", "replace")
        return next((line.partition(":")[2] for line in text.splitlines() if line.startswith(f"{name}:")), "")


class SentinelServer(TcpServer):
    """A sentinel that watches one primary."""

    def __init__(
        self, binary: str, primary: int, quorum: int, *, password: str = "", own: str = "",
        tls: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """`password` is that of the servers, `own` that of the sentinel; `tls` are its settings."""
        super().__init__(binary, tls)
        file = self.folder / "sentinel.conf"
        lines = [
            *(f"{name} {value}" for name, value in (tls or {}).items()),
            *(["port 0", f"tls-port {self.port}"] if tls else [f"port {self.port}"]),
            "bind 127.0.0.1", f"dir {self.folder}", f"unixsocket {self.socket}",
            f"sentinel monitor {SERVICE} 127.0.0.1 {primary} {quorum}",
            f"sentinel down-after-milliseconds {SERVICE} {DOWN_MS}",
            f"sentinel failover-timeout {SERVICE} 60000",
            *([f"sentinel auth-pass {SERVICE} {password}"] if password else []),
            *([f"requirepass {own}", f"sentinel sentinel-pass {own}"] if own else []),
        ]  # fmt: skip
        file.write_text("\n".join(lines) + "\n")
        self._command = [binary, str(file), "--sentinel"]


class Replicated:
    """A primary, one replica, three sentinels."""

    def __init__(
        self, binary: str, flags: Mapping[str, str] | None = None, *, password: str = "", own: str = ""
    ) -> None:
        """`flags` are the servers' settings."""
        auth = {"requirepass": password, "masterauth": password} if password else {}
        settings = SAFE | {"repl-diskless-sync-delay": "0"} | auth | dict(flags or {})
        self._binary, self._settings, self._password, self._own = binary, settings, password, own
        self.primary = TcpServer(binary, settings)
        self.replica = TcpServer(binary, settings)
        self.sentinels: list[SentinelServer] = []

    @property
    def url(self) -> str:
        """What the settings say."""
        user = f":{self._password}@" if self._password else ""
        option = f"?sentinel_password={self._own}" if self._own else ""
        return f"redis+sentinel://{user}{hosts(self.sentinels)}/{SERVICE}{option}"

    def follow(self, port: int = 0) -> None:
        """Let the replica follow the primary, through a proxy on a port perhaps, and wait until it does."""
        self.replica.start()
        self._say(self.replica, "REPLICAOF", "127.0.0.1", str(port or self.primary.port))

    def __enter__(self) -> Self:
        self.primary.start()
        self.follow()
        self.watch()
        return self

    def watch(self) -> None:
        """Wait for the replica, and start the sentinels."""
        wait_for(lambda: self._told(self.replica, "master_link_status") == "up", "the replica follows")
        for _ in range(3):
            tls = {name: value for name, value in self._settings.items() if name.startswith("tls-")}
            sentinel = SentinelServer(
                self._binary, self.primary.port, 2, password=self._password, own=self._own, tls=tls
            )
            self.sentinels.append(sentinel)
            sentinel.start()
        for sentinel in self.sentinels:
            wait_for(lambda sentinel=sentinel: self._knows(sentinel), "the sentinels know each other")

    def _knows(self, sentinel: SentinelServer) -> bool:
        if self._own:
            return True
        told = sentinel.command("SENTINEL", "MASTER", SERVICE)
        return b"$19\r\nnum-other-sentinels\r\n$1\r\n2" in told and b"$10\r\nnum-slaves\r\n$1\r\n1" in told

    def _say(self, server: RedisServer, *words: str) -> Any:
        client: Any = redis.Redis(unix_socket_path=str(server.socket), password=self._password or None)
        with client:
            return client.execute_command(*words)

    def _told(self, server: RedisServer, name: str) -> str:
        return str(self._say(server, "INFO", "replication").get(name, ""))

    async def named(self) -> int:
        """Give the port that most sentinels name as the primary's."""
        found = []
        for sentinel in self.sentinels:
            with contextlib.suppress(RedisError, OSError):
                client: Any = Redis(port=sentinel.port, password=self._own or None, socket_timeout=2)
                async with client:
                    found.append(int((await client.sentinel_get_master_addr_by_name(SERVICE))[1]))
        return max(set(found), key=found.count) if found else 0

    async def promoted(self) -> None:
        """Wait until the replica is the primary, and the sentinels say so."""

        async def done() -> bool:
            return await self.named() == self.replica.port and self._told(self.replica, "role") == "master"

        await eventually(done, "the replica is promoted", DEADLINE_S)

    async def fail_over(self) -> None:
        """Let a sentinel begin a failover, once it has seen the replica well: nothing has died."""
        client: Any = Redis(port=self.sentinels[0].port, password=self._own or None)

        async def begun() -> bool:
            try:
                await client.execute_command("SENTINEL", "FAILOVER", SERVICE)
            except ResponseError as error:
                if "NOGOODSLAVE" not in str(error):
                    raise
                return False
            return True

        async with client:
            await eventually(begun, "a sentinel begins a failover", DEADLINE_S)

    def __exit__(self, *_: object) -> None:
        for server in (*self.sentinels, self.replica, self.primary):
            server.stop()


class Clustered:
    """Three masters with a third of the slots each, and a replica of the one that serves a namespace."""

    def __init__(self, binary: str, namespace: str, flags: Mapping[str, str] | None = None) -> None:
        settings = SAFE | {
            "cluster-enabled": "yes", "cluster-node-timeout": "1500", "cluster-config-file": "nodes.conf",
            "repl-diskless-sync-delay": "0", "cluster-require-full-coverage": "no",
        } | dict(flags or {})  # fmt: skip
        self.slot = key_slot(f"{{{namespace}}}:".encode())
        self.nodes = [TcpServer(binary, settings) for _ in range(4)]
        first = self.slot * 3 // 16_384
        self.ours = self.nodes[first]
        """The master of our slot at first."""
        self.other = self.nodes[(first + 1) % 3]
        self.replica = self.nodes[3]

    @property
    def url(self) -> str:
        """What the settings say: not the node that serves us, which is to be found."""
        return f"redis+cluster://{hosts([node for node in self.nodes[:3] if node is not self.ours])}"

    def __enter__(self) -> Self:
        for node in self.nodes:
            node.start()
        for number, node in enumerate(self.nodes[:3]):
            first, last = -(-number * 16_384 // 3), -(-(number + 1) * 16_384 // 3) - 1
            assert node.command("CLUSTER", "ADDSLOTSRANGE", str(first), str(last)) == b"+OK\r\n"
            node.command("CLUSTER", "SET-CONFIG-EPOCH", str(number + 1))
        for node in self.nodes[1:]:
            node.command("CLUSTER", "MEET", "127.0.0.1", str(self.nodes[0].port))
        wait_for(lambda: all(self._nodes_of(node) == 4 for node in self.nodes), "the nodes know each other")
        self.follow(self.ours)
        wait_for(lambda: all(map(_is_well, self.nodes)), "all slots are served")
        return self

    def follow(self, master: TcpServer) -> None:
        """Let the fourth node be the replica of a master, and wait until it follows it."""
        self.replica.command("CLUSTER", "REPLICATE", id_of(master))
        wait_for(lambda: self.replica.info("master_link_status") == "up", "the replica follows")

    @staticmethod
    def _nodes_of(node: TcpServer) -> int:
        return node.command("CLUSTER", "NODES").count(b"connected")

    async def move(self, source: TcpServer, target: TcpServer) -> int:
        """Move our slot from one master to another while it is used; gives how many keys were moved."""
        slot, moved = str(self.slot), 0
        target.command("CLUSTER", "SETSLOT", slot, "IMPORTING", id_of(source))
        source.command("CLUSTER", "SETSLOT", slot, "MIGRATING", id_of(target))
        async with source.ask() as client:
            while names := await client.execute_command("CLUSTER", "GETKEYSINSLOT", self.slot, 50):
                await client.execute_command("MIGRATE", "127.0.0.1", target.port, "", 0, 5_000, "KEYS", *names)
                moved += len(names)
                await asyncio.sleep(0)
        for node in (target, source, *(n for n in self.nodes[:3] if n not in (source, target))):
            node.command("CLUSTER", "SETSLOT", slot, "NODE", id_of(target))
        return moved

    async def promoted(self) -> None:
        """Wait until the replica has taken its dead master's place."""

        async def done() -> bool:
            return self.replica.info("role") == "master"

        await eventually(done, "the replica is promoted", DEADLINE_S)

    def __exit__(self, *_: object) -> None:
        for node in self.nodes:
            node.stop()


def _is_well(node: TcpServer) -> bool:
    return b"cluster_state:ok" in node.command("CLUSTER", "INFO")


def id_of(node: TcpServer) -> str:
    """Give the id of a node."""
    return node.command("CLUSTER", "MYID").split(b"\r\n")[1].decode()


def wait_for(check: object, what: str) -> None:
    """Wait until a check gives something true. Fails by name when it never does."""
    assert callable(check)
    deadline = time.monotonic() + DEADLINE_S
    while not check():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def hosts(servers: Sequence[TcpServer]) -> str:
    """Write servers as in an address."""
    return ",".join(f"127.0.0.1:{server.port}" for server in servers)
