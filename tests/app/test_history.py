"""The daemon's own history: found by words at once, told after it has stopped, and the same when it is made anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from alertd.errors import HistoryUnavailable
from alertd.history.archive.reader import Reader
from alertd.history.projection.projector import Projector
from alertd.history.projection.query import AlertFilter
from alertd.history.projection.read import History
from tests.app.test_daemon import feed, world, write_settings  # noqa: F401
from tests.history.projection.past import dump
from tests.support.daemon import command, eventually
from tests.support.http import FaultServer, answer


async def test_what_the_daemon_decided_is_found_and_told_long_after(
    tmp_path: Path,
    world: FaultServer,  # noqa: F811
) -> None:
    async with write_settings(tmp_path, world) as daemon:
        await eventually(lambda: searched(tmp_path, "vega"), "the first is there")
        world.script("/feed", answer(feed("Lyra leases Atlas", "Vega leases Orion")))
        await eventually(lambda: searched(tmp_path, "lyra"), "the second, too")
        await eventually(daemon.quiet, "all is quiet")
        code, out, err = await command("alerts", "vega", "--json", folder=tmp_path)
        (first,) = json.loads(out)
        assert (code, err, first["status"], list(first["told"])) == (0, "", "open", ["oms"])
        code, _, _ = await command("ack", first["id"], "--by", "jd", folder=tmp_path)
        assert code == 0
    code, out, err = await command("why", first["id"], folder=tmp_path)
    assert (code, "no alertd runs" in err) == (0, True)
    assert "acknowledged by jd (cli)" in out
    assert "bytes kept as sent" in out
    anew = Projector(tmp_path / "anew.db")
    anew.rebuild(Reader(tmp_path / "var/archive"))
    anew.close()
    assert dump(tmp_path / "anew.db") == dump(tmp_path / "var/history.db")


async def searched(folder: Path, words: str) -> list[dict[str, Any]]:
    try:
        with History(folder / "var/history.db") as history:
            return history.search(words, AlertFilter())
    except HistoryUnavailable:  # not there yet
        return []
