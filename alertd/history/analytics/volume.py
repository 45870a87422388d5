"""How much news there was: stories, not reports. Pure.

A story counts on the day of its first report, of a company with the first that names it; forty reports of it are one.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from alertd.history.analytics.days import Days
from alertd.history.analytics.indices import FAR_DAYS, NEAR_DAYS
from alertd.history.analytics.model import Volume
from alertd.history.analytics.rows import Named
from alertd.history.analytics.usual import DAY_MS, count_of, counts_before, next_hour, z_score
from alertd.model import CompanyIndex


@dataclass(slots=True)
class _Counted:
    begun: dict[Hashable, int] = field(default_factory=dict)
    """Story -> its first report."""
    events: set[str] = field(default_factory=set)
    """Reports in the time."""


def volume_of(
    reports: Iterable[Named], days: Days, companies: Sequence[str], indices: Mapping[str, CompanyIndex | None]
) -> dict[str, Volume]:
    """Give the volume of each company; `indices` are those at the end of the time.

    `reports` may reach back beyond the time: a story that began before is not new.
    """
    counted = {company: _Counted() for company in companies}
    for one in reports:
        if one.company in counted:
            _count(counted[one.company], one, days)
    made = {}
    for company, count in counted.items():
        index = indices.get(company)
        z30, z90 = (index.volume_z, index.volume_z90) if index is not None else (None, None)
        made[company] = _volume(count, days, z30, z90)
    return made


def volume_of_all(reports: Iterable[Named], days: Days, known_since_ms: int | None) -> Volume:
    """Give the volume of all together: a story that names several of them is one.

    Its deviation is reckoned as that of a company.
    """
    counted = _Counted()
    for one in reports:
        _count(counted, one, days)
    begun = sorted(counted.begun.values())
    end = next_hour(days.until_ms)
    day = count_of(begun, end - DAY_MS, end)
    z30, z90 = (
        z_score(day, counts_before(begun, end, span))
        if known_since_ms is not None and known_since_ms <= end - (span + 1) * DAY_MS
        else None
        for span in (NEAR_DAYS, FAR_DAYS)
    )
    return _volume(counted, days, z30, z90)


def _count(counted: _Counted, one: Named, days: Days) -> None:
    counted.begun.setdefault(one.story, one.at_ms)
    if one.at_ms >= days.starts[0]:
        counted.events.add(one.event)


def _volume(counted: _Counted, days: Days, z30: float | None, z90: float | None) -> Volume:
    by_day = [0] * len(days.dates)
    for at in counted.begun.values():
        if at >= days.starts[0]:
            by_day[days.of(at)] += 1
    return Volume(stories=sum(by_day), reports=len(counted.events), by_day=by_day, z30=z30, z90=z90)
