"""What models are asked on a day, in memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from alertd.store.types import SpendLimits, Spent


@dataclass(slots=True)
class DaySpent:
    """One model's day."""

    calls: int = 0
    tokens: int = 0
    by_portfolio: Counter[str] = field(default_factory=Counter)
    reserved: dict[str, int] = field(default_factory=dict)
    """Token of a question -> what was guessed."""
    costs: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))


class MemorySpending:
    """`reserve_spend`, `settle_spend` and `spent`, as Redis does them; nothing is forgotten."""

    _spent: defaultdict[tuple[str, int], DaySpent]

    async def reserve_spend(
        self, model: str, day: int, token: str, portfolio: str, tokens: int, limits: SpendLimits
    ) -> Spent:
        """Count a question before it is asked, if the limits let it."""
        now, (calls, most, share) = self._spent[model, day], limits
        refused = ""
        if token in now.reserved:
            pass
        elif now.calls >= calls or now.tokens + tokens > most:
            refused = "budget"
        elif now.by_portfolio[portfolio] >= share:
            refused = "portfolio"
        else:
            now.calls += 1
            now.tokens += tokens
            now.by_portfolio[portfolio] += 1
            now.reserved[token] = tokens
        return Spent(refused=refused, calls=now.calls, tokens=now.tokens)

    async def settle_spend(
        self, model: str, day: int, token: str, tokens: int, currency: str = "", cost: float = 0.0
    ) -> Spent:
        """Put what a question took in the place of the guess."""
        now = self._spent[model, day]
        if (guess := now.reserved.pop(token, None)) is not None:
            now.tokens += tokens - guess
            if currency:
                now.costs[currency] += cost
        return Spent(calls=now.calls, tokens=now.tokens)

    async def spent(self, model: str, day: int, currency: str = "") -> Spent:
        """Give what a model was asked on a day, and what that cost in a currency."""
        now = self._spent[model, day]
        return Spent(calls=now.calls, tokens=now.tokens, cost=now.costs.get(currency, 0.0))
