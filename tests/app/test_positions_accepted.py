"""A refused positions file that a person takes knowingly, while the daemon runs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tests.app.test_positions import begin, logged, taken, told, world, write_positions  # noqa: F401
from tests.cli.run import Done, process
from tests.support.daemon import Daemon, eventually
from tests.support.http import FaultServer


async def reloaded(daemon: Daemon, count: int) -> list[dict[str, Any]]:
    async def check() -> list[dict[str, Any]] | None:
        found = logged(daemon, "reloaded")
        return found if len(found) >= count else None

    found: list[dict[str, Any]] = await eventually(check, f"the rules are taken {count} times")
    return found


async def holdings(folder: Path, *words: str) -> Done:
    return await asyncio.to_thread(process, "holdings", "book", *words, cwd=folder)


async def test_a_running_daemon_takes_at_once_what_a_person_takes(
    tmp_path: Path,
    world: FaultServer,  # noqa: F811
) -> None:
    write_positions(tmp_path, 10)
    async with begin(tmp_path, world) as daemon:
        await taken(daemon, 1)
        before = len(logged(daemon, "reloaded"))
        write_positions(tmp_path, 3)
        await told(world, "refused")
        assert (await holdings(tmp_path)).code == 1
        assert len(logged(daemon, "reloaded")) == before, "nothing has changed so far"

        done = await holdings(tmp_path, "--accept")
        assert (done.code, "accepted the positions of" in done.err) == (0, True)
        await reloaded(daemon, before + 1)
        assert (await holdings(tmp_path)).code == 0

        write_positions(tmp_path, 2)
        assert "33.3 % fewer than the 3" in (await holdings(tmp_path)).out
