"""What notes take from alerts, and what Redis keeps of them: the real daemon, beside a model that takes 300 ms.

Three portfolios watch for one word each, and each has a webhook of its own: one wants no notes, one those of the
facts, one those of a model. Events come at a steady pace, their kinds in turns, so that all three meet the same
machine; with four a second a question to the model is nearly always under way. From before an event is pushed to the
request that tells of it; and for the model, from that request to the one that brings its note. Sender, receivers and
model are this process and one clock.
"""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Literal, get_args

import aiohttp
from aiohttp import web

from alertd.store.embedded import socket_url
from alertd.store.redis import RedisStore, open_store
from bench.fsync import fsync_ms, line, percentiles
from bench.language import language
from bench.latency import SECRET
from bench.report import Row, print_table
from tests.support.daemon import Daemon, eventually
from tests.support.model_server import KEY, PATHS, reply

Kind = Literal["off", "facts", "model"]
KINDS: tuple[Kind, ...] = get_args(Kind)
ANSWERS_AFTER_S = 0.3
WARM_UP = 5
"""Events of each kind before it is measured."""
GOAL_RATIO, GOAL_NOTE_MS = 1.05, 1_000.0
TOKEN = "INBOX-0123456789abcdef"
WORDS = 60
_PATIENCE_S = 600.0
_WAITING = (("HLEN", "chains"), ("ZCARD", "note_due"))
_ALERT = re.compile(rb"al_[a-z2-7]{26}")
_HARM = "The lessor may take the capacity back if it is used for harm."
_QUOTE = {"kind": "quote", "quote": _HARM, "id": ""}
_SAID = {"section": "risk", "text": _HARM, "company": "", "grounds": [_QUOTE]}
_DRAFT = {"statements": [_SAID], "horizon_low": None, "horizon_high": None, "confidence": "medium"}
_ENOUGH = {"calls_per_day": 1_000_000, "tokens_per_day": 10_000_000_000, "per_portfolio_per_day": 1_000_000}


@dataclass
class World:
    """Receivers and the model."""

    pushed: dict[str, float] = field(default_factory=dict)
    """Name -> when it was sent, in seconds."""
    told: dict[str, float] = field(default_factory=dict)
    noted: dict[str, float] = field(default_factory=dict)
    by: dict[str, str] = field(default_factory=dict)
    """Name -> who wrote the note that came after the alert."""

    async def sink(self, request: web.Request) -> web.Response:
        """Take a webhook."""
        arrived = time.perf_counter()
        message = json.loads(await request.read())
        alert = message["data"]["alert"]
        name = alert["title"].rpartition(" ")[2]
        if message["type"] == "note":
            self.noted.setdefault(name, arrived)
            self.by[name] = alert["note"]["by"]
        else:
            self.told.setdefault(name, arrived)
        return web.Response(status=204)

    async def model(self, request: web.Request) -> web.Response:
        """Answer well, once it has thought: its pace is what is measured beside."""
        await request.read()
        await asyncio.sleep(ANSWERS_AFTER_S)
        return web.Response(body=reply("openai", json.dumps(_DRAFT)), content_type="application/json")


async def measure(events: int, rate: float) -> tuple[list[Row], list[Row], list[float]]:
    """Send so many events of each kind; gives the rows on time and on memory, and how long syncs of the disk took."""
    world = World()
    app = web.Application(client_max_size=1 << 20)
    app.router.add_post("/sink/{kind}", world.sink)
    app.router.add_post(PATHS["openai"], world.model)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    with tempfile.TemporaryDirectory(prefix="bench-notes-") as name:
        folder = Path(name)
        _write(folder, f"http://127.0.0.1:{runner.addresses[0][1]}")
        disk = fsync_ms(folder)
        async with Daemon(folder) as daemon:
            store = await open_store(socket_url(daemon.state_dir) or "", "alertd", name="bench")
            try:
                await _send(daemon, store, world, events + WARM_UP, rate)
                memory = await _memory(store)
            finally:
                await store.aclose()
        disk += fsync_ms(folder)
    await runner.cleanup()
    return _times(world), memory, disk


def _write(folder: Path, url: str) -> None:
    """Write settings and rules."""
    (folder / "rules/portfolios").mkdir(parents=True)
    for kind in KINDS:
        rule = {"id": "wanted", "title": "Wanted", "severity": "high", "note": kind, "when": {"title": f"{kind}word"}}
        rules = {"portfolio": kind, "title": kind, "timezone": "UTC", "receivers": [f"to-{kind}"], "rules": [rule]}
        (folder / f"rules/portfolios/{kind}.yaml").write_text(json.dumps(rules))
    settings = {
        "state_dir": "./var", "rules": "./rules", "web": {"bind": "127.0.0.1:0"}, "operator": [],
        "sources": [{"id": "inbox", "type": "push", "token": TOKEN}],
        "models": [{"id": "m", "protocol": "openai", "base_url": f"{url}/v1", "model": "bench", "key": KEY,
                    "allow_private": True, "budget": _ENOUGH}],
        "receivers": [{"id": f"to-{kind}", "type": "webhook", "url": f"{url}/sink/{kind}", "secret": SECRET,
                       "allow_private": True, "note": kind} for kind in KINDS],
    }  # fmt: skip
    (folder / "alertd.yaml").write_text(json.dumps(settings))


def _item(kind: Kind, number: int) -> dict[str, Any]:
    """Write an event that is a story of its own: with companies, an asset, a figure and words that no other has."""
    name = f"{kind}{number}"
    random = Random(name)
    lessor, asset, lessee = (word.capitalize() for word in random.sample(language().words[6_000:], k=3))
    more = " ".join(random.choices(language().words[:6_000], k=WORDS)).capitalize()
    return {
        "id": name, "body": f"{_HARM} The lease runs for 15 years. {more}.",
        "title": f"{lessor} leases {asset} to {lessee} for ${random.randint(11, 99)}bn a year, {kind}word {name}",
        "event_types": [{"type": "compute_lease", "confidence": 0.9}],
    }  # fmt: skip


async def _send(daemon: Daemon, store: RedisStore, world: World, events: int, rate: float) -> None:
    """Push events at a steady pace, whatever becomes of them, and wait until all is told."""
    wanted = [(kind, number) for number in range(events) for kind in KINDS]
    url = f"http://{daemon.state()['web']}/v1/push/inbox"
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as http:

        async def push(kind: Kind, number: int) -> None:
            item = _item(kind, number)
            world.pushed[item["id"]] = time.perf_counter()
            async with http.post(url, json=item) as answer:
                if answer.status != 202:
                    raise RuntimeError(f"the inbox answered {answer.status}: {await answer.text()}")

        began = time.perf_counter()
        async with asyncio.TaskGroup() as sending:
            for n, (kind, number) in enumerate(wanted):
                await asyncio.sleep(max(began + n / rate - time.perf_counter(), 0))
                sending.create_task(push(kind, number))

    async def all_told() -> bool:
        # two that happen to be one story are told once
        waiting = [await store.link.call(count, store.keys(name)) for count, name in _WAITING]
        return bool(world.noted) and not any(waiting) and not (await store.backlog()).events

    await eventually(all_told, f"{len(wanted)} events are told, and {events} notes", _PATIENCE_S)


def _times(world: World) -> list[Row]:
    took: defaultdict[str, list[float]] = defaultdict(list)
    until_note: list[float] = []
    for name, arrived in world.told.items():
        kind = name.rstrip("0123456789")
        if int(name.removeprefix(kind)) >= WARM_UP:
            took[kind].append((arrived - world.pushed[name]) * 1000)
            if name in world.noted:
                until_note.append((world.noted[name] - arrived) * 1000)
    written = sum(who != "facts" for who in world.by.values())
    off = percentiles(took["off"])
    rows: list[Row] = []
    for kind in KINDS:
        of = percentiles(took[kind])
        after = percentiles(until_note) if kind == "model" else None
        rows.append(
            {"note": kind, "n": len(took[kind]), "alert p50 ms": of["p50"], "p90 ms": of["p90"], "p99 ms": of["p99"],
             "p50 : off": of["p50"] / off["p50"], "p99 : off": of["p99"] / off["p99"],
             "by the model": written if after else "",
             "note after p50 ms": after["p50"] if after else "", "note after p99 ms": after["p99"] if after else ""}
        )  # fmt: skip
    return rows


async def _memory(store: RedisStore) -> list[Row]:
    """Say what an alert of each kind takes: its own key, its lines of the journal, its message that was sent."""
    alerts: defaultdict[str, list[int]] = defaultdict(list)
    kinds: dict[str, str] = {}
    for raw in await store.link.call("ZRANGE", store.keys("alerts"), 0, -1):
        alert = raw.decode()
        stored = (await store.load_alerts([alert]))[alert]
        if stored.state is not None:
            kinds[alert] = kind = stored.state.alert.portfolio
            alerts[kind].append(await store.link.call("MEMORY", "USAGE", store.keys(f"alert:{alert}"), "SAMPLES", 0))
    lines = await _lines(store, kinds)
    rows: list[Row] = [
        {"note": kind, "alerts": len(alerts[kind]), "alert bytes": round(statistics.fmean(alerts[kind])),
         "journal bytes": lines[kind] // len(alerts[kind])}
        for kind in KINDS
    ]  # fmt: skip
    first = rows[0]
    return [row | {f"more {key}": int(row[key]) - int(first[key]) for key in ("alert bytes", "journal bytes")}
            for row in rows]  # fmt: skip


async def _lines(store: RedisStore, kinds: dict[str, str]) -> dict[str, int]:
    """Add up the bytes of the journal's lines that name an alert, by its kind."""
    found: dict[str, int] = dict.fromkeys(KINDS, 0)
    for _, fields in await store.link.call("XRANGE", store.keys("journal"), "-", "+"):
        named = {alert.decode() for value in fields for alert in _ALERT.findall(value)}
        for kind in {kinds[alert] for alert in named if alert in kinds}:
            found[kind] += sum(map(len, fields))
    return found


def show(alerts: Sequence[Row], memory: Sequence[Row], disk: list[float]) -> None:
    """Print both tables, with the goals and what they were taken beside."""
    print_table(f"alerts beside a model that answers in {ANSWERS_AFTER_S * 1000:.0f} ms", alerts)
    print(f"  goals: p99 with a model at most {GOAL_RATIO:g} times that without; note within {GOAL_NOTE_MS:,.0f} ms")
    print_table("what Redis keeps of an alert", memory)
    print(f"\n{line('fdatasync of this disk, before and after', disk)}")
