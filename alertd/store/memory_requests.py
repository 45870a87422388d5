"""Requests that are safe to be sent twice, in memory; nothing is forgotten."""

from __future__ import annotations


class MemoryRequests:
    """`begin_request`, `settle_request` and `drop_request`, as Redis does them."""

    _requests: dict[str, bytes]

    async def begin_request(self, name: str, mark: bytes) -> bytes:
        """Take a request that nobody has taken; empty: it is taken now, else what is there."""
        if name in self._requests:
            return self._requests[name]
        self._requests[name] = mark
        return b""

    async def settle_request(self, name: str, came: bytes) -> None:
        """Write down what came of it."""
        self._requests[name] = came

    async def drop_request(self, name: str) -> None:
        """Let it be asked again."""
        self._requests.pop(name, None)
