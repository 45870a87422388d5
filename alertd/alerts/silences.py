"""Which silence holds an alert back, and until when. Pure.

A silence names portfolios, rules, companies, event types, sources and receivers. What it names has to fit, all of it;
of each list one. Of an alert with several matches each must be silenced: else the others are news. And where an alert
is about several companies, or reports several event types, the silence must name all of them, for the same reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from alertd.alerts.rules_of import companies_of
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.base.wall_clock import first_outside, local, minute_of, minutes
from alertd.model import Event, Match, Silence, Weekly
from alertd.rules.reported import SURE


@dataclass(frozen=True, slots=True)
class Silenced:
    """Why an alert is not told."""

    by: str
    """Id of the silence; of several the one that holds it back longest."""
    until_ms: int
    """When it ends, or when this week's time of it does."""

    @property
    def detail(self) -> str:
        """Say it in words."""
        return f"by {self.by} until {rfc3339(self.until_ms)}"


def silenced(
    silences: Iterable[Silence],
    *,
    portfolio: str,
    desk: str | None,
    receiver: str,
    event: Event | None,
    matches: Sequence[Match],
    now: int,
) -> Silenced | None:
    """Say which silence holds an alert back from a receiver; None: none does."""
    active = [
        (silence, until)
        for silence in silences
        if _concerns(silence, portfolio, desk, receiver, event) and (until := active_until(silence, now)) > now
    ]
    if not active:
        return None
    found = [_longest(active, match, event) for match in matches] or [_longest(active, None, event)]
    if any(one is None for one in found):
        return None
    return min((one for one in found if one is not None), key=lambda one: one.until_ms)


def _longest(active: Sequence[tuple[Silence, int]], match: Match | None, event: Event | None) -> Silenced | None:
    fitting = [(until, silence.id) for silence, until in active if _fits(silence, match, event)]
    if not fitting:
        return None
    until, by = max(fitting)
    return Silenced(by, until)


def _concerns(silence: Silence, portfolio: str, desk: str | None, receiver: str, event: Event | None) -> bool:
    return (
        (silence.all_desks or silence.desk == desk)
        and (not silence.portfolios or portfolio in silence.portfolios)
        and (not silence.receivers or receiver in silence.receivers)
        and (not silence.sources or (event is not None and event.source in silence.sources))
    )


def _fits(silence: Silence, match: Match | None, event: Event | None) -> bool:
    if silence.rules and (match is None or match.rule not in silence.rules):
        return False
    if silence.event_types and not _all_in(_types(event), silence.event_types):
        return False
    return not silence.companies or _all_in(_companies(match, event), silence.companies)


def _all_in(found: Collection[str], named: Collection[str]) -> bool:
    return bool(found) and all(one in named for one in found)


def _types(event: Event | None) -> list[str]:
    return [one.type for one in event.event_types if one.confidence >= SURE] if event is not None else []


def _companies(match: Match | None, event: Event | None) -> Collection[str]:
    """Give the companies that a match is about; of a rule about none the one that the event is mostly about."""
    own = companies_of(match) if match is not None else ()
    if own or event is None or not event.companies:
        return own
    return (max(event.companies, key=lambda mention: mention.relevance).id,)


# --- when -------------------------------------------------------------------------------------------------------


def active_until(silence: Silence, now: int) -> int:
    """Give the moment (ms) up to which a silence is in force now; 0 if it is not.

    One whose times cannot be read here, such as a zone that this machine does not know, is not: an alert too many is
    the smaller harm, and it must not stop the others.
    """
    try:
        start, end = _span(silence.starts_at, silence.ends_at)
        if not start <= now < end:
            return 0
        if not silence.weekly:
            return end
        return min(end, max(weekly_until(weekly, now) for weekly in silence.weekly))
    except (ValueError, KeyError):
        return 0


def weekly_until(weekly: Weekly, now: int) -> int:
    """Give the end (ms) of the weekly time that runs now; 0 if none does."""
    zone, days = ZoneInfo(weekly.timezone), frozenset(weekly.days)
    start, end = minute_of(weekly.start), minute_of(weekly.end)

    def inside(at: int) -> bool:
        shown = local(at, zone)
        minute, day = minutes(shown), shown.weekday()
        if start < end:
            return day in days and start <= minute < end
        return (day in days and minute >= start) or ((day - 1) % 7 in days and minute < end)

    if not inside(now):
        return 0
    return first_outside(now, zone, inside, lambda _: (end,), 8)


@lru_cache(maxsize=1024)
def _span(starts_at: str, ends_at: str) -> tuple[int, int]:
    return parse_rfc3339(starts_at), parse_rfc3339(ends_at)
