"""Somebody works in the stream of events by hand: a consumer is removed, the stream is trimmed: F26.

alertd itself has no command that does either: consumers have stable names and stay, and nothing is ever trimmed by
its length. What others do is mended where it can be, and counted and told where not.
"""

from __future__ import annotations

import time

from alertd.store.keys import GROUP
from tests.faults.case import Case, fault
from tests.faults.line import ALWAYS
from tests.faults.world import World, logged, world
from tests.support.daemon import eventually
from tests.support.redis import RedisServer, bundled_binary

STREAM = "{alertd}:events"
COUNT = 40
APART = ([word for role in ("poll", "deliver", "web", "timers") for word in ("--only", role)], ["--only", "match"])
"""The matcher is a daemon of its own, which can be ended in the meantime."""


@fault("F26", "consumer-removed-with-pending", slow=True)
async def test_what_a_removed_consumer_held_is_taken_over(case: Case) -> None:
    with RedisServer(bundled_binary(), ALWAYS) as redis:
        async with world(case, redis=redis, daemons=2, words=APART) as w:
            await w.delivered(await w.publish(3))
            matcher = w.daemons[1]
            await matcher.__aexit__()
            tokens = await w.publish(COUNT)
            await stored(w, COUNT)
            store = await w.store()
            held = await store.read_events("somebody", COUNT // 2, 0)
            await store.link.call("XGROUP", "DELCONSUMER", STREAM, GROUP, "somebody")
            assert (await store.backlog()).pending == 0
            began = time.monotonic()
            await matcher.start(wait=False)
            await w.delivered(tokens)
            taken_s = time.monotonic() - began
            await w.settled(note=f"{len(held)} events were pending with it, taken over in {taken_s:.0f} s")
            assert sum(line["count"] for line in logged(case.folder, "events_adopted")) == len(held)


@fault("F26", "stream-trimmed-by-hand", slow=True)
async def test_what_somebody_trims_is_counted_and_told(case: Case) -> None:
    with RedisServer(bundled_binary(), ALWAYS) as redis:
        async with world(case, redis=redis, daemons=2, words=APART) as w:
            await w.delivered(await w.publish(3))
            await counted(w)
            matcher = w.daemons[1]
            await matcher.__aexit__()
            await w.publish(COUNT)
            await stored(w, COUNT)
            store = await w.store()
            handed_out = await store.read_events("somebody", 5, 0)
            kept = COUNT // 4
            await store.link.call("XTRIM", STREAM, "MAXLEN", kept)
            await matcher.start(wait=False)

            async def told() -> list[dict[str, str]]:
                return w.notices.notices("events_missing")

            (notice,) = await eventually(told, "the operator is told")
            lost = COUNT - kept
            assert notice["text"].startswith(f"{lost} events were taken out of the stream")
            assert f"alertd_events_missing_total {float(lost)}" in await w.daemon.metrics()
            await eventually(w.quiet, "nothing is under way")
            verdict = await w.judge()
            case.row(
                published=verdict.published, delivered=verdict.delivered, lost=verdict.lost, repeats=verdict.repeats,
                bound=0, verdict="counted", note=f"{lost} of {COUNT} trimmed, {len(handed_out)} of them pending",
            )  # fmt: skip
            assert verdict.lost == lost, "all of those that were counted, and no other"
            assert (await store.backlog()).pending == 0, "what was pending and is gone is not waited for"


async def stored(w: World, count: int) -> None:
    """Wait until so many events are in the stream."""

    async def there() -> bool:
        return (await (await w.store()).backlog()).events >= count

    await eventually(there, f"{count} events are in the stream")


async def counted(w: World) -> None:
    """Wait until the daemon has counted what went in and out, for the first time."""

    async def there() -> bool:
        return bool(await (await w.store()).link.call("HGET", "{alertd}:flow", "at"))

    await eventually(there, "it has counted", 90)
