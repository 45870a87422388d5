"""What all commands share: help, usage errors, closed pipes, full disks, terminals of every kind, a quick start."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer

from alertd import __version__
from alertd.cli.main import COMMANDS
from alertd.text.core import missing
from tests.cli.run import RULES, alertd, command, on_terminal, plain_environment, process
from tests.support.http import DEADLINE_S

HEAVY = {"aiohttp", "redis", "prometheus_client", "structlog", "apscheduler", "feedparser", "pydantic", "yaml", "re2"}
FEED = b"<rss version='2.0'><channel><item><title>Vega cuts full-year guidance</title></item></channel></rss>"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_of_commands_says_what_each_says_of_itself(name: str) -> None:
    place, summary = COMMANDS[name]
    module, _, function = place.partition(":")
    found = getattr(import_module(module), function)
    if isinstance(found, typer.Typer):  # a group of commands
        assert found.registered_callback is not None
        found = found.registered_callback.callback
    assert found.__doc__.splitlines()[0] == summary


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself_and_its_options(name: str, tmp_path: Path) -> None:
    for flag in ("--help", "-h"):
        done = alertd(name, flag, cwd=tmp_path)
        assert (done.code, done.err) == (0, "")
        assert f"Usage: alertd {name} " in done.out


def test_the_help_names_every_command(tmp_path: Path) -> None:
    done = alertd("--help", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert [name for name in COMMANDS if f" {name} " not in done.out] == []
    bare = alertd(cwd=tmp_path)
    assert (bare.code, bare.out.strip(), bare.err) == (2, done.out.strip(), "")


def test_the_version_is_one_line_and_says_whether_something_lacks(tmp_path: Path) -> None:
    lacks = f" ({missing()})" if missing() else ""
    assert alertd("--version", cwd=tmp_path).out == f"alertd {__version__}{lacks}\n"
    left_out = process("--version", cwd=tmp_path, env={"ALERTD_CORE": "0"}).out
    assert left_out.startswith(f"alertd {__version__} (the compiled core is left out by ALERTD_CORE=0: ")
    assert len(left_out.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "who", "text"),
    [
        (["xyzzy"], "alertd", "no such command 'xyzzy'"),
        (["--jsn", "status"], "alertd", "no such option: --jsn"),
        (["parse", "--bogus"], "alertd parse", "no such option: --bogus"),
        (["explain"], "alertd explain", "missing argument 'RULE'"),
        (
            ["schema", "foo"],
            "alertd schema",
            "invalid value for 'WHICH': 'foo' is not one of 'settings', 'portfolio'",
        ),
        (["tail", "--since"], "alertd tail", "option '--since' requires an argument"),
        (["dead", "--limit", "x"], "alertd dead", "invalid value for '--limit': Input should be a valid integer"),
        (
            ["dead", "--limit", "0"],
            "alertd dead",
            "invalid value for '--limit': Input should be greater than or equal",
        ),
        (["status", "a\x1b[2Jb"], "alertd status", "got unexpected extra argument(s) (a\\x1b[2Jb)"),
    ],
)
def test_a_command_that_is_not_understood_is_one_line_and_exit_2(
    words: list[str], who: str, text: str, tmp_path: Path
) -> None:
    done = alertd(*words, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"{who}: {text}")
    assert done.err.endswith(f"; see {who} --help\n")
    assert done.err.count("\n") == 1


def test_a_mistyped_command_is_suggested(tmp_path: Path) -> None:
    done = alertd("statsu", cwd=tmp_path)
    assert (done.code, done.out, done.err) == (2, "", "alertd: no such command 'statsu'. Did you mean 'status'?\n")


def test_an_unknown_role_is_a_usage_error(tmp_path: Path) -> None:
    done = alertd("run", "--only", "cook", cwd=tmp_path)
    assert (done.code, done.err) == (2, "alertd: --only takes poll, match, deliver, web, archive, timers, not cook\n")


def test_a_reader_that_leaves_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(FEED)
    for words in [("schema",), ("parse", *["feed.xml"] * 500), ("check", RULES)]:
        ours, theirs = os.pipe()
        child = subprocess.Popen(
            command(*words), cwd=tmp_path, stdout=theirs, stderr=subprocess.PIPE, env=plain_environment()
        )
        os.close(ours)
        os.close(theirs)
        _, err = child.communicate(timeout=DEADLINE_S)
        assert (child.returncode, err) == (0, b""), words


@pytest.mark.parametrize("words", [("schema",), ("check", "rules"), ("parse", "feed.xml"), ("match", "event.json")])
def test_a_full_disk_is_said_in_one_line(words: tuple[str, ...], tmp_path: Path) -> None:
    assert alertd("init", cwd=tmp_path).code == 0
    (tmp_path / "feed.xml").write_bytes(FEED)
    (tmp_path / "event.json").write_text('{"title": "Vega cuts full-year guidance"}\n')
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = process(*words, cwd=tmp_path, stdout=full)
    assert (done.code, done.err) == (1, "alertd: output: No space left on device\n")


def test_an_alphabet_without_our_signs_shows_escapes_and_no_traceback(tmp_path: Path) -> None:
    done = process(
        "match", "--rules", RULES, "--explain", cwd=tmp_path, stdin=b'{"title": "caf\xc3\xa9"}',
        env={"PYTHONIOENCODING": "ascii:strict", "PYTHONUTF8": "0"},
    )  # fmt: skip
    assert (done.code, done.err) == (0, "")
    assert "\\u201ccaf\\xe9\\u201d" in done.out


def test_the_help_fits_a_narrow_terminal_and_is_plain_in_a_pipe(tmp_path: Path) -> None:
    assert "\x1b" not in process("--help", cwd=tmp_path).out
    shown = on_terminal("--help", cwd=tmp_path, columns=60)
    assert shown.code == 0
    assert "\x1b[" in shown.out


def test_a_filter_that_waits_for_a_person_says_so_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execve(sys.executable, command("match", "--rules", RULES), plain_environment())
    shown = b""
    while b"Ctrl-D" not in shown:
        shown += os.read(terminal, 1000)
    os.write(terminal, b"\x03")
    try:
        while piece := os.read(terminal, 1000):
            shown += piece
    except OSError:  # EIO: it has ended
        pass
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 130
    assert b"Traceback" not in shown


@pytest.mark.parametrize(
    ("words", "unwanted"),
    [
        (["--help"], HEAVY),
        (["--version"], HEAVY),
        (["check", str(RULES)], {"aiohttp", "redis", "prometheus_client", "apscheduler"}),
        (["parse", "/dev/null"], {"aiohttp", "redis", "prometheus_client", "apscheduler", "structlog"}),
        (["match", "--rules", str(RULES), "/dev/null"], {"aiohttp", "redis", "feedparser"}),
        (["enrich", "--rules", str(RULES), "/dev/null"], {"aiohttp", "redis", "feedparser", "pycld2"}),
    ],
)
def test_a_command_does_not_load_what_it_does_not_use(words: list[str], unwanted: set[str], tmp_path: Path) -> None:
    code = (
        "import sys\nfrom alertd.cli.main import main\nsys.argv = ['alertd', *sys.argv[1:]]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "sys.stderr.write('\\nmodules ' + ' '.join(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=True,
    )
    loaded = set(done.stderr.rpartition("\nmodules ")[2].split())
    assert loaded & unwanted == set()


def test_why_asks_for_an_event_or_a_rule(tmp_path: Path) -> None:
    done = alertd("why", cwd=tmp_path)
    assert (done.code, done.out, done.err) == (2, "", "alertd: name an EVENT, or a rule by --rule\n")
