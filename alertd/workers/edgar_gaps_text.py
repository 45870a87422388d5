"""What the operator is told of gaps and of days reconciled, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from alertd.base.clock import to_datetime
from alertd.sources.edgar_places import APPEARS
from alertd.sources.sec_day import NEW_YORK
from alertd.workers.edgar_gap import Gap
from alertd.workers.edgar_gaps_day import DayReport

_SHOWN = 4


def span(since_ms: int, until_ms: int) -> str:
    """Say from when to when, by New York's clock: `10:02 to 10:41 on 2026-01-12 (New York)`."""
    until = to_datetime(until_ms).astimezone(NEW_YORK)
    if not since_ms:
        return f"before {until:%Y-%m-%d %H:%M} (New York)"
    since = to_datetime(since_ms).astimezone(NEW_YORK)
    if since.date() == until.date():
        return f"from {since:%H:%M} to {until:%H:%M} on {until:%Y-%m-%d} (New York)"
    return f"from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} (New York)"


def gap_begun(gap: Gap, held: int, unread: Sequence[str], late: int, failed: str, days: Sequence[date]) -> str:
    """Say what is known of a gap while its indexes are awaited.

    `unread`: for each company whose submissions were not all read, why.
    """
    said = f"EDGAR may not have been seen {span(gap.since_ms, gap.until_ms)}. "
    companies = "the company" if held == 1 else f"the {held} companies"
    if failed:
        said += f"The submissions of {companies} held could not be read yet: {failed}. "
    elif not held:
        said += "No company is held whose submissions could tell more. "
    elif unread:
        said += _unread(held, unread, late)
    elif late:
        said += f"By the submissions of {companies} held, {_come(late)}. "
    else:
        said += f"By the submissions of {companies} held, nothing of theirs was missed. "
    return said + f"What else was missed is known with {_indexes(days)}, there from {APPEARS:%H:%M} (New York) on."


def _unread(held: int, unread: Sequence[str], late: int) -> str:
    """Say of how many companies the submissions were not read; of those nothing is called complete."""
    which = "the company" if held == 1 else f"{len(unread)} of the {held} companies"
    said = f"The submissions of {which} held could not all be read: {unread[0]}. "
    if late:
        return f"{said}By those that were, {_come(late)}. "
    if len(unread) < held:
        return f"{said}By those of the others, nothing of theirs was missed. "
    return said


def gap_closed(gap: Gap, late: int, *, proved: bool) -> str:
    """Say that a gap is closed: filled, or as far as EDGAR's indexes go."""
    where = f"The gap in EDGAR {span(gap.since_ms, gap.until_ms)}"
    if not proved:
        return f"{where} is closed, but not all of its days could be reconciled: {_come(late)}."
    return f"{where} is filled: {_come(late) if late else 'nothing was missing'}."


def day_missing(report: DayReport) -> str:
    """Say that a day was not complete."""
    return f"EDGAR, {report.day}: {report.text}; {_come(report.late)}."


def day_not_done(days: str, why: str, *, given_up: bool) -> str:
    """Say that a day, or several, could not be reconciled."""
    after = "It is not tried again" if given_up else "It is tried again"
    return (
        f"EDGAR, {days}: it could not be proved that nothing was missed, because {why}. {after}; "
        f"`alertd sources reconcile` does it by hand."
    )


def _come(late: int) -> str:
    """Say how many filings have come late."""
    return "1 filing has come late" if late == 1 else f"{late or 'no'} filings have come late"


def _indexes(days: Sequence[date]) -> str:
    names = ", ".join(day.isoformat() for day in days[:_SHOWN])
    more = f" and {len(days) - _SHOWN} more" if len(days) > _SHOWN else ""
    return f"the index of {names}{more}" if len(days) == 1 else f"the indexes of {names}{more}"
