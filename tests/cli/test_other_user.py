"""Commands of somebody who is not the user of the daemon: its state directory is closed to them."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Desk
from tests.support.users import OTHER, closed_to_root, needs_root

pytestmark = needs_root


def closed(desk: Desk) -> str:
    return f"{desk.folder / 'var'} belongs to {OTHER} and is closed to root"


@pytest.mark.parametrize(
    "words", ["status", "alerts", "why ev_a", "dead", "sources", "page", "silence list", "tail --no-follow"]
)
def test_whoever_may_not_look_is_told_as_whom_to_ask(desk: Desk, words: str) -> None:
    desk.settings(redis="embedded")
    (desk.folder / "var").mkdir()
    with closed_to_root(desk.folder / "var"):
        done = desk.run(*words.split())
    assert (done.code, done.out) == (1, "")
    assert done.err == f"alertd: {closed(desk)}: run this as the user of the daemon ({OTHER})\n"


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("backup out.tar", "backup"),
        ("archive status", "archive status"),
        ("archive verify", "archive verify"),
        ("archive hold list", "archive hold list"),
        ("archive export out.tar", "archive export"),
    ],
)
def test_whoever_may_not_copy_or_look_into_the_archive_is_told_whose_it_is_and_how_to_ask(
    desk: Desk, words: str, command: str
) -> None:
    desk.settings(redis="embedded")
    (desk.folder / "var").mkdir()
    with closed_to_root(desk.folder / "var"):
        done = desk.run(*words.split())
    assert (done.code, done.out) == (1, "")
    asked = f"run this as the user of the daemon ({OTHER}), e.g. sudo -u {OTHER} alertd {command} …"
    assert done.err == f"alertd: {closed(desk)}: {asked}\n"
    assert not (desk.folder / "out.tar").exists()


def test_an_archive_elsewhere_that_is_closed_is_not_left_out_of_a_backup(desk: Desk) -> None:
    desk.settings(redis="redis://127.0.0.1:1", archive={"path": str(desk.folder / "kept")})
    (desk.folder / "var").mkdir()
    (desk.folder / "kept").mkdir()
    with closed_to_root(desk.folder / "kept"):
        done = desk.run("backup", "out.tar")
    assert done.code == 1
    assert f"{desk.folder / 'kept'} belongs to {OTHER}" in done.err
    assert not (desk.folder / "out.tar").exists()


def test_whoever_may_not_write_the_copy_is_told_to_put_it_elsewhere(desk: Desk) -> None:
    desk.settings(redis="redis://127.0.0.1:1")
    for folder in ("var", "theirs"):
        (desk.folder / folder).mkdir()
    with closed_to_root(desk.folder / "theirs"):
        done = desk.run("backup", "theirs/out.tar")
    assert (done.code, done.out) == (1, "")
    said = f"{desk.folder / 'theirs'}: root may not write there: name a file in a folder that root may write to"
    assert done.err == f"alertd: {said}\n"


@pytest.mark.parametrize("words", [["status"], ["sources"]])
def test_where_redis_is_another_machines_what_it_knows_is_told_all_the_same(desk: Desk, words: list[str]) -> None:
    desk.running()
    with closed_to_root(desk.folder / "var"):
        done = desk.run(*words)
    assert "wire" in done.out
    assert "no daemon runs here" not in done.out + done.err, "nobody can say that"
    assert closed(desk) in done.err


def test_the_doctor_names_the_user_and_looks_at_the_rest(desk: Desk) -> None:
    (desk.folder / "var").mkdir()
    with closed_to_root(desk.folder / "var"):
        done = desk.run("doctor", "--offline", "--json")
    assert done.code == 2
    first, *rest = done.json["verdicts"]
    assert (first["level"], first["area"]) == ("bad", "state")
    assert first["says"] == f"{closed(desk)}: what lies there is not looked at"
    assert first["advice"] == f"run alertd doctor as the user of the daemon ({OTHER})"
    assert {"rules", "redis", "limits"} <= {one["area"] for one in rest}
    assert not any("no daemon runs here" in one["says"] for one in rest)
