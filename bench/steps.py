"""Takes the time of the steps that an event goes through, each without the steps inside it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from alertd.enrich.draft import Draft
from alertd.enrich.enricher import Enricher, Step

P = ParamSpec("P")
R = TypeVar("R")


class Clock:
    """Adds up the processor time of this thread, in ns, by step. What stands in no step is under `REST`."""

    REST = ""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._stack = [self.REST]
        self._since = time.thread_time_ns()

    def reset(self) -> None:
        """Begin from nothing."""
        self.spent.clear()
        self._since = time.thread_time_ns()

    def turn(self) -> None:
        """Write down what has passed since the last turn."""
        now = time.thread_time_ns()
        self.spent[self._stack[-1]] += now - self._since
        self._since = now

    def timed(self, step: str, work: Callable[P, R]) -> Callable[P, R]:
        """Give a function that does the same and is counted as a step. It must not give way to others."""

        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            self.turn()
            self._stack.append(step)
            try:
                return work(*args, **kwargs)
            finally:
                self.turn()
                self._stack.pop()

        return run

    @contextmanager
    def watching(self, places: Sequence[tuple[str, Any, str]]) -> Iterator[None]:
        """Count functions as steps for a while: (step, where it stands, its name there)."""
        before = [(where, name, vars(where).get(name, _NOTHING)) for _, where, name in places]
        for step, where, name in places:
            setattr(where, name, self.timed(step, getattr(where, name)))
        try:
            yield
        finally:
            for where, name, was in reversed(before):
                if was is _NOTHING:
                    delattr(where, name)
                else:
                    setattr(where, name, was)

    def watch_steps(self, enricher: Enricher) -> None:
        """Count the steps by which an event is understood, for good."""
        enricher._first = tuple(map(self._step, enricher._first))
        enricher._then = tuple(map(self._step, enricher._then))

    def _step(self, step: Step) -> Step:
        name, work = step
        done: Callable[[Draft], None] = self.timed(name, work)
        return name, done


_NOTHING = object()
