"""F32 to F34: names that do not resolve, hosts that say nothing, documents that kill their parser."""

from __future__ import annotations

import os
import signal
import time
from functools import partial

from tests.faults.calm import Calm
from tests.faults.case import Case, fault
from tests.faults.figures import loop_held, percentile, quantile
from tests.faults.names import FAILURE, NO_SUCH_NAME, NameServer
from tests.faults.receivers import with_receivers
from tests.faults.world import Json, World, logged, world
from tests.support.bad_feeds import TOO_MANY
from tests.support.behaviours import Connection, Request
from tests.support.daemon import eventually
from tests.support.desk import item, rss
from tests.support.http import Behaviour, FaultServer, answer

SILENT = 500
EVERY_S = 1.0
"""The interval of the sources of a world."""
HELD_S = 0.05
"""How long a loop may be held, at the 99th percentile."""
TIMEOUT_S = 5.0
SILENCE_S = 20.0
"""The time-out of each silent source: longer than it takes until all are asked."""


async def _well_for(w: World, seconds: float, source: str) -> list[float]:
    """Publish on one source again and again for a while; gives how long each item took to the sink (calm.py)."""
    delays: list[float] = []
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        calm = Calm()
        await w.delivered(await w.publish(1, source))
        delays.append(calm())
    return delays


@fault("F32", "dns-fails-nxdomain-slow-20s", slow=True)
async def test_names_that_do_not_resolve_cost_no_other_source_a_second(case: Case) -> None:
    slow, silent = [f"slow-{n}" for n in range(8)], [f"silent-{n}" for n in range(4)]
    bad = ["nowhere", "failing", *slow, *silent]
    with NameServer() as names:
        async with world(case, sources=[{"id": name} for name in ("wire", "named", *bad)], start=False) as w:
            for source in w.settings["sources"][1:]:
                source["url"] = w.feeds.url(source["id"]).replace("127.0.0.1", f"{source['id']}.test")
                source["timeout"] = f"{TIMEOUT_S:g}s"
            with_receivers(w, [])
            names.answer("named.test")
            names.answer("nowhere.test", code=NO_SUCH_NAME)
            names.answer("failing.test", code=FAILURE)
            names.answer(*(f"{name}.test" for name in slow), after_s=20.0)
            names.answer(*(f"{name}.test" for name in silent), after_s=None)
            w.daemon.before = names.before(case.folder)
            await w.daemon.start()
            began = await w.daemon.metrics()
            await w.publish(2 * len(w.feeds.pages))
            delays = [*await _well_for(w, 12, "wire"), *await _well_for(w, 12, "named")]
            metrics = await w.daemon.metrics()
            late = quantile(metrics, "alertd_poll_lateness_seconds", 0.99, since=began)
            busy, lag = loop_held(metrics, began)
            sources = {source["id"]: source for source in (await w.daemon.status())["sources"]}
            assert {line["source"] for line in logged(w.folder, "source_failed")} == set(bad)
            assert {sources[name]["failures"] for name in ("wire", "named")} == {0}
            asked = names.asked["nowhere.test"]
            assert asked <= 12, "asked ever more slowly"
            names.answer(*(f"{name}.test" for name in bad))
            seen = f"p99 {percentile(delays, 0.99):.2f} s from page to sink, polls late p99 ≤ {late:g} s"
            await w.settled(
                timeout=180,
                note=f"{len(bad)} bad names; others: {seen}, loop busy p99 ≤ {busy:g} s, late ≤ {lag:g} s; "
                f"NXDOMAIN asked {asked} times",
            )
            assert percentile(delays, 0.99) <= EVERY_S + 1.0, "other sources are polled within a second of their time"
            assert late <= 1.0, "and begun within one, by the clock"
            assert busy <= HELD_S


@fault("F33", "all-feeds-hang-500-sockets", slow=True)
async def test_five_hundred_hosts_that_say_nothing_hold_up_neither_the_loop_nor_a_host_that_answers(
    case: Case,
) -> None:
    held: list[float] = []

    async def hang(request: Request, connection: Connection) -> None:
        calm = Calm()
        await connection.gone()
        held.append(calm())

    with FaultServer(host="0.0.0.0") as mute:  # all of 127.0.0.0/8: each address is a host
        async with world(case, sources=1, start=False) as w:
            w.settings["sources"] += [_mute(mute, n, hang) for n in range(SILENT)]
            with_receivers(w, [])
            await w.daemon.start()
            began = await w.daemon.metrics()
            await eventually(partial(_open, mute, 0.75 * SILENT), "hundreds of sockets are open and silent")
            delays = await _well_for(w, 25, "wire-0")
            most = mute.connections
            metrics = await w.daemon.metrics()
            late = quantile(metrics, "alertd_poll_lateness_seconds", 0.99, since=began)
            busy, lag = loop_held(metrics, began)
            for n in range(SILENT):
                mute.script(f"/mute-{n}", answer(rss(item(f"Back again {n}"))))
            seen = f"p99 {percentile(delays, 0.99):.2f} s from page to sink, polls late p99 ≤ {late:g} s"
            loop = f"loop busy p99 ≤ {busy:g} s, late ≤ {lag:g} s"
            held_s = f"held {max(held):.1f} s at most, the time-out is {SILENCE_S:g} s"
            await w.settled(note=f"{most} silent sockets, {held_s}; others: {seen}; {loop}")
            assert max(held) <= SILENCE_S + 1
            assert percentile(delays, 0.99) <= EVERY_S + 2.0, "a host that answers is asked in its turn"
            assert busy <= HELD_S


def _mute(server: FaultServer, n: int, hang: Behaviour) -> Json:
    url = server.script(f"/mute-{n}", hang).replace("0.0.0.0", f"127.1.{n // 250}.{n % 250 + 1}")
    return {
        "id": f"mute-{n}", "type": "feed", "url": url, "every": "10s", "timeout": f"{SILENCE_S:g}s", "backlog": "all",
        "allow_private": True,
    }  # fmt: skip


async def _open(server: FaultServer, least: float) -> bool:
    return server.open >= least


@fault("F34", "parser-killed-oom-standing-still", slow=True)
async def test_a_document_that_kills_its_parser_harms_its_source_alone(case: Case) -> None:
    sources: list[Json] = [{"id": "wire"}, {"id": "greedy", "max_bytes": 32 << 20}]
    async with world(case, sources=sources, settings={"processes": {"match": 1, "parse": 2}}, start=False) as w:
        slow = f"<author>a@{'a.' * 20_000}!</author><description>{'<!--' * 50_000}</description>"
        evil = f"<item><title>x</title>{slow}</item>"
        redos = w.server.script("/redos", answer(rss(evil, item("The neighbour of what is slow"))))
        w.settings["sources"].append(
            {"id": "redos", "type": "feed", "url": redos, "every": "2s", "backlog": "all", "allow_private": True}
        )
        with_receivers(w, [])
        w.feeds.always("greedy", answer(TOO_MANY))
        await w.daemon.start()
        await eventually(partial(_failing, w, "greedy", "memory"), "what needs too much memory fails by itself")
        delays = await _well_for(w, 5, "wire")
        respawns = []
        for _ in range(5):
            killed = await w.nemesis.kill("parse")
            calm = Calm()
            await eventually(partial(_respawned, w, killed), "another parser is there")
            respawns.append(calm())
            delays += await _well_for(w, 1, "wire")
        stopped = w.nemesis.pids("parse")[:1]
        os.kill(stopped[0], signal.SIGSTOP)
        delays += await _well_for(w, 15, "wire")
        assert stopped[0] not in w.nemesis.pids("parse"), "one that stands still is killed after ten seconds"
        assert not logged(w.folder, "process_died"), "no other process died"
        w.feeds.always("greedy", None)
        await w.publish(4)
        seen = f"p99 {percentile(delays, 0.99):.2f} s from page to sink"
        await w.settled(timeout=180, note=f"a parser is back within {max(respawns):.2f} s; others: {seen}")
        assert any("neighbour" in str(receipt.payload) for receipt in w.sink.receipts)
        assert max(respawns) <= 1


async def _failing(w: World, source: str, why: str) -> bool:
    found = {one["id"]: one for one in (await w.daemon.status())["sources"]}
    return found[source]["state"] == "failing" and why in (found[source]["error"] or "")


async def _respawned(w: World, killed: int) -> bool:
    pids = w.nemesis.pids("parse")
    return len(pids) == 2 and killed not in pids
