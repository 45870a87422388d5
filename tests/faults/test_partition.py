"""F37: two daemons over one Redis, and the network between them and one of them falls silent."""

from __future__ import annotations

import asyncio
import time
from functools import partial

import pytest

from tests.faults.case import Case, fault
from tests.faults.line import AWAY
from tests.faults.load import publishing
from tests.faults.netns import Namespace
from tests.faults.test_many import know
from tests.faults.world import CONCURRENCY, world
from tests.support.daemon import Daemon, eventually
from tests.support.desk import logged
from tests.support.redis import RedisServer, bundled_binary

RATE = 5
SILENT_S = 40.0
"""Longer than a lease (21 s) and than it takes to be missed (15 s): the other has taken all of its work."""
WORK = [word for role in ("poll", "match", "deliver") for word in ("--only", role)]


@pytest.mark.parametrize("cut_off_from", ["Redis", "everything"])
@fault("F37", "cut-off-in-silence", slow=True)
async def test_a_daemon_that_the_network_cuts_off_is_replaced_and_takes_its_share_again(
    case: Case, cut_off_from: str
) -> None:
    with Namespace(case.chance) as inside:
        port = inside.free_port()
        flags = {"appendfsync": "always", "bind": inside.redis, "port": str(port), "protected-mode": "no"}
        with RedisServer(bundled_binary(), flags) as redis:
            async with world(case, sources=6, redis=redis, daemons=0, host=inside.world) as w:
                here = w.add_daemon()
                there = w.add_daemon(words=WORK, redis=f"redis://{inside.redis}:{port}")
                there.before = inside.before
                await asyncio.gather(*(daemon.start() for daemon in w.daemons))
                await eventually(partial(know, w.daemons), "they know of each other")
                async with publishing(w, RATE):
                    await w.some_delivered(60)
                    began = time.monotonic()
                    inside.swallow(*([inside.redis] if cut_off_from == "Redis" else [inside.redis, inside.world]))
                    await w.delivered(await w.publish(60), 300)
                    seconds = time.monotonic() - began
                    await eventually(partial(_alone, here), "the other is missed", 300)
                    await eventually(partial(_says, there, AWAY), "it says that it is cut off", 300)
                    await asyncio.sleep(max(began + SILENT_S - time.monotonic(), 0))
                    inside.heal()
                    await eventually(partial(know, w.daemons), "they know of each other again", 300)
                    await w.delivered(await w.publish(60), 300)
                note = f"cut off from {cut_off_from}: what it had was delivered after {seconds:.1f} s"
                await w.settled(bound=CONCURRENCY, note=note, timeout=300)
                assert await w.verified() == ""
                assert not logged(there, "process_died")


async def _alone(daemon: Daemon) -> bool:
    lines = logged(daemon, "pollers_changed")
    return bool(lines) and lines[-1]["living"] == 1


async def _says(daemon: Daemon, event: str) -> bool:
    return bool(logged(daemon, event))
