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
