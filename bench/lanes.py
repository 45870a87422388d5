"""Each engine in a process of its own, asked in turns: none disturbs the memory of another, all see the same minutes.

The processes are forked from one that has made rules and events, so what these take counts for none of them; what a
process grows by while its engine is made is what that engine takes. Only one of them works at a time.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from alertd.model import Event
from alertd.rules.cache import no_collection
from bench.peers.base import Absent, Cannot, Engine, Maker, World
from bench.report import settled

Kinds = Mapping[str, Sequence[Event]]
"""Events by what kind they are."""


@dataclass(frozen=True, slots=True)
class Built:
    """What it took to make an engine."""

    ways: tuple[str, ...]
    whole: frozenset[str]
    """Of the ways those whose answers are what holds."""
    seconds: float
    bytes: int
    core: int | None
    """What alertd's core itself says that it holds."""


@dataclass(frozen=True, slots=True)
class NotDone:
    """Why an engine is not there, or cannot do what it is asked."""

    why: str


@dataclass(frozen=True, slots=True)
class Asking:
    """Events of a kind, by a way, until so many seconds are over; at least `least` of them."""

    kind: str
    way: str
    seconds: float
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Timing:
    """The first so many events of a kind."""

    kind: str
    way: str
    count: int


class Lane:
    """An engine in its process."""

    def __init__(self, name: str, make: Maker, world: World, kinds: Kinds) -> None:
        self.name = name
        context = multiprocessing.get_context("fork")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._line, make, world, kinds), daemon=True)
        self._process.start()
        theirs.close()
        self.built: Built | NotDone = self._hear()

    def _hear(self) -> Any:
        try:
            return self._line.recv()
        except EOFError:
            raise SystemExit(f"{self.name} ended by itself: see above") from None

    def answers(self, asking: Asking) -> list[set[int]] | NotDone:
        """Ask about events; gives the numbers of the rules of each."""
        self._line.send(asking)
        answers: list[set[int]] | NotDone = self._hear()
        return answers

    def times(self, timing: Timing) -> list[float]:
        """Ask about events; gives the microseconds that each took."""
        self._line.send(timing)
        times: list[float] = self._hear()
        return times

    def close(self) -> None:
        """End the process, and what its engine started."""
        if isinstance(self.built, Built):
            self._line.send(None)  # it would not see the line close: later processes have it, too
        self._line.close()
        self._process.join()


def _serve(line: Connection, other: Connection, make: Maker, world: World, kinds: Kinds) -> None:
    other.close()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what an engine started ends with it then, too
    before, started = _resident(), time.perf_counter()
    try:
        with no_collection():
            engine = make(world)
    except (Absent, Cannot) as error:
        line.send(NotDone(str(error)))
        return
    try:
        took = time.perf_counter() - started
        del world
        with settled():
            stored = engine.stored()
            line.send(
                Built(
                    tuple(engine.ways),
                    frozenset(name for name, way in engine.ways.items() if way.whole),
                    took,
                    stored if stored is not None else _resident() - before,
                    engine.core_bytes() if hasattr(engine, "core_bytes") else None,
                )
            )
            _listen(line, engine, kinds)
    finally:
        engine.close()


def _listen(line: Connection, engine: Engine, kinds: Kinds) -> None:
    while True:
        try:
            order = line.recv()
        except EOFError:
            return
        if order is None:
            return
        if isinstance(order, Asking):
            try:
                line.send(_answers(engine, order, kinds[order.kind]))
            except Cannot as error:
                line.send(NotDone(str(error)))
        else:
            line.send(_times(engine, order, kinds[order.kind]))


def _answers(engine: Engine, asking: Asking, events: Sequence[Event]) -> list[set[int]]:
    way, answers = engine.ways[asking.way], []
    end = time.perf_counter() + asking.seconds
    for event in events[: asking.most]:
        answers.append(way.numbers(way.ask(event)))
        if len(answers) >= asking.least and time.perf_counter() > end:
            break
    return answers


def _times(engine: Engine, timing: Timing, events: Sequence[Event]) -> list[float]:
    times, ask = [], engine.ways[timing.way].ask
    gc.collect()
    for event in events[: timing.count]:
        started = time.perf_counter()
        ask(event)
        times.append((time.perf_counter() - started) * 1e6)
    return times


def _resident() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
