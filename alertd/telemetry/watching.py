"""The metrics of what watches over alertd itself: the heartbeat, and the daily look whether everything has an end."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

from alertd.telemetry.metrics import REGISTRY


def _gauge(name: str, text: str) -> Gauge:
    return Gauge(f"alertd_{name}", text, registry=REGISTRY, multiprocess_mode="livemostrecent")


HEARTBEAT_OK = _gauge("heartbeat_ok", "1 while heartbeats are sent and taken, 0 while they stay away or fail.")
HEARTBEAT_AT = _gauge("heartbeat_timestamp_seconds", "When a heartbeat was last taken.")
HEARTBEATS = Counter("alertd_heartbeats_total", "Heartbeats by what came of them.", ["outcome"], registry=REGISTRY)
VERIFY_FAULTS = _gauge("verify_faults", "Records without an end or a counterpart, as the daily look found.")
VERIFY_AT = _gauge("verify_timestamp_seconds", "When that look last came to its end.")
VERIFY_SECONDS = _gauge("verify_seconds", "How long it took.")
