"""What the life of an alert costs the store: commits with and without effects, releases, silences.

    .venv/bin/python -m bench life

Against the Redis that alertd brings, over its socket, without a sync to the disk for each write: what is measured is
the work, not the disk (`bench.fsync` measures that, and it is added to each write).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from msgspec.structs import replace

from alertd.base.clock import rfc3339
from alertd.model import (
    Alert,
    AlertState,
    CoolMark,
    Count,
    DigestItem,
    Effects,
    Event,
    Hold,
    JournalRecord,
    Message,
    NewDelivery,
    Silence,
    Timer,
    Told,
)
from alertd.store.redis import RedisStore, open_store
from bench.fsync import percentiles
from tests.support.redis import RedisServer, bundled_binary

NOW = 1_767_225_600_000
FAR = NOW + 86_400_000
TIMES = 3_000
HELD = 2_000
RECEIVERS = ("ai-desk", "pm-mail", "oms")


def _state(alert_id: str) -> AlertState:
    at = rfc3339(NOW)
    alert = Alert(
        id=alert_id, revision=1, portfolio="ai", subject="st_1", severity="high", title="Vega Grid leases Orion",
        matches=[], story="st_1", first_at=at, updated_at=at, first_title="x" * 2_000,
    )  # fmt: skip
    told = {receiver: Told(revision=1, at_ms=NOW, severity="high") for receiver in RECEIVERS}
    return AlertState(alert=alert, told=told, event=Event(id="ev_1", title="Vega Grid", body="x" * 2_000))


def _delivery(state: AlertState, receiver: str) -> NewDelivery:
    name = f"dl_{receiver}-{state.alert.id}"
    message = Message(
        type="alert.fired", delivery=name, receiver=receiver, at=rfc3339(NOW), alert=state.alert, event=state.event
    )
    return NewDelivery(
        id=name, receiver=receiver, lane="normal", mode="latest", chain=state.alert.id, due_ms=NOW, expires_ms=FAR,
        message=message,
    )  # fmt: skip


def _effects(state: AlertState) -> Effects:
    """What an alert for three receivers brings about: one is told, one waits for the brief, one is a webhook."""
    alert, at = state.alert, rfc3339(NOW)
    item = DigestItem(
        alert=alert.id, revision=1, portfolio="ai", severity="high", title=alert.title, first_at=at, updated_at=at,
        since=at, reason="quiet_until",
    )  # fmt: skip
    hold = Hold(
        receiver="pm-mail", kind="brief", until_ms=FAR, since_ms=NOW, expires_ms=FAR, item=item,
        message=_delivery(state, "pm-mail"),
    )  # fmt: skip
    return Effects(
        holds=[hold],
        timers=[Timer(kind=k, alert=alert.id, receiver="ai-desk", due_ms=FAR) for k in ("escalate", "close")],
        counts=[Count(name=f"flow:{receiver}:29453760", keep_s=7_200) for receiver in ("ai-desk", "oms")],
        marks=[CoolMark(name=f"ai-desk/story/{alert.id}", value=alert.id, until_ms=FAR)],
    )


async def _timed(count: int, call: Callable[[int], Awaitable[Any]]) -> list[float]:
    times = []
    for number in range(count):
        began = time.perf_counter()
        await call(number)
        times.append((time.perf_counter() - began) * 1000)
    return times


async def _commits(store: RedisStore) -> dict[str, list[float]]:
    """Time commits in turns, so that both kinds meet the same machine."""
    plain: list[float] = []
    full: list[float] = []
    for number in range(TIMES):
        for kind, times in (("p", plain), ("f", full)):
            state = _state(f"al_{kind}{number}")
            effects = _effects(state) if kind == "f" else None
            told = RECEIVERS if kind == "p" else ("ai-desk", "oms")
            deliveries = [_delivery(state, receiver) for receiver in told]
            began = time.perf_counter()
            await store.commit(state.alert.id, 0, state, deliveries, NOW, effects=effects)
            times.append((time.perf_counter() - began) * 1000)
    return {"commit, 3 messages": plain, "commit, 2 messages, 1 held, 2 timers, 2 counts, 1 mark": full}


async def _releases(store: RedisStore) -> dict[str, list[float]]:
    """Time the brief of 2,000 alerts, ten times."""
    reads, releases = [], []
    for until in range(FAR + 1, FAR + 11):
        for number in range(HELD):
            state = _state(f"al_r{number}-{until}")
            hold = replace(_effects(state).holds[0], until_ms=until)
            await store.commit(state.alert.id, 0, state, [], NOW, effects=Effects(holds=[hold]))
        window = hold.window
        began = time.perf_counter()
        members = await store.held(window)
        read = time.perf_counter()
        brief = replace(_delivery(_state("al_0"), "pm-mail"), id=f"dl_{until}", chain=f"dl_{until}")
        record = JournalRecord(kind="release", at=rfc3339(NOW), ids=[h.item.alert for h in members], reason="brief")
        lanes = {h.item.alert: Told(revision=1) for h in members}
        before = time.perf_counter()
        assert await store.release(window, members, [brief], record, NOW, lanes=lanes, part=0)
        reads.append((read - began) * 1000)
        releases.append((time.perf_counter() - before) * 1000)
    return {f"read {HELD:,} held alerts": reads, f"release {HELD:,} with their lanes and traces": releases}


async def _silences(store: RedisStore) -> dict[str, list[float]]:
    found = {"no silence": await _timed(TIMES, lambda _: store.silences(NOW))}
    for number in range(1_000):
        silence = Silence(
            id=f"si_{number}", author="jd", reason="planned", created_at=rfc3339(NOW), starts_at=rfc3339(NOW),
            ends_at=rfc3339(FAR), companies=["spacex"],
        )  # fmt: skip
        record = JournalRecord(kind="silence", at=rfc3339(NOW), ids=[silence.id], reason="made")
        await store.put_silence(silence, record, NOW)
    found["1,000 silences, read the first time"] = await _timed(1, lambda _: store.silences(NOW))
    found["1,000 silences, unchanged since"] = await _timed(TIMES, lambda _: store.silences(NOW))
    return found


async def measure() -> dict[str, dict[str, float]]:
    """Give percentiles in milliseconds."""
    with RedisServer(bundled_binary(), {"appendfsync": "no", "maxmemory": "2gb"}) as server:
        store = await open_store(server.url, "bench", name="bench")
        await store.prepare()
        found = await _commits(store) | await _releases(store) | await _silences(store)
        await store.aclose()
    return {name: percentiles(times) for name, times in found.items()}


def run() -> dict[str, dict[str, float]]:
    """Measure."""
    return asyncio.run(measure())


def show(found: dict[str, dict[str, float]]) -> None:
    """Print a table."""
    print(f"{'':<58} {'n':>6} {'p50 ms':>9} {'p99 ms':>9} {'max ms':>9}")
    for name, row in found.items():
        print(f"{name:<58} {row['n']:>6.0f} {row['p50']:>9.3f} {row['p99']:>9.3f} {row['max']:>9.3f}")


if __name__ == "__main__":
    show(run())
