"""The metrics of what watches over alertd itself: heartbeat, the daily look whether everything has an end, loops."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from alertd.telemetry.metrics import FAST, REGISTRY


def _gauge(name: str, text: str) -> Gauge:
    return Gauge(f"alertd_{name}", text, registry=REGISTRY, multiprocess_mode="livemostrecent")


HEARTBEAT_OK = _gauge("heartbeat_ok", "1 while heartbeats are sent and taken, 0 while they stay away or fail.")
HEARTBEAT_AT = _gauge("heartbeat_timestamp_seconds", "When a heartbeat was last taken.")
HEARTBEATS = Counter("alertd_heartbeats_total", "Heartbeats by what came of them.", ["outcome"], registry=REGISTRY)
VERIFY_FAULTS = _gauge("verify_faults", "Records without an end or a counterpart, as the daily look found.")
VERIFY_AT = _gauge("verify_timestamp_seconds", "When that look last came to its end.")
VERIFY_SECONDS = _gauge("verify_seconds", "How long it took.")
LOOP_BUSY = Histogram(
    "alertd_event_loop_busy_seconds",
    "The longest that the event loop computed at a stretch, in each tenth of a second.",
    ["process"],
    registry=REGISTRY,
    buckets=FAST,
)
