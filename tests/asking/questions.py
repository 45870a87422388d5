"""Questions that show how questions are asked; the process that answers imports them from here."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from alertd.asking.room import Room
from alertd.errors import HistoryUnavailable, NotThere


@dataclass(frozen=True)
class WhoAnswers:
    """Which process, by which rules, and whether it was in this room before."""

    async def answer(self, room: Room) -> tuple[int, str, bool]:
        before = getattr(room, "been_here", False)
        room.been_here = True  # type: ignore[attr-defined]
        return os.getpid(), room.scope.setup.version, before


@dataclass(frozen=True)
class WhatIsMade:
    """What the room has made already of what takes its time."""

    async def answer(self, room: Room) -> set[str]:
        return {"shared", "table", "enricher", "names"} & set(vars(room))


@dataclass(frozen=True)
class Spins:
    """Holds a processor, and never waits, until there is a file."""

    until: str

    async def answer(self, room: Room) -> str:
        print("what is printed is no answer")
        return _spun(Path(self.until))


@dataclass(frozen=True)
class Fails:
    """Raises what it is told to."""

    error: str

    async def answer(self, room: Room) -> None:
        if self.error == "dies":
            os._exit(3)
        if self.error == "later":
            later = HistoryUnavailable("not yet")
            later.none_yet = True
            raise later
        raise {"there": NotThere("nothing is there"), "bug": ZeroDivisionError("secret")}[self.error]


def _spun(until: Path) -> str:
    Path(f"{until}.begun").touch()
    while not until.exists():
        pass
    return "at last"
