"""Runs the command line: in this process where only words matter, as a process of its own where the system does."""

from __future__ import annotations

import io
import json
import os
import pty
import shlex
import signal
import subprocess
import sys
import termios
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from pytest import MonkeyPatch

from alertd.cli.main import main
from tests.support.http import DEADLINE_S

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RULES = ROOT / "rules"
TIMEOUT_S = 120


@dataclass(frozen=True)
class Done:
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The results as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def json(self) -> Any:
        """The results as one JSON document."""
        return json.loads(self.out)


def small_desk(folder: Path) -> Path:
    """Write the settings that `alertd init` begins with, and one rule that asks for nothing but words."""
    portfolio = folder / "rules/portfolios/example.yaml"
    portfolio.parent.mkdir(parents=True, exist_ok=True)
    portfolio.write_bytes((HERE / "small/example.yaml").read_bytes())
    (folder / "alertd.yaml").write_bytes((ROOT / "alertd/cli/templates/alertd.yaml").read_bytes())
    return folder


def plain_environment() -> dict[str, str]:
    """Give the environment without settings of ours and without what changes how terminals are written to."""
    names = ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "LINES", "XDG_CONFIG_HOME")
    return {k: v for k, v in os.environ.items() if not k.startswith("ALERTD_") and k not in names}


def alertd(*words: str | Path, cwd: Path, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Done:
    """Run `alertd WORDS` in this process, with stdin, stdout and stderr as pipes would be."""
    streams = [io.TextIOWrapper(io.BytesIO(given), encoding="utf-8") for given in (stdin, b"", b"")]
    with MonkeyPatch.context() as patch, ExitStack() as stack:
        stack.callback(structlog.configure, **structlog.get_config())
        stack.callback(sys.setrecursionlimit, sys.getrecursionlimit())
        stack.callback(signal.signal, signal.SIGINT, signal.getsignal(signal.SIGINT))
        patch.chdir(cwd)
        patch.setattr(os, "environ", plain_environment() | {"HOME": str(cwd)} | dict(env or {}))
        patch.setattr(sys, "argv", ["alertd", *map(str, words)])
        for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
            patch.setattr(sys, name, stream)
        try:
            main()
            raise AssertionError("main() ends by leaving")
        except SystemExit as ended:
            code = ended.code or 0
    assert isinstance(code, int)
    return Done(code, _written(streams[1]), _written(streams[2]))


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()


def process(
    *words: str | Path, cwd: Path, stdin: bytes = b"", env: Mapping[str, str] | None = None, stdout: Any = None
) -> Done:
    """Run `alertd WORDS` as a process of its own."""
    done = subprocess.run(
        command(*words), cwd=cwd, input=stdin, env=plain_environment() | dict(env or {}),
        stdout=stdout or subprocess.PIPE, stderr=subprocess.PIPE, timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    return Done(done.returncode, (done.stdout or b"").decode(errors="replace"), done.stderr.decode())


def command(*words: str | Path) -> list[str]:
    """Give the words that start this very checkout."""
    return [sys.executable, "-m", "alertd", *map(str, words)]


def on_terminal(*words: str | Path, cwd: Path, columns: int = 80, stdout: Path | None = None) -> Done:
    """Run `alertd WORDS` on a terminal; `out` is all that appears there. With `stdout`, results go to that file."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, columns))
    with ExitStack() as stack:
        out = stack.enter_context(stdout.open("wb")) if stdout else theirs
        child = subprocess.Popen(
            command(*words), cwd=cwd, stdin=theirs, stdout=out, stderr=theirs, start_new_session=True,
            env=plain_environment() | {"TERM": "xterm-256color"},
        )  # fmt: skip
        os.close(theirs)
        shown = _until_closed(ours)
        os.close(ours)
        return Done(child.wait(TIMEOUT_S), shown.decode().replace("\r\n", "\n"), "")


def _until_closed(terminal: int) -> bytes:
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 65_536)
        except OSError:  # EIO: nobody holds the other end any more
            return shown
        if not piece:
            return shown
        shown += piece


def in_shell(line: str, folder: Path) -> str:
    """Run a line of shell with `alertd` as a word of it; gives what appears, results before errors."""
    alertd = f'alertd() {{ {shlex.join(command())} "$@"; }}\n'
    done = subprocess.run(
        ["sh", "-c", alertd + line], cwd=folder, env=plain_environment(), capture_output=True, text=True,
        timeout=5 * DEADLINE_S, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr
