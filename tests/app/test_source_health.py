"""The real daemon's sources in trouble: what the operator is told, and what `alertd sources` shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.daemon import command, eventually
from tests.support.desk import Desk, item, rss
from tests.support.http import FaultServer, answer

PAGE = rss(item("Vega leases Orion"))


@pytest.fixture
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


async def shown(desk: Desk, *words: str) -> tuple[int, Any]:
    """Give the exit code of `alertd sources`, and its rows by id."""
    code, out, err = await command("sources", *words, "--json", folder=desk.folder)
    assert err == ""
    return code, {row["id"]: row for row in json.loads(out)}


async def test_what_happened_to_whom_is_told_and_shown_and_survives_a_restart(
    tmp_path: Path, world: FaultServer
) -> None:
    desk = Desk(tmp_path, world)
    desk.feed("fine", answer(PAGE))
    desk.feed("retired", answer(status=410))
    desk.feed("broken", answer(PAGE), answer(status=500))
    async with desk.daemon():
        await eventually(desk.told("source_gone", "retired"), "the operator is told of the one that is gone")
        await eventually(desk.told("source_failing", "broken"), "the operator is told of the one that fails")
        code, rows = await shown(desk)
        assert (code, {name: row["state"] for name, row in rows.items()}) == (
            1, {"retired": "gone", "broken": "failing", "fine": "fine"},
        )  # fmt: skip
        assert list(rows) == ["retired", "broken", "fine"], "the worst first"
        assert rows["broken"]["why"].endswith("127.0.0.1: answered 500")
    world.script("/broken", answer(PAGE))
    async with desk.daemon():
        await eventually(desk.told("source_healed", "broken"), "the operator is told that it is over")
        _, rows = await shown(desk)
    assert rows["broken"]["state"] == "fine"
    assert rows["broken"]["why"].endswith("(127.0.0.1: answered 500): nothing missed")
    assert (rows["retired"]["state"], rows["fine"]["why"]) == ("gone", None)
    for kind, name in (("source_gone", "retired"), ("source_failing", "broken"), ("source_healed", "broken")):
        assert len(desk.notices(kind, name)) == 1, "each is told once, also over a restart"


async def test_a_source_without_news_for_too_long_is_told_and_heals(tmp_path: Path, world: FaultServer) -> None:
    desk = Desk(tmp_path, world)
    desk.feed("wire", answer(PAGE), silent_after="10s")
    async with desk.daemon():
        await eventually(desk.told("source_silent", "wire"), "the operator is told of the silence")
        code, rows = await shown(desk, "--trouble")
        assert (code, rows["wire"]["state"]) == (1, "silent")
        world.script("/wire", answer(rss(item("Vega sells Orion"), item("Vega leases Orion"))))
        await eventually(desk.told("source_healed", "wire"), "the operator is told that it is over")
