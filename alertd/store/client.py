"""The connection to Redis, with every knob of redis-py set by us.

redis-py 8 sends a command again by default when its reply is lost: one `XADD` call made two entries. Here nothing is
sent twice: a lost reply is an error, and only callers know whether their call may be repeated. The one exception is
NOSCRIPT, which means that nothing was run.

Blocking reads have their own pool with a longer time-out: a BLOCK longer than the socket's time-out never returns.
Replies are raw RESP2, without redis-py's parsing, so that their shape depends on nothing but the server.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import structlog
from redis import exceptions

from alertd.errors import AlertdError, Corrupt, StoreRefused, StoreUnavailable
from alertd.store.keys import WRONG_TYPE, Keys
from alertd.store.scripts import Script, read_all, script
from alertd.store.servers import Arg as Arg
from alertd.store.servers import Servers
from alertd.store.translate import is_about_access, translated

log = structlog.get_logger(__name__)

READER_TIMEOUT_S = 6.0
"""The watchdog of blocking reads: one that has not come back by then stands on a dead line, and is given up."""
MAX_BLOCK_MS = 2_500
"""Longest wait of a blocking read: it must return well within the socket's time-out."""
assert MAX_BLOCK_MS / 1000 < READER_TIMEOUT_S / 2


class Link:
    """Sends commands and scripts. Raises StoreUnavailable, StoreRefused or Corrupt, nothing of redis-py's."""

    def __init__(self, url: str, keys: Keys, *, name: str, max_connections: int) -> None:
        """Open nothing yet: connections are made when they are needed. Raises StoreRefused for a bad URL."""
        safe_name = "".join(c if c.isascii() and c.isprintable() and c != " " else "-" for c in f"alertd:{name}")
        read_all()
        self.keys = keys
        self.over_socket = url.startswith("unix:")
        self._let_in = False
        tag = keys("")
        self._servers = Servers(url, tag, name=safe_name, most=max_connections, reader_timeout_s=READER_TIMEOUT_S)
        self.kind = self._servers.address.kind

    async def aclose(self) -> None:
        """Close all connections."""
        await self._servers.aclose()

    async def call(self, *command: Arg) -> Any:
        """Send one command and give its raw reply."""
        with self._translated(command):
            return await self._servers.send(*command)

    @property
    def server(self) -> object:
        """Something that stays the same while the same server takes all that is sent."""
        return self._servers.server

    async def pipeline(self, commands: Iterable[Sequence[Arg]], *, redirect: bool = True) -> list[Any]:
        """Send several commands in one go, without a transaction; the first error is raised.

        All go to one server; what a node of a cluster turns away goes elsewhere, unless `redirect` is false.
        """
        with self._translated():
            return await self._servers.pipeline(commands, redirect=redirect)

    async def block(self, block_ms: int, *command: Arg) -> Any:
        """Send a command that may wait on the server for `block_ms`. Callers must not cancel it: the server would
        hand out entries that nobody gets to see (crash point C7).

        Raises ValueError for a wait as long as the connection's time-out.
        """
        if not 0 <= block_ms <= MAX_BLOCK_MS:
            raise ValueError(f"a blocking read waits at most {MAX_BLOCK_MS} ms, not {block_ms}")
        with self._translated(command):
            return await self._servers.block(*command)

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

    async def run_each(self, name: str, runs: Sequence[tuple[Sequence[str], Sequence[Arg]]]) -> list[Any]:
        """Run a script several times, each over its keys with these names, all in one go.

        Gives of each its answer, or the error that it met. Raises where the server cannot be reached.
        """
        code = script(name)
        commands = [("EVALSHA", code.sha, len(names), *map(self.keys, names), *args) for names, args in runs]
        with self._translated():
            replies = await self._servers.each(commands)
        return [await self._settled(name, run, reply) for run, reply in zip(runs, replies, strict=True)]

    async def _settled(self, name: str, run: tuple[Sequence[str], Sequence[Arg]], reply: Any) -> Any:
        """Run it again where that is no repeat: the server did not know the script, or it wanted more keys."""
        try:
            if isinstance(reply, exceptions.NoScriptError) or (isinstance(reply, list) and reply[0] == b"keys"):
                return await self.run(name, run[0], *run[1])
            if isinstance(reply, Exception):
                with self._translated():
                    raise reply
        except AlertdError as error:
            return error
        return reply

    async def _evaluate(self, code: Script, keys: Sequence[str], args: Sequence[Arg]) -> Any:
        with self._translated():
            try:
                return await self._servers.send("EVALSHA", code.sha, len(keys), *keys, *args)
            except exceptions.NoScriptError:
                # a restart, a failover or SCRIPT FLUSH: nothing was run, so this is no repeat
                log.debug("script_loaded", script=code.name)
                return await self._servers.send("EVAL", code.text, len(keys), *keys, *args)

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
                text = str(error) if found in str(error) else f"{found}: {error}"
                raise StoreUnavailable(f"{text}. {WRONG_TYPE}") from error.__cause__
            raise
        self._let_in = True
