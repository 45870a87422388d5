"""Questions that take a processor for a while, answered in processes of their own: whoever polls and sends goes on.

    web -- ask(question) --> one of two answerers (`asking/answerer.py`), nice 10 -- what came of it --> web

They are forked from the I/O process before it begins (`base/born.py`), so that they share what it has imported, and
remember what it took to answer (rules, the finder of companies). One makes that ready before anybody asks, after the
start and after each reload, and stays; the other is let go when nobody has asked it for a while. One that is gone is
started with the next question. What is sent is pickled: both ends are this program, over own lines.
"""

from __future__ import annotations

import asyncio
import pickle
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

import structlog

from alertd import telemetry
from alertd.asking.in_force import InForce, Setup
from alertd.asking.ready import Ready
from alertd.asking.room import Room, Scope
from alertd.base.apart import Standing
from alertd.base.born import Born
from alertd.errors import AlertdError, Temporary

ANSWERER = "alertd.asking.answerer"
AT_ONCE = 2
MOST_WAITING = 16
"""Questions that are being answered or wait for their turn."""
WAIT_S = 60.0
"""How long an answer is waited for. One may have to read rules and companies before; on a busy machine that goes on,
and is there for who asks again.
"""
PATIENCE_S = 300.0
"""An answer that takes longer is given up, and its process ended."""
IDLE_S = 300.0
AHEAD_S = 3.0
"""How long after the start, or a reload, one is made ready: whoever polls and matches begins first."""
_MAKING = "asked_apart:ready"

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

    def __init__(self, in_force: InForce, redis_url: str, born: Sequence[Born] = ()) -> None:
        """`born` are processes that wait to answer already."""
        self._in_force = in_force
        self._redis_url = redis_url
        waits = iter(born)
        self._first = Standing(ANSWERER, None, next(waits, None))
        """The one that is made ready, and stays."""
        self._free = [*(Standing(ANSWERER, IDLE_S, next(waits, None)) for _ in range(AT_ONCE - 1)), self._first]
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._begun: set[asyncio.Task[Any]] = set()
        self._scope: tuple[Setup | None, bytes] = (None, b"")
        self._standing = tuple(self._free)
        self._keeps_ready = False
        self._is_ready_for: Setup | None = None

    async def ask(self, question: Question[T], wait_s: float | None = None) -> T:
        """Give the answer. Raises what the question does; Temporary where too many ask, or it takes too long.

        Who leaves, or waits no more, does not end it: what it took to answer is there for the next one. Who asks for
        nobody in particular may wait longer, `wait_s`.
        """
        wait_s = WAIT_S if wait_s is None else wait_s
        if sum(task.get_name() != _MAKING for task in self._begun) >= MOST_WAITING:
            raise Temporary("too much is being asked")
        task: asyncio.Task[T] = asyncio.create_task(self._answered(question), name="asked_apart")
        self._begin(task)
        done, _ = await asyncio.wait({task}, timeout=wait_s)
        if not done:
            raise _not_answered(question, f"no answer came within {wait_s:.0f} seconds, and it is still worked at")
        return task.result()

    def keep_ready(self) -> None:
        """Have what takes its time made before somebody asks for what needs it, from now on: `begin_again`."""
        self._keeps_ready = True
        self.begin_again()

    def begin_again(self) -> None:
        """Have it made anew, where it is kept ready: settings or rules changed, or the process is another."""
        self._is_ready_for = None
        if self._keeps_ready and not any(task.get_name() == _MAKING for task in self._begun):
            self._begin(asyncio.create_task(self._make_ready(), name=_MAKING))

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

    async def _make_ready(self) -> None:
        """Make it, when whoever polls and matches has begun, and after the last of several reloads."""
        while self._is_ready_for is not (setup := self._in_force.setup):
            await asyncio.sleep(AHEAD_S)
            if setup is not self._in_force.setup:
                continue
            with suppress(Temporary):  # it is in the log; the next question does what could not be done
                await self._came(Ready())
            self._is_ready_for = setup

    async def _came(self, question: Question[object]) -> Came:
        async with self._turn:
            standing = self._free.pop()
            try:
                came: Came = pickle.loads(await standing.ask(self._order(question), PATIENCE_S))  # noqa: S301  our own
                return came
            except TimeoutError as error:
                raise _not_answered(question, f"no answer came within {PATIENCE_S:.0f} seconds") from error
            except (EOFError, OSError) as error:
                raise _not_answered(question, f"what answers could not be asked: {error}") from error
            finally:
                self._rests(standing, question)

    def _rests(self, standing: Standing, question: object) -> None:
        """Take one back: the one that stays is asked next, so that the other can be let go."""
        if standing is not self._first:
            self._free.insert(0, standing)
            return
        self._free.append(standing)
        if standing.pid is None and not isinstance(question, Ready):  # what it had made is gone with it
            self.begin_again()

    def _order(self, question: object) -> bytes:
        """Write a question down, with what it is about; that is written once for each version."""
        setup = self._in_force.setup
        if self._scope[0] is not setup:
            scope = Scope(setup, tuple(self._in_force.names.all()), self._redis_url)
            self._scope = (setup, pickle.dumps(scope))
        return pickle.dumps((self._scope[1], question))

    def _begin(self, task: asyncio.Task[Any]) -> None:
        self._begun.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._begun.discard(task)
        if not task.cancelled():
            task.exception()  # who asked may have left: then nobody takes it


def _not_answered(question: object, why: str) -> Temporary:
    """Say that no answer came, in the log as well."""
    log.warning("not_answered", what=type(question).__name__, error=why)
    return Temporary(why)
