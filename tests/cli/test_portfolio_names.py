"""A name that is no portfolio's is said by each command in the same way."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from alertd.cli.portfolio_names import no_portfolio
from tests.cli.conftest import Desk
from tests.cli.run import alertd


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (["ai", "energy"], " (did you mean energy?)"),
        (["ai", "ai", "uk"], "; there are ai, uk"),
        ([], "; there are none"),
        ([f"p{n}" for n in range(99)], "; there are " + ", ".join(f"p{n}" for n in range(20))),
    ],
)
def test_the_nearest_name_else_those_that_there_are(
    there: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended:
        no_portfolio("enrgy", there)
    assert ended.value.exit_code == 2
    assert " ".join(capsys.readouterr().err.split()) == f"alertd: there is no portfolio enrgy{said}"


@pytest.mark.parametrize("words", [("alerts", "--portfolio", "ia"), ("report", "ia")])
def test_commands_say_it_so(desk: Desk, words: tuple[str, ...]) -> None:
    done = desk.run(*words)
    assert (done.code, done.out, done.err) == (2, "", "alertd: there is no portfolio ia (did you mean ai?)\n")


def test_where_there_is_no_portfolio_at_all_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "alertd.yaml").write_text("state_dir: ./var\nrules: ./rules\n")
    done = alertd("report", "ia", cwd=tmp_path)
    assert (done.code, done.err) == (2, "alertd: there is no portfolio ia; there are none\n")
