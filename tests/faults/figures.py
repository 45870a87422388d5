"""Figures out of a daemon's metrics and a test's own clock."""

from __future__ import annotations

import re
from collections.abc import Sequence

_BUCKET = re.compile(r"^(?P<name>[a-z_]+)_bucket\{(?P<labels>[^}]*)\} (?P<count>[0-9.e+]+)$", re.MULTILINE)
_LE = re.compile(r'le="([^"]+)"')


def quantile(metrics: str, name: str, share: float, *, since: str = "", **labels: str) -> float:
    """Give the upper bound of the bucket in which a quantile of a histogram lies, over all its series that have these
    labels; 0 where nothing was counted. `since`: metrics of before, whose counts are left out."""
    counts: dict[float, float] = {}
    for page, sign in ((metrics, 1), (since, -1)):
        for found in _BUCKET.finditer(page):
            if found["name"] == name and all(f'{key}="{value}"' in found["labels"] for key, value in labels.items()):
                bound = _LE.search(found["labels"])
                assert bound is not None
                counts[float(bound[1])] = counts.get(float(bound[1]), 0.0) + sign * float(found["count"])
    total = max(counts.values(), default=0.0)
    return next((bound for bound, count in sorted(counts.items()) if count >= share * total > 0), 0.0)


def percentile(values: Sequence[float], share: float) -> float:
    """Give a percentile of measured values; 0 for none."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)] if values else 0.0


def loop_held(metrics: str, since: str, process: str = "io") -> tuple[float, float]:
    """Give how long the loop of a process was held: 99 in 100 tenths of a second had no longer stretch of computing,
    and 99 in 100 looks came round no later, by the clock."""
    busy = quantile(metrics, "alertd_event_loop_busy_seconds", 0.99, since=since, process=process)
    return busy, quantile(metrics, "alertd_event_loop_lag_seconds", 0.99, since=since, process=process)
