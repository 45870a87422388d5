"""Checks the lines of a day against their chain and against what the manifest says: pure, line by line."""

from __future__ import annotations

from collections.abc import Iterator

from alertd.history.archive.chain import digest, link
from alertd.history.archive.finding import Finding, FindingKind
from alertd.history.archive.manifest import Entry
from alertd.history.archive.wire import Wire

_RECENT = 256
"""Lines that are remembered, to tell one in the wrong place."""


class DayCheck:
    """The check of one day. A fault in a line hides none in the next."""

    def __init__(self, day: str, before: str | None, *, removable: bool) -> None:
        """`before` is the chain at the end of the day before, None if it is not known; `removable`: retention, or
        an export, may have taken something out of it.
        """
        self._day = day
        self._removable = removable
        self._expected = 1
        self._before, self._earlier = before, before
        self._otherwise: str | None = None
        """What the chain of a line that is wrong should be: it may be that alone which was altered."""
        self._suspect: Finding | None = None
        """A line that is wrong. Only the next shows whether it was altered or added."""
        self._missing: list[tuple[int, int]] = []
        self._recent: dict[int, str] = {}
        self.found = 0
        """Faults so far."""

    @property
    def head(self) -> str | None:
        """Give the chain of the last line; None if it is not known."""
        return self._before

    def feed(self, line: Wire) -> Iterator[Finding]:
        """Check the next line."""
        was = digest(line.record) if line.x is None else line.d
        before = self._place(line)
        if before is _NOWHERE:
            if not self._takes_place(line, was):
                yield self._note("added", line.n, f"there is a second line {line.n}")
            return
        if line.n < self._expected:
            yield self._note("order", line.n, f"the line stands behind line {self._expected - 1}")
        fault = _inside(line, removable=self._removable)
        if before is not None and link(before, line.j, was) != line.c:
            fault = fault or self._unless_explained(line, was)
        yield from self._settle()
        if fault is not None:
            self._suspect = Finding("altered", self._day, line.n, fault)
            self._otherwise = link(before, line.j, was) if before is not None else None
        else:
            self._otherwise = None
        if line.n >= self._expected:
            self._earlier, self._expected = before, line.n + 1
            self._before = line.c if was else None  # without a digest its chain stands for nothing
        self._recent[line.n] = line.c
        if len(self._recent) > _RECENT:
            self._recent.pop(next(iter(self._recent)))

    def end(self, entry: Entry | None) -> Iterator[Finding]:
        """Check the end, and what the manifest says of the day."""
        yield from self._settle()
        lines = self._expected - 1
        if entry is not None and lines < entry.lines:
            self._missing.append((lines + 1, entry.lines))
        known = {n for first, last in (entry.missing if entry is not None else []) for n in (first, last)}
        for first, last in self._missing:
            what = f"lines {first} to {last} are missing" if last > first else f"line {first} is missing"
            if {first, last} <= known:  # no fault of the file as it was sealed, which may have others
                yield Finding("missing", self._day, first, f"{what}: {_SEALED_SO}")
            else:
                yield self._note("missing", first, what)
        if entry is None:
            return
        if entry.end_lost:
            what = f"what stood behind line {entry.lines} is missing"
            yield Finding("missing", self._day, entry.lines + 1, f"{what}: {_SEALED_SO}")
        if lines > entry.lines:
            what = f"there are {lines} lines, {entry.lines} when the day was sealed"
            yield self._note("added", entry.lines + 1, what)
        if not self.found and self._before is not None and self._before != entry.head:
            yield self._note("altered", lines, "the chain does not end as it did when the day was sealed")

    def fault(self, finding: Finding) -> Finding:
        """Count a fault that was found elsewhere."""
        self.found += 1
        return finding

    def _place(self, line: Wire) -> str | None:
        """Give the chain before a line, as far as it is known; _NOWHERE for a second line of a number."""
        if line.n == self._expected:
            return self._before
        if line.n > self._expected:
            self._missing.append((self._expected, line.n - 1))
            return None
        for i, (first, last) in enumerate(self._missing):
            if first <= line.n <= last:
                left = [(first, line.n - 1), (line.n + 1, last)]
                self._missing[i : i + 1] = [(a, b) for a, b in left if a <= b]
                return self._recent.get(line.n - 1)
        return _NOWHERE

    def _unless_explained(self, line: Wire, was: str) -> str | None:
        """Say what is wrong with a line that does not follow the one before; None if that one explains it."""
        if self._otherwise is not None and link(self._otherwise, line.j, was) == line.c:
            return None
        if self._suspect is not None and self._earlier is not None and link(self._earlier, line.j, was) == line.c:
            self._suspect = _added(self._suspect)
            return None
        return "the line was altered, or one before it was taken out"

    def _takes_place(self, line: Wire, was: str) -> bool:
        """Tell whether a second line of a number is the true one, and the first, which is wrong, was added."""
        wrong, earlier = self._suspect, self._earlier
        if wrong is None or wrong.n != line.n or earlier is None or link(earlier, line.j, was) != line.c:
            return False
        self._suspect, self._before, self._recent[line.n] = _added(wrong), line.c, line.c
        return True

    def _settle(self) -> Iterator[Finding]:
        if self._suspect is not None:
            self.found += 1
            yield self._suspect
            self._suspect = None

    def _note(self, kind: FindingKind, n: int, text: str) -> Finding:
        self.found += 1
        return Finding(kind, self._day, n, text)


_NOWHERE = "nowhere"
_SEALED_SO = "unreadable when the day was sealed"


def _added(wrong: Finding) -> Finding:
    return Finding("added", wrong.day, wrong.n, "the line was added")


def _inside(line: Wire, *, removable: bool) -> str | None:
    """Say what is wrong with a line by itself."""
    if line.x is None:
        return None if line.record else "the line was altered: there is no record in it"
    if not line.d:
        return "the line was altered: it says that something was removed, but not what"
    if not removable:
        return "the line was altered: it says that something was removed, and nothing was of this day"
    if line.record and digest(line.record) != line.x.e:
        return "the line was altered: what was left of it is not what stands there"
    return None
