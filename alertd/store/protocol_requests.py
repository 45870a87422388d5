"""What the store promises of requests that are safe to be sent twice."""

from __future__ import annotations

from typing import Protocol


class RequestStore(Protocol):
    """Remembers for 24 hours what came of a request."""

    async def begin_request(self, name: str, mark: bytes) -> bytes:
        """Take a request that nobody has taken for 24 hours; empty: it is taken now, else what is there."""

    async def settle_request(self, name: str, came: bytes) -> None:
        """Write down what came of it, for 24 hours from now."""

    async def drop_request(self, name: str) -> None:
        """Let it be asked again."""
