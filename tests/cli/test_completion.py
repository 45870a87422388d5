"""`alertd completion`: real shells complete what is typed."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from alertd.cli.main import COMMANDS
from tests.cli.run import ROOT, alertd, command, plain_environment
from tests.support.http import DEADLINE_S


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Give an environment with this very checkout as `alertd` on PATH, and nobody's own settings of a shell."""
    program = tmp_path / "bin/alertd"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {" ".join(command())} "$@"\n')
    program.chmod(0o755)
    (tmp_path / "notes.yaml").write_text("")
    path = f"{program.parent}:{os.environ['PATH']}"
    return plain_environment() | {
        "PATH": path,
        "HOME": str(tmp_path),
        "TERM": "dumb",
        "XDG_CONFIG_HOME": str(tmp_path),
    }


def shell(name: str) -> str:
    """Give a shell's program, or skip."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def offered_by_bash(words: list[str], environment: dict[str, str], folder: Path) -> list[str]:
    """Ask bash's own completion what could stand in the place of the last word."""
    script = (
        'source <(alertd completion bash)\n'
        'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}\n'
        'function=$(complete -p alertd | sed "s/.*-F \\([^ ]*\\).*/\\1/")\n'
        '"$function" alertd "${!#}"\nprintf "%s\\n" "${COMPREPLY[@]}"\n'
    )  # fmt: skip
    done = subprocess.run(
        [shell("bash"), "--norc", "-c", script, "bash", *words], env=environment, cwd=folder, capture_output=True,
        text=True, timeout=DEADLINE_S, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "among"),
    [
        (["alertd", ""], set(COMMANDS)),
        (["alertd", "arch"], {"archive"}),
        (["alertd", "archive", "hold", ""], {"add", "remove"}),
        (["alertd", "doctor", "--o"], {"--offline", "--online"}),
        (["alertd", "check", "--format", ""], {"text", "json", "github"}),
        (["alertd", "completion", "f"], {"fish"}),
    ],
)
def test_bash_offers_commands_options_and_values(
    words: list[str], among: set[str], environment: dict[str, str], tmp_path: Path
) -> None:
    offered = offered_by_bash(words, environment, tmp_path)
    assert among <= set(offered)
    assert all(one.startswith(words[-1]) for one in offered)


def test_bash_offers_files_where_alertd_offers_nothing(environment: dict[str, str], tmp_path: Path) -> None:
    assert offered_by_bash(["alertd", "check", "no"], environment, tmp_path) == []
    printed = alertd("completion", "bash", cwd=tmp_path).out
    assert "complete -o default -F" in printed, "then bash completes files"


def typed(program: list[str], prepare: str, keys: str, until: str, environment: dict[str, str], folder: Path) -> str:
    """Type on a terminal; gives what stands there once `until` has appeared."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        program, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=folder, start_new_session=True
    )
    os.close(theirs)
    try:
        os.write(ours, f"{prepare}; echo pre''pared\n".encode())
        read = reading(ours)
        assert "prepared" in seen(read, "prepared\r\n")
        os.write(ours, keys.encode())
        return seen(read, until)
    finally:
        child.kill()
        child.wait()
        os.close(ours)


def reading(terminal: int) -> Iterator[str]:
    while True:
        try:
            yield os.read(terminal, 4096).decode(errors="replace")
        except OSError:  # EIO: the shell has ended
            return


def seen(read: Iterator[str], until: str) -> str:
    """Read until something stands there."""
    shown, deadline = "", time.monotonic() + DEADLINE_S
    for piece in read:
        shown += piece
        if until in shown:
            return shown
        assert time.monotonic() < deadline, shown
    raise AssertionError(shown)


def test_a_tab_in_bash_completes_the_word(environment: dict[str, str], tmp_path: Path) -> None:
    program = [shell("bash"), "--norc", "--noprofile", "-i"]
    prepare = "bind 'set enable-bracketed-paste off'; source <(alertd completion bash)"
    assert "alertd doctor" in typed(program, prepare, "alertd doc\t", "doctor", environment, tmp_path)


def test_a_tab_in_zsh_completes_the_word(environment: dict[str, str], tmp_path: Path) -> None:
    program = [shell("zsh"), "-f", "-i"]
    prepare = "unsetopt zle_bracketed_paste; autoload -Uz compinit; compinit -D -u; source <(alertd completion zsh)"
    assert "doctor" in typed(program, prepare, "alertd doct\t", "doctor", environment, tmp_path)


def test_fish_offers_commands_and_what_they_do(environment: dict[str, str], tmp_path: Path) -> None:
    script = "alertd completion fish | source; complete -C 'alertd do'; complete -C 'alertd check --form'"
    done = subprocess.run(
        [shell("fish"), "--no-config", "-c", script], env=environment, cwd=tmp_path, capture_output=True, text=True,
        timeout=DEADLINE_S, check=True,
    )  # fmt: skip
    first, second = done.stdout.splitlines()
    name, says = first.split("\t")
    assert name == "doctor"
    assert COMMANDS["doctor"][1].startswith(says.removesuffix("...")), "Typer cuts what is long"
    assert second.split("\t")[0] == "--format"


def test_no_other_shell_is_promised(tmp_path: Path) -> None:
    done = alertd("completion", "tcsh", cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    for name in ("bash", "zsh", "fish"):
        assert "_ALERTD_COMPLETE" in alertd("completion", name, cwd=tmp_path).out


def test_the_help_names_no_other_way(tmp_path: Path) -> None:
    assert "-completion" not in alertd("--help", cwd=tmp_path).out
