"""Turns at a host that counts what all of our processes send it, and its silence after it has told us to stop.

SEC.gov allows ten requests a second in all (www.sec.gov/os/accessing-edgar-data); who sends more is shut out until
ten minutes have passed in which he stayed below.
"""

from __future__ import annotations

from alertd.store.part import Part
from alertd.store.types import Turn


class LimitsPart(Part):
    """`take_turn` and `keep_quiet`."""

    async def take_turn(self, limit: str, token: str, now: int, interval_ms: int, longest_ms: int) -> Turn:
        """Take the next moment at which to send."""
        names = [f"turns:{limit}", f"quiet:{limit}"]
        kind, at = await self.link.run("turn", names, limit, token, now, interval_ms, longest_ms)
        return Turn(kind=kind.decode(), at_ms=int(at))

    async def keep_quiet(self, limit: str, until_ms: int, now: int) -> None:
        """Give nobody a turn until then."""
        await self.link.run("quiet", [f"quiet:{limit}"], limit, until_ms, now)
