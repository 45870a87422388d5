"""The files and commands in docs/scaling.md: servers take theirs, and an upgrade leaves out no role."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from redis import Redis

from alertd.app.state import ROLES
from alertd.store.redis import open_store
from tests.support.redis import RedisServer, bundled_binary
from tests.support.redis_topology import free_port

DOCS = Path(__file__).parents[2] / "docs"


def block(beginning: str) -> str:
    """Give the block of docs/scaling.md that begins like this."""
    (found,) = [b for b in re.findall(r"```\n(.*?)```", (DOCS / "scaling.md").read_text(), re.DOTALL)
                if b.startswith(beginning)]  # fmt: skip
    return str(found)


class Documented(RedisServer):
    """A server with a file of the documentation."""

    def __init__(self, text: str, *words: str) -> None:
        super().__init__(bundled_binary())
        file = self.folder / "server.conf"
        file.write_text(f"{text}unixsocket {self.socket}\n")
        self._command = [bundled_binary(), str(file), *words]

    def ask(self, password: str, *words: str) -> Any:
        """Send one command, with a password."""
        with Redis(unix_socket_path=str(self.socket), password=password, decode_responses=True) as client:
            return client.execute_command(*words)


def test_a_sentinel_takes_its_file(tmp_path: Path) -> None:
    text = block("port 26379")
    for old, new in (
        ("26379", str(free_port())),
        ("/var/lib/redis-sentinel", str(tmp_path)),
        ("10.0.0.1", "127.0.0.1"),
    ):
        assert old in text
        text = text.replace(old, new)
    with Documented(text, "--sentinel") as sentinel:
        found = sentinel.ask("SENTINEL-PASSWORD", "SENTINEL", "MASTER", "desk")
    pairs = found if isinstance(found, dict) else dict(zip(found[::2], found[1::2], strict=True))
    assert (int(pairs["quorum"]), int(pairs["port"])) == (2, 6379)


async def test_a_server_with_its_file_is_one_that_alertd_has_nothing_against(tmp_path: Path) -> None:
    text = f"port 0\ndir {tmp_path}\n" + block("requirepass REDIS-PASSWORD")
    with Documented(text) as server:
        store = await open_store(f"unix://:REDIS-PASSWORD@{server.socket}", "alertd", name="test")
        try:
            assert await store.check_server() == []
        finally:
            await store.aclose()


def test_an_upgrade_restarts_every_role_once() -> None:
    assert sorted(re.findall(r"alertd@([a-z]+)", block("# on each machine, in a clone"))) == sorted(ROLES)
