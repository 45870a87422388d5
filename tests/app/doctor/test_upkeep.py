"""What the doctor says of what grows old, of what is in force, and of who hears of trouble."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from alertd.app.doctor.daemon import judge_closed, judge_versions, judge_watched
from alertd.app.doctor.upkeep import judge_age, judge_companies, judge_faults, judge_in_force, last_changed
from alertd.app.doctor.verdict import Verdict, size, worst
from alertd.app.state import RunState
from alertd.companies.registrants import newest_registrants, updated_file
from alertd.errors import Fault
from alertd.settings import Settings

DAY = 86_400.0


def test_the_worst_of_all_counts() -> None:
    fine, odd, bad = Verdict("ok", "a", ""), Verdict("warn", "a", ""), Verdict("bad", "a", "")
    assert [worst([]), worst([fine]), worst([fine, odd]), worst([bad, odd])] == ["ok", "ok", "warn", "bad"]


@pytest.mark.parametrize(
    ("bytes", "text"), [(0, "0 bytes"), (999, "999 bytes"), (1_500, "1.5 kB"), (2.5e9, "2.5 GB"), (3e15, "3000.0 TB")]
)
def test_sizes_are_written_for_people(bytes: float, text: str) -> None:
    assert size(bytes) == text


def test_faults_are_counted_and_named_elsewhere() -> None:
    odd = Fault("p.yaml", 1, 1, "hm", severity="warning")
    assert judge_faults([]).says == "settings and rules can be loaded"
    assert judge_faults([odd]).says == "settings and rules can be loaded, with 1 warning"
    assert judge_faults([odd, Fault("p.yaml", 1, 1, "no")]).level == "bad"


def test_the_age_of_rules_is_that_of_the_file_changed_last(tmp_path: Path) -> None:
    for name, at in (("a.yaml", 100 * DAY), ("sub/b.yml", 300 * DAY), ("notes.txt", 900 * DAY)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
        os.utime(tmp_path / name, (at, at))
    assert last_changed(tmp_path) == 300 * DAY
    assert [one.says for one in judge_age(300 * DAY, 310 * DAY)] == ["the rules were changed 10 days ago"]
    assert [one.level for one in judge_age(300 * DAY, 666 * DAY)] == ["warn"]
    assert list(judge_age(last_changed(tmp_path / "none"), 0)) == []


def test_rules_that_lie_there_and_are_not_in_force_are_told() -> None:
    assert [one.level for one in judge_in_force("a" * 64, "b" * 64)] == ["warn"]
    assert list(judge_in_force("a" * 64, "a" * 64)) == list(judge_in_force("", "b" * 64)) == []


def test_an_old_table_of_companies_is_told(tmp_path: Path) -> None:
    as_of = date.fromisoformat(newest_registrants(None)[0].as_of)
    assert [one.level for one in judge_companies(tmp_path, as_of + timedelta(days=100))] == ["ok"]
    assert [one.level for one in judge_companies(tmp_path, as_of + timedelta(days=101))] == ["warn"]
    updated_file(tmp_path).parent.mkdir()
    updated_file(tmp_path).write_text("torn")
    assert [one.level for one in judge_companies(tmp_path, as_of)] == ["warn", "ok"]


def daemon(**about: object) -> RunState:
    state = {"pid": 7, "version": "0.1.0", "started_at": "", "config": "", "roles": ["match"]}
    return msgspec.convert(state | about, RunState)


def test_an_older_daemon_is_to_be_restarted() -> None:
    assert [one.level for one in judge_versions("0.1.0", [daemon()], [7])] == ["ok"]
    (said,) = judge_versions("0.2.0", [daemon()], [7])
    assert (said.level, said.says.partition(", but ")[2]) == ("warn", "pid 7 still runs 0.1.0")
    assert [one.level for one in judge_versions("0.1.0", [daemon(reload_ok=False)], [7])] == ["ok", "bad"]


def test_no_daemon_and_one_that_starts_are_told_apart() -> None:
    assert [one.says.partition("; ")[2] for one in judge_versions("0.1.0", [], [])] == ["no daemon runs here"]
    (said,) = judge_versions("0.1.0", [], [7])
    assert said.says.endswith("pid 7 runs here and has not started yet")


def test_somebody_has_to_hear_of_trouble() -> None:
    assert [one.level for one in judge_watched(Settings())] == ["warn", "warn"]
    told = Settings.model_validate({"operator": ["ops"], "heartbeat": {"url": "https://hc.example.com/1"}})
    assert [(one.level, one.says) for one in judge_watched(told)] == [("ok", "trouble is told to ops")]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a folder to another group")
def test_a_state_directory_that_is_open_to_others_is_bad(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert [one.advice for one in judge_closed(tmp_path)] == [f"chmod 0700 {tmp_path}"]
    tmp_path.chmod(0o2770)
    assert list(judge_closed(tmp_path)) == [], "our own group"
    os.chown(tmp_path, -1, 12_345)
    assert [one.level for one in judge_closed(tmp_path)] == ["bad"]
    tmp_path.chmod(0o700)
    assert list(judge_closed(tmp_path)) == list(judge_closed(tmp_path / "none")) == []
