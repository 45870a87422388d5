"""What models are asked on a day of UTC, and what that takes: counted for all processes, before they are asked."""

from __future__ import annotations

from alertd.store.part import Part
from alertd.store.types import SpendLimits, Spent

SPENT_MS = 3 * 86_400_000
"""How long a day's spending is kept after its last question: a clock that was set back finds its day as it was."""


def spent_name(model: str, day: int) -> str:
    """Name the key of what a model was asked on a day (since 1970)."""
    return f"spent:{model}/{day}"


class SpendingPart(Part):
    """`reserve_spend`, `settle_spend` and `spent`."""

    async def reserve_spend(
        self, model: str, day: int, token: str, portfolio: str, tokens: int, limits: SpendLimits
    ) -> Spent:
        """Count a question before it is asked, if the limits let it."""
        args = (model, day, token, portfolio, tokens, *limits, SPENT_MS)
        return _spent(await self.link.run("spend", [spent_name(model, day)], *args))

    async def settle_spend(
        self, model: str, day: int, token: str, tokens: int, currency: str = "", cost: float = 0.0
    ) -> Spent:
        """Put what a question took in the place of the guess."""
        args = (model, day, token, tokens, currency, f"{cost:.12f}")
        return _spent(await self.link.run("settle", [spent_name(model, day)], *args))

    async def spent(self, model: str, day: int, currency: str = "") -> Spent:
        """Give what a model was asked on a day, and what that cost in a currency."""
        fields = ("calls", "tokens", f"cost:{currency}")
        calls, tokens, cost = await self.link.call("HMGET", self.keys(spent_name(model, day)), *fields)
        return Spent(calls=int(calls or 0), tokens=int(tokens or 0), cost=float(cost or 0))


def _spent(reply: list[bytes | int]) -> Spent:
    refused, calls, tokens = reply
    assert isinstance(refused, bytes)
    return Spent(refused=refused.decode(), calls=int(calls), tokens=int(tokens))
