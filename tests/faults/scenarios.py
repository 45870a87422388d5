"""Faults that tests share with the bugs that are planted: without a bug each ends well."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.faults.world import World
from tests.support.daemon import eventually

Run = Callable[[World], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """What goes wrong."""

    run: Run
    failpoint: str = ""
    """What dies where (base/failpoints.py)."""

    @property
    def env(self) -> dict[str, str]:
        """The environment of the daemon."""
        return {"ALERTD_FAILPOINT": self.failpoint} if self.failpoint else {}


async def _publish(w: World) -> None:
    await w.publish(90)


async def _behind_a_stopped_matcher(w: World) -> None:
    """Let more come in than is taken out."""
    await w.nemesis.stop("match")
    await w.publish(150)
    await taken_in(w)
    w.nemesis.go_on("match")


async def _lost_group(w: World) -> None:
    """Take the consumer group away while events wait: FLUSHALL, and an old snapshot, do that among other things."""
    await w.nemesis.stop("match")
    await w.publish(60)
    await taken_in(w)
    store = await w.store()
    await store.link.call("XGROUP", "DESTROY", store.keys("events"), "match")
    w.nemesis.go_on("match")


async def _refused_append(w: World) -> None:
    """Let Redis refuse to append to streams for two polls, as with wrong permissions, while nothing else is to do."""
    await w.publish(3)
    await eventually(w.quiet, "the first items are told")
    store = await w.store()
    await store.link.call("ACL", "SETUSER", "default", "-xadd")
    polls = {name: page.polls for name, page in w.feeds.pages.items()}
    await w.publish(30)

    async def refused() -> bool:
        return all(page.polls > polls[name] + 1 for name, page in w.feeds.pages.items())

    try:
        await eventually(refused, "every source was polled in vain")
    finally:
        await store.link.call("ACL", "SETUSER", "default", "+xadd")


async def taken_in(w: World) -> None:
    """Wait until every page was taken in, whatever becomes of what was on it."""

    async def taken() -> bool:
        states = await (await w.store()).source_states()
        return all(name in states and states[name].etag == page.etag for name, page in w.feeds.pages.items())

    await eventually(taken, "every page was taken in")


AFTER_READ = Scenario(_publish, "match.read:1:exit")
MID_INGEST = Scenario(_publish, "poll.chunk_ingested:1:exit")
BACKLOG = Scenario(_behind_a_stopped_matcher)
LOST_GROUP = Scenario(_lost_group)
REFUSED_APPEND = Scenario(_refused_append)
