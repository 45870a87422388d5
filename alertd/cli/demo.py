"""`alertd demo`: the whole daemon on bundled sample sources, private Redis, no network, no configuration."""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from alertd import telemetry
from alertd.alerts.rows import outside
from alertd.app.reloading import Reloading
from alertd.app.starting import started
from alertd.app.supervisor import ALL_ROLES, Supervisor
from alertd.base.clock import parse_rfc3339
from alertd.cli.output import FAULTS, JsonOption, environment, fail, plain, print_json, stderr, stdout
from alertd.cli.page import link_of
from alertd.cli.person import whoami
from alertd.cli.run import Signals
from alertd.demo.config import write_demo
from alertd.demo.site import DemoSite
from alertd.demo.tour import tour
from alertd.errors import AlertdError, StoreUnavailable
from alertd.model import JournalRecord
from alertd.store.redis import RedisStore, open_store

QUIET_S = 0.1


@dataclass(slots=True)
class Summary:
    """What the run came to, read from the journal."""

    entries: int = 0
    """Entries that the sample sources published, corrected versions not counted again."""
    events: int = 0
    """Events and their revisions, each with its decision in the journal."""
    matches: int = 0
    alerts: int = 0
    """Alerts raised; one that was updated counts once."""
    deliveries: int = 0
    """Messages that a receiver took."""
    lost: int = 0
    """Entries that became nothing without a reason, and deliveries that nothing became of."""
    latency_p50_s: float = 0.0
    latency_max_s: float = 0.0
    """From seen to delivered."""


def demo(
    once: Annotated[bool, typer.Option("--once", help="End by itself when everything is delivered.")] = False,
    json: JsonOption = False,
    broken: Annotated[
        bool, typer.Option("--broken", help="Add a source that is no feed, to see it reported.")
    ] = False,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", help="With --once: give up after so long.", min=1)
    ] = 120,
) -> None:
    """Run the whole daemon on sample sources; nothing leaves the machine.

    A local server publishes a compute lease, a dispute about it, a guidance cut, a merger and noise; a local receiver
    speaks Slack's protocol. No configuration, a Redis of its own. With --once it ends by itself when everything is
    delivered: the alerts and a summary, exit 1 if anything was lost.
    """
    folder = Path(tempfile.mkdtemp(prefix="alertd-demo-"))
    try:
        code = asyncio.run(_demo(folder, once=once, json=json, broken=broken, timeout=timeout))
    except AlertdError as error:
        fail(error)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.flush()
    os._exit(code)  # as in `run`: nothing durable is left in this process


async def _demo(folder: Path, *, once: bool, json: bool, broken: bool, timeout: float) -> int:
    telemetry.configure_logging("warning" if once else "info", "auto", sys.stderr)
    site = DemoSite()
    urls = await site.start()
    config = write_demo(folder, urls, site.feeds, broken=broken, quiet=once, console=not json)
    reloading = Reloading(config, environment())
    found = reloading.load()
    supervisor = Supervisor(reloading, found, environment(), ALL_ROLES)
    stop = asyncio.Event()
    Signals(supervisor, stop).install(asyncio.get_running_loop())
    if not json:
        stderr().print("alertd demo: sample sources, a local receiver and the daemon are starting …", style="dim")
    try:
        if not await started(supervisor, stop):
            return FAULTS
        store = await open_store(supervisor.redis_url, found.loaded.snapshot.settings.namespace, name="demo")
        try:
            whole = await _whole(site, store, stop, broken=broken, timeout=timeout)
            if once:
                return await _told(site, store, json=json) if whole else _cut_short()
        finally:
            await store.aclose()
        if not json and not stop.is_set():
            _hints(config, supervisor.snapshot.settings.state_dir, supervisor.web)
        await stop.wait()
        return 0
    finally:
        await supervisor.stop()
        await site.stop()


def _hints(config: Path, state_dir: Path, web: str) -> None:
    """Say where to look, now that there is something to see."""
    console, address = stderr(), f"http://{web}"
    console.print()
    for line in tour(link_of(state_dir, address, whoami()), address):
        console.print(line, soft_wrap=True, highlight=False, markup=False)
    also = f"The link signs in once, within ten minutes; another: alertd page --config {config}"
    console.print(also, style="dim", soft_wrap=True, highlight=False, markup=False)
    asked = f"From another terminal: alertd status --config {config} · health, metrics, API: {address} · Ctrl-C stops"
    console.print(asked, style="dim", soft_wrap=True, highlight=False, markup=False)


async def _whole(site: DemoSite, store: RedisStore, stop: asyncio.Event, *, broken: bool, timeout: float) -> bool:
    """Wait until everything is delivered; tells whether it is."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout
    while not stop.is_set() and loop.time() < deadline:
        if site.settled and await _quiet(store) and (not broken or await _failing(store)):
            return True
        await asyncio.sleep(QUIET_S)
    return False


def _cut_short() -> int:
    stderr().print("the demo was stopped before everything was delivered", style="red")
    return FAULTS


async def _told(site: DemoSite, store: RedisStore, *, json: bool) -> int:
    """Say what it came to."""
    records = await _journal(store)
    summary = summarise(records, published=site.stories)
    failing = await _failing(store)
    if json:
        alerts = await _alerts(store, records)
        print_json({"alerts": alerts, "summary": msgspec.to_builtins(summary), "failing": failing}, pretty=True)
    else:
        _show(summary, failing, received=len(site.received))
    return FAULTS if summary.lost else 0


async def _failing(store: RedisStore) -> dict[str, str]:
    """Give the sources that fail, with what is wrong with them."""
    try:
        states = await store.source_states()
    except StoreUnavailable:
        return {}
    return {name: state.error for name, state in sorted(states.items()) if state.state == "failing"}


async def _quiet(store: RedisStore) -> bool:
    """Tell whether nothing is under way any more."""
    try:
        backlog = await store.backlog()
        health = await store.receiver_health()
    except StoreUnavailable:
        return False
    return not backlog.events and not any(h.queued or h.waiting for h in health.values())


async def _journal(store: RedisStore) -> list[JournalRecord]:
    records: list[JournalRecord] = []
    after = "0"
    while lines := await store.read_journal(after, 500, 0):
        after = lines[-1][0]
        records += [record for _, record in lines]
    return records


async def _alerts(store: RedisStore, records: list[JournalRecord]) -> list[dict[str, Any]]:
    ids = dict.fromkeys(d["alert"] for r in records for d in r.data.get("decisions", []) if d["reason"] == "first")
    stored = await store.load_alerts(list(ids))
    return [outside(found.state.alert) for i in ids if (found := stored.get(i)) and found.state]


def summarise(records: list[JournalRecord], *, published: int) -> Summary:
    """Account for everything that was published, by the journal alone."""
    events = [r for r in records if r.kind == "event"]
    decisions = [d for r in events for d in r.data["decisions"]]
    queued = {dl for d in decisions for dl in d["receivers"].values() if dl.startswith("dl_")}
    ended: dict[str, str] = {}
    seen_at = {dl: r.data["event"]["seen_at"] for r in events for dl in r.ids if dl.startswith("dl_")}
    latencies = []
    for record in (r for r in records if r.kind == "delivery"):
        for name in record.ids:
            if name.startswith("dl_") and record.reason in ("sent", "dead", "superseded", "expired"):
                ended[name] = record.reason
                if record.reason == "sent" and name in seen_at:
                    latencies.append((parse_rfc3339(record.at) - parse_rfc3339(seen_at[name])) / 1000)
    distinct = {r.data["event"]["id"] for r in events}
    accounted = len(distinct) + sum(r.kind == "entry" for r in records)
    return Summary(
        entries=published,
        events=len(events),
        matches=sum(len(r.data["matches"]) for r in events),
        alerts=len({d["alert"] for d in decisions if d["reason"] == "first"}),
        deliveries=sum(state == "sent" for state in ended.values()),
        lost=max(0, published - accounted) + len(queued - ended.keys()),
        latency_p50_s=round(statistics.median(latencies), 3) if latencies else 0.0,
        latency_max_s=round(max(latencies), 3) if latencies else 0.0,
    )


def _show(summary: Summary, failing: dict[str, str], received: int) -> None:
    console = stdout()
    for source, error in failing.items():
        console.print(f"[yellow]source {plain(source)} fails, and harms no other:[/yellow] {plain(error)}")
    console.print(
        f"entries {summary.entries} · events {summary.events} · matches {summary.matches} · alerts {summary.alerts}"
        f" · deliveries {summary.deliveries} · lost {summary.lost}"
    )
    console.print(
        f"seen to delivered: p50 {summary.latency_p50_s:.3f} s, max {summary.latency_max_s:.3f} s"
        f" (the local Slack takes one message a second, and took {plain(received)})"
    )
