"""What a live daemon has archived, replayed by the same rules, is decided as it was then."""

from __future__ import annotations

from pathlib import Path

from alertd.history.past import PastEvent
from alertd.history.past_read import read_past
from tests.history.replay.stage import summary
from tests.support.daemon import command, eventually
from tests.support.desk import Desk, item, rss
from tests.support.http import FaultServer, answer

FIRST = ("Vega leases Orion", "Copper falls in London", "Harbour strike ends", "Lumen sells Quartz")
LAST = "Basalt halts its trading"


async def test_a_replay_of_what_was_archived_decides_the_same(tmp_path: Path) -> None:
    with FaultServer() as world:
        desk = Desk(tmp_path, world)
        desk.feed("wire", answer(rss(*map(item, FIRST))))
        async with desk.daemon():
            await eventually(desk.fired(*FIRST), "the alerts arrive")
            later = rss(item("Vega leases Orion and Delta", guid=FIRST[0]), item(LAST))
            world.script("/wire", answer(later))
            await eventually(desk.fired(LAST), "the last alert arrives")

            async def archived() -> bool:
                # The archiver writes about once a second, behind what is told.
                path = tmp_path / "var" / "archive"
                if not (path / "archive.json").exists():
                    return False
                return sum(isinstance(past, PastEvent) for past in read_past([path])) == 6

            await eventually(archived, "all events are in the archive")
        heard = len(world.to("/hook"))
        code, out, err = await command("replay", "--json", folder=tmp_path)
        assert code == 0, err
        assert len(world.to("/hook")) == heard
    found = summary(out)
    assert (found["events"], found["alerts"], found["compared"], found["same"]) == (6, 5, 6, 6), str(
        found["differences"]
    )
