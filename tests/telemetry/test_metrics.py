from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from alertd import telemetry
from tests.support.http import DEADLINE_S

CHILD = """
import sys
from alertd import telemetry
telemetry.EVENTS.labels("prwire").inc(int(sys.argv[1]))
telemetry.REDIS_UP.set(float(sys.argv[2]))
telemetry.EVENT_TO_DELIVERY_SECONDS.observe(0.02)
sys.stdout.buffer.write(telemetry.metrics_text())
"""


SUPERVISOR = """
import sys
from pathlib import Path
from alertd import telemetry
telemetry.join_metrics(Path(sys.argv[1]))
telemetry.PROCESS_RESTARTS.labels("match").inc()
"""


def count_in_a_process(directory: Path, events: int, redis_up: int) -> tuple[int, dict[str, float]]:
    environment = os.environ | {telemetry.METRICS_DIR_VARIABLE: str(directory)}
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(events), str(redis_up)], env=environment, stdout=subprocess.PIPE
    )
    out, _ = child.communicate(timeout=DEADLINE_S)
    assert child.returncode == 0
    return child.pid, samples(out)


def samples(page: bytes) -> dict[str, float]:
    return {
        s.name + "".join(f"{{{v}}}" for v in s.labels.values()): s.value
        for family in text_string_to_metric_families(page.decode())
        for s in family.samples
    }


def test_processes_of_one_daemon_show_one_sum(tmp_path: Path) -> None:
    telemetry.prepare_metrics_dir(tmp_path)
    first, _ = count_in_a_process(tmp_path, 2, 0)
    _, page = count_in_a_process(tmp_path, 3, 1)
    assert page["alertd_events_total{prwire}"] == 5
    assert page["alertd_event_to_delivery_seconds_count"] == 2
    assert page["alertd_redis_up"] == 0  # one process does not reach it

    telemetry.forget_process(first, tmp_path)
    _, page = count_in_a_process(tmp_path, 1, 1)
    assert page["alertd_events_total{prwire}"] == 6  # what a dead process counted stays counted
    assert page["alertd_redis_up"] == 1
    assert page["process_resident_memory_bytes"] > 0


def test_the_supervisor_joins_the_directory_it_has_made(tmp_path: Path) -> None:
    telemetry.prepare_metrics_dir(tmp_path)
    subprocess.run([sys.executable, "-c", SUPERVISOR, str(tmp_path)], check=True, timeout=DEADLINE_S)
    _, page = count_in_a_process(tmp_path, 1, 1)
    assert page["alertd_process_restarts_total{match}"] == 1


def test_a_file_torn_by_a_kill_costs_that_file_and_not_the_page(tmp_path: Path) -> None:
    telemetry.prepare_metrics_dir(tmp_path)
    count_in_a_process(tmp_path, 2, 1)
    (tmp_path / "counter_1.db").write_bytes(b"")
    (tmp_path / "counter_2.db").write_bytes(b"\xff" * 64)
    (tmp_path / "gauge_livemin_3.db").write_bytes(b"\x40\0\0\0\0\0\0\0\x08\0\0\0notjson!" + b"\0" * 60)
    _, page = count_in_a_process(tmp_path, 1, 1)
    assert page["alertd_events_total{prwire}"] == 3


def test_a_new_daemon_starts_with_an_empty_directory(tmp_path: Path) -> None:
    telemetry.prepare_metrics_dir(tmp_path / "metrics")
    count_in_a_process(tmp_path / "metrics", 2, 1)
    telemetry.prepare_metrics_dir(tmp_path / "metrics")
    assert list((tmp_path / "metrics").iterdir()) == []
    assert (tmp_path / "metrics").stat().st_mode & 0o777 == 0o700


def test_a_source_is_in_one_state() -> None:
    telemetry.set_source_state("one-state", "failing")
    telemetry.set_source_state("one-state", "fine")
    page = samples(telemetry.metrics_text())
    assert {s: page[f"alertd_source_state{{one-state}}{{{s}}}"] for s in telemetry.SOURCE_STATES} == {
        "new": 0, "fine": 1, "late": 0, "silent": 0, "failing": 0, "gone": 0,
    }  # fmt: skip


def test_every_metric_is_documented() -> None:
    documented = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text()
    declared = {family.name for family in telemetry.REGISTRY.collect() if family.name.startswith("alertd_")}
    assert {name for name in declared if f"`{name}" not in documented} == set()


def test_of_very_many_sources_the_first_are_told_apart_and_the_others_counted_together() -> None:
    try:
        telemetry.tell_sources_apart([f"crowd-{n}" for n in range(telemetry.MOST_SOURCES + 500)])
        for name in ("crowd-0", "crowd-1200", "crowd-1300"):
            telemetry.EVENTS.labels(source=name).inc()
            telemetry.set_source_state(name, "fine")
    finally:
        telemetry.tell_sources_apart([])
    page = telemetry.metrics_text().decode()
    assert 'alertd_events_total{source="crowd-0"} 1.0' in page
    assert 'alertd_events_total{source="others"} 2.0' in page
    assert 'alertd_source_state{source="crowd-0",state="fine"} 1.0' in page
    assert 'alertd_source_state{source="others"' not in page
    assert "crowd-1200" not in page
