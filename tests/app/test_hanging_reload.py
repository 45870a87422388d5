"""A file that does not answer while it is read, under a running daemon."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path

from tests.app.test_daemon import feed, write_settings
from tests.support.daemon import eventually
from tests.support.http import FaultServer, answer


async def test_a_daemon_that_is_told_to_stop_does_not_wait_for_a_file_that_does_not_answer(tmp_path: Path) -> None:
    with FaultServer() as world:
        world.script("/feed", answer(feed("Vega leases Orion")))
        world.script("/hook", answer(status=204))
        async with write_settings(tmp_path, world) as daemon:
            daemon.config.unlink()
            os.mkfifo(daemon.config)
            daemon.signal(signal.SIGHUP)

            async def waits() -> int | None:
                try:
                    return os.open(daemon.config, os.O_WRONLY | os.O_NONBLOCK)
                except OSError as error:
                    if error.errno != errno.ENXIO:  # nobody reads it yet
                        raise
                    return None

            writer = await eventually(waits, "the reload reads, and nobody writes")
            daemon.signal(signal.SIGTERM)
            assert await daemon.wait() == 0
            os.close(writer)
