"""Bugs to see the checker catch them: exact changes to a copy of the package, each an error that others have made.

A change that does not fit the code any more is an error itself: the bug must be written anew, not be forgotten.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import alertd
from tests.faults.scenarios import AFTER_READ, BACKLOG, LOST_GROUP, MID_INGEST, REFUSED_APPEND, Scenario

PACKAGE = Path(alertd.__file__).parent


@dataclass(frozen=True, slots=True)
class Change:
    """A text in a file of the package that stands there once, and what takes its place."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Bug:
    """What is wrong, where, and under which fault it shows."""

    id: str
    name: str
    changes: tuple[Change, ...]
    scenario: Scenario
    stalls: bool = False
    """What it passes over stays where it is: such a world never becomes quiet."""


def plant(bug: Bug, folder: Path) -> Path:
    """Copy the package with the bug in it; gives what PYTHONPATH must be. Raises LookupError."""
    shutil.copytree(PACKAGE, folder / "alertd", ignore=shutil.ignore_patterns("__pycache__"))
    for change in bug.changes:
        file = folder / "alertd" / change.file
        text = file.read_text("utf-8")
        if (found := text.count(change.old)) != 1:
            raise LookupError(f"{bug.name}: {change.file} has {found} times, not once: {change.old!r}")
        file.write_text(text.replace(change.old, change.new), "utf-8")
    return folder


_APPEND = """
local held_back = {}
local function append(source, owner, reason, json)
  held_back[#held_back + 1] = {'i', owner.event, 's', source, 'r', string.format('%.0f', owner.revision),
    'w', reason, 'b', owner.baseline == '' and '0' or '1', 'm', owner.mark, 'e', json}
end
"""
_APPEND_LATER = """        from alertd.base.failpoints import failpoint
        failpoint("poll.chunk_ingested")
        for fields in reply[2]:
            await self.link.call("XADD", self.keys("events"), "*", *fields)
"""

BUGS = (
    Bug(
        "P1",
        "acknowledge-first",
        (
            Change(
                "store/events.py",
                "        entries = reply[0][1] if reply else []\n",
                "        entries = reply[0][1] if reply else []\n"
                "        for entry, _ in entries:\n"
                '            await self.link.call("XACK", self.keys("events"), GROUP, entry)\n'
                '            await self.link.call("XDEL", self.keys("events"), entry)\n',
            ),
            Change(
                "store/scripts/finish_event.lua",
                "if redis.call('XDEL', K['events'], stream_id) == 0 then\n  return {'known'}\nend\n",
                "",
            ),
        ),
        AFTER_READ,
    ),
    Bug(
        "P2",
        "two-step-dedup",
        (
            Change(
                "store/scripts/ingest.lua",
                "local source, now, ends = ARGV[1], ARGV[2], ARGV[3]\n",
                "local source, now, ends = ARGV[1], ARGV[2], ARGV[3]\n" + _APPEND,
            ),
            Change("store/scripts/ingest.lua", "return {'ok', results}", "return {'ok', results, held_back}"),
            Change(
                "store/ingest.py",
                '        reply = await self.link.run("ingest", names, *args)\n',
                '        reply = await self.link.run("ingest", names, *args)\n' + _APPEND_LATER,
            ),
        ),
        MID_INGEST,
    ),
    Bug(
        "P3",
        "trim-by-length",
        (
            Change(
                "store/scripts/stream.lua",
                "redis.call('XADD', K['events'], '*',",
                "redis.call('XADD', K['events'], 'MAXLEN', '50', '*',",
            ),
        ),
        BACKLOG,
    ),
    Bug(
        "P4",
        "group-from-the-end",
        (
            Change(
                "store/events.py",
                '"CREATE", self.keys("events"), GROUP, "0", "MKSTREAM"',
                '"CREATE", self.keys("events"), GROUP, "$", "MKSTREAM"',
            ),
            Change(
                "store/scripts/prepare.lua",
                "'CREATE', K['events'], ARGV[1], '0', 'MKSTREAM'",
                "'CREATE', K['events'], ARGV[1], '$', 'MKSTREAM'",
            ),
            Change(  # it would find them after half a minute
                "workers/match.py",
                "if adopted := await self._store.adopt_events(self._consumer):",
                "if adopted := 0:",
            ),
        ),
        LOST_GROUP,
        stalls=True,
    ),
    Bug(
        "P5",
        "mark-before-add",
        (
            Change(
                "store/scripts/ingest.lua",
                "  append(source, owner, '', item.json)\n",
                "  write_owner(owner)\n  append(source, owner, '', item.json)\n",
            ),
        ),
        REFUSED_APPEND,
    ),
)
