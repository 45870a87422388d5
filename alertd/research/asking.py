"""A model with all that guards it: the one door through which notes ask.

    kept answer? -> governor: budget, portfolio, breaker -> client -> settle, count, log, keep
                       ^------- once more, where a failure may have been a moment's ------'

Never raises for what a model does: there is a reply, or a word why there is none. Where the store is away that counts
what is spent, nothing is asked (StoreUnavailable).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from alertd.errors import ModelRefused, ModelTemporary, ModelUnusable
from alertd.research.answers import Answers
from alertd.research.breaker import State
from alertd.research.client import ModelClient
from alertd.research.exchange import BY_CONTENT, ModelReply, ModelRequest, cache_key, estimated_tokens
from alertd.research.governor import Admitted, Governor, Refused, Standing

log = structlog.get_logger(__name__)

AGAIN_S: Final = 0.3
"""How long after a failure it is asked once more."""
_PASSING: Final = frozenset(("no_answer", "unavailable"))
"""Failures that come at once and may have been a moment's: a connection that was reset, an overloaded server."""
ModelError = ModelTemporary | ModelRefused | ModelUnusable


class Meter(Protocol):
    """What is counted of a model (`telemetry.research.ModelMeter`)."""

    def asked(self, outcome: str, seconds: float, input_tokens: int, output_tokens: int, cost: float) -> None:
        """Note a request that was sent, and what came of it."""

    def spared(self, outcome: str) -> None:
        """Note a request that was not sent: refused, or answered from what was kept."""

    def stands(self, breaker: State, calls_left: int, tokens_left: int) -> None:
        """Show how it stands."""


@dataclass(frozen=True, slots=True)
class NotAnswered:
    """Why there is no reply."""

    reason: str
    """A word of `exchange.Failure` or `governor.RefusalReason`."""
    words: str = ""
    """For people; empty where nothing went wrong."""
    lasting: bool = False
    """Only a person can mend it: the operator is to be told."""
    retry_at: int | None = None
    """When asking again can help, in milliseconds, if that is known."""


class Asker:
    """Asks one model. Belongs to one event loop; its answers may be shared among several."""

    def __init__(
        self,
        client: ModelClient,
        governor: Governor,
        answers: Answers,
        meter: Meter,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.id = client.config.id
        self.by = f"{client.config.protocol}/{client.config.model}"
        """What a note says that wrote it."""
        self.outside = client.config.outside
        """What it is asked leaves the house."""
        self._client = client
        self._governor = governor
        self._answers = answers
        self._meter = meter
        self._timer = timer
        self._error = ""
        """The last one; the same again is no line of the log."""
        self._asked: dict[bytes, asyncio.Future[None]] = {}
        """Questions that are on their way: who has the same waits for the answer, and pays nothing."""

    async def ask(
        self, request: ModelRequest, portfolio: str, now: int, *, lasting: bool = True
    ) -> ModelReply | NotAnswered:
        """Ask on behalf of a portfolio. `now` in milliseconds; a `lasting` answer is kept for other processes, too.

        It takes the model's `timeout` twice at most, and that only where a server fails after a long while. Raises
        StoreUnavailable, before anything is asked.
        """
        key = self._key(request)
        while (asked := self._asked.get(key)) is not None:  # by another portfolio, at this moment
            await asyncio.wait([asked])
        self._asked[key] = asyncio.get_running_loop().create_future()
        try:
            if (kept := await self._answers.get(key, now)) is not None:
                self._meter.spared("kept")
                return kept
            found = await self._ask(key, request, portfolio, now)
            if isinstance(found, ModelReply) and lasting:
                await self._answers.share(key, found, now)
            return found
        finally:
            self._asked.pop(key).set_result(None)

    async def _ask(self, key: bytes, request: ModelRequest, portfolio: str, now: int) -> ModelReply | NotAnswered:
        """Ask, and once more where a failure may have been a moment's."""
        began = self._timer()
        found = await self._once(key, request, portfolio, now)
        if isinstance(found, ModelReply) or found.reason not in _PASSING or found.retry_at is not None:
            return found
        await asyncio.sleep(AGAIN_S)
        again = await self._once(key, request, portfolio, now + int((self._timer() - began) * 1000))
        # Where it is not asked again, the reason is still why there was no answer.
        return again if isinstance(again, ModelReply) or again.words else found

    async def _once(self, key: bytes, request: ModelRequest, portfolio: str, now: int) -> ModelReply | NotAnswered:
        """Ask once, if that is admitted. Raises StoreUnavailable: without the count of what was spent nobody asks."""
        guess = estimated_tokens(len(request.content) + len(request.instructions)) + self._client.config.max_tokens
        admitted = await self._governor.admit(portfolio, guess, now)
        if isinstance(admitted, Refused):
            self._meter.spared(admitted.reason)
            self._show(now)
            return NotAnswered(admitted.reason, retry_at=admitted.until)
        began = self._timer()
        try:
            answer: ModelReply | ModelError = await self._client.ask(request, now)
        except (ModelTemporary, ModelRefused, ModelUnusable) as error:
            answer = error
        except BaseException:  # told to stop, say
            self._governor.gave_up()
            raise
        took = self._timer() - began
        return await self._note(key, admitted, answer, took, now + int(took * 1000))

    async def useless(self, request: ModelRequest, now: int) -> None:
        """Forget the reply to this: nothing of it held, and the next answer may be better."""
        await self._answers.drop(self._key(request), now)

    async def standing(self, now: int) -> Standing:
        """Say how it stands. Raises StoreUnavailable."""
        spent = await self._governor.look(now)
        left, breaker = self._governor.left(now), self._governor.state(now)
        return Standing(self.id, breaker, left, spent.calls, spent.tokens, spent.cost, self._error)

    async def _note(
        self, key: bytes, admitted: Admitted, answer: ModelReply | ModelError, took: float, now: int
    ) -> ModelReply | NotAnswered:
        if isinstance(answer, ModelReply):
            self._answers.put(key, answer)  # before anything is waited for: it is paid for
            tokens: tuple[int, int] | None = (answer.input_tokens, answer.output_tokens)
        else:
            tokens = answer.tokens if isinstance(answer, ModelUnusable) else None
        cost = self._price(tokens)
        if isinstance(answer, ModelReply) or answer.reason in BY_CONTENT:
            await self._governor.answered(admitted, sum(tokens or ()), cost)
        else:
            wait, lasting = _wait_of(answer), isinstance(answer, ModelRefused)
            spent = sum(tokens) if tokens else None
            await self._governor.failed(admitted, now, wait, lasting=lasting, tokens=spent, cost=cost)
        read, wrote = tokens or (0, 0)
        outcome = "answered" if isinstance(answer, ModelReply) else answer.reason
        self._meter.asked(outcome, took, read, wrote, cost)
        self._show(now)
        if not isinstance(answer, ModelReply):
            return self._failed(answer, now)
        if self._error:
            log.info("model_answers_again", model=self.id)
            self._error = ""
        return answer

    def _price(self, tokens: tuple[int, int] | None) -> float:
        price = self._client.config.price
        return price.cost(*tokens) if price is not None and tokens else 0.0

    def _failed(self, error: ModelError, now: int) -> NotAnswered:
        """Say why there is no answer; the same again is no warning."""
        words, wait = str(error), _wait_of(error)
        log.log(10 if words == self._error else 30, "model_failed", model=self.id, reason=error.reason, error=words)
        self._error = words
        retry_at = None if wait is None else now + int(wait * 1000)
        return NotAnswered(error.reason, words, isinstance(error, ModelRefused), retry_at)

    def _show(self, now: int) -> None:
        left = self._governor.left(now)
        self._meter.stands(self._governor.state(now), left.calls, left.tokens)

    def _key(self, request: ModelRequest) -> bytes:
        config = self._client.config
        return cache_key(config.protocol, config.base_url, config.model, request)


def _wait_of(error: ModelError) -> float | None:
    """Give for how long a server asked to be left alone, in seconds."""
    return error.retry_after if isinstance(error, ModelTemporary) else None
