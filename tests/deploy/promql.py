"""Finds what a PromQL expression names: metrics with the labels that are asked of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from prometheus_client import Metric

from alertd import telemetry

# No parser: enough for what our own rules and charts say.
_NAMED = re.compile(r"\b((?:alertd|process)_[a-z0-9_]+)(?:\{([^}]*)\})?")
_LABEL = re.compile(r"([a-zA-Z_]+)\s*(?:=~|!~|!=|=)")
_BY = re.compile(r"\bby \(([^)]*)\)")
OUTSIDE = {"job", "instance", "le"}
"""Labels that Prometheus itself adds, or a histogram's buckets have."""
PROCESS = {"process_resident_memory_bytes", "process_open_fds", "process_cpu_seconds_total"}
"""Of prometheus_client's own collector, as docs/metrics.md says."""


@dataclass(frozen=True)
class Series:
    """A metric as an expression asks for it."""

    name: str
    labels: frozenset[str]


def asked(expression: str) -> list[Series]:
    """Give what an expression asks for; labels that it groups by are asked of all that it names."""
    by = {label.strip() for group in _BY.findall(expression) for label in group.split(",")}
    return [
        Series(name, frozenset(set(_LABEL.findall(chosen)) | by) - OUTSIDE)
        for name, chosen in _NAMED.findall(expression)
    ]


def known() -> dict[str, frozenset[str]]:
    """Give each series that alertd may show, by name, with its labels."""
    found: dict[str, frozenset[str]] = {name: frozenset() for name in PROCESS}
    for collector in telemetry.REGISTRY._collector_to_names:
        describe = getattr(collector, "describe", list)  # prometheus_client's own collectors have none
        for family in describe():
            labels = frozenset(getattr(collector, "_labelnames", ()))
            found |= dict.fromkeys(_names(family), labels)
    return found


def _names(family: Metric) -> list[str]:
    ends = {
        "counter": ("_total",),
        "gauge": ("",),
        "histogram": ("_bucket", "_sum", "_count"),
        "summary": ("_sum", "_count"),
    }
    return [f"{family.name}{end}" for end in ends[family.type]]


def unknown(expression: str) -> list[str]:
    """Say what an expression names that is not there."""
    there = known()
    said = []
    for series in asked(expression):
        if series.name not in there:
            said.append(f"{series.name} is no metric")
        elif more := series.labels - there[series.name]:
            said.append(f"{series.name} has no label {', '.join(sorted(more))}")
    return said
