"""The real daemon takes Reuters stories and three polls of EDGAR, by rules of every kind; a backtest of its archive,
by the same rules, gives the same matches, the same decisions, and the same windows and timers, one by one.

The daemon follows a clock that the test moves on, so that hours pass: windows end, timers ring, quiet hours come.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from msgspec.structs import replace

from alertd.app.past import DaemonClockwork
from alertd.app.snapshot import snapshot_of
from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.history.backtest.engine import Engine
from alertd.history.backtest.happened import Happened, Rang
from alertd.history.backtest.plan import Plan
from alertd.history.past import PastEvent, PastRecord
from alertd.history.past_read import read_past
from alertd.model import JournalRecord
from alertd.rules.loader import load_rules
from alertd.settings import load_settings
from bench.backtest import stories
from tests.conformance.test_edgar_daemon import folder_of
from tests.day.script import store_of
from tests.day.world import MovedClock
from tests.support.daemon import Daemon, command, eventually
from tests.support.edgar import EdgarSite, recorded
from tests.support.http import FaultServer, answer

SHIPPED = Path(__file__).parents[2] / "rules"
START = parse_rfc3339("2026-01-12T14:05:00.000Z")
BATCHES, SIZE = 14, 30
MINUTE = 60_000
TICKERS = (
    "IBM",
    "GM",
    "F",
    "XOM",
    "CVX",
    "T",
    "MRK",
    "PFE",
    "KO",
    "BA",
    "GE",
    "HON",
    "MMM",
    "CAT",
    "C",
    "JPM",
    "MCD",
)
RELATIONS = """
relations:
  - {company: GE, is: supplier, of: BA, strength: 0.6, source: made up}
  - {company: XOM, is: competitor, of: CVX, source: made up}
"""
BIG = """
portfolio: big
title: Big
timezone: America/New_York
holdings: [%s]
receivers: [all, pager, brief]
rules:
  - {id: deals, title: Deals, severity: high, when: {event_type: acquisition}, expect: at_most 3 per day}
  - {id: words, title: Words, severity: low, when: {text: [dividend, refinery, steel]}}
  - {id: near, title: Near, severity: low, when: {near: {terms: [net, profit], within: 8}}}
  - {id: ours, title: Ours, severity: auto, when: {mentions: holdings}}
  - {id: exposed, title: Exposed, severity: medium, when: {all: [{exposed: holdings}, {not: {mentions: holdings}}]}}
  - {id: large, title: Large, severity: medium, when: {all: [{amount: ">= 500M USD"}, {novelty: ">= 0.5"}]}}
  - {id: sour, title: Sour, severity: medium, when: {all: [{sentiment: "<= -0.3"}, {kind: news}]}}
  - {id: filed, title: Filed, severity: info, when: {form: [8-K, "4", SCHEDULE 13G]}}
  - id: busy
    title: Busy
    severity: medium
    when: {all: [{kind: news}, {count: {at_least: 4, within: 3h, by: company, distinct: story}}]}
  - id: burst
    title: Burst
    severity: medium
    when: {all: [{text: oil}, {spike: {factor: 2, within: 2h, baseline: 12h, at_least: 4}}]}
  - id: turned
    title: Turned
    severity: low
    when:
      all:
        - kind: news
        - change: {of: sentiment, by: source, at_most: -0.05, within: 2h, baseline: 6h, min_stories: 3}
  - id: after
    title: After
    severity: critical
    when:
      sequence: [{event_type: acquisition}, {event_type: [buyback, dividend_change, offering]}]
      by: company
      within: 30d
  - {id: trial, title: Trial, severity: high, status: experimental, when: {title: shares}}
"""
SMALL = """
portfolio: small
title: Small
timezone: UTC
receivers: [all, folded]
rules:
  - {id: grain, title: Grain, severity: medium, when: {title: [wheat, corn, grain, sugar]}}
  - {id: money, title: Money, severity: info, when: {text: [bank, interest rate]}}
"""
RECEIVERS: list[dict[str, Any]] = [
    {"id": "all", "updates": "all", "storm": {"at_most": 10, "per": "10m", "every": "20m"}},
    {"id": "pager", "min_severity": "medium", "cooldown": {"by": "company", "for": "2h"},
     "escalate": {"after": "30m", "to": ["brief"]}},
    {"id": "brief",
     "quiet": {"hours": "11:00-13:00", "timezone": "America/New_York", "pass": {"severity": "critical"}}},
    {"id": "folded", "digest": {"at": ["15:30", "19:00"], "timezone": "UTC"}, "group": "5m"},
]  # fmt: skip


def write(folder: Path, world: FaultServer, site: EdgarSite) -> None:
    rules = folder / "rules"
    for part in ("companies", "event-types", "fragments", "lists"):
        shutil.copytree(SHIPPED / part, rules / part)
    (rules / "companies/near.yaml").write_text(RELATIONS)
    (rules / "portfolios").mkdir()
    held = ", ".join(f"{{ticker: {name}, weight: {1 + n % 7}%}}" for n, name in enumerate(TICKERS))
    (rules / "portfolios/big.yaml").write_text(BIG % held)
    (rules / "portfolios/small.yaml").write_text(SMALL)
    hook = world.script("/hook", answer(status=204))
    secret = "whsec_" + "QUJD" * 8
    webhook = {"type": "webhook", "url": hook, "secret": secret, "allow_private": True}
    sources = [
        {"id": "inbox", "type": "push", "token": "t" * 32},
        {"id": "edgar", "type": "edgar", "base_url": site.url, "allow_private": True, "backlog": "all",
         "every": {"default": "1s"}, "forms": ["8-K", "4", "SCHEDULE 13G", "10-Q", "S-1"]},
    ]  # fmt: skip
    settings = {
        "state_dir": str(folder / "var"), "rules": str(rules), "web": {"bind": "127.0.0.1:0"}, "operator": [],
        "contact": "desk@example.com", "sources": sources, "receivers": [webhook | one for one in RECEIVERS],
        "processes": {"match": 1, "parse": 1},
    }  # fmt: skip
    (folder / "alertd.yaml").write_text(json.dumps(settings))


@asynccontextmanager
async def running(clock: MovedClock) -> AsyncIterator[None]:
    """Let the clock go on with the time of the machine, besides what the test adds: requests to EDGAR wait for it."""

    async def tick() -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(0.005)
            now = time.monotonic()
            clock.move(clock() + round((now - last) * 1000))
            last = now

    ticking = asyncio.create_task(tick())
    try:
        yield
    finally:
        ticking.cancel()


async def push(daemon: Daemon, items: list[dict[str, Any]]) -> None:
    url = f"http://{daemon.state()['web']}/v1/push/inbox"
    headers = {"Authorization": "Bearer " + "t" * 32, "Content-Type": "application/json"}
    async with aiohttp.ClientSession() as http, http.post(url, json=items, headers=headers) as reply:
        assert reply.status == 202, await reply.text()


async def lives(daemon: Daemon, clock: MovedClock, site: EdgarSite) -> None:
    """Push the stories in batches, now and then a correction; half an hour passes after each."""
    every = len(found := stories()) // (BATCHES * SIZE)
    chosen = found[::every][: BATCHES * SIZE]
    for batch in range(BATCHES):
        part = chosen[batch * SIZE : (batch + 1) * SIZE]
        now = rfc3339(clock())
        items = [{"id": e.id, "title": e.title, "body": e.body, "published_at": now} for e in part]
        if batch:
            old = chosen[batch * SIZE - 3]
            items.append({"id": old.id, "title": f"CORRECTED: {old.title}", "body": old.body, "published_at": now})
        await push(daemon, items)
        if batch in (4, 8):
            site.show(recorded(folder_of(2 if batch == 4 else 3)))
        await eventually(daemon.quiet, f"batch {batch} is taken")
        if batch % 4 == 1:
            await answered(daemon, clock)
        clock.move(clock() + 34 * MINUTE)
        # The daemon looks twice a second: what comes sooner after half an hour at once would overtake its clocks.
        await eventually(partial(rung, daemon, clock), "what was due is done")
    await eventually(daemon.quiet, "the last is taken")


async def rung(daemon: Daemon, clock: MovedClock) -> bool:
    """Tell whether no window and no timer is over and not seen to."""
    async with store_of(daemon) as store:
        return not (await store.windows(clock(), 1) or await store.timers_due(clock(), 1))


async def answered(daemon: Daemon, clock: MovedClock) -> None:
    """Somebody acknowledges the newest alert."""
    asked = partial(command, folder=daemon.folder, env=clock.env)
    code, out, error = await asked("alerts", "--json", "--config", str(daemon.config))
    assert code == 0, error
    code, _, error = await asked("ack", json.loads(out)[0]["id"], "--config", str(daemon.config))
    assert code == 0, error


async def test_a_backtest_of_its_archive_decides_what_the_daemon_decided(tmp_path: Path) -> None:
    clock = MovedClock(tmp_path / "clock", START)
    with FaultServer() as world:
        async with EdgarSite(recorded(folder_of(1))) as site:
            write(tmp_path, world, site)
            async with Daemon(tmp_path, clock.env) as daemon, running(clock):
                await lives(daemon, clock, site)
    archive = tmp_path / "var/archive"
    then = list(read_past([archive]))
    events = {(p.event.id, p.event.revision): p for p in then if isinstance(p, PastEvent)}
    assert len(events) > BATCHES * SIZE
    happened, rang = await backtested(tmp_path, archive)
    assert happened.keys() == events.keys()
    wrong = [text for key, past in events.items() if (text := difference(past, happened[key]))]
    assert wrong == []
    reasons = {decision.reason for past in events.values() for decision in past.decisions}
    assert reasons >= {"first", "update_material", "update_minor", "folded_into", "experimental"}, reasons
    told = {
        outcome.partition(":")[0]
        for past in events.values()
        for d in past.decisions
        for outcome in d.receivers.values()
    }
    assert told >= {"cooldown", "quiet_until", "folded_into"}, told
    clocks = [
        past.record for past in then if isinstance(past, PastRecord) and past.kind in ("release", "timer", "answer")
    ]
    assert {record.reason for record in clocks} >= {"storm", "brief", "digest", "escalated", "acknowledge"}
    ended = max(past.at_ms for past in then)
    assert [as_then(one.record) for one in rang if one.at_ms <= ended] == [as_then(record) for record in clocks]


def as_then(record: JournalRecord) -> JournalRecord:
    """Leave out when a window gave its second message: a backtest gives it at the time of the first."""
    return replace(record, at="") if record.data.get("part") else record


async def backtested(folder: Path, archive: Path) -> tuple[Mapping[tuple[str, int], Happened], list[Rang]]:
    loaded = load_settings(folder / "alertd.yaml", {})
    snapshot = snapshot_of(loaded, load_rules(loaded.settings.rules)).snapshot
    far = START + 1_000 * 86_400_000  # lines are found by the ids of the journal: Redis does not follow our clock
    plan = Plan(snapshot.book, snapshot.receivers, (archive,), START - 1, far, jobs=2, every=True)
    happened: dict[tuple[str, int], Happened] = {}
    rang: list[Rang] = []
    async for one in Engine(plan, DaemonClockwork()).run():
        if isinstance(one, Happened):
            happened[one.event.id, one.event.revision] = one
        else:
            rang.append(one)
    return happened, rang


def difference(past: PastEvent, now: Happened) -> str:
    """Say in what an event came out otherwise; empty: in nothing."""
    for name, before, after in (
        ("matches", past.matches, now.matches), ("decisions", past.decisions, now.decisions),
    ):  # fmt: skip
        if msgspec.to_builtins(before) != msgspec.to_builtins(after):
            return f"{past.event.id} “{past.event.title}” {name}:\n  then {before}\n  now  {after}"
    return now.error
