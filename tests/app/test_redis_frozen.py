"""Commands while the daemon's own Redis stands still: they say that alertd runs, and what is known without it."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import time
from pathlib import Path

from tests.faults.nemesis import Nemesis
from tests.support.daemon import command
from tests.support.desk import Desk, item, rss
from tests.support.http import FaultServer, answer


async def test_commands_say_that_alertd_runs_and_its_redis_does_not_answer(tmp_path: Path) -> None:
    with FaultServer() as world:
        desk = Desk(tmp_path, world)
        desk.feed("wire", answer(rss(item("Vega leases Orion"))))
        async with desk.daemon() as daemon:
            began = time.monotonic()
            await asyncio.gather(command("status", folder=tmp_path), command("dead", folder=tmp_path))
            usual_s = time.monotonic() - began
            (redis,) = Nemesis([daemon], None, random.Random(1)).pids("redis")
            os.kill(redis, signal.SIGSTOP)
            try:
                began = time.monotonic()
                (code, out, err), (dead, _, said) = await asyncio.gather(
                    command("status", folder=tmp_path), command("dead", folder=tmp_path)
                )
                seconds = time.monotonic() - began
            finally:
                os.kill(redis, signal.SIGCONT)
            print(f"answered after {seconds:.1f} s, of otherwise {usual_s:.1f} s")
            assert (code, err) == (1, "")
            lines = out.splitlines()
            assert lines[0].startswith("alertd  ") and f"pid {daemon.pid}" in lines[0]
            assert re.match(r"runs    io \(pid \d+\), match-0 \(pid \d+\)", lines[2])
            assert lines[-1].startswith(f"redis   alertd runs (pid {daemon.pid}); Redis does not answer")
            assert dead == 1
            assert said.startswith(f"alertd: alertd runs (pid {daemon.pid}); Redis does not answer")
            assert seconds < 12 + 2 * usual_s, "one patience, not one for each question"
