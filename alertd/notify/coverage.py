"""The daily coverage line, in words. Pure.

Coverage since yesterday 07:00: 41 of 42 sources fine · 1,204 items, 37 on your names, 3 alerts · edgar blind 10:02
to 10:41, filled, 1 late · prwire failing
"""

from __future__ import annotations

from datetime import timedelta, tzinfo

from alertd.base.clock import to_datetime
from alertd.model import Blind, Coverage
from alertd.notify.clocks import OLD_AFTER_MS, age, clock_time, moment, zone_label
from alertd.notify.plain import counted, one_line


def coverage_parts(coverage: Coverage, tz: tzinfo) -> list[str]:
    """Give the parts of the line: how many sources are fine, counts, blind spells, what is not fine."""
    counts = f"{counted(coverage.items, 'item')}, {coverage.names:,} on your names, "
    counts += counted(coverage.alerts, "alert")
    failing_now = {one.source for one in coverage.blind if one.until is None}
    blind = [_blind(one, tz, coverage) for one in coverage.blind]
    more = [f"{counted(coverage.more_blind, 'more blind spell')}"] if coverage.more_blind else []
    return [f"{_fine(coverage)} fine", counts, *blind, *more, *_not_fine(coverage, failing_now)]


def since_when(coverage: Coverage, tz: tzinfo) -> str:
    """Say since when: `since yesterday 07:00`."""
    since, until = moment(coverage.since) or 0, moment(coverage.until) or 0
    first, last = (to_datetime(ms).astimezone(tz) for ms in (since, until))
    day = "yesterday" if first.date() == last.date() - timedelta(days=1) else f"{first.date().isoformat()}"
    return f"since {day} {first:%H:%M}"


def lateness(coverage: Coverage, tz: tzinfo, now: int) -> str:
    """Say that the line comes late, and when its day ended; empty if it is in time."""
    until = moment(coverage.until) or now
    if now - until <= OLD_AFTER_MS:
        return ""
    when = f"{clock_time(until, tz, now, 'minute')} {zone_label(until, tz)}"
    return f"{age(now - until)} late: the day ended {when}, and alertd did not run or could not send then"


def _fine(coverage: Coverage) -> str:
    noun = "source" if coverage.sources == 1 else "sources"
    return f"{coverage.fine:,} of {coverage.sources:,} {noun}"


def _blind(one: Blind, tz: tzinfo, coverage: Coverage) -> str:
    name, since = one_line(one.source, 64), _clock(one.since, tz, coverage)
    if one.until is None:
        return f"{name} blind since {since}"
    return f"{name} blind {since} to {_clock(one.until, tz, coverage)}, {one_line(one.became, 60)}"


def _clock(at: str, tz: tzinfo, coverage: Coverage) -> str:
    """Write a time of day, which is plain within the day that the line is about; of another with its date."""
    ms, since, until = (moment(text) or 0 for text in (at, coverage.since, coverage.until))
    return clock_time(ms, tz, ms if since <= ms <= until else until, "minute")


def _not_fine(coverage: Coverage, said: set[str]) -> list[str]:
    """Name what is not fine, but for those of which it is said since when they are not seen."""
    named = [f"{one_line(source, 64)} {state}" for source, state in coverage.not_fine.items() if source not in said]
    rest = coverage.sources - coverage.fine - len(coverage.not_fine)
    return [*named, *([f"{rest:,} more not fine"] if rest > 0 else [])]
