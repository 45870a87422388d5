"""Write deploy/grafana/alertd.json: the dashboard, from the table below.

    python -m tools.make_dashboard

It is made because JSON of a dashboard is a thousand lines that nobody reads; a row here is a panel.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

FILE = Path(__file__).parents[1] / "deploy/grafana/alertd.json"
WIDTH, HEIGHT = 24, 8
"""Of Grafana's grid: columns, and rows of a panel."""
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
HERE = 'job=~"$job", instance=~"$instance"'


@dataclass(frozen=True)
class Panel:
    """A chart, or one big figure."""

    title: str
    queries: dict[str, str]
    """Legend, with {{label}} -> PromQL; `@` stands for the chosen job and instance."""
    unit: str = "short"
    kind: Literal["timeseries", "stat"] = "timeseries"
    says: str = ""
    """What it means, for whoever points at it."""
    bad_above: float | None = None
    """Red from there on."""


def quantiles(metric: str, *by: str) -> dict[str, str]:
    """Give the median and the 99th percentile of a histogram."""
    inside = ", ".join(("le", *by))
    legend = " ".join(f"{{{{{one}}}}}" for one in by)
    buckets = f"sum by ({inside}) (rate({metric}_bucket{{@}}[$__rate_interval]))"
    shares = {"median": 0.5, "99 %": 0.99}
    return {f"{legend} {name}".strip(): f"histogram_quantile({q}, {buckets})" for name, q in shares.items()}


def rate(metric: str, by: str, chosen: str = "@") -> dict[str, str]:
    """Give how often something happens in a second, by a label."""
    return {f"{{{{{by}}}}}": f"sum by ({by}) (rate({metric}{{{chosen}}}[$__rate_interval]))"}


def mean(metric: str, by: str) -> dict[str, str]:
    """Give the mean of a summary, by a label."""
    sums, counts = (f"rate({metric}_{end}{{@}}[$__rate_interval])" for end in ("sum", "count"))
    return {f"{{{{{by}}}}}": f"{sums} / {counts}"}


def within(metric: str, *by: str, time: str = "1h") -> dict[str, str]:
    """Give how often something happened within a time, by labels."""
    legend = " ".join(f"{{{{{one}}}}}" for one in by)
    return {legend: f"sum by ({', '.join(by)}) (increase({metric}{{@}}[{time}]))"}


ROWS: dict[str, list[Panel]] = {
    "At a glance": [
        Panel("Redis", {"": "min(alertd_redis_up{@})"}, kind="stat", says="1 while every process reaches it"),
        Panel("Oldest event waiting", {"": "max(alertd_stream_oldest_seconds{@})"}, "s", "stat", bad_above=30),
        Panel("Dead letters", {"": "max(alertd_dead_letters{@})"}, kind="stat", bad_above=1),
        Panel(
            "Sources in trouble",
            {"": 'sum(alertd_sources{state=~"late|silent|failing|gone", @})'},
            kind="stat",
            bad_above=1,
        ),
        Panel("Archive behind", {"": "max(alertd_archive_lag_seconds{@})"}, "s", "stat", bad_above=600),
        Panel("Records without an end", {"": "max(alertd_verify_faults{@})"}, kind="stat", bad_above=1),
    ],
    "From seen to sent": [
        Panel(
            "From seen to sent",
            quantiles("alertd_event_to_delivery_seconds"),
            "s",
            says="The promise: within seconds",
        ),
        Panel(
            "Waiting to be matched",
            {"events": "max(alertd_stream_backlog{@})", "handed out": "max(alertd_stream_pending{@})"},
        ),
        Panel("Told, and why not", rate("alertd_told_total", "outcome"), "ops"),
        Panel("Decisions", rate("alertd_decisions_total", "reason"), "ops"),
    ],
    "Sources": [
        Panel("Events taken in", rate("alertd_events_total", "source"), "ops"),
        Panel("Entries by what came of them", rate("alertd_entries_total", "outcome"), "ops"),
        Panel("Polls that failed", rate("alertd_polls_total", "source", 'outcome=~"failed|gone", @'), "ops"),
        Panel("Sources by state", {"{{state}}": "sum by (state) (alertd_sources{@})"}),
        Panel("One poll", mean("alertd_poll_duration_seconds", "source"), "s"),
        Panel("Polls begin late", quantiles("alertd_poll_lateness_seconds"), "s"),
        Panel(
            "Since the last item",
            {"{{source}}": "time() - max by (source) (alertd_source_last_item_timestamp_seconds{@})"},
            "s",
        ),
        Panel("Full texts", rate("alertd_full_texts_total", "outcome"), "ops"),
    ],
    "Understanding and matching": [
        Panel("Understanding one event", quantiles("alertd_enrich_seconds"), "s"),
        Panel("Where that time goes", rate("alertd_enrich_step_seconds_total", "step"), "percentunit"),
        Panel("Rules that held", rate("alertd_matches_total", "portfolio"), "ops"),
        Panel(
            "What went wrong",
            {
                "steps that raised": "sum(rate(alertd_enrich_failures_total{@}[$__rate_interval]))",
                "rules switched off": "sum(rate(alertd_rule_failures_total{@}[$__rate_interval]))",
                "events buried": "sum(rate(alertd_dead_events_total{@}[$__rate_interval]))",
                "parse workers killed": "sum(rate(alertd_parse_kills_total{@}[$__rate_interval]))",
            },
            "ops",
        ),
    ],
    "Delivering": [
        Panel("Attempts by what came of them", rate("alertd_deliveries_total", "outcome"), "ops"),
        Panel("Sent, by receiver", rate("alertd_deliveries_total", "receiver", 'outcome="sent", @'), "ops"),
        Panel("One attempt", quantiles("alertd_delivery_attempt_seconds", "receiver"), "s"),
        Panel("Waiting", {"{{receiver}} {{state}}": "max by (receiver, state) (alertd_queue_depth{@})"}),
        Panel("Held in windows", {"{{receiver}}": "max by (receiver) (alertd_held_alerts{@})"}),
        Panel("What the operator was told", within("alertd_notices_total", "kind")),
    ],
    "Redis, archive, history": [
        Panel("There and back", quantiles("alertd_redis_roundtrip_seconds"), "s"),
        Panel("Written and back: with its fsync", quantiles("alertd_redis_write_seconds"), "s"),
        Panel(
            "Memory",
            {"used": "max(alertd_redis_memory_bytes{@})", "may use": "max(alertd_redis_memory_limit_bytes{@})"},
            "bytes",
        ),
        Panel("What is in it", {"{{kind}}": "max by (kind) (alertd_keys{@})"}),
        Panel(
            "Behind",
            {"archive": "max(alertd_archive_lag_seconds{@})", "history": "max(alertd_history_lag_seconds{@})"},
            "s",
        ),
        Panel("Size of the archive", {"": "max(alertd_archive_bytes{@})"}, "bytes"),
        Panel("Lines archived", {"": "sum(rate(alertd_archive_lines_total{@}[$__rate_interval]))"}, "ops"),
    ],
    "Models": [
        Panel("Questions by what came of them", rate("alertd_model_requests_total", "outcome"), "ops"),
        Panel("One answer", quantiles("alertd_model_seconds", "model"), "s"),
        Panel("Left of today's budget", {"{{model}} {{of}}": "min by (model, of) (alertd_model_budget_left{@})"}),
        Panel("Cost within a day", within("alertd_model_cost_total", "model", "currency", time="1d")),
    ],
    "Processes": [
        Panel("Event loops woke up late", quantiles("alertd_event_loop_lag_seconds", "process"), "s"),
        Panel("Event loops computed at a stretch", quantiles("alertd_event_loop_busy_seconds", "process"), "s"),
        Panel(
            "Memory",
            {"{{instance}}": "process_resident_memory_bytes{@}"},
            "bytes",
            says="Of the process that answers /metrics",
        ),
        Panel("Open files", {"{{instance}}": "process_open_fds{@}"}),
        Panel(
            "Tasks", {"{{process}}": "max by (process) (alertd_tasks{@})"}, says="Flat, or something is never ended"
        ),
        Panel("Started again", within("alertd_process_restarts_total", "role")),
    ],
}


def dashboard() -> dict[str, Any]:
    """Give the dashboard as Grafana reads it."""
    panels: list[dict[str, Any]] = []
    choices = [
        _datasource(),
        _choice("job", "alertd_build_info"),
        _choice("instance", 'alertd_build_info{job=~"$job"}'),
    ]
    y = 0
    for title, row in ROWS.items():
        panels.append(
            {"type": "row", "title": title, "gridPos": _place(0, y, WIDTH, 1), "collapsed": False, "panels": []}
        )
        y += 1
        across = len(row) if all(one.kind == "stat" for one in row) else 2
        tall = 4 if row[0].kind == "stat" else HEIGHT
        wide = WIDTH // across
        for number, one in enumerate(row):
            panels.append(_panel(one, _place(number % across * wide, y + number // across * tall, wide, tall)))
        y += -(-len(row) // across) * tall
    for number, panel in enumerate(panels, 1):
        panel["id"] = number
    return {
        "uid": "alertd",
        "title": "alertd",
        "description": "From the wire to the phone. Made by tools/make_dashboard.py.",
        "tags": ["alertd"],
        "schemaVersion": 39,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": choices},
        "annotations": {"list": [_reloads()]},
        "panels": panels,
    }


def _place(x: int, y: int, w: int, h: int) -> dict[str, int]:
    return {"x": x, "y": y, "w": w, "h": h}


def _panel(panel: Panel, place: dict[str, int]) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.bad_above is not None:
        steps.append({"color": "red", "value": panel.bad_above})
    if panel.title == "Redis":
        steps = [{"color": "red", "value": None}, {"color": "green", "value": 1}]
    stat = {"reduceOptions": {"calcs": ["lastNotNull"]}}
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.says,
        "datasource": SOURCE,
        "gridPos": place,
        "fieldConfig": {
            "defaults": {"unit": panel.unit, "min": 0, "thresholds": {"mode": "absolute", "steps": steps}},
            "overrides": [],
        },
        "options": stat if panel.kind == "stat" else {"tooltip": {"mode": "multi"}},
        "targets": [
            {"refId": name, "datasource": SOURCE, "expr": query.replace("@", HERE), "legendFormat": legend}
            for name, (legend, query) in zip("ABCDEFGH", panel.queries.items(), strict=False)
        ],
    }


def _datasource() -> dict[str, Any]:
    return {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Prometheus"}


def _choice(label: str, series: str) -> dict[str, Any]:
    query = f"label_values({series}, {label})"
    return {
        "name": label, "type": "query", "datasource": SOURCE, "query": query, "definition": query, "includeAll": True,
        "multi": True, "allValue": ".*", "current": {"text": "All", "value": "$__all"}, "refresh": 2, "sort": 1,
    }  # fmt: skip


def _reloads() -> dict[str, Any]:
    return {
        "name": "Reloads",
        "datasource": SOURCE,
        "enable": True,
        "expr": f"changes(alertd_config_reload_timestamp_seconds{{{HERE}}}[1m]) > 0",
        "titleFormat": "rules reloaded",
        "iconColor": "blue",
    }


def text() -> str:
    """Give the file's text."""
    return json.dumps(dashboard(), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file."""
    FILE.write_text(text(), "utf-8")
    print(f"wrote {FILE}")


if __name__ == "__main__":
    main()
