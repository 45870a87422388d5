"""The reply of every command and script that the daemon uses is lost once: F16.

Which those are is not written down here but seen, in a life behind the proxy with a start, a restart and all that
goes on for some minutes. What goes on all the time is lost there, one by one. What belongs to a start, or comes once
a minute, is lost in a second life over an empty Redis: there, too, each of them must be met.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection
from functools import partial

from tests.faults.case import Case, fault
from tests.faults.line import line
from tests.faults.proxy import Proxy
from tests.faults.world import CONCURRENCY, World
from tests.support.daemon import eventually

BATCH = 6
MOST = 50
SEEN_S = 75.0
"""How long is looked at what goes on: what comes once a minute is among it."""
MET_S = 20.0
"""What does not come within this time in which events flow is lost in the second life."""
LIVES = 12
"""Starts of the second daemon. One that meets several losses takes several attempts, and what comes once a minute
needs a life that is long enough."""
HANDSHAKE = frozenset({"CLIENT SETINFO", "CLIENT SETNAME", "SELECT"})
"""Of a new connection: seldom met once all are made, so that they are lost in the second life."""
STEADY = ("XREADGROUP", "BLPOP", "ingest", "end_poll", "commit", "finish_event", "claim", "complete")
"""The way of an event from its page to its receiver."""


@fault("F16", "redis-reply-dropped")
async def test_the_reply_of_each_step_of_an_event_may_be_lost(case: Case) -> None:
    async with line(case, pushed=True) as (w, proxy, _):
        await w.delivered(await w.publish(BATCH))
        for name in STEADY:
            proxy.drop_reply(name)
        await w.delivered(await w.publish(BATCH))
        for _ in range(MOST):
            if set(proxy.dropped) == set(STEADY):
                break
            await w.delivered(await w.publish(BATCH))
        proxy.drop_reply("ingest")  # and that of what is pushed: no page shows it again
        w.push(BATCH)
        await proxy.dropping(120)
        await w.settled(note=f"{', '.join(STEADY)}: each once")
        assert set(proxy.dropped) == set(STEADY), "a reply that was not lost proves nothing"


def repeated(w: World) -> int:
    """Count the messages that came more than once."""
    return len(w.sink.receipts) - len({receipt.id for receipt in w.sink.receipts})


async def through(w: World, tokens: list[str]) -> bool:
    """Whether all of these are delivered; a daemon that has given up is started again, as a service manager does."""
    await w.nemesis.revive()
    return set(tokens) <= w.sink.tokens


async def drop(w: World, proxy: Proxy, name: str) -> bool:
    """Lose one reply of a command while events flow, and wait until they are delivered; gives whether it was met."""
    proxy.drop_reply(name)
    await w.delivered(await w.publish(BATCH))
    try:
        await proxy.dropping(MET_S)
    except TimeoutError:
        proxy.heal()
        return False
    await w.delivered(await w.publish(BATCH))
    return True


@fault("F16", "redis-reply-dropped-of-every-command", slow=True)
async def test_the_reply_of_every_command_and_script_may_be_lost(case: Case) -> None:
    seldom = await lost_while_all_goes_on(case)
    second = Case(case.id, case.name, case.folder / "second", case.seed, case.chance)
    second.folder.mkdir()
    try:
        await lost_at_starts(second, seldom)
    finally:
        case.rows += second.rows


async def lost_while_all_goes_on(case: Case) -> set[str]:
    """See what is used, and lose a reply of each that goes on all the time; gives the names of the others."""
    loop = asyncio.get_running_loop()
    async with line(case) as (w, proxy, _):
        await w.delivered(await w.publish(BATCH))
        await w.nemesis.kill("supervisor")
        await eventually(w.daemon.ready, "it works again", 300)
        ends = loop.time() + SEEN_S
        steady: Counter[str] = Counter()
        rounds = 0
        while loop.time() < ends or rounds < 4:
            before = proxy.replies.copy()
            await w.delivered(await w.publish(BATCH))
            await asyncio.sleep(2)
            steady += Counter(dict.fromkeys(proxy.replies - before, 1))
            rounds += 1
        often = [name for name, count in steady.items() if 2 * count >= rounds and name not in HANDSHAKE]
        case.chance.shuffle(often)
        await eventually(w.quiet, "what the kill left in doubt is over")
        before_drops = repeated(w)
        often = [name for name in often if await drop(w, proxy, name)]
        assert repeated(w) == before_drops, "a lost reply repeats nothing"
        await w.settled(bound=before_drops, note=f"{len(often)} that go on all the time: {', '.join(sorted(often))}")
        assert set(STEADY) <= set(often)
        return set(proxy.replies) - set(often)


async def lost_at_starts(case: Case, names: Collection[str]) -> None:
    """Lose a reply of each of these, from the first start over an empty Redis on."""
    async with line(case, start=False) as (w, proxy, _):
        for name in names:
            proxy.drop_reply(name)
        await w.daemon.start(wait=False)
        for life in range(LIVES):
            tokens = await w.publish(BATCH)
            await eventually(
                partial(through, w, tokens), "they are delivered, though it may have given up at its start", 300
            )
            if set(names) <= set(proxy.dropped):
                break
            proxy.drop_reply("XREADGROUP")  # what was handed out so is claimed later, as seldom anything is
            await lived(w, proxy, names, 10 if life < LIVES // 2 else SEEN_S)
            await w.nemesis.kill("supervisor")
        unmet = sorted(set(names) - set(proxy.dropped))
        proxy.heal()
        await w.nemesis.revive()
        kills = w.nemesis.kills.total()
        await w.settled(
            bound=CONCURRENCY * kills, timeout=300,
            note=f"{len(names)} of starts, or seldom: {', '.join(sorted(names))}; {kills} kills"
            + (f"; not met: {', '.join(unmet)}" if unmet else ""),
        )  # fmt: skip
        assert not unmet, "a reply that was not lost proves nothing"


async def lived(w: World, proxy: Proxy, names: Collection[str], seconds: float) -> None:
    """Let it live for so long, or until all were met."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    while loop.time() < ends and not set(names) <= set(proxy.dropped):
        await w.nemesis.revive()
        await w.publish(1)
        await asyncio.sleep(1)
