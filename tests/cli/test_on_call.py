"""Who is on call asks a running daemon from a shell that has none of its secrets."""

from __future__ import annotations

import json
from pathlib import Path

from tests.app.test_daemon import SECRET, _fired, write_settings
from tests.support.daemon import Daemon, command, eventually
from tests.support.http import FaultServer, answer


async def test_status_tail_and_dead_need_no_secret_of_a_receiver(tmp_path: Path) -> None:
    with FaultServer() as world:
        world.script(
            "/feed", answer(b"<rss version='2.0'><channel><item><title>A lease</title></item></channel></rss>")
        )
        world.script("/hook", answer(status=204))
        write_settings(tmp_path, world)
        file = tmp_path / "alertd.yaml"
        file.write_text(file.read_text().replace(SECRET, "${OMS_SECRET}"))
        async with Daemon(tmp_path, {"OMS_SECRET": SECRET}):
            await eventually(lambda: _fired(world, 1), "the alert arrives")
            for words in (["status"], ["dead"], ["tail", "--no-follow", "--since", "0"], ["why", "wire"]):
                code, out, err = await command(*words, folder=tmp_path)
                assert code == 0, (words, out, err)
            code, _, err = await command("send-test", folder=tmp_path)
            assert code == 1, "what sends does need it"
            assert "OMS_SECRET" in err


async def test_status_counts_polls_that_are_not_written_down_yet(tmp_path: Path) -> None:
    with FaultServer() as world:
        world.script(
            "/feed", answer(b"<rss version='2.0'><channel><item><title>A lease</title></item></channel></rss>")
        )
        world.script("/hook", answer(status=204))
        async with write_settings(tmp_path, world) as daemon:
            await eventually(daemon.quiet, "all is quiet")
            await world.until(lambda: len(world.to("/feed")) >= 4)
            _, out, _ = await command("status", "--json", folder=tmp_path)
            assert json.loads(out)["sources"][0]["polls"] >= 3
