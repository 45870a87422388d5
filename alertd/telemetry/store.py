"""The metrics of Redis and of what alertd keeps there."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from alertd.telemetry.metrics import FAST, REGISTRY, Mode


def _gauge(name: str, text: str, *labels: str, mode: Mode = "livemostrecent") -> Gauge:
    return Gauge(f"alertd_{name}", text, labels, registry=REGISTRY, multiprocess_mode=mode)


def _counter(name: str, text: str) -> Counter:
    return Counter(f"alertd_{name}", text, registry=REGISTRY)


REDIS_UP = _gauge("redis_up", "1 while every process reaches Redis.", mode="livemin")
REDIS_ROUNDTRIP_SECONDS = Histogram(
    "alertd_redis_roundtrip_seconds", "A PING to Redis and back.", registry=REGISTRY, buckets=FAST
)
REDIS_WRITE_SECONDS = Histogram(
    "alertd_redis_write_seconds", "A small write to Redis and back, its fsync included.", registry=REGISTRY,
    buckets=(0.00025, 0.0005, *FAST),
)  # fmt: skip
REDIS_MEMORY_BYTES = _gauge("redis_memory_bytes", "Memory that Redis uses.")
STORE_ROLLBACKS = _counter("store_rollbacks", "How often Redis was found to be older than what was known of it.")
STORE_LOST_LINES = _counter("store_lost_lines", "Lines of the archive that Redis had no more when it went back.")
STORE_LOST_EVENTS = _counter("store_lost_events", "Events that Redis lost, and that no source showed again.")
STORE_UNCONFIRMED = _counter("store_unconfirmed", "What was not said to be taken, since no replica confirmed it.")
REDIS_MEMORY_LIMIT_BYTES = _gauge("redis_memory_limit_bytes", "Memory that Redis may use; 0: without a limit.")
REDIS_PRESSURE = _gauge("redis_pressure", "0 while Redis has room, 1 filling, 2 full.", mode="livemax")
INTAKE_PAUSED = _gauge("intake_paused", "1 while nothing new is taken, because Redis is full.", mode="livemax")
KEYS = _gauge("keys", "Entries in the store by kind of key.", "kind")
REDIS_TIMEOUTS = _counter("redis_timeouts_total", "Commands that Redis did not answer in time.")
EVENTS_MISSING = _counter("events_missing_total", "Events that something else took out of the stream.")
JOURNAL_DROPPED = _counter("journal_dropped_total", "Journal records dropped before they were archived.")
