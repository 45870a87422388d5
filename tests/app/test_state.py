"""What a daemon leaves in its state directory, and what commands make of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from alertd.app.state import (
    ROLES,
    RunState,
    hold,
    metrics_dir,
    prepare_state_dir,
    read_run_states,
    recall_epoch,
    release,
    remove_run_state,
    write_run_state,
)
from alertd.companies.report import Trouble
from alertd.errors import ConfigError


def state(*roles: str, pid: int = 0) -> RunState:
    return RunState(
        pid=pid or os.getpid(), version="1", started_at="now", config="alertd.yaml", roles=list(roles or ROLES)
    )


def test_a_state_directory_is_made_and_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    prepare_state_dir(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    prepare_state_dir(folder)


def test_a_state_directory_that_cannot_be_is_said_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot make the state directory: Not a directory"):
        prepare_state_dir(tmp_path / "file" / "var")


def test_what_runs_is_read_as_it_was_written(tmp_path: Path) -> None:
    trouble = Trouble(portfolio="p", state="stale", text="old", file="p.csv")
    written = msgspec.structs.replace(
        state(), web="127.0.0.1:8321", faults=["a.yaml:1:1: no"], positions=[trouble], processes={"io": 2}
    )
    write_run_state(tmp_path, written)
    assert read_run_states(tmp_path) == [written]
    assert json.loads((tmp_path / "run.json").read_text())["web"] == "127.0.0.1:8321"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.json"], "no scratch file is left"


def test_daemons_that_share_a_directory_by_roles_stand_beside_each_other(tmp_path: Path) -> None:
    write_run_state(tmp_path, state("poll", "web"))
    write_run_state(tmp_path, state("match"))
    assert [s.roles for s in read_run_states(tmp_path)] == [["match"], ["poll", "web"]]
    remove_run_state(tmp_path, ["match"])
    remove_run_state(tmp_path, ["deliver"])
    assert [s.roles for s in read_run_states(tmp_path)] == [["poll", "web"]]


def test_a_daemon_that_was_killed_is_not_taken_for_a_living_one(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    write_run_state(tmp_path, state(pid=gone.pid))
    assert read_run_states(tmp_path) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x"}', "\xff"])
def test_a_run_file_that_cannot_be_read_is_passed_over(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.poll.json").write_text(text, encoding="latin-1")
    write_run_state(tmp_path, state())
    assert len(read_run_states(tmp_path)) == 1


def test_where_nothing_ran_there_is_nothing_to_read(tmp_path: Path) -> None:
    assert read_run_states(tmp_path / "never") == []


def test_the_same_roles_are_held_by_one_daemon_at_a_time(tmp_path: Path) -> None:
    held = hold(tmp_path, ["match"])
    with pytest.raises(ConfigError, match=rf"another alertd \(pid {os.getpid()}\) does the work of `match` here"):
        hold(tmp_path, ["deliver", "match"])
    release(hold(tmp_path, ["deliver", "poll"]))
    release(held)
    release(hold(tmp_path, ["match"]))


def test_daemons_with_different_roles_do_not_wipe_each_others_metrics(tmp_path: Path) -> None:
    assert metrics_dir(tmp_path, ["poll"]) != metrics_dir(tmp_path, ["match"])
    assert metrics_dir(tmp_path, list(ROLES)) == tmp_path / "metrics"


def test_another_epoch_than_at_the_last_start_means_that_memory_was_lost(tmp_path: Path) -> None:
    assert not recall_epoch(tmp_path, "one"), "the first start has nothing to compare with"
    assert not recall_epoch(tmp_path, "one")
    assert recall_epoch(tmp_path, "two")
    assert not recall_epoch(tmp_path, "two"), "said once"
