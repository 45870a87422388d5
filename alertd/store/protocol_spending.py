"""What models may still be asked today; a part of `alertd.store.protocol.Store`, as its promises are."""

from __future__ import annotations

from typing import Protocol

from alertd.store.types import SpendLimits, Spent


class SpendingStore(Protocol):
    """Counts of each model's day (days of UTC since 1970), which all processes share."""

    async def reserve_spend(
        self, model: str, day: int, token: str, portfolio: str, tokens: int, limits: SpendLimits
    ) -> Spent:
        """Count a question of about so many tokens before it is asked, if the limits let it; else say which does not.

        `token` is the question's own. Repeatable.
        """

    async def settle_spend(
        self, model: str, day: int, token: str, tokens: int, currency: str = "", cost: float = 0.0
    ) -> Spent:
        """Put what a question took in the place of what was guessed; add what it cost. Repeatable.

        A question that is never settled stays counted as guessed.
        """

    async def spent(self, model: str, day: int, currency: str = "") -> Spent:
        """Give what a model was asked on a day, and what that cost in a currency."""
