"""The same run while processes are killed at random: no event lost, each delivered, repeats under the same id."""

from __future__ import annotations

import asyncio
import os
import random
from pathlib import Path
from typing import Any

from alertd.model import JournalRecord
from alertd.store.embedded import socket_url
from alertd.store.redis import open_store
from tests.conformance.rig import Sink, rig, undisturbed
from tests.conformance.test_real_feeds import _accounts, _journal
from tests.faults.nemesis import Nemesis
from tests.support.daemon import Daemon, eventually

KILLS = 20


async def test_twenty_random_kills_lose_nothing(tmp_path: Path) -> None:
    seed = int(os.environ.get("ALERTD_SEED", random.randrange(1 << 32)))
    chance = random.Random(seed)
    print(f"\nseed {seed} (ALERTD_SEED repeats it)")
    async with rig(tmp_path) as (daemon, site, sink):
        nemesis = Nemesis([daemon], None, chance)
        expected, refused = undisturbed(site.files)
        await daemon.start()
        seen = 0
        while nemesis.kills.total() < KILLS:
            # At a random moment of the work: after so many more messages, or a quiet second, whichever is first.
            seen = await _progress(sink, seen + chance.randrange(1, 200), chance.uniform(0.2, 3.0))
            await nemesis.kill_one()
        await eventually(daemon.ready, "the daemon works again")
        # A poll that a kill has cut short is repeated after its back-off: until then it counts as failing.
        status = await eventually(lambda: _calm(daemon, refused), "everything was polled and sent", 400)
        events, _ = _accounts(await _journal(daemon))
        total = {event for made in events.values() for event in made}
        told = {key.partition(":")[0] for key in sink.by_event}
        lacking = [place for event, place in expected.items() if event not in total]
        assert not lacking, "events that there would be without a kill:\n" + "\n".join(lacking)
        assert total <= expected.keys(), f"{len(total - expected.keys())} events that there would not be"
        silent = total - told
        assert not silent, "not delivered:\n" + "\n".join(_story(await _journal(daemon), silent))
        assert told <= total, f"{len(told - total)} deliveries belong to no event"
        assert not sink.wrong, sink.wrong[:5]
        assert all(r["dead"] == 0 for r in status["receivers"])
        twice = {key: names for key, names in sink.by_event.items() if len(names) > 1}
        assert not twice, f"an event reached the receiver under two ids: {list(twice.items())[:3]}"
        await _nothing_left(daemon)
    counts = dict(sorted(nemesis.kills.items()))
    print(f"{KILLS} kills {counts}: {len(total)} events, 0 lost, {sink.repeats} repeats, each under its own id")


async def _progress(sink: Sink, count: int, seconds: float) -> int:
    async def enough() -> bool:
        return len(sink.bodies) >= count

    try:
        async with asyncio.timeout(seconds):
            await eventually(enough, "more messages")
    except TimeoutError:
        pass
    return len(sink.bodies)


async def _calm(daemon: Daemon, refused: set[str]) -> dict[str, Any] | None:
    status = await daemon.quiet()
    failing = {source["id"] for source in (status or {}).get("sources", []) if source["state"] != "fine"}
    return status if failing == refused else None


def _story(records: list[JournalRecord], events: set[str]) -> list[str]:
    """Tell what the journal says of some events and of the deliveries that were meant for them."""
    wanted = set(events)
    for record in records:
        if wanted & set(record.ids):
            wanted |= {name for name in record.ids if name.startswith(("al_", "dl_"))}
    lines = []
    for record in records:
        if wanted & set(record.ids):
            data = {k: v for k, v in record.data.items() if k != "event"}
            revision = record.data.get("event", {}).get("revision")
            lines.append(f"{record.at} {record.kind} {record.reason} r{revision} {record.ids} {data}"[:1500])
    return lines


async def _nothing_left(daemon: Daemon) -> None:
    url = socket_url(daemon.state_dir)
    assert url
    store = await open_store(url, "alertd", name="alertd:test")
    backlog = await store.backlog()
    assert (backlog.events, backlog.pending) == (0, 0)
    assert not await store.dead_events(10)
    await store.aclose()
