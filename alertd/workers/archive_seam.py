"""Where the journal joins what is archived: nothing may be missing between the archive's last line and the next one.

| between them | is said | and |
|---|---|---|
| nothing | | |
| the journal begins behind the last line | a gap | the operator hears of it |
| the last line is not in the journal, which begins before it | Redis went back | both are compared |
| the journal ends before the last line | the same | it goes on behind that line: else nothing would be archived |

Comparing is in `archive_past.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from alertd import telemetry
from alertd.base.clock import Clock
from alertd.model import JournalRecord
from alertd.workers.archive_files import ArchiveFiles
from alertd.workers.archive_lines import (
    ARCHIVE,
    MISSING,
    WENT_BACK,
    gap_before,
    is_gap,
    just_before,
    place,
    time_of,
    unreadable,
    went_back,
)
from alertd.workers.archive_past import Line, Lost, Past, begin, own_line, same, unarchived
from alertd.workers.archive_source import ArchiveSource
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Joint:
    """What comes between the archive's last line and the next."""

    lines: Sequence[Line] = ()
    """To be archived before it."""
    gap: str = ""
    """What is wrong, in words; empty if nothing is."""
    begin: str = ""
    end: str = ""
    lost: Lost | None = field(default=None)
    """What the journal has no more, where Redis went back."""


class Seam:
    """Looks at it, for one archive."""

    def __init__(
        self,
        store: ArchiveSource,
        files: ArchiveFiles,
        notices: Notices,
        clock: Clock,
        progress: Progress,
        past: Past | None = None,
    ) -> None:
        """`past` hears of what was lost when Redis went back; without it the operator is told of a gap."""
        self._store, self._files, self._notices, self._clock = store, files, notices, clock
        self._progress, self._past = progress, past
        self._last: Line | None = None

    def archived(self, row: Line) -> None:
        """Take in which line was archived last."""
        self._last = row

    async def joint(self, position: str, row: Line, now: int) -> Joint:
        """Look at what lies between the last line and one that comes next."""
        first = row[0]
        gap = await self._gap(position, first)
        if not gap:
            return Joint()
        if gap == MISSING:
            named = [] if own_line(row[1]) else [gap_before(gap, position, first, now)]
            return Joint(named, gap, position, first)
        lost, anew = await self._compare(position, now)
        lines = list(anew)
        if anew or not own_line(row[1]):
            lines.append(gap_before(gap, anew[-1][0] if anew else position, first, now))
        return Joint(lines, gap, position, first, lost)

    async def went_back(self, position: str) -> bool:
        """Look whether the journal ends before what is archived: then it goes on behind that, and says so."""
        if not position or place(end := await self._store.journal_end()) >= place(position):
            return False
        # with room before it for what was decided meanwhile
        behind = f"{place(position)[0] + 1}-0"
        await self._store.journal(went_back(end, position, self._clock()), behind=behind)
        return True

    async def tell(self, joint: Joint) -> None:
        """Tell of what is wrong, once it is in the archive."""
        if not joint.gap:
            return
        telemetry.ARCHIVE_GAPS.inc()
        log.warning("archive_gap", begin=joint.begin, end=joint.end)
        if joint.lost is not None and self._past is not None:
            await self._past.compared(joint.lost)
            return
        text = f"{joint.gap} From {time_of(joint.begin) or 'the beginning'} to {time_of(joint.end)}."
        await self._notices.tell("archive_gap", ARCHIVE, text, joint.end)

    async def _gap(self, position: str, first: str) -> str:
        """Say what is wrong between the last line and the first that comes now; empty where they belong together."""
        if not position or (just_before(first) == position and self._last is None):
            return ""
        oldest = await self._store.journal_start()
        if place(oldest) > place(position):
            return MISSING if is_gap(position, oldest, first) else ""
        before = just_before(position)
        rows = await self._store.read_journal(before, 1, 0, instead=lambda name, why: unreadable(name, why, 0))
        there = bool(rows) and rows[0][0] == position
        # another line under the same id is of another history, whose clock was behind
        known = self._last if self._last is not None and self._last[0] == position else None
        return "" if there and (known is None or same(rows[0][1], known[1])) else WENT_BACK

    async def _compare(self, position: str, now: int) -> tuple[Lost, list[tuple[str, JournalRecord]]]:
        """Say what the archive has that the journal lost, and what it has not that the journal decided since."""
        comparison = await begin(self._store, self._files.path, self._files.id, position, now)
        while lines := await self._files.call(comparison.read):
            comparison.judge(lines, await self._store.journal_rows([name for name, _ in lines]))
            self._progress.tick("archive")
        return comparison.lost, await unarchived(self._store, comparison.lost)
