"""What came of a portfolio's positions file, and taking a refused one, asked apart: files of any size are read.

What is taken is remembered as `alertd holdings --accept` does it; the daemon sees it when it looks at the rules.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from alertd.asking.companies import look
from alertd.asking.holdings import Shown
from alertd.asking.room import Room
from alertd.base.clock import rfc3339
from alertd.companies.report import LoadReport
from alertd.errors import ConfigError, Permanent
from alertd.model import Struct
from alertd.rules.holders import Holder, Holders
from alertd.rules.holdings_memory import save_memory
from alertd.rules.places import memory_of

ANOTHER = "another file is refused by now than the one that was meant: look at it anew"
UNREAD = "the positions file cannot be read, so there is nothing to take: {why}"


class HoldingsState(Struct, frozen=True, kw_only=True):
    """What a positions file came to."""

    portfolio: str
    state: Literal["in force", "refused", "stale"]
    why: str
    """Why the file is not in force; empty if it is."""
    as_of: str | None
    """The day of the positions in force."""
    stale_at: str | None
    report: LoadReport | None
    """Of the file as it lies there now, also of a refused one; null where it cannot be read, or there is none."""
    sha256: str
    """Of the bytes of a refused file; empty if none is."""


class HoldingsTaken(HoldingsState, frozen=True, kw_only=True):
    """What came of taking a refused file."""

    outcome: Literal["done", "already"]
    """`already`: nothing was refused."""


@dataclass(frozen=True, slots=True)
class HoldingsAsked:
    """What a positions file came to."""

    portfolio: str
    walls: str | None
    now_ms: int

    async def answer(self, room: Room) -> HoldingsState:
        """Answer it. Raises Permanent where the files of the portfolio say nothing; Temporary."""
        return await asyncio.to_thread(lambda: self.seen(self.shown(room, self.holder(room))))

    def holder(self, room: Room) -> Holder:
        """Find what the files say is held. Raises Permanent."""
        try:
            found = Holders(look(room.reach.rules)).named(self.portfolio)
        except ConfigError as error:
            raise Permanent("the file of the portfolio has faults at present; alertd check names them") from error
        if found is None:
            raise Permanent(f"portfolio {self.portfolio} has no holdings")
        return found

    def shown(self, room: Room, holder: Holder) -> Shown:
        """Read its positions, as the daemon would now. Raises Temporary."""
        return Shown(holder, holder.hold(room.table, memory_of(room.reach.state_dir), self.now_ms), self.now_ms)

    def seen(self, shown: Shown) -> HoldingsState:
        """Give what whoever asks may see of it: a doubt about a row may name a company that is another desk's."""
        held, report, why = shown.held, shown.held.report, shown.refused
        for path in held.read:  # where files lie is nobody's matter
            why = why.replace(str(path), path.name)
        if report is not None and self.walls is not None:
            report = replace(report, doubts=tuple(doubt.partition(":")[0] for doubt in report.doubts))
        return HoldingsState(
            portfolio=self.portfolio,
            state="refused" if shown.refused else "stale" if shown.stale else "in force",
            why=why,
            as_of=held.holdings.as_of if held.holdings is not None else None,
            stale_at=rfc3339(held.stale_at_ms) if held.stale_at_ms is not None else None,
            report=report,
            sha256=held.refused.sha256 if held.refused is not None else "",
        )


@dataclass(frozen=True, slots=True)
class AcceptAsked:
    """Take a refused file knowingly; with `sha256` only the one of these bytes."""

    about: HoldingsAsked
    sha256: str = ""

    async def answer(self, room: Room) -> HoldingsTaken:
        """Answer it. Raises Permanent where there is nothing that can be taken, or it is another; Temporary."""
        return await asyncio.to_thread(self._taken, room)

    def _taken(self, room: Room) -> HoldingsTaken:
        about = self.about
        holder = about.holder(room)
        shown = about.shown(room, holder)
        refused = shown.held.refused
        if refused is None:
            state = about.seen(shown)
            if shown.refused:
                raise Permanent(UNREAD.format(why=state.why))
            return _told(state, "already")
        if self.sha256 not in ("", refused.sha256):
            raise Permanent(ANOTHER)
        try:
            save_memory(memory_of(room.reach.state_dir), about.portfolio, refused)
        except OSError as error:
            raise Permanent(f"it cannot be remembered: {error.strerror or error}") from error
        return _told(about.seen(about.shown(room, holder)), "done")


def _told(state: HoldingsState, outcome: Literal["done", "already"]) -> HoldingsTaken:
    fields = {name: getattr(state, name) for name in state.__struct_fields__}
    return HoldingsTaken(**fields, outcome=outcome)
