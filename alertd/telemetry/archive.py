"""The metrics of the archive, and of the database that is made of it."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

from alertd.telemetry.metrics import REGISTRY


def _gauge(name: str, text: str) -> Gauge:
    return Gauge(f"alertd_{name}", text, registry=REGISTRY, multiprocess_mode="livemostrecent")


def _counter(name: str, text: str) -> Counter:
    return Counter(f"alertd_{name}", text, registry=REGISTRY)


ARCHIVE_UP = _gauge("archive_up", "1 while the archive is written, 0 while it fails.")
ARCHIVE_LAG = _gauge("archive_lag_seconds", "Age of the oldest journal record that is not archived yet.")
ARCHIVE_WAITING = _gauge("archive_waiting_lines", "Journal records that were read and could not be archived yet.")
ARCHIVE_LINES = _counter("archive_lines_total", "Lines written to the archive.")
ARCHIVE_BYTES = _gauge("archive_bytes", "Size of the archive's files.")
ARCHIVE_FAILURES = _counter("archive_failures_total", "Attempts to write the archive that failed.")
ARCHIVE_GAPS = _counter("archive_gaps_total", "Gaps in the journal that were recorded in the archive.")
ARCHIVE_SEALED = _counter("archive_sealed_days_total", "Days of the archive that were sealed.")
ARCHIVE_REMOVED = _counter("archive_removed_lines_total", "Lines whose record, or text, was kept long enough.")
HISTORY_LINES = _counter("history_lines_total", "Archive lines taken into history.db.")
HISTORY_LAG = _gauge("history_lag_seconds", "How far history.db is behind the archive.")
HISTORY_FAILURES = _counter("history_failures_total", "Attempts to write history.db that failed.")
