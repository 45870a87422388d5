"""`alertd status`: what is running and healthy, and what to do where it is not."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from alertd.app.state import ROLES, Process, hold, prepare_state_dir, release
from alertd.base.clock import rfc3339, system_clock
from alertd.companies.report import Trouble
from tests.cli.conftest import Desk
from tests.cli.run import alertd, command, on_terminal, plain_environment
from tests.support.http import Authority
from tests.support.redis import RedisServer, bundled_binary

MINUTE = 60_000
TWO = {
    "io": Process(starts=1, pid=71),
    "match-0": Process(starts=3, pid=92, started_at=rfc3339(system_clock() - 5 * 1440 * MINUTE)),
}


def test_when_nothing_runs_the_command_says_what_to_start(tmp_path: Path) -> None:
    assert alertd("init", cwd=tmp_path).code == 0
    for words in [("status",), ("status", "--json"), ("tail",), ("dead",), ("why", "ev_1")]:
        done = alertd(*words, cwd=tmp_path)
        assert (done.code, done.out) == (1, ""), words
        assert done.err == f"alertd: no alertd runs in {tmp_path}/var; start it with: alertd run\n"


def test_a_daemon_whose_own_redis_is_down_is_no_stopped_one(tmp_path: Path) -> None:
    assert alertd("init", cwd=tmp_path).code == 0
    prepare_state_dir(tmp_path / "var")
    locks = hold(tmp_path / "var", sorted(ROLES))
    for words in [("status",), ("verify",), ("sources",), ("dead",)]:
        done = alertd(*words, cwd=tmp_path)
        assert (done.code, done.out) == (1, ""), words
        said = f"alertd: alertd runs (pid {os.getpid()}); its Redis is down: it is being started, or cannot be: see "
        assert done.err == f"{said}{tmp_path}/var/redis.log\n"
    release(locks)
    assert "start it with" in alertd("status", cwd=tmp_path).err


def test_without_redis_it_says_what_runs(desk: Desk) -> None:
    desk.settings(redis=f"unix://{desk.folder}/nowhere.sock")
    desk.running(processes=TWO)
    for more in ((), ("--desk", "x")):
        done = desk.run("status", *more)
        assert (done.code, done.err) == (1, "")
        lines = done.out.splitlines()
        assert lines[2] == "runs    io (pid 71), match-0 (pid 92)"
        assert lines[3] == "  match-0 died 2 times since the daemon started; it was started again 5 d ago"
        assert lines[4].startswith(f"redis   alertd runs (pid {os.getpid()}); Redis does not answer: ")
        assert len(lines) == 5
    found = desk.run("status", "--json").json
    assert "; Redis does not answer: " in found["redis"]["error"]
    assert found["daemons"][0]["web"] == "127.0.0.1:8321"


@pytest.mark.parametrize(
    ("web", "tls", "url"),
    [
        ("0.0.0.0:8321", True, "https://127.0.0.1:8321"),
        ("[::]:8321", False, "http://[::1]:8321"),
        ("::1:8321", False, "http://[::1]:8321"),
        ("10.0.0.7:8321", True, "https://10.0.0.7:8321"),
    ],
)
def test_it_shows_an_address_that_one_can_open(desk: Desk, web: str, tls: bool, url: str) -> None:
    if tls:
        key, cert = Authority().files(desk.folder, "alerts.example.com")
        key.chmod(0o600)
        desk.settings(web={"bind": web, "token": "t" * 32, "tls": {"cert": str(cert), "key": str(key)}})
    desk.running(web=web)
    assert desk.run("status").out.splitlines()[0].endswith(f", {url}")


def test_a_redis_that_does_not_answer_is_said_in_one_line(desk: Desk) -> None:
    desk.settings(redis=f"unix://{desk.folder}/nowhere.sock")
    done = desk.run("status")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("alertd: Redis does not answer: ")
    assert done.err.count("\n") == 1


def test_a_daemon_that_is_well(desk: Desk) -> None:
    now = system_clock()
    desk.running()
    desk.source(
        state="fine", polls=7, events=5, duplicates=2, entries=20, rejected=1, last_success_ms=now - 3 * MINUTE
    )
    done = desk.run("status")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0].startswith("alertd  0.1.0, pid ")
    assert lines[0].endswith(" s ago, http://127.0.0.1:8321")
    assert lines[1] == "rules   1 portfolio, version abcdefghijkl"
    assert re.fullmatch(r"redis   [\d.]+ ms there and back, \d% of 512 MB in use", lines[2])
    assert "events  0 waiting to be matched" in lines
    assert lines[lines.index("Sources") :] == [
        "Sources",
        "id    state  polls  events  duplicates  last read  of it rejected  last success",
        "wire  fine   7      5       2           20         1               3 min ago",
        "",
        "Receivers",
        "id    type     queued  waiting  dead  failures  last sent",
        "desk  console  0       0        0     0         never",
        "oms   console  0       0        0     0         never",
    ]


def test_a_redis_that_could_lose_alerts_is_warned_of(desk: Desk) -> None:
    desk.running()
    done = desk.run("status")
    (warning,) = [line for line in done.out.splitlines() if "appendfsync" in line]
    assert warning.startswith("  ")
    (finding,) = desk.run("status", "--json").json["redis"]["findings"]
    assert (finding["level"], finding["code"]) == ("warn", "fsync")
    assert done.code == 0, "a warning is no fault"


@pytest.mark.parametrize(
    ("name", "bad", "words"),
    [
        ("maxmemory-policy", "allkeys-lru", "maxmemory-policy is allkeys-lru: a full Redis would"),
        ("appendonly", "no", "appendonly is off: everything since the last snapshot is lost"),
    ],
)
def test_what_would_be_refused_at_a_start_is_a_fault_when_it_is_met_live(
    desk: Desk, name: str, bad: str, words: str
) -> None:
    desk.running()
    with RedisServer(bundled_binary(), {"appendfsync": "always"}) as redis:
        desk.settings(redis=redis.url)
        assert desk.run("status").code == 0
        redis.command("CONFIG", "SET", name, bad)
        done = desk.run("status")
        assert (done.code, f"  {words}" in done.out) == (1, True)


def test_a_daemon_in_a_container_of_its_own_is_seen_from_outside(desk: Desk) -> None:
    desk.running(pid=1, processes=TWO)
    for lock in (desk.folder / "var").glob("role-*.lock"):
        lock.write_text("1\n")  # as it calls itself: here that is another process
    done = desk.run("status")
    assert (done.code, done.out.splitlines()[0][:23]) == (0, "alertd  0.1.0, pid 1, s")


def test_a_command_in_a_container_of_its_own_sees_the_daemon(desk: Desk) -> None:
    other = ["unshare", "--pid", "--fork", "--mount-proc"]
    if (
        shutil.which("unshare") is None
        or subprocess.run([*other, "true"], check=False, capture_output=True).returncode
    ):
        pytest.skip("no other namespace of process ids may be made here")
    desk.running()
    words = [*other, *command("status")]
    done = subprocess.run(
        words, cwd=desk.folder, env=plain_environment(), capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith(f"alertd  0.1.0, pid {os.getpid()}, "), done.stderr


def test_without_a_daemon_what_it_left_is_shown(desk: Desk) -> None:
    desk.source(state="fine", polls=7)
    done = desk.run("status")
    assert done.code == 1
    assert done.out.startswith("no daemon runs here; what follows is what it left\n")
    assert "wire  fine   7 " in done.out


@pytest.mark.parametrize(
    ("state", "line"),
    [
        ({"state": "failing", "failures": 1, "error": "HTTP 503"}, "  wire: failed 1 time in a row: HTTP 503"),
        ({"state": "failing", "failures": 9, "error": "no\x1b[2J"}, "  wire: failed 9 times in a row: no\ufffd[2J"),
        ({"state": "gone", "error": "410", "url": "/"}, "  wire: not polled any more: 410; only another url helps"),
    ],
)  # fmt: skip
def test_a_source_that_fails_is_a_fault_with_its_reason(desk: Desk, state: dict[str, Any], line: str) -> None:
    desk.running()
    desk.source(**state)
    done = desk.run("status")
    assert done.code == 1
    assert line in done.out.splitlines()


def test_a_source_that_moved_is_told_but_no_fault(desk: Desk) -> None:
    desk.running()
    desk.source(state="fine", moved_to="https://new.example.com/rss")
    done = desk.run("status")
    assert done.code == 0
    assert "  wire: moved for good to https://new.example.com/rss: change its url" in done.out.splitlines()


def test_dead_letters_and_failing_receivers_are_faults(desk: Desk) -> None:
    desk.running()
    desk.bury("a", "b")
    desk.do(lambda store: store.pause_receiver("desk", system_clock() + 10 * MINUTE))
    done = desk.run("status")
    assert done.code == 1
    (line,) = [line for line in done.out.splitlines() if line.startswith("  desk: ")]
    assert line == "  desk: failed 2 times in a row; paused, goes on in 10 min; 2 dead letters: see alertd dead"


def test_a_receiver_that_is_gone_is_parked(desk: Desk) -> None:
    desk.running()
    desk.park("desk", "HTTP 410 channel_is_archived")
    done = desk.run("status")
    assert done.code == 1
    (line,) = [line for line in done.out.splitlines() if line.startswith("  desk: ")]
    assert line == ("  desk: parked: HTTP 410 channel_is_archived; asks again in 60 min, what waits for it is kept")


def test_a_refused_reload_shows_its_faults(desk: Desk) -> None:
    faults = ["rules/p.yaml:6:5: unknown key `titel`", "rules/p.yaml:7:5: `when` is missing"]
    desk.running(reload_ok=False, reload_at="2026-01-01T00:00:00.000Z", faults=faults)
    done = desk.run("status")
    assert done.code == 1
    assert " was refused; the old rules stay in force:" in done.out
    assert [line for line in done.out.splitlines() if line.startswith("    rules/")] == [f"    {f}" for f in faults]
    assert desk.run("status", "--json").json["daemons"][0]["faults"] == faults


def test_a_reload_that_hangs_is_no_refused_one(desk: Desk) -> None:
    fault = "rules: settings and rules have not been read within 2m: does a file or a mount not answer?"
    desk.running(reload_ok=False, reload_hangs=True, reload_at="2026-01-01T00:00:00.000Z", faults=[fault])
    done = desk.run("status")
    assert done.code == 1
    assert " has not come to its end; the old rules stay in force:" in done.out
    assert f"    {fault}" in done.out.splitlines()


def test_positions_that_are_refused_or_stale_are_faults(desk: Desk) -> None:
    stale = Trouble(portfolio="ai", state="stale", text="the positions are of 2026-11-20", file="ai.csv")
    refused = Trouble(portfolio="book", state="refused", text="the new positions were refused\x1b[2J", file="p.csv")
    desk.running(positions=[stale, refused])
    done = desk.run("status")
    assert done.code == 1
    assert [line for line in done.out.splitlines() if line.startswith("  positions of ")] == [
        "  positions of ai: the positions are of 2026-11-20",
        "  positions of book: the new positions were refused\ufffd[2J",
    ]
    (shown, _) = desk.run("status", "--json").json["daemons"][0]["positions"]
    assert (shown["portfolio"], shown["state"], shown["file"]) == ("ai", "stale", "ai.csv")


def test_a_daemon_without_the_compiled_core_says_so_and_is_well(desk: Desk) -> None:
    desk.running(without_core="the compiled core is not there")
    done = desk.run("status")
    assert "        the compiled core is not there" in done.out
    assert (done.code, done.err) == (0, "")


def test_processes_that_died_are_told_but_no_fault(desk: Desk) -> None:
    desk.running(processes={"match-0": TWO["match-0"], "match-1": Process(starts=1)}, roles=["match"])
    done = desk.run("status")
    assert done.code == 0
    assert "runs    match-0 (pid 92), match-1 (died)\n" in done.out
    assert "  match-0 died 2 times since the daemon started; it was started again 5 d ago\n" in done.out
    assert ", only match, " in done.out


def test_it_says_how_far_the_archive_is(desk: Desk) -> None:
    desk.running()
    now = system_clock()
    desk.do(lambda store: store.note_archived("0123456789abcdef", f"{now - 5000}-0", now - 2000))
    desk.source()
    done = desk.run("status")
    said = re.search(r"archive 0123456789abcdef: archived up to (\d+) s ago, last heard of (\d+) s ago", done.out)
    assert said is not None, done.out
    assert int(said[1]) >= 5 and int(said[1]) - int(said[2]) in (2, 3, 4), "three seconds, each rounded by itself"
    (row,) = desk.run("status", "--json").json["archives"]
    assert (row["id"], row["position"], row["behind_s"]) == ("0123456789abcdef", f"{now - 5000}-0", 0)


def test_the_status_as_json_is_the_apis_with_the_daemons(desk: Desk) -> None:
    desk.running()
    found = desk.run("status", "--json").json
    assert {"at", "redis", "events", "archives", "sources", "receivers", "models", "daemons"} == found.keys()
    assert found["sources"][0]["id"] == "wire"
    assert found["daemons"][0]["web"] == "127.0.0.1:8321"


def test_rows_are_whole_in_a_pipe_and_fold_on_a_narrow_terminal(desk: Desk) -> None:
    long = "the-wire-with-the-longest-name-that-anybody-ever-gave-to-one"
    desk.settings(sources=[{"id": long, "type": "feed", "url": "https://wire.example.com/rss"}])
    done = desk.run("status")
    assert f"{long}  new    0      0       0           0          0               never" in done.out.splitlines()
    shown = on_terminal("status", cwd=desk.folder, columns=60)
    assert long not in shown.out
    assert max(len(line) for line in shown.out.splitlines() if "\x1b" not in line) <= 60
