"""What has to be known to read a report's numbers: what was not there, and what was counted how. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from alertd.base.clock import rfc3339
from alertd.base.wall_clock import local
from alertd.history.analytics.days import Days
from alertd.history.analytics.indices import FAR_DAYS, NEAR_DAYS
from alertd.history.analytics.subject import Subject
from alertd.history.analytics.usual import DAY_MS

_BEHIND_MS = 300_000
"""A history that ends so long before the time does says nothing of its end."""


def notes_of(
    subject: Subject, days: Days, begin_ms: int | None, end_ms: int | None, *, own: int, older: int
) -> list[str]:
    """Give the notes; `begin_ms`, `end_ms` are those of the history.

    `own` are reports that not everybody may be told of, `older` stories with reports in the time that began before.
    """
    zone = ZoneInfo(subject.timezone)
    since_ms, until_ms = days.starts[0], days.until_ms
    found = [*_history(zone, since_ms, until_ms, begin_ms, end_ms), *_holdings(subject)]
    if own:
        found.append(
            f"Tone and volume are of what everybody may be told of, as in rules; {own:,} other reports (a desk's own "
            "sources, limited rights) count in the other parts."
        )
    if older:
        found.append(
            f"News counts stories that began in the time; event types count also stories that began before and "
            f"went on: there are {older:,}."
        )
    if local(since_ms, zone).timetz().replace(tzinfo=None).isoformat() != "00:00:00":
        found.append(f"Days are those of {subject.timezone}; the first and the last may be cut off.")
    return found


def _history(zone: ZoneInfo, since_ms: int, until_ms: int, begin_ms: int | None, end_ms: int | None) -> list[str]:
    if begin_ms is None or end_ms is None:
        return ["There is no history yet: nothing was archived."]
    found = []
    if begin_ms > since_ms:
        found.append(f"The history begins {_when(begin_ms, zone)}: of the time before nothing is known.")
    spans = [span for span in (NEAR_DAYS, FAR_DAYS) if begin_ms > until_ms - (span + 1) * DAY_MS]
    if spans:
        named = " and ".join(f"{span} days" for span in spans)
        found.append(f"The history is not long enough to compare the volume with {named}.")
    if end_ms < until_ms - _BEHIND_MS:
        found.append(f"The newest that is archived is of {_when(end_ms, zone)}.")
    return found


def _holdings(subject: Subject) -> list[str]:
    if not subject.holdings:
        return [
            "The portfolio holds nothing now, so it has no tone; its news and event types are those of the reports "
            "that its rules held for."
        ]
    unknown = sum(one.weight is None for one in subject.holdings)
    as_of = f" (as of {subject.as_of})" if subject.as_of else ""
    found = [
        f"Holdings, weights and signs are those of today{as_of}, also over the time; beside stories and near "
        "holdings stand the weights of then."
    ]
    if unknown == len(subject.holdings):
        found.append("No weights are known: in the portfolio's tone all holdings count the same, as long positions.")
    elif unknown:
        found.append(
            f"{unknown} of {len(subject.holdings)} holdings have no known weight: they do not count in its tone."
        )
    return found


def _when(at_ms: int, zone: ZoneInfo) -> str:
    there = local(at_ms, zone)
    return f"{rfc3339(at_ms)[:10] if zone.key == 'UTC' else there.date().isoformat()} {there:%H:%M}"
