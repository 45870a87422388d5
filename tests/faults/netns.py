"""A network namespace for one daemon: a machine of its own, with a cable to this one that can swallow what it sends.

with Namespace(case.chance) as inside:               skips where it may not
    daemon.before = inside.before                    it lives in there; we are at `inside.world`, `inside.redis`
    inside.swallow(inside.redis)                     what it sends there goes to nobody: no error, no FIN, no RST
    inside.heal()

Two addresses of this machine, so that it can be cut off from one of them alone. Frames to an address are swallowed by
giving it, in there, the hardware address of nobody (ip-neighbour(8)): as with a switch that has lost a port.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import socket
import subprocess
from typing import Self

import pytest

_NOBODY = "02:00:00:00:00:99"


class Namespace:
    """A namespace of its own, and a cable; a context manager."""

    def __init__(self, chance: random.Random) -> None:
        number, net = chance.randrange(1 << 16), f"10.231.{chance.randrange(256)}"
        self._name = f"alertd-{number:x}"
        self._outer, self._inner = f"ao{number:x}", f"ai{number:x}"
        self._there = f"{net}.2/24"
        self.world = f"{net}.1"
        self.redis = f"{net}.3"
        self.before = ("ip", "netns", "exec", self._name)
        """The program that starts another one in there."""
        self._swallowed: set[str] = set()

    def free_port(self) -> int:
        """Give a port at `redis` that nobody listens at."""
        with socket.create_server((self.redis, 0)) as plug:
            port: int = plug.getsockname()[1]
            return port

    def swallow(self, *addresses: str) -> None:
        """Let what is sent to these addresses from in there go to nobody."""
        for address in addresses:
            words = ("replace", address, "lladdr", _NOBODY, "nud", "permanent", "dev", self._inner)
            _ip("-n", self._name, "neigh", *words)
            self._swallowed.add(address)

    def heal(self) -> None:
        """Let everything through again; TCP sends again what was swallowed."""
        for address in self._swallowed:
            _ip("-n", self._name, "neigh", "del", address, "dev", self._inner)
        self._swallowed.clear()

    def __enter__(self) -> Self:
        if shutil.which("ip") is None:
            pytest.skip("no ip(8): there are no network namespaces to be had")
        try:
            _ip("netns", "add", self._name)
        except OSError as error:
            pytest.skip(f"no network namespace: {error}")
        try:
            _ip("link", "add", self._outer, "type", "veth", "peer", "name", self._inner, "netns", self._name)
            _ip("addr", "add", f"{self.world}/24", "dev", self._outer)
            _ip("addr", "add", f"{self.redis}/24", "dev", self._outer)
            _ip("link", "set", self._outer, "up")
            _ip("-n", self._name, "addr", "add", self._there, "dev", self._inner)
            for link in ("lo", self._inner):
                _ip("-n", self._name, "link", "set", link, "up")
        except OSError as error:
            self.__exit__()
            pytest.skip(f"no cable between network namespaces: {error}")
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # there may be none yet
            _ip("link", "del", self._outer)  # else it goes with the namespace, some time later
        _ip("netns", "del", self._name)


def _ip(*words: str) -> None:
    """Run ip(8). Raises OSError with what it said."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True)
    if done.returncode:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")
