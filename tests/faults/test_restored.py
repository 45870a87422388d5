"""Yesterday's backup is put back: at most one notice, no storm, and what came since is told as it should be. F23."""

from __future__ import annotations

import json
import shutil
from typing import Any

from tests.faults.case import Case, fault
from tests.faults.forgotten import judged
from tests.faults.world import World, world
from tests.support.daemon import command, eventually

LATER = 60
"""Items that came after the backup, all of them still on their pages."""


async def alertd(w: World, *words: str) -> Any:
    """Run a command on the daemon's settings; gives what it says as JSON."""
    code, out, err = await command(*words, "--json", folder=w.daemon.folder)
    assert code == 0, err
    return json.loads(out)


async def a_day(w: World) -> None:
    """Let some be told, back up while the daemon works, let more be told, and stop."""
    await w.delivered(await w.publish(90))
    await eventually(w.quiet, "all is quiet")
    assert (await alertd(w, "backup", "yesterday.tar"))["store"] == "snapshot"
    await w.delivered(await w.publish(LATER))
    await eventually(w.quiet, "all is quiet")
    await w.judge()  # the ledger is read before the store forgets
    await w.close()
    await w.daemon.__aexit__()


@fault("F23", "redis-restored-from-yesterday", slow=True)
async def test_a_backup_put_back_where_it_came_from_repeats_only_what_came_since_and_says_so_once(case: Case) -> None:
    async with world(case) as w:
        await a_day(w)
        before = len(w.sink.receipts)
        done = await alertd(w, "restore", "yesterday.tar", "--force")
        assert done["archive"] == "kept", "by it alertd knows what was sent since"
        await w.daemon.start()
        fresh = await w.publish(30)
        await w.delivered(fresh)
        await eventually(lambda: told(w), "the operator is told")
        await judged(w, LATER, "in place: the archive knows what was sent since")
        again = {token for receipt in w.sink.receipts[before:] for token in receipt.tokens} - set(fresh)
        assert again <= set(list(w.feeds.published)[90 : 90 + LATER]), "nothing from before the backup comes again"
        assert [notice["kind"] for notice in w.notices.notices()] == ["store_rolled_back"]


async def told(w: World) -> bool:
    return bool(w.notices.notices("store_rolled_back"))


@fault("F23", "restored-on-a-new-machine", slow=True)
async def test_a_backup_put_back_where_nothing_else_is_left_is_as_if_alertd_had_slept(case: Case) -> None:
    async with world(case) as w:
        await a_day(w)
        before = len(w.sink.receipts)
        shutil.move(w.daemon.state_dir, case.folder / "lost")
        assert (await alertd(w, "restore", "yesterday.tar"))["archive"] == "restored"
        await w.daemon.start()
        fresh = await w.publish(30)
        await w.delivered(fresh)
        await judged(w, LATER, "nothing but the backup is left")
        again = {token for receipt in w.sink.receipts[before:] for token in receipt.tokens} - set(fresh)
        assert again <= set(list(w.feeds.published)[90 : 90 + LATER]), "nothing from before the backup comes again"
        assert len(w.notices.notices()) <= 1
