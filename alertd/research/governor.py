"""Whether a model may be asked now: its budget of the day, the portfolio's share of it, and how it has done.

Every refusal is a value with its reason. What is asked is counted when it is admitted, with a guess of its tokens, so
that many at once stay within the budget as well; what it really took is put in its place afterwards.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from alertd.research.breaker import Breaker, State
from alertd.research.config import BudgetConfig

DAY_MS: Final = 86_400_000
RefusalReason = Literal["budget_spent", "portfolio_budget_spent", "breaker_open"]
REFUSALS: Final[tuple[RefusalReason, ...]] = get_args(RefusalReason)


@dataclass(frozen=True, slots=True)
class Refused:
    """It is not asked."""

    reason: RefusalReason
    until: int
    """When asking again can help, in milliseconds; of a probe under way: soon."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """It may be asked, and counts as asked; to be handed back with what came of it."""

    day: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a day's budget."""

    calls: int
    tokens: int


@dataclass(slots=True)
class Spent:
    """What was spent on a day of UTC."""

    day: int = 0
    """Days since the epoch."""
    calls: int = 0
    tokens: int = 0
    by_portfolio: Counter[str] = field(default_factory=Counter)
    """Calls."""


class Governor:
    """Of one model. `spent` is what was spent before, where somebody has kept it: in memory alone, a restart begins
    a new budget."""

    def __init__(self, budget: BudgetConfig, spent: Spent | None = None) -> None:
        self._budget = budget
        self._spent = spent or Spent()
        self._breaker = Breaker()

    @property
    def spent(self) -> Spent:
        """What was spent on the day on which it was last asked."""
        return self._spent

    def admit(self, portfolio: str, tokens: int, now: int) -> Admitted | Refused:
        """Admit a question of about so many tokens, its answer included, or say why not. `now` in milliseconds."""
        self._turn(now)
        spent, tomorrow = self._spent, (now // DAY_MS + 1) * DAY_MS
        if not self._breaker.lets(now):
            return Refused("breaker_open", max(self._breaker.until, now + 1000))
        if spent.calls >= self._budget.calls_per_day or spent.tokens + tokens > self._budget.tokens_per_day:
            return Refused("budget_spent", tomorrow)
        if spent.by_portfolio[portfolio] >= self._budget.per_portfolio_per_day:
            return Refused("portfolio_budget_spent", tomorrow)
        self._breaker = self._breaker.asked(now)
        spent.calls += 1
        spent.tokens += tokens
        spent.by_portfolio[portfolio] += 1
        return Admitted(spent.day, tokens)

    def answered(self, admitted: Admitted, tokens: int, now: int) -> None:
        """Note an answer, of whatever content, and the tokens that it took."""
        self._settle(admitted, tokens, now)
        self._breaker = self._breaker.answered()

    def failed(
        self,
        admitted: Admitted,
        now: int,
        wait_s: float | None = None,
        *,
        lasting: bool = False,
        tokens: int | None = None,
    ) -> None:
        """Note that the server failed (`Breaker.failed`). Without `tokens` the guess stays: it may be paid for."""
        self._settle(admitted, tokens, now)
        self._breaker = self._breaker.failed(now, wait_s, lasting=lasting)

    def gave_up(self, admitted: Admitted, now: int) -> None:
        """Note that we stopped waiting ourselves, or that nothing can be said of the server."""
        self._settle(admitted, None, now)
        self._breaker = self._breaker.undecided()

    def left(self, now: int) -> Left:
        """Give what is left today."""
        self._turn(now)
        calls, tokens = self._budget.calls_per_day, self._budget.tokens_per_day
        return Left(max(calls - self._spent.calls, 0), max(tokens - self._spent.tokens, 0))

    def state(self, now: int) -> State:
        """Say how the breaker stands."""
        return self._breaker.state(now)

    def _turn(self, now: int) -> None:
        """Begin a new day; a clock that was set back begins none."""
        if now // DAY_MS > self._spent.day:
            self._spent = Spent(now // DAY_MS)

    def _settle(self, admitted: Admitted, tokens: int | None, now: int) -> None:
        self._turn(now)
        if tokens is not None and admitted.day == self._spent.day:
            self._spent.tokens += tokens - admitted.tokens
