"""Prometheus' rules and Grafana's dashboard name only metrics and labels that are there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.promql import asked, known, unknown
from tests.docs.pages import ROOT
from tests.support.http import DEADLINE_S
from tools import make_dashboard

ALERTS = ROOT / "deploy/prometheus/alerts.yml"
RULES = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
DASHBOARD: dict[str, Any] = json.loads(make_dashboard.FILE.read_text("utf-8"))
QUERIES = [
    (panel["title"], target["expr"], target["legendFormat"])
    for panel in DASHBOARD["panels"]
    for target in panel.get("targets", ())
]
RESULTS = {"alertname", "instance", "job"}
"""Labels that an alert has in any case."""


def promtool() -> str:
    """Give Prometheus' own checker, or skip."""
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("promtool is not installed (Debian: prometheus)")
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_a_rule_names_what_is_there_and_says_what_to_do(rule: dict[str, Any]) -> None:
    assert asked(rule["expr"]) or rule["expr"].startswith("up{")
    assert unknown(rule["expr"]) == []
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert set(rule["annotations"]) == {"summary", "description"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_the_words_of_a_rule_use_labels_that_its_result_has(rule: dict[str, Any]) -> None:
    used = set(re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values())))
    grouped = re.findall(r"\bby \(([^)]*)\)", rule["expr"])
    if grouped:
        has = {label.strip() for label in grouped[0].split(",")} - {"le"}
    else:
        has = (
            set.intersection(*({*known()[one.name], *RESULTS} for one in asked(rule["expr"])))
            if asked(rule["expr"])
            else RESULTS
        )
    assert used <= has


def test_each_alert_proposed_in_the_docs_is_among_the_rules() -> None:
    page = (ROOT / "docs/metrics.md").read_text()
    assert "deploy/prometheus/alerts.yml" in page
    assert "deploy/grafana/alertd.json" in page
    assert len({rule["alert"] for rule in RULES}) == len(RULES)


def test_the_commands_and_pages_that_rules_send_to_are_there() -> None:
    from alertd.cli.main import COMMANDS

    for rule in RULES:
        words = rule["annotations"]["description"]
        assert set(re.findall(r"`alertd ([a-z-]+)", words)) <= set(COMMANDS)
        for page, anchor in re.findall(r"(docs/[a-z-]+\.md)(?:#([a-z-]+))?", words):
            headings = re.findall(r"^#+ (.+)$", (ROOT / page).read_text(), re.M)
            assert not anchor or anchor in {re.sub(r"[^a-z0-9 -]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("words", [("check", "rules"), ("test", "rules")])
def test_prometheus_takes_the_rules_and_they_fire_when_they_should(words: tuple[str, ...]) -> None:
    file = "alerts.yml" if words[0] == "check" else "alerts_test.yml"
    done = subprocess.run(
        [promtool(), *words, file], cwd=ALERTS.parent, capture_output=True, text=True, timeout=DEADLINE_S, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


# --- the dashboard --------------------------------------------------------------------------------------------


def test_the_dashboard_is_as_its_table_says() -> None:
    assert make_dashboard.FILE.read_text("utf-8") == make_dashboard.text(), "python -m tools.make_dashboard"


@pytest.mark.parametrize(("title", "query", "legend"), QUERIES)
def test_a_chart_names_what_is_there(title: str, query: str, legend: str) -> None:
    assert asked(query), title
    assert unknown(query) == []
    has = {label for one in asked(query) for label in known()[one.name]} | {"instance"}
    assert set(re.findall(r"\{\{(\w+)\}\}", legend)) <= has
    assert query.count("{") == query.count('job=~"$job", instance=~"$instance"}'), (
        "the choice above counts everywhere"
    )


def test_nothing_of_the_dashboard_covers_another_part() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not taken & cells, panel["title"]
        assert max(x for x, _ in cells) < make_dashboard.WIDTH
        taken |= cells
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(numbers)) == len(numbers)


def test_prometheus_can_read_every_query_of_the_dashboard(tmp_path: Path) -> None:
    rules = [
        {
            "record": f"chart:{number}",
            "expr": query.replace("$__rate_interval", "5m").replace("$job", ".*").replace("$instance", ".*"),
        }
        for number, (_, query, _) in enumerate(QUERIES)
    ]
    file = tmp_path / "charts.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "charts", "rules": rules}]}))
    done = subprocess.run(
        [promtool(), "check", "rules", file], capture_output=True, text=True, timeout=DEADLINE_S, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


# --- that this finds something --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("alertd_nothing > 0", ["alertd_nothing is no metric"]),
        ("rate(alertd_polls[5m])", ["alertd_polls is no metric"]),
        ("alertd_parse_seconds > 1", ["alertd_parse_seconds is no metric"]),
        ('alertd_dead_letters{receiver="x"} > 0', ["alertd_dead_letters has no label receiver"]),
        ("sum by (rule) (alertd_matches_total)", ["alertd_matches_total has no label rule"]),
        ('sum by (le) (rate(alertd_parse_seconds_bucket{job="a"}[5m]))', []),
    ],
)
def test_what_is_not_there_is_found(expression: str, said: list[str]) -> None:
    assert unknown(expression) == said
