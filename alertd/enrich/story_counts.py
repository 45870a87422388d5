"""How many reports of a story there are, for those who may see them. Pure.

What an event says of its story, and so what messages and conditions say, counts the reports that everybody may see
and those for the same people as the event: a figure that counted more would tell of what is withheld.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from alertd.enrich.story_marks import likeness
from alertd.enrich.story_report import Report
from alertd.enrich.story_weights import COPY

CHAIN_MS = 24 * 3_600_000
"""A report that comes so long after the one before it is news again."""
MARKS, SKETCHES = 64, 8
"""Publishers and texts of a story that are remembered."""
AUDIENCES = 8
"""Groups of people for whom a story is counted; reports for others are counted for nobody else."""
EVERYBODY = ""


class Counted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The reports of a story that some people may see."""

    reports: int = 0
    chain: int = 0
    """Reports of the last chain: those with less than 24 hours between them."""
    last_ms: int = 0
    sources: int = 0
    """Independent ones: copies of one wire are one."""
    marks: list[str] = []
    """Publishers and wires that were counted."""
    sketches: list[list[int]] = []

    def take(self, report: Report) -> Counted:
        """Count one more report."""
        goes_on = abs(report.at_ms - self.last_ms) < CHAIN_MS
        own = [name for name in (report.publisher, report.credit) if name]
        new = self._is_independent(report, own)
        return Counted(
            reports=self.reports + 1,
            chain=self.chain + 1 if goes_on else 1,
            last_ms=max(self.last_ms, report.at_ms),
            sources=self.sources + new,
            marks=list(dict.fromkeys([*self.marks, *own]))[:MARKS],
            sketches=[*self.sketches, *([report.sketch] if new and report.sketch else [])][:SKETCHES],
        )

    def with_those_of(self, younger: Counted) -> Counted:
        """Count the reports of a story that became part of this one."""
        both = len(set(self.marks) & set(younger.marks))
        return Counted(
            reports=self.reports + younger.reports,
            chain=self.chain + younger.chain,
            last_ms=max(self.last_ms, younger.last_ms),
            sources=self.sources + younger.sources - min(younger.sources, both),
            marks=list(dict.fromkeys([*self.marks, *younger.marks]))[:MARKS],
            sketches=[*self.sketches, *younger.sketches][:SKETCHES],
        )

    def _is_independent(self, report: Report, own: Iterable[str]) -> bool:
        """Whether it comes from somebody who was not heard yet: no known publisher or wire, and no copied text."""
        if not set(own).isdisjoint(self.marks):
            return False
        return not any(likeness(report.sketch, known) >= COPY for known in self.sketches)


Counts = dict[str, Counted]
"""Audience -> the reports that it may see: those for everybody, and its own."""


def counted(counts: Counts, report: Report) -> tuple[Counts, Counted]:
    """Count a report for all who may see it; gives also what those may see for whom it is."""
    mine = _seen_by(counts, report.audience).take(report)
    if report.audience == EVERYBODY:
        return {name: seen.take(report) for name, seen in counts.items()} | {EVERYBODY: mine}, mine
    if report.audience in counts or len(counts) <= AUDIENCES:
        counts = counts | {report.audience: mine}
    return counts, mine


def united_counts(older: Counts, younger: Counts) -> Counts:
    """Count for two stories that are one; of the younger's audiences those for which there is room."""
    names = list(dict.fromkeys([EVERYBODY, *older, *younger]))[: AUDIENCES + 1]
    return {name: _seen_by(older, name).with_those_of(_seen_by(younger, name)) for name in names}


def _seen_by(counts: Counts, audience: str) -> Counted:
    return counts.get(audience) or counts.get(EVERYBODY) or Counted()
