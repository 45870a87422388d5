"""Which of several servers is ours: the primary that Sentinel names, or the node of a cluster that serves our slot.

A connection asks before it is made, and is dropped when another server is known to be ours. Nothing is sent again
here; who has lost a reply decides for himself.

Sentinels are all asked at once and the newest word counts (the highest `config-epoch`, as among themselves): one that
is cut off with an old primary would lead us there. Every second they are asked again, so that a primary that was
replaced while it still answers loses us within that time. What is connected to says itself that it is the primary
(`ROLE`), as https://redis.io/docs/latest/develop/reference/sentinel-clients/ asks for.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from redis import exceptions
from redis.asyncio.connection import Connection

from alertd.store.address import Node

log = structlog.get_logger(__name__)

ASK_S = 1.5
"""How long a sentinel or node may take to say who is ours."""
LOOK_S = 1.0
"""How often sentinels are asked while all is well."""
FRESH_S = 0.1
"""So old may an answer be that others asked for: two hundred connections that are lost at once ask once."""
FAILED_S = 5.0
"""How long a node that did not answer is only taken if no other is named."""
MOST_NODES = 64

Dial = Callable[[Node], Connection]
"""Makes a connection, not yet open, to a sentinel or node."""


class Asked:
    """Those who are asked: a connection to each, made when it is needed."""

    def __init__(self, dial: Dial) -> None:
        self._dial = dial
        self._lines: dict[Node, Connection] = {}

    async def ask(self, node: Node, *commands: Sequence[str]) -> list[Any]:
        """Send commands and give their replies. Raises OSError, TimeoutError or redis-py's errors."""
        line = self._lines.setdefault(node, self._dial(node))
        try:
            async with asyncio.timeout(ASK_S):
                await line.connect()  # type: ignore[no-untyped-call]
                await line.send_packed_command(line.pack_commands(commands))
                return [await line.read_response() for _ in commands]
        except BaseException:
            await line.disconnect(nowait=True)
            raise

    async def aclose(self) -> None:
        """Close them all."""
        for line in self._lines.values():
            await line.disconnect(nowait=True)


class _Shared:
    """Asks once for all who want to know at the same time."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self._task: asyncio.Task[Node] | None = None
        self._at = self._begun = float("-inf")

    @property
    def age_s(self) -> float:
        """How old the newest answer is, or the question that is being asked."""
        return 0.0 if self._task is not None and not self._task.done() else time.monotonic() - self._at

    @property
    def asked_s(self) -> float:
        """How long ago the newest question is, answered or not."""
        return time.monotonic() - self._begun

    def begin(self, ask: Callable[[], Any]) -> asyncio.Task[Node]:
        """Ask, unless that is under way."""
        if self._task is None or self._task.done():
            self._begun = time.monotonic()
            self._task = asyncio.create_task(self._run(ask), name="find_redis")
            self._task.add_done_callback(_heard)
        return self._task

    async def _run(self, ask: Callable[[], Any]) -> Node:
        node: Node = await ask()
        self._at = time.monotonic()
        return node

    async def aclose(self) -> None:
        """End what is under way."""
        if self._task is not None:
            self._task.cancel()
        await self.asked.aclose()


def _heard(task: asyncio.Task[Node]) -> None:
    """Hear what a look in the background came to: whoever needs a connection asks again and is told."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.debug("redis_not_found", error=str(error))


def _tell(before: Node | None, now: Node) -> None:
    if before not in (None, now):
        log.warning("redis_moved", host=now[0], port=now[1])


def _why(answers: Sequence[object]) -> str:
    return next((str(answer) or type(answer).__name__ for answer in answers if isinstance(answer, Exception)), "")


class SentinelFinder:
    """Asks sentinels for their primary."""

    def __init__(self, sentinels: Sequence[Node], service: str, dial: Dial) -> None:
        self._sentinels, self._service = sentinels, service
        self._shared = _Shared(Asked(dial))
        self._stale = False
        self.known: Node | None = None

    async def find(self) -> Node:
        """Give the primary."""
        if self.known is not None and not self._stale and self._shared.age_s < FRESH_S:
            return self.known
        return await asyncio.shield(self._shared.begin(self._ask))

    def look(self) -> None:
        """Ask again each second, and no more often where none answers: it is called for each command."""
        if min(self._shared.age_s, self._shared.asked_s) > LOOK_S:
            self._shared.begin(self._ask)

    def lost(self, node: Node) -> None:
        """Do not trust what was said before."""
        self._stale = True

    async def check(self, connection: Connection) -> None:
        """See that it is a primary; one that forbids to ask is believed."""
        try:
            await connection.send_command("ROLE")
            role = await connection.read_response()
        except exceptions.NoPermissionError:
            return
        if role[0] != b"master":
            raise exceptions.ConnectionError(f"{connection.host}:{connection.port} is not the primary (yet)")

    async def aclose(self) -> None:
        """Close the connections to sentinels."""
        await self._shared.aclose()

    async def _ask(self) -> Node:
        answers = await asyncio.gather(*map(self._of, self._sentinels), return_exceptions=True)
        named = [answer for answer in answers if not isinstance(answer, BaseException)]
        if not named:
            raise exceptions.ConnectionError(f"no sentinel names a primary of {self._service}: {_why(answers)}")
        before, self.known, self._stale = self.known, newest(named), False
        _tell(before, self.known)
        return self.known

    async def _of(self, sentinel: Node) -> tuple[int, Node]:
        where, about = await self._shared.asked.ask(
            sentinel,
            ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", self._service],
            ["SENTINEL", "MASTER", self._service],
        )
        if where is None:
            raise exceptions.ConnectionError(f"{sentinel[0]}:{sentinel[1]} knows no {self._service}")
        told = {about[i]: about[i + 1] for i in range(0, len(about), 2)}
        return int(told.get(b"config-epoch", b"0")), (where[0].decode(), int(where[1]))


def newest(named: Sequence[tuple[int, Node]]) -> Node:
    """Give the primary of the newest epoch; of one epoch, that which most name."""
    epoch = max(epoch for epoch, _ in named)
    return Counter(node for said, node in named if said == epoch).most_common(1)[0][0]


class ClusterFinder:
    """Asks nodes of a cluster for the master of a slot."""

    def __init__(self, seeds: Sequence[Node], slot: int, dial: Dial) -> None:
        self._slot = slot
        self._nodes: dict[Node, None] = dict.fromkeys(seeds)
        self._shared = _Shared(Asked(dial))
        self._failed: dict[Node, float] = {}
        self._last: Node | None = None
        self.known: Node | None = None

    async def find(self) -> Node:
        """Give the node that serves our slot, as far as known: it says so itself if another one does (MOVED)."""
        if self.known is not None:
            return self.known
        return await asyncio.shield(self._shared.begin(self._ask))

    def look(self) -> None:
        """Nothing to do: a node that does not serve our slot any more says so."""

    def lost(self, node: Node) -> None:
        """Ask for another one."""
        self._failed[node] = time.monotonic()
        if self.known == node:
            self.known = None

    def moved(self, node: Node) -> None:
        """Take what a node says: another one serves our slot."""
        self._nodes[node] = None
        _tell(self.known, node)
        self.known = node

    async def check(self, connection: Connection) -> None:
        """Nothing to do: see `look`."""

    async def aclose(self) -> None:
        """Close the connections to those that were asked."""
        await self._shared.aclose()

    async def _ask(self) -> Node:
        answers = await asyncio.gather(*map(self._of, list(self._nodes)), return_exceptions=True)
        named = Counter(node for answer in answers if not isinstance(answer, BaseException) for node in answer)
        if not named:
            raise exceptions.ConnectionError(
                f"no node of the cluster says who serves slot {self._slot}: {_why(answers)}"
            )
        now = time.monotonic()
        well = [n for n, _ in named.most_common() if now - self._failed.get(n, float("-inf")) > FAILED_S]
        self.known = well[0] if well else named.most_common(1)[0][0]
        _tell(self._last, self.known)
        self._last = self.known
        return self.known

    async def _of(self, node: Node) -> list[Node]:
        """Give whom a node takes for the master of our slot; learn of others who can be asked."""
        (slots,) = await self._shared.asked.ask(node, ["CLUSTER", "SLOTS"])
        masters = []
        for first, last, *servers in slots:
            there = [(server[0].decode() if server[0] else node[0], int(server[1])) for server in servers]
            if len(self._nodes) < MOST_NODES:
                self._nodes |= dict.fromkeys(there)
            if first <= self._slot <= last:
                masters.append(there[0])
        return masters
