"""The metrics of the indices of companies."""

from __future__ import annotations

from prometheus_client import Gauge, Histogram

from alertd.telemetry.metrics import REGISTRY, SLOW

INDICES_AGE = Gauge(
    "alertd_indices_age_seconds",
    "How long ago the indices of companies were confirmed.",
    registry=REGISTRY,
    multiprocess_mode="livemostrecent",
)
INDICES_SECONDS = Histogram(
    "alertd_indices_seconds", "Working out the indices of a minute.", registry=REGISTRY, buckets=SLOW
)
