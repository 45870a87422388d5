"""What all commands print by: words of others are shown as they are, and tables that can be read and copied from."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest
import typer

from alertd.cli.output import fail, plain, print_table, stderr, stdout, warn
from tests.cli.run import alertd, on_terminal

WORDS = ":100: profit warning :bomb: :1234: [red]x[/red]"


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def streams(patch: pytest.MonkeyPatch, made: type[io.StringIO], columns: int = 200) -> list[io.StringIO]:
    """Put others in the place of stdout and stderr; here, as pytest puts its own there after a fixture."""
    found = []
    patch.setattr(os, "environ", {"COLUMNS": str(columns), "TERM": "dumb"})
    for name in ("stdout", "stderr"):
        found.append(made())
        patch.setattr(sys, name, found[-1])
    return found


@pytest.mark.parametrize("made", [io.StringIO, Terminal])
def test_what_stands_between_colons_is_no_picture(monkeypatch: pytest.MonkeyPatch, made: type[io.StringIO]) -> None:
    """`2026-11-29:100: the line was altered` names line 100, and words of others are not ours to change."""
    with monkeypatch.context() as patch:
        out, err = streams(patch, made)
        stdout().print(plain(WORDS))
        print_table("Words", ["who", "what"], [["jd", WORDS]])
        stderr().print(plain(WORDS))
        warn(WORDS)
        with pytest.raises(typer.Exit):
            fail(WORDS)
    assert out.getvalue().count(WORDS) == 2
    assert err.getvalue().count(WORDS) == 3


def test_a_progress_bar_shows_a_file_by_its_name(tmp_path: Path) -> None:
    archive = tmp_path / ":100:[red].tar"
    archive.write_bytes(b"no tar" * 100)
    done = on_terminal("archive", "verify", archive.name, cwd=tmp_path, columns=120)
    assert ":100:[red].tar" in done.out
    assert "\N{HUNDRED POINTS SYMBOL}" not in done.out
    assert alertd("archive", "verify", archive.name, cwd=tmp_path).err.count(":100:") >= 1
