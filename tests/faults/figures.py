"""Figures out of a daemon's metrics and a test's own clock."""

from __future__ import annotations

import re
from collections.abc import Sequence

_BUCKET = re.compile(r"^(?P<name>[a-z_]+)_bucket\{(?P<labels>[^}]*)\} (?P<count>[0-9.e+]+)$", re.MULTILINE)
_LE = re.compile(r'le="([^"]+)"')


def quantile(metrics: str, name: str, share: float, **labels: str) -> float:
    """Give the upper bound of the bucket in which a quantile of a histogram lies, over all its series that have these
    labels; 0 where nothing was counted."""
    counts: dict[float, float] = {}
    for found in _BUCKET.finditer(metrics):
        if found["name"] == name and all(f'{key}="{value}"' in found["labels"] for key, value in labels.items()):
            bound = _LE.search(found["labels"])
            assert bound is not None
            counts[float(bound[1])] = counts.get(float(bound[1]), 0.0) + float(found["count"])
    total = max(counts.values(), default=0.0)
    return next((bound for bound, count in sorted(counts.items()) if count >= share * total > 0), 0.0)


def percentile(values: Sequence[float], share: float) -> float:
    """Give a percentile of measured values; 0 for none."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)] if values else 0.0
