"""Starting a daemon that may be told to stop before it works."""

from __future__ import annotations

import asyncio

from alertd.app.supervisor import Supervisor, first_of


async def started(supervisor: Supervisor, stop: asyncio.Event) -> bool:
    """Start the daemon; False if it was told to stop before it worked. Raises AlertdError."""
    starting = asyncio.create_task(supervisor.start())
    stopping = asyncio.create_task(stop.wait())
    await first_of(starting, stopping)
    stopping.cancel()
    if starting.done():
        starting.result()
        return True
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    return False
