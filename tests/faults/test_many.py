"""Many daemons over one Redis: what one has is taken over when it goes, and nothing is done twice."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from tests.app.test_coverage import quarter_ago
from tests.faults.calm import Calm
from tests.faults.case import Case, fault
from tests.faults.world import CONCURRENCY, World, world
from tests.support.behaviours import slowly
from tests.support.daemon import Daemon, eventually
from tests.support.desk import logged
from tests.support.redis import RedisServer, bundled_binary

MISSED_S = {"poller": 15.0, "matcher": 15.0, "deliverer": 21.25}
"""How long the work of one that is gone may lie there: until it is missed, and for a message that was being sent the
lease of its attempt."""
WORK_S = 10.0
"""For what was published meanwhile to go its whole way; on two cores that ten daemons share."""
APART = (
    ("poll",), ("poll",), ("match",), ("match",), ("match",), ("deliver",), ("deliver",), ("web",), ("archive",),
    ("timers",),
)  # fmt: skip
POLLERS, MATCHERS, DELIVERERS = (0, 1), (2, 3, 4), (5, 6)
FLIGHTS = 3 * CONCURRENCY * len(DELIVERERS)
"""Messages after which each deliverer has some in flight: it sends so many at a time, and each takes two seconds."""


@asynccontextmanager
async def many(case: Case, words: Sequence[Sequence[str]], sources: int, **receiver: Any) -> AsyncIterator[World]:
    """Start daemons over one Redis; the pollers know of one another then. `receiver`: more of its settings."""
    with RedisServer(bundled_binary(), {"appendfsync": "always"}) as redis:
        async with world(case, sources=sources, redis=redis, daemons=0) as w:
            w.settings["receivers"][0] |= receiver
            daemons = [w.add_daemon(words=each) for each in words]
            await asyncio.gather(*(daemon.start(wait=False) for daemon in daemons))
            for daemon in daemons:  # ten of them share two cores, with whatever else there is
                await eventually(daemon.ready, "each of them works", 300)
            pollers = [daemon for daemon, only in zip(daemons, words, strict=True) if not only or "poll" in only]
            await eventually(lambda: know(pollers), "the pollers know of one another")
            yield w


async def know(pollers: Sequence[Daemon]) -> bool:
    """Tell whether each of these pollers counts all of them among the living."""
    said = [logged(daemon, "pollers_changed") for daemon in pollers]
    return all(lines and lines[-1]["living"] == len(pollers) for lines in said)


@fault("F37", "two-daemons-same-config", slow=True)
async def test_two_daemons_with_the_same_settings_do_the_work_of_one(case: Case) -> None:
    async with many(case, [[], []], sources=6, coverage={"at": quarter_ago(), "timezone": "UTC"}) as w:
        before, began = polls(w), time.monotonic()
        for _ in range(5):
            await w.delivered(await w.publish(24))
        seconds = time.monotonic() - began
        most = max(count - before[name] for name, count in polls(w).items())
        await w.settled(note=f"{most} polls of one source in {seconds:.1f} s, one a second asked for")
        assert most <= seconds + 2, "no source is polled by both"
        shares = [{line["source"] for line in logged(daemon, "entries_taken")} for daemon in w.daemons]
        assert all(shares), "each has its share"
        lines = [receipt for receipt in w.sink.receipts if receipt.payload["data"].get("coverage")]
        assert len(lines) == 1, "the day's line is told by one of them"
        assert not w.notices.notices("store_rolled_back")
        told = Counter((n["kind"], n["subject"]) for n in w.notices.notices())
        assert all(count == 1 for count in told.values()), f"a notice came twice: {told}"


def polls(w: World) -> dict[str, int]:
    """Give how often each source was asked."""
    return {name: page.polls for name, page in w.feeds.pages.items()}


@fault("F37", "taken-over", slow=True)
async def test_what_a_daemon_had_that_is_gone_is_taken_over(case: Case) -> None:
    words = [[word for role in roles for word in ("--only", role)] for roles in APART]
    async with many(case, words, sources=8) as w:
        await w.delivered(await w.publish(80))
        times: dict[str, float] = {}

        lost = case.chance.choice(POLLERS)
        times["poller killed"] = await gone(w, lost, "SIGKILL")
        await w.daemons[lost].start()
        await eventually(lambda: know(w.daemons[:2]), "the poller is one of them again")
        other = 1 - lost
        times["poller stopped"] = await gone(w, other, "SIGSTOP")
        w.nemesis.release()

        times["matcher killed"] = await gone(w, case.chance.choice(MATCHERS), "SIGKILL")

        w.sink.always(slowly(2), accepts=True)
        times["deliverer killed"] = await gone(w, case.chance.choice(DELIVERERS), "SIGKILL", beginning=FLIGHTS)
        note = ", ".join(f"{what} {seconds:.1f} s" for what, seconds in times.items())
        verdict = await w.settled(bound=CONCURRENCY, note=f"all of it delivered after so many calm seconds: {note}")
        assert verdict.repeats, "what the deliverer was sending was sent again when its lease was over"
        late = [what for what, seconds in times.items() if seconds > MISSED_S[what.split()[0]] + WORK_S]
        assert not late, note


async def gone(w: World, number: int, how: str, beginning: int = 1) -> float:
    """Kill or stop a whole daemon while it works; gives how long it takes until all is delivered (calm.py).

    `beginning`: messages that are on their way then, or have come.
    """
    tokens = await w.publish(160)
    await w.some_delivered(len(w.feeds.published) - len(tokens) + beginning)
    calm = Calm()
    if how == "SIGSTOP":
        await w.nemesis.stop("supervisor", daemon=number)
        await w.nemesis.stop("io", daemon=number)
    else:
        await w.nemesis.kill("supervisor", daemon=number, restart=False)
    w.sink.always(None)
    tokens += await w.publish(80)
    await w.delivered(tokens)
    return calm()


@fault("F37", "killed-at-random", slow=True)
async def test_two_whole_daemons_that_are_killed_at_random_lose_nothing(case: Case) -> None:
    async with many(case, [[], []], sources=6) as w:
        for _ in range(6):
            await w.publish(case.chance.randint(20, 60))
            await asyncio.sleep(case.chance.uniform(0.2, 2))
            await w.nemesis.kill_one(("supervisor", "io", "match"))
        kills = w.nemesis.kills
        await w.settled(
            bound=CONCURRENCY * (kills["supervisor"] + kills["io"]),
            note=", ".join(f"{kind} killed {count} times" for kind, count in sorted(kills.items())),
        )
