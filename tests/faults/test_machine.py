"""F38 to F40: a machine that has no room for logs, no files or no memory left, and one that was off for too long."""

from __future__ import annotations

from functools import partial

from alertd.store.redis import open_store
from tests.app.test_edgar_gap import BEFORE, DAY, MISSED, OLD, Rig, filed
from tests.faults.case import Case, fault
from tests.faults.figures import loop_held
from tests.faults.machine import MemoryGroup, UnreadPipe, fill, tiny_disk
from tests.faults.receivers import with_receivers
from tests.faults.world import CONCURRENCY, World, logged, world
from tests.support.behaviours import answer, hang
from tests.support.daemon import eventually
from tests.support.desk import item, rss
from tests.support.edgar import EdgarSite
from tests.support.http import FaultServer
from tests.support.redis import RedisServer, bundled_binary

DEBUG = {"log": {"format": "json", "level": "debug"}}
MB = 1 << 20
LIMIT = 256 * MB


@fault("F38", "disk-full-for-logs", slow=True)
async def test_a_disk_that_has_no_room_for_the_log_stops_nothing(case: Case) -> None:
    with tiny_disk(case.folder / "logs", 256 << 10) as disk:
        async with world(case, settings=DEBUG, start=False) as w:
            w.daemon.log = disk / "alertd.log"
            await w.daemon.start()
            await w.delivered(await w.publish(5))
            filler = fill(disk)
            await w.delivered(await w.publish(50))
            lost = await eventually(partial(_lines_lost, w), "lines are lost, and counted")
            written = w.daemon.log.stat().st_size
            filler.unlink()
            w.daemon.log.write_bytes(b"")
            await w.delivered(await w.publish(20))
            await eventually(partial(_logs_again, w), "once there is room it logs again")
            await w.settled(note=f"{lost} lines of the log lost, and counted; {written} bytes had been written")


@fault("F38", "stdout-pipe-unread-then-closed", slow=True)
async def test_a_log_that_nobody_reads_or_that_is_closed_stops_nothing(case: Case) -> None:
    with UnreadPipe(case.folder / "pipe") as pipe:
        async with world(case, settings=DEBUG, start=False) as w:
            w.daemon.before = pipe.before
            await w.daemon.start()
            began = await w.daemon.metrics()
            await w.delivered(await w.publish(100))
            full = await eventually(partial(_lines_lost, w), "the pipe is full: lines are lost, and counted")
            busy, lag = loop_held(await w.daemon.metrics(), began)
            pipe.close()
            await w.delivered(await w.publish(100))
            loop = f"loop busy p99 ≤ {busy:g} s, late ≤ {lag:g} s"
            await w.settled(note=f"{full} lines lost to a full pipe; {loop}; then closed")
            assert busy <= 0.05
            assert lag <= 0.5, "nor does it wait for the reader: by the clock, so as wide as a busy machine wants it"


async def _lines_lost(w: World) -> int:
    lines = [
        line for line in (await w.daemon.metrics()).splitlines() if line.startswith("alertd_log_lines_lost_total ")
    ]
    return int(float(lines[0].split()[1])) if lines else 0


async def _logs_again(w: World) -> bool:
    return '"event"' in w.daemon.log.read_text(errors="replace")


@fault("F38", "fd-limit-64", slow=True)
async def test_sixty_four_files_are_enough_to_deliver_while_a_hundred_hosts_hold_theirs(case: Case) -> None:
    with FaultServer(host="0.0.0.0") as mute:
        async with world(case, sources=2, start=False) as w:
            for n in range(100):
                url = mute.script(f"/{n}", hang()).replace("0.0.0.0", f"127.2.0.{n + 1}")
                source = {"id": f"mute-{n}", "type": "feed", "url": url, "every": "2s", "timeout": "3s"}
                w.settings["sources"].append(source | {"allow_private": True})
            with_receivers(w, [])
            w.daemon.before = ("prlimit", "--nofile=64")
            await w.daemon.start()
            most = 0
            for _ in range(4):
                await w.delivered(await w.publish(5))
                most = max(most, mute.open)
            asked = mute.connections
            for n in range(100):
                mute.script(f"/{n}", answer(rss(item(f"Back again {n}"))))
            await w.settled(timeout=240, note=f"{asked} requests to silent hosts, {most} of them open at once")
            assert not logged(w.folder, "process_died")
            assert not logged(w.folder, "delivery_failed_unexpectedly")
            assert not logged(w.folder, "poll_raised")
            assert 0 < most <= 8, "requests leave files to what sends and records"


@fault("F39", "oom-kill-in-a-storm", slow=True)
async def test_who_is_killed_for_want_of_memory_in_a_storm_loses_nothing(case: Case) -> None:
    safe = {"appendfsync": "always", "maxmemory": "1gb"}
    with RedisServer(bundled_binary(), safe) as redis, MemoryGroup("f39") as group:
        async with world(case, sources=2, redis=redis, start=False) as w:
            heavy = {"id": "heavy", "type": "feed", "every": "1s", "backlog": "all", "allow_private": True}
            w.settings["sources"].append(heavy | {"url": w.server.script("/heavy", answer(rss()))})
            with_receivers(w, [])
            w.daemon.before = group.before
            await w.daemon.start()
            await w.delivered(await w.publish(10))
            rest = group.used
            limit = max(LIMIT, rest + 8 * MB)
            group.limit(limit)
            for turn in range(40):
                w.server.script("/heavy", answer(_heavy(turn)))
                await w.publish(25)
                await eventually(partial(_asked, w, "/heavy", turn), "the heavy page is read")
                if group.kills > case.chance.randrange(1, 4):
                    break
            kills = group.kills
            assert kills, "the limit was felt"
            group.limit(4 * limit)
            if not w.daemon.running:
                await w.daemon.start()
            await w.publish(50)
            figures = f"{rest // MB} MB at rest, {limit // MB} MB allowed"
            await w.settled(kills * CONCURRENCY, 240, note=f"{kills} kills for want of memory; {figures}")


def _heavy(turn: int) -> bytes:
    return rss(*(item(f"heavy {turn} {n}", text=f"word{n} " * 16_000) for n in range(40)))


async def _asked(w: World, path: str, more_than: int) -> bool:
    return len(w.server.to(path)) > more_than or not w.daemon.running


@fault("F40", "gap-poller-down-longer-than-the-window", slow=True)
async def test_every_source_whose_window_rolled_over_is_told(case: Case) -> None:
    async with world(case, window=10, start=False) as w:
        await w.daemon.start()
        await w.delivered(await w.publish(30))
        await w.daemon.__aexit__()
        missed = await w.publish(3 * 25)
        there = set(missed[-3 * 10 :])
        await w.daemon.start()
        await w.delivered(there)
        for source in w.feeds.pages:
            await eventually(partial(_told, w, "gap_suspected", source), f"the gap of {source} is told")
        gone = set(missed) - there
        verdict = await w.judge(untold=gone)
        assert verdict.delivered == 60
        assert verdict.lost == len(gone), "what no page shows any more is all that is missing"
        case.row(
            published=60, delivered=verdict.delivered, lost=0, repeats=verdict.repeats, bound=0,
            note=f"{len(gone)} had rolled off {len(w.feeds.pages)} pages: every source's gap was told",
        )  # fmt: skip
        assert verdict.repeats == 0


async def _told(w: World, kind: str, subject: str) -> bool:
    return bool(w.notices.notices(kind, subject))


@fault("F40", "gap-of-edgar-backfilled", slow=True)
async def test_a_gap_of_edgar_is_filled_to_the_last_filing(case: Case) -> None:
    with (
        RedisServer(bundled_binary(), {"appendfsync": "always", "maxmemory": "1gb"}) as redis,
        FaultServer() as server,
    ):
        store = await open_store(redis.url, "gap", name="test")
        async with EdgarSite() as site:
            rig = Rig(case.folder, server, redis.url, store, site)
            rig.desk.settings["namespace"] = "gap"
            await rig.first_life()
            count = case.chance.randrange(20, 60)
            new = [filed(100 + n, DAY, f"11:{n:02d}", items=("7.01",)) for n in range(count)]
            shown = filed(161, DAY, "15:00", items=("5.02",))
            rig.show([shown])
            rig.offer(*new, shown)
            everything = {one.accession for one in [*OLD, *MISSED[:3], *new, shown]}
            async with rig.daemon():
                await eventually(partial(_filled, rig, len(everything)), "the gap is filled")
                await eventually(rig.desk.told("edgar_gap_filled", "edgar"), "the operator is told")
            found = [event["accession"] for event in await rig.events()]
        await store.aclose()
    case.row(
        published=len(everything), delivered=len(set(found) & everything), lost=len(everything - set(found)),
        repeats=len(found) - len(set(found)), bound=0, note=f"{count + 3} filings of {BEFORE} and {DAY} came late",
    )  # fmt: skip
    assert sorted(found) == sorted(everything)


async def _filled(rig: Rig, count: int) -> bool:
    state = await rig.state()
    return not state.cursor.get("gaps") and len(await rig.events()) >= count
