"""What a daemon leaves in its state directory, and what commands make of it."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from alertd.app import state as module
from alertd.app.state import (
    ROLES,
    Process,
    RunState,
    hold,
    metrics_dir,
    prepare_state_dir,
    read_run_states,
    recall_epoch,
    release,
    remove_run_state,
    working,
    write_run_state,
)
from alertd.companies.report import Trouble
from alertd.errors import ConfigError
from tests.support.users import OTHER, closed_to_root, needs_root


def state(*roles: str, pid: int = 0) -> RunState:
    return RunState(
        pid=pid or os.getpid(), version="1", started_at="now", config="alertd.yaml", roles=list(roles or ROLES)
    )


def test_a_state_directory_is_made_and_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    prepare_state_dir(folder)
    assert [path.stat().st_mode & 0o777 for path in (folder.parent, folder)] == [0o700, 0o700]
    prepare_state_dir(folder)


def test_a_state_directory_that_cannot_be_is_said_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot make the state directory: Not a directory"):
        prepare_state_dir(tmp_path / "file" / "var")


@needs_root
def test_a_state_directory_of_another_user_is_said_with_both_names(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    folder.mkdir()
    with closed_to_root(folder):
        with pytest.raises(ConfigError) as refused:
            prepare_state_dir(folder)
        with pytest.raises(PermissionError):
            read_run_states(folder)
        with pytest.raises(ConfigError, match="root may not make the state directory"):
            prepare_state_dir(folder / "a")
    assert str(refused.value) == (
        f"{folder}: the state directory is not writable for root"
        f" (it belongs to {OTHER}: run alertd as {OTHER}, or give it to root: chown -R root {folder})"
    )


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Path]:
    """Give a state directory in which this process does all that a daemon does."""
    locks = hold(tmp_path, list(ROLES))
    yield tmp_path
    release(locks)


def test_what_runs_is_read_as_it_was_written(held: Path) -> None:
    trouble = Trouble(portfolio="p", state="stale", text="old", file="p.csv")
    written = msgspec.structs.replace(
        state(), web="127.0.0.1:8321", faults=["a.yaml:1:1: no"], positions=[trouble],
        processes={"io": Process(starts=2, pid=7, started_at="now")},
    )  # fmt: skip
    write_run_state(held, written)
    assert read_run_states(held) == [written]
    assert json.loads((held / "run.json").read_text())["web"] == "127.0.0.1:8321"
    assert [path.name for path in held.iterdir() if path.suffix != ".lock"] == ["run.json"], "no scratch file is left"


def test_daemons_that_share_a_directory_by_roles_stand_beside_each_other(held: Path) -> None:
    write_run_state(held, state("poll", "web"))
    write_run_state(held, state("match"))
    assert [s.roles for s in read_run_states(held)] == [["match"], ["poll", "web"]]
    remove_run_state(held, ["match"])
    remove_run_state(held, ["deliver"])
    assert [s.roles for s in read_run_states(held)] == [["poll", "web"]]


def test_a_daemon_that_was_killed_is_not_taken_for_a_living_one(tmp_path: Path) -> None:
    locks = hold(tmp_path, list(ROLES))
    write_run_state(tmp_path, state())
    release(locks)
    assert (read_run_states(tmp_path), working(tmp_path)) == ([], []), "though a process of that number lives"


def test_what_a_killed_one_left_is_not_taken_for_its_successors(tmp_path: Path) -> None:
    write_run_state(tmp_path, state("match", "poll"))
    locks = hold(tmp_path, ["poll"])
    assert (read_run_states(tmp_path), working(tmp_path)) == ([], [os.getpid()])
    release(locks)


def test_a_daemon_in_another_namespace_of_process_ids_runs_by_its_locks(held: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for lock in held.glob("role-*.lock"):
        lock.write_text(f"{gone.pid}\n")
    write_run_state(held, state(pid=gone.pid))
    assert [s.pid for s in read_run_states(held)] == working(held) == [gone.pid]


def test_a_daemon_whose_locks_are_closed_to_us_runs_by_its_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(path: Path, role: str) -> int:
        raise PermissionError

    monkeypatch.setattr(module, "_holder", closed)
    write_run_state(tmp_path, state())
    assert (read_run_states(tmp_path), working(tmp_path)) == ([state()], [])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x"}', "\xff"])
def test_a_run_file_that_cannot_be_read_is_passed_over(held: Path, text: str) -> None:
    (held / "run.poll.json").write_text(text, encoding="latin-1")
    write_run_state(held, state())
    assert len(read_run_states(held)) == 1


def test_where_nothing_ran_there_is_nothing_to_read(tmp_path: Path) -> None:
    assert read_run_states(tmp_path / "never") == []


def test_the_same_roles_are_held_by_one_daemon_at_a_time(tmp_path: Path) -> None:
    held = hold(tmp_path, ["match"])
    with pytest.raises(ConfigError, match=rf"another alertd \(pid {os.getpid()}\) does the work of `match` here"):
        hold(tmp_path, ["deliver", "match"])
    release(hold(tmp_path, ["deliver", "poll"]))
    release(held)
    release(hold(tmp_path, ["match"]))


def test_a_command_that_looks_at_a_lock_does_not_keep_a_daemon_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release(hold(tmp_path, ["match"]))
    looking = (tmp_path / "role-match.lock").open("rb")
    fcntl.flock(looking, fcntl.LOCK_SH)
    monkeypatch.setattr(time, "sleep", lambda _: looking.close())
    release(hold(tmp_path, ["match"]))


def test_daemons_with_different_roles_do_not_wipe_each_others_metrics(tmp_path: Path) -> None:
    assert metrics_dir(tmp_path, ["poll"]) != metrics_dir(tmp_path, ["match"])
    assert metrics_dir(tmp_path, list(ROLES)) == tmp_path / "metrics"


def test_another_epoch_than_at_the_last_start_means_that_memory_was_lost(tmp_path: Path) -> None:
    assert not recall_epoch(tmp_path, "one"), "the first start has nothing to compare with"
    assert not recall_epoch(tmp_path, "one")
    assert recall_epoch(tmp_path, "two")
    assert not recall_epoch(tmp_path, "two"), "said once"
