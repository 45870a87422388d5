"""What all commands print by: words of others are shown as they are, and tables that can be read and copied from."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import pytest
import typer

from alertd.cli.output import cut, fail, plain, print_table, stderr, stdout, warn
from tests.cli.run import alertd, on_terminal

WORDS = ":100: profit warning :bomb: :1234: [red]x[/red]"


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def streams(patch: pytest.MonkeyPatch, made: type[io.StringIO], columns: int = 200) -> list[io.StringIO]:
    """Put others in the place of stdout and stderr; here, as pytest puts its own there after a fixture."""
    found = []
    patch.setenv("COLUMNS", str(columns))
    patch.setenv("TERM", "xterm")
    for name in ("stdout", "stderr"):
        found.append(made())
        patch.setattr(sys, name, found[-1])
    return found


def uncoloured(stream: io.StringIO) -> str:
    return re.sub("\x1b\\[[0-9;]*m", "", stream.getvalue())


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
    assert uncoloured(out).count(WORDS) == 2
    assert uncoloured(err).count(WORDS) == 3


def test_a_progress_bar_shows_a_file_by_its_name(tmp_path: Path) -> None:
    archive = tmp_path / ":100:[red].tar"
    archive.write_bytes(b"no tar" * 100)
    done = on_terminal("archive", "verify", archive.name, cwd=tmp_path, columns=120)
    assert ":100:[red].tar" in done.out
    assert "\N{HUNDRED POINTS SYMBOL}" not in done.out
    assert alertd("archive", "verify", archive.name, cwd=tmp_path).err.count(":100:") >= 1


ID = "al_tkwcuzkdawwt54skbcrcf62s2l"


@pytest.mark.parametrize("columns", [80, 100, 160])
def test_ids_in_a_table_are_never_folded(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    head = ["alert", "severity", "status", "changed", "portfolio", "told", "title", "found"]
    row = [ID, "critical", "acknowledged by jd", "12 min ago", "general", "ops, pm-mail", cut("x" * 500), "y z " * 20]
    with monkeypatch.context() as patch:
        out, _ = streams(patch, Terminal, columns)
        print_table("Alerts", head, [row, ["", *row[1:]]])
    lines = uncoloured(out).splitlines()
    assert sum(ID in line for line in lines) == 1
    assert sum("critical" in line for line in lines) == 2
    assert max(map(len, lines)) <= columns
    assert len(lines) < 50


def test_a_terminal_narrower_than_an_id_shows_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        out, _ = streams(patch, Terminal, 30)
        print_table("Alerts", ["alert", "title"], [[ID, "Vega"]])
    assert "".join(line.split()[0] for line in uncoloured(out).splitlines()[2:]) == ID


def test_a_headline_is_cut_where_it_is_too_long_for_a_table() -> None:
    assert cut("x" * 100) == "x" * 100
    assert cut("x" * 101) == "x" * 99 + "…"
    assert cut("a " * 300) == "a " * 49 + "a…"
