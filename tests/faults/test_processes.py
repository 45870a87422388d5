"""Processes die and stand still, at the worst moments and at any, while events go on coming: F1 to F11."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest

from tests.faults.calm import Calm
from tests.faults.case import Case, fault
from tests.faults.load import allowed_repeats, kill_at_random, publishing
from tests.faults.scenarios import AFTER_READ, MID_INGEST
from tests.faults.world import CONCURRENCY, World, logged, world
from tests.support.behaviours import answer, slowly
from tests.support.daemon import eventually
from tests.support.processes import descendants
from tests.support.redis import RedisServer, bundled_binary

RATE = 20
"""Events a second while a process dies, and until its successor delivers."""
WORK_S = 10.0
"""For what was taken over to go its way."""
LEASE_S = 21.25
"""Of a webhook with a time-out of five seconds (notify/config.py)."""


def dies_at(failpoint: str, nth: int = 1) -> dict[str, str]:
    """Let the process that passes a place for the nth time die there."""
    return {"ALERTD_FAILPOINT": f"{failpoint}:{nth}:exit"}


def deaths(case: Case) -> int:
    """Count the processes that died."""
    return len(logged(case.folder, "process_died"))


async def struck(w: World, count: int) -> float:
    """Publish so many and go on until a process has died and all else works; gives the calm seconds they took."""
    async with publishing(w, RATE):
        tokens = await w.publish(count)
        await eventually(partial(_says, w.case, "process_died"), "a process dies", 300)
        calm = Calm()
        await w.delivered(tokens, 300)
        seconds = calm()
        await w.delivered(await w.publish(1), 300)
    return seconds


# --- polling ------------------------------------------------------------------------------------------

OTHERS = [word for role in ("match", "deliver", "web", "archive", "timers") for word in ("--only", role)]


@asynccontextmanager
async def apart(case: Case, env: Mapping[str, str], **more: Any) -> AsyncIterator[World]:
    """Set up a world in which who polls sends nothing: its death repeats nothing, whenever it comes."""
    with RedisServer(bundled_binary(), {"appendfsync": "always"}) as redis:
        async with world(case, redis=redis, daemons=2, words=[OTHERS, ["--only", "poll"]], env=env, **more) as w:
            yield w


@fault("F1", "kill-poller-after-fetch", slow=True)
async def test_a_page_that_was_fetched_and_not_read_is_fetched_again(case: Case) -> None:
    async with apart(case, dies_at("poll.fetched", 5)) as w:
        await struck(w, 90)
        await w.settled()
        assert deaths(case) == 1
        assert any(page.forgotten() for page in w.feeds.pages.values()), "it is not answered 304"


@fault("F2", "kill-poller-mid-ingest-batch", slow=True)
async def test_a_page_that_was_taken_in_by_half_is_taken_in_whole_and_once(case: Case) -> None:
    async with apart(case, MID_INGEST.env, sources=1, start=False) as w:
        await w.publish(150)
        await asyncio.gather(*(daemon.start(wait=False) for daemon in w.daemons))
        await struck(w, 0)
        await w.settled()
        assert deaths(case) == 1


@fault("F3", "kill-poller-before-validators-saved", slow=True)
async def test_a_page_whose_validators_were_not_stored_is_read_again_and_all_of_it_known(case: Case) -> None:
    async with apart(case, dies_at("poll.ingested", 5)) as w:
        await struck(w, 90)
        await w.settled()
        assert deaths(case) == 1
        assert any(page.forgotten() for page in w.feeds.pages.values()), "what is stored last is not stored"


# --- matching -----------------------------------------------------------------------------------------


@fault("F4", "kill-matcher-after-read")
async def test_a_matcher_that_dies_with_a_batch_in_hand_loses_none_of_it(case: Case) -> None:
    async with world(case, env=AFTER_READ.env) as w:
        await struck(w, 90)
        await w.settled()
        assert deaths(case) == 1


@fault("F4", "kill-matcher-for-good", slow=True)
async def test_what_a_matcher_held_that_never_comes_back_is_taken_over(case: Case) -> None:
    with RedisServer(bundled_binary(), {"appendfsync": "always"}) as redis:
        async with world(case, redis=redis) as w:
            sleepy = w.add_daemon({"ALERTD_FAILPOINT": "match.read:1:sleep=3600"}, ["--only", "match"])
            await sleepy.start()
            await _hold(w)
            stopped = w.nemesis.pids("match", daemon=1)
            held = list(w.feeds.published)
            async with publishing(w, RATE):
                calm = Calm()
                await w.nemesis.kill("supervisor", daemon=1, restart=False)
                for pid in stopped:
                    os.kill(pid, signal.SIGKILL)
                await w.delivered(held, 300)
                seconds = calm()
            await w.settled(note=f"all delivered {seconds:.1f} s after it died")
            assert seconds <= 15 + WORK_S, "within 15 s it is taken over"


async def _hold(w: World) -> None:
    """Publish until one of two matchers stands still with something in hand."""
    store = await w.store()

    async def holds() -> bool:
        await w.publish(3)
        return bool(await store.pending(None, 3_000, 1))

    await eventually(holds, "a matcher that stands still holds events")


@pytest.mark.parametrize("place", ["match.decided", "match.committed"])
@fault("F5", "kill-matcher-around-commit", slow=True)
async def test_a_matcher_that_dies_around_a_commit_neither_loses_nor_doubles(case: Case, place: str) -> None:
    async with world(case, env=dies_at(place, 2)) as w:
        await struck(w, 90)
        await w.settled(note=place)
        assert deaths(case) == 1


# --- sending ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["deliver.due", "deliver.claimed"])
@fault("F6", "kill-sender-before-send", slow=True)
async def test_a_message_whose_sender_died_before_it_is_sent_once(case: Case, place: str) -> None:
    async with world(case, env=dies_at(place)) as w:
        seconds = await struck(w, 30)
        await w.settled(note=f"{place}: sent {seconds:.1f} s later, lease {LEASE_S} s")
        assert seconds <= LEASE_S + WORK_S


@fault("F7", "kill-sender-after-send-before-finish", slow=True)
async def test_a_message_whose_sender_died_after_it_is_repeated_under_its_id(case: Case) -> None:
    async with world(case, env=dies_at("deliver.sent", 5), pushed=True) as w:
        await struck(w, 60)
        verdict = await w.settled(bound=CONCURRENCY)
        assert verdict.repeats >= 1, "the one that was sent is in doubt"
        assert await w.verified() == ""


@fault("C17", "kill-sender-after-retry-is-scheduled", slow=True)
async def test_a_retry_that_was_scheduled_outlives_its_sender(case: Case) -> None:
    async with world(case, env=dies_at("deliver.retried")) as w:
        w.sink.script(answer(status=503))
        await w.publish(1)
        await w.settled()
        assert deaths(case) == 1
        assert len(w.sink.receipts) == 2, "refused, then taken"


@fault("F10", "sigstop-sender-longer-than-min-idle", slow=True)
async def test_a_sender_that_wakes_after_another_took_over_changes_nothing(case: Case) -> None:
    with RedisServer(bundled_binary(), {"appendfsync": "always"}) as redis:
        async with world(case, redis=redis, daemons=2) as w:
            w.sink.always(slowly(0.3), accepts=True)
            tokens = await w.publish(120)
            await w.some_delivered(10)
            asleep = await w.nemesis.stop("io", daemon=0)
            # What it had begun has come already; only when its leases are over has the other one sent that again,
            # before it would be killed, after a minute: so nothing more is published meanwhile.
            await w.delivered(tokens)
            await eventually(w.quiet, "the other one has taken over")
            again = len(w.sink.receipts) - len(tokens)
            assert w.nemesis.pids("io", daemon=0) == asleep, "it was not killed meanwhile: it wakes, and goes on"
            w.nemesis.go_on("io")
            await eventually(w.daemon.status, "it is awake")
            await w.delivered(await w.publish(12))
            await w.settled(bound=CONCURRENCY, note=f"{again} that it had begun were taken over while it slept")
            assert again > 0
            assert await w.verified() == "", "what it records of a message that another has sent changes nothing"


# --- all of them --------------------------------------------------------------------------------------


@fault("F8", "random-kills")
async def test_random_kills_for_some_seconds_lose_nothing(case: Case) -> None:
    async with world(case, pushed=True) as w:
        async with publishing(w, 20):
            await kill_at_random(w, seconds=3, every_s=1, kinds=("match", "parse", "redis"))
        await w.settled(bound=allowed_repeats(w), note=f"killed: {killed(w)}")


@fault("F8", "random-kill-soak", slow=True)
async def test_a_kill_each_second_for_ten_minutes_at_a_hundred_events_a_second_loses_nothing(case: Case) -> None:
    settings = {"processes": {"match": 2, "parse": 2}, "redis_maxmemory": "2gb"}
    async with world(
        case, sources=10, pushed=True, settings=settings, window=6_000, source={"every": "20s"}, keep=False
    ) as w:
        async with publishing(w, 100):
            await kill_at_random(w, seconds=600, every_s=1)
        await w.settled(bound=allowed_repeats(w), timeout=1800, note=f"killed: {killed(w)}")
        assert await w.verified() == ""


@fault("F8", "kill-fork-server")
async def test_children_outlive_their_fork_server_and_leave_nothing_behind_when_they_die_after_it(case: Case) -> None:
    async with world(case) as w:
        async with publishing(w, RATE):
            await w.nemesis.kill("fork-server")
            await eventually(partial(_says, case, "fork_server_died"), "it is noticed")
            first = {kind: w.nemesis.pids(kind) for kind in ("io", "match")}
            assert all(first.values()), "they go on"
            for kind in first:
                await w.nemesis.kill(kind)
        await w.settled(bound=allowed_repeats(w))
        assert deaths(case) == sum(len(pids) for pids in first.values())
        assert all(line["code"] == -signal.SIGKILL for line in logged(case.folder, "process_died")), "seen by us"
        await eventually(partial(_no_remains, w), "who died is gone from the table of processes")


async def _no_remains(w: World) -> bool:
    return not any(words == "" for words in descendants(w.daemon.pid).values())


def killed(w: World) -> str:
    """Say what was killed."""
    return ", ".join(f"{count} {kind}" for kind, count in sorted(w.nemesis.kills.items()))


# --- the end, by order --------------------------------------------------------------------------------


@fault("F9", "sigterm-under-load", slow=True)
async def test_a_stop_under_load_ends_what_it_has_begun_and_repeats_nothing(case: Case) -> None:
    async with world(case, pushed=True) as w:
        w.sink.always(slowly(0.2), accepts=True)
        async with publishing(w, RATE):
            await w.publish(200)
            await w.some_delivered(20)
            calm = Calm()
            w.daemon.signal(signal.SIGTERM)
            assert await w.daemon.wait() == 0
            seconds = calm()
        assert len(w.sink.tokens) < len(w.feeds.published), "it was under load"
        w.sink.always(None)
        await w.daemon.start()
        await w.settled(note=f"ended after {seconds:.1f} s")
        assert seconds <= 25


@fault("F9", "double-sigterm", slow=True)
async def test_a_second_sigterm_ends_it_at_once(case: Case) -> None:
    async with world(case, pushed=True) as w:
        w.sink.always(slowly(0.9), accepts=True)
        await w.publish(60)
        w.push(20)
        await w.some_delivered(4)
        w.daemon.signal(signal.SIGTERM)
        await eventually(lambda: _says(case, "draining"), "it drains")
        calm = Calm()
        w.daemon.signal(signal.SIGTERM)
        assert await w.daemon.wait() == 130
        seconds = calm()
        w.sink.always(None)
        await w.daemon.start()
        await w.settled(bound=CONCURRENCY, note=f"ended after {seconds:.2f} s")
        assert seconds <= 1


async def _says(case: Case, event: str) -> bool:
    return bool(logged(case.folder, event))


# --- standing still -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["match", "io"])
@fault("F11", "sigstop-for-two-minutes", slow=True)
async def test_a_process_that_stands_still_is_replaced_and_the_operator_told(case: Case, kind: str) -> None:
    async with world(case) as w:
        await w.publish(9)
        await eventually(w.quiet, "it works")
        async with publishing(w, RATE):
            began = time.monotonic()
            await w.nemesis.stop(kind)
            await w.delivered(await w.publish(60), 240)
            seconds = time.monotonic() - began
            await eventually(lambda: _told(w, "process_stuck"), "the operator is told")
            await asyncio.sleep(max(began + 120 - time.monotonic(), 0))
            w.nemesis.go_on(kind)
        await w.settled(timeout=300, note=f"{kind} stopped: delivered after {seconds:.0f} s, told as process_stuck")


async def _told(w: World, kind: str) -> bool:
    return bool(w.notices.notices(kind))
