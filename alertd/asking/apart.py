"""Questions that take a processor for a while, answered in processes of their own: whoever polls and sends goes on.

    web -- ask(question) --> one of two `python -m alertd.asking.answerer`, nice 10 -- what came of it --> web

They start with the first question and remember what it took to answer it (rules, the finder of companies); when
nobody has asked for a while they are let go. What is sent is pickled: both ends are this program, over own pipes.
"""

from __future__ import annotations

import asyncio
import pickle
import time
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

import structlog

from alertd import telemetry
from alertd.asking.in_force import InForce, Setup
from alertd.asking.room import Room, Scope
from alertd.base.apart import Standing
from alertd.errors import AlertdError, Temporary

ANSWERER = "alertd.asking.answerer"
AT_ONCE = 2
MOST_WAITING = 16
"""Questions that are being answered or wait for their turn."""
WAIT_S = 60.0
"""How long an answer is waited for. A first one reads rules and companies before; on a busy machine that goes on, and
is there for who asks again.
"""
PATIENCE_S = 300.0
"""An answer that takes longer is given up, and its process ended."""
IDLE_S = 300.0

log = structlog.get_logger(__name__)
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Question(Protocol[T_co]):
    """What can be asked: it is sent, and answered there."""

    async def answer(self, room: Room) -> T_co:
        """Answer it. Blocks. Raises errors of ours."""
        ...


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a question: an answer, or an error of ours that is raised where it was asked."""

    answer: object = None
    error: Exception | None = None

    @property
    def outcome(self) -> str:
        """Name it for the metric."""
        if self.error is None:
            return "answered"
        return "refused" if isinstance(self.error, AlertdError) else "failed"


class Apart:
    """Has questions answered, by the settings and rules in force."""

    def __init__(self, in_force: InForce, redis_url: str) -> None:
        self._in_force = in_force
        self._redis_url = redis_url
        self._free = [Standing(ANSWERER, IDLE_S) for _ in range(AT_ONCE)]
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._begun: set[asyncio.Task[Any]] = set()
        self._scope: tuple[Setup | None, bytes] = (None, b"")
        self._standing = tuple(self._free)

    async def ask(self, question: Question[T]) -> T:
        """Give the answer. Raises what the question does; Temporary where too many ask, or it takes too long.

        Who leaves, or waits no more, does not end it: what it took to answer is there for the next one.
        """
        if len(self._begun) >= MOST_WAITING:
            raise Temporary("too much is being asked")
        task: asyncio.Task[T] = asyncio.create_task(self._answered(question), name="asked_apart")
        self._begun.add(task)
        task.add_done_callback(self._ended)
        done, _ = await asyncio.wait({task}, timeout=WAIT_S)
        if not done:
            raise _not_answered(question, f"no answer came within {WAIT_S:.0f} seconds, and it is still worked at")
        return task.result()

    def pids(self) -> list[int]:
        """Give the processes that there are."""
        return [one.pid for one in self._standing if one.pid is not None]

    async def aclose(self) -> None:
        """End them."""
        for task in list(self._begun):
            task.cancel()
        await asyncio.gather(*self._begun, return_exceptions=True)
        await asyncio.gather(*(one.end() for one in self._standing))

    async def _answered(self, question: Question[T]) -> T:
        began, outcome = time.monotonic(), "failed"
        try:
            came = await self._came(question)
            outcome = came.outcome
        finally:
            telemetry.ASKED_APART.labels(outcome).observe(time.monotonic() - began)
        if came.error is not None:
            raise came.error
        return cast("T", came.answer)

    async def _came(self, question: Question[object]) -> Came:
        async with self._turn:
            standing = self._free.pop()  # the one that was asked last, so that the other can be let go
            try:
                came: Came = pickle.loads(await standing.ask(self._order(question), PATIENCE_S))  # noqa: S301  our own
                return came
            except TimeoutError as error:
                raise _not_answered(question, f"no answer came within {PATIENCE_S:.0f} seconds") from error
            except (EOFError, OSError) as error:
                raise _not_answered(question, f"what answers could not be asked: {error}") from error
            finally:
                self._free.append(standing)

    def _order(self, question: object) -> bytes:
        """Write a question down, with what it is about; that is written once for each version."""
        setup = self._in_force.setup
        if self._scope[0] is not setup:
            scope = Scope(setup, tuple(self._in_force.names.all()), self._redis_url)
            self._scope = (setup, pickle.dumps(scope))
        return pickle.dumps((self._scope[1], question))

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._begun.discard(task)
        if not task.cancelled():
            task.exception()  # who asked may have left: then nobody takes it


def _not_answered(question: object, why: str) -> Temporary:
    """Say that no answer came, in the log as well."""
    log.warning("not_answered", what=type(question).__name__, error=why)
    return Temporary(why)
