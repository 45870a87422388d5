"""The page of metrics, and how the processes of one daemon share their figures.

With `METRICS_DIR_VARIABLE` in the environment before `metrics.py` is imported, they share them through files in that
directory, and `metrics_text` adds them up; without it, it shows this process.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest, values
from prometheus_client.metrics_core import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from alertd.telemetry.metrics import LOG_LINES_LOST, REGISTRY

METRICS_DIR_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
METRICS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def prepare_metrics_dir(directory: Path) -> dict[str, str]:
    """Make the directory in which processes share metrics, empty, and give the environment that children need.

    Parse workers are better started without it: each one that is killed would leave its files behind.
    """
    directory.mkdir(mode=0o700, exist_ok=True)  # in a private one, which is there
    for leftover in directory.glob("*.db"):
        leftover.unlink(missing_ok=True)
    return {METRICS_DIR_VARIABLE: str(directory)}


def join_metrics(directory: Path) -> None:
    """Share what this process counts from now on under labels (`PROCESS_RESTARTS`), although it was imported
    without METRICS_DIR_VARIABLE: for the supervisor, which makes the directory itself.
    """
    os.environ[METRICS_DIR_VARIABLE] = str(directory)
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]  # asked anew for each label


def leave_no_metrics() -> None:
    """Take back what this process has counted so far, which is nothing: for one that only forks others."""
    if directory := os.environ.get(METRICS_DIR_VARIABLE):
        for file in Path(directory).glob(f"*_{os.getpid()}.db"):
            file.unlink(missing_ok=True)


def count_as_this_process() -> None:
    """Begin with files of its own in a process that was forked; all metrics go over to them with the first."""
    LOG_LINES_LOST.inc(0)


def forget_process(pid: int, directory: Path) -> None:
    """Drop the gauges of a process that is gone; what it counted stays counted."""
    mark_process_dead(pid, str(directory))  # type: ignore[no-untyped-call]


class _SharedMetrics:
    """Adds up the files of all processes. A file torn by SIGKILL costs that file, not the page."""

    def __init__(self, directory: str) -> None:
        self._directory = Path(directory)

    def collect(self) -> Iterable[Metric]:
        files = [str(f) for f in sorted(self._directory.glob("*.db")) if self._readable(f)]
        merged: Iterable[Metric] = MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]
        return merged

    @staticmethod
    def _readable(file: Path) -> bool:
        try:
            values = MmapedDict.read_all_values_from_file(str(file))  # type: ignore[no-untyped-call]
            for key, *_ in values:
                json.loads(key)
        except Exception:  # noqa: BLE001 - struct.error, ValueError, RuntimeError, OSError: torn in any place
            return False
        return True


def metrics_text() -> bytes:
    """Give all metrics in Prometheus' text format (`METRICS_CONTENT_TYPE`); takes some ms with many sources."""
    directory = os.environ.get(METRICS_DIR_VARIABLE)  # prometheus_client decides by the same variable
    if not directory:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    registry.register(_SharedMetrics(directory))
    return generate_latest(registry) + generate_latest(_PROCESS)


_PROCESS = CollectorRegistry()
ProcessCollector(registry=_PROCESS if os.environ.get(METRICS_DIR_VARIABLE) else REGISTRY)
