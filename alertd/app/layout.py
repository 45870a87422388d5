"""Lets a process leave a store whose layout a newer alertd has changed."""

from __future__ import annotations

import os

import structlog

from alertd.app.link import Failed, Link
from alertd.workers.layout import LayoutStore, LayoutWatch
from alertd.workers.progress import Progress

log = structlog.get_logger(__name__)


async def mind_layout(store: LayoutStore, link: Link, progress: Progress) -> None:
    """Watch the layout; when it is a newer one, tell the supervisor and leave at once, without ending anything.

    To drain would be to write records as they were. All that is under way is in the store.
    """
    watch = LayoutWatch(store, progress)
    await watch.run()
    if watch.why:
        log.critical("layout_newer", error=watch.why)
        link.send(Failed(watch.why))
        await link.close()
        os._exit(1)
