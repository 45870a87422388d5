"""`alertd verify` beside a daemon at work: what is in motion is no fault, and after kills everything has its end."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from tests.faults.nemesis import Nemesis
from tests.support.daemon import command, eventually
from tests.support.desk import Desk, item, rss
from tests.support.http import Connection, FaultServer, Request, answer

WINDOW = 30
MOST = 300


class Wire:
    """A feed that has something new at each poll, until there is enough."""

    def __init__(self) -> None:
        self.published = 0

    async def page(self, request: Request, connection: Connection) -> None:
        """Publish ten more and show the newest."""
        self.published = min(self.published + 10, MOST)
        numbers = range(self.published, max(self.published - WINDOW, 0), -1)
        body = rss(*(item(f"Report {number} on {number * 7919 % 10_007}", guid=f"g{number}") for number in numbers))
        await answer(body)(request, connection)


async def verified(folder: Path) -> dict[str, Any]:
    """Run the command; gives what it found."""
    code, out, err = await command("verify", "--json", folder=folder)
    assert out, err
    found: dict[str, Any] = json.loads(out)
    assert found["faults"] == [], found["faults"]
    assert code == 0
    return found


async def test_beside_a_daemon_at_work_nothing_is_a_fault_and_after_kills_nothing_is_left(tmp_path: Path) -> None:
    with FaultServer() as world:
        desk, wire = Desk(tmp_path, world), Wire()
        desk.feed("wire", wire.page)
        async with desk.daemon() as daemon:
            nemesis = Nemesis([daemon], None, random.Random(8))
            await eventually(desk.fired("Report 20 on 8275"), "events flow")
            for kind in ("match", "io"):
                await verified(tmp_path)
                await nemesis.kill(kind)
                await eventually(daemon.ready, "it works again")
            await verified(tmp_path)
            await eventually(daemon.quiet, "nothing is under way")
            kinds = (await verified(tmp_path))["kinds"]
            assert kinds["events"]["fine"] >= 20
            assert kinds["sent"]["fine"] >= 20
