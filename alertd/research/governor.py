"""Whether a model may be asked now: its budget of the day, the portfolio's share of it, and how it has done.

    breaker (of this process) -> purse (of all processes): counted with a guess -> asked -> what it took, in its place

Every refusal is a value with its reason. What is asked is counted before, so that many at once, in however many
processes, stay within the budget as well.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, Protocol, get_args

import structlog

from alertd.errors import StoreUnavailable
from alertd.research.breaker import Breaker, State
from alertd.research.config import BudgetConfig

log = structlog.get_logger(__name__)

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
    """Days since the epoch."""
    token: str
    """By which it is counted once."""


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a day's budget."""

    calls: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Today:
    """What was asked on a day of UTC, by all processes, as far as this one has seen."""

    day: int = 0
    """Days since the epoch."""
    calls: int = 0
    tokens: int = 0
    cost: float = 0.0
    """In the currency of its price; 0 without one."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a model stands: for `alertd status`."""

    id: str
    breaker: State | None
    """None: only the process that asks it knows."""
    left: Left
    calls: int
    """Today, by all processes."""
    tokens: int
    cost: float
    """Today, in the currency of its price; 0 without one."""
    last_error: str


class SpentSoFar(Protocol):
    """What was asked of a model on a day (`store.types.Spent`)."""

    @property
    def calls(self) -> int:
        """Questions."""
        ...

    @property
    def tokens(self) -> int:
        """Read and written, those under way as guessed."""
        ...

    @property
    def cost(self) -> float:
        """In a currency; known where it was asked for."""
        ...

    @property
    def refused(self) -> str:
        """`budget` or `portfolio` where a question was not counted."""
        ...


class Purse(Protocol):
    """Where all processes count what they ask (`store.protocol_spending`). Each method may raise StoreUnavailable."""

    async def reserve_spend(
        self, model: str, day: int, token: str, portfolio: str, tokens: int, limits: tuple[int, int, int]
    ) -> SpentSoFar:
        """Count a question before it is asked, if the limits (calls, tokens, calls of a portfolio) let it."""
        ...

    async def settle_spend(
        self, model: str, day: int, token: str, tokens: int, currency: str = "", cost: float = 0.0
    ) -> SpentSoFar:
        """Put what it took in the place of what was guessed."""
        ...

    async def spent(self, model: str, day: int, currency: str = "") -> SpentSoFar:
        """Give what was asked on a day."""
        ...


def new_token() -> str:
    """Make the token of a question."""
    return secrets.token_hex(8)


class Governor:
    """Of one model in one process. What is spent is everybody's and outlives the process; the breaker is its own."""

    def __init__(
        self,
        model: str,
        budget: BudgetConfig,
        purse: Purse,
        currency: str = "",
        token: Callable[[], str] = new_token,
    ) -> None:
        """`currency` is that of the model's price."""
        self._model = model
        self._limits = budget.calls_per_day, budget.tokens_per_day, budget.per_portfolio_per_day
        self._purse = purse
        self._currency = currency
        self._token = token
        self._today = Today()
        self._breaker = Breaker()

    async def admit(self, portfolio: str, tokens: int, now: int) -> Admitted | Refused:
        """Admit a question of about so many tokens, its answer included, or say why not. `now` in milliseconds.

        Raises StoreUnavailable where nobody can say what was spent: then nothing is asked.
        """
        day = now // DAY_MS
        if not self._breaker.lets(now):
            return Refused("breaker_open", max(self._breaker.until, now + 1000))
        self._breaker = self._breaker.asked(now)  # at once: while the purse answers, others come by
        admitted = Admitted(day, self._token())
        try:
            found = await self._purse.reserve_spend(self._model, day, admitted.token, portfolio, tokens, self._limits)
        except BaseException:  # told to stop, say
            self._breaker = self._breaker.undecided()
            raise
        self._saw(day, found)
        if not found.refused:
            return admitted
        self._breaker = self._breaker.undecided()
        reason: RefusalReason = "portfolio_budget_spent" if found.refused == "portfolio" else "budget_spent"
        return Refused(reason, (day + 1) * DAY_MS)

    async def answered(self, admitted: Admitted, tokens: int, cost: float = 0.0) -> None:
        """Note an answer, of whatever content, and the tokens that it took."""
        self._breaker = self._breaker.answered()
        await self._settle(admitted, tokens, cost)

    async def failed(
        self,
        admitted: Admitted,
        now: int,
        wait_s: float | None = None,
        *,
        lasting: bool = False,
        tokens: int | None = None,
        cost: float = 0.0,
    ) -> None:
        """Note that the server failed (`Breaker.failed`). Without `tokens` the guess stays: it may be paid for."""
        self._breaker = self._breaker.failed(now, wait_s, lasting=lasting)
        if tokens is not None:
            await self._settle(admitted, tokens, cost)

    def gave_up(self) -> None:
        """Note that we stopped waiting ourselves: nothing can be said of the server, and the guess stays counted."""
        self._breaker = self._breaker.undecided()

    async def look(self, now: int) -> Today:
        """Give what was asked today, by all processes. Raises StoreUnavailable."""
        day = now // DAY_MS
        found = await self._purse.spent(self._model, day, self._currency)
        self._today = Today(day, found.calls, found.tokens, found.cost)
        return self._today

    def today(self, now: int) -> Today:
        """Give what was asked today, as far as this process has seen."""
        day = now // DAY_MS
        return self._today if self._today.day >= day else Today(day)

    def left(self, now: int) -> Left:
        """Give what is left today, as far as this process has seen."""
        (calls, tokens, _), spent = self._limits, self.today(now)
        return Left(max(calls - spent.calls, 0), max(tokens - spent.tokens, 0))

    def state(self, now: int) -> State:
        """Say how the breaker stands."""
        return self._breaker.state(now)

    def _saw(self, day: int, found: SpentSoFar) -> None:
        if day >= self._today.day:
            cost = self._today.cost if day == self._today.day else 0.0
            self._today = Today(day, found.calls, found.tokens, cost)

    async def _settle(self, admitted: Admitted, tokens: int, cost: float) -> None:
        try:
            found = await self._purse.settle_spend(
                self._model, admitted.day, admitted.token, tokens, self._currency, cost
            )
        except StoreUnavailable as error:  # the answer is there all the same; the guess stays counted
            log.info("spend_not_settled", model=self._model, error=str(error))
            return
        self._saw(admitted.day, found)
