"""Requests that somebody marked so as to be safe when they are sent twice, with what came of each.

begin -> b"": it is yours to do -> settle, or drop where nothing came of it
     `-> what the first one has left: its own mark while it is under way, then what came of it
"""

from __future__ import annotations

from alertd.store.part import Part

KEPT_MS = 86_400_000


class RequestsPart(Part):
    """`begin_request`, `settle_request` and `drop_request`."""

    async def begin_request(self, name: str, mark: bytes) -> bytes:
        """Take a request that nobody has taken for 24 hours; empty: it is taken now, else what is there."""
        key = self.keys(f"asked:{name}")
        if await self.link.call("SET", key, mark, "NX", "PX", KEPT_MS):
            return b""
        return bytes(await self.link.call("GET", key) or b"")

    async def settle_request(self, name: str, came: bytes) -> None:
        """Write down what came of it, for 24 hours from now."""
        await self.link.call("SET", self.keys(f"asked:{name}"), came, "PX", KEPT_MS)

    async def drop_request(self, name: str) -> None:
        """Let it be asked again."""
        await self.link.call("DEL", self.keys(f"asked:{name}"))
