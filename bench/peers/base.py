"""What an engine is to the measurements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from alertd.model import Event
from alertd.rules.book import RuleBook
from bench.plain import Plains

EXTRA = "make peers"


class Absent(Exception):
    """An engine is not there; says how to get it."""


class Cannot(Exception):
    """An engine cannot do what it is asked; says why."""


@dataclass(frozen=True, slots=True)
class World:
    """The rules that all engines are given, and the events by which those that learn get to know the language."""

    book: RuleBook | None
    """None once those that read it have it: plain rules are a fifth of its size."""
    plains: Plains
    warm: Sequence[Event]


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which an engine is asked about an event."""

    ask: Callable[[Event], Any]
    """What is timed."""
    numbers: Callable[[Any], set[int]]
    """The numbers of the rules in an answer; not timed."""
    whole: bool = True
    """Whether an answer is what holds, or what may hold."""


class Engine(Protocol):
    """Finds which rules hold."""

    @property
    def ways(self) -> Mapping[str, Way]:
        """How it is asked, each by the name under which it is shown."""

    def stored(self) -> int | None:
        """Give the bytes that its rules take where it keeps them itself; None: they are memory of this process."""

    def close(self) -> None:
        """End what it started."""


Maker = Callable[[World], Engine]


def need(module: str) -> Any:
    """Import what is installed only for measurements."""
    try:
        return import_module(module)
    except ImportError as error:
        raise Absent(f"{module} is not installed: {EXTRA}") from error
