"""`alertd status`: what is running and healthy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import typer
from rich.console import Console

from alertd.app.state import ROLES, RunState
from alertd.asking.desk_view import DeskView, load_nothing
from alertd.asking.past_rules import Books
from alertd.asking.reach import Reach
from alertd.asking.status import TROUBLE, overlay, seen_by
from alertd.base.clock import parse_rfc3339, rfc3339, system_clock
from alertd.cli.connect import command_store, daemons_of, live_status, reach_of, web_address
from alertd.cli.output import (
    FAULTS,
    ConfigOption,
    DeskOption,
    JsonOption,
    ago,
    counted,
    guarded,
    plain,
    print_json,
    print_table,
    stdout,
    told,
)
from alertd.errors import StoreUnavailable
from alertd.workers.model_rows import spent_today
from alertd.workers.status import collect_status

LIVE = ("archive", "history", "heartbeat", "models")
"""What only the daemon itself knows."""


def status(config: ConfigOption = None, json: JsonOption = False, desk: DeskOption = None) -> None:
    """Say what is running and healthy.

    The daemon, its Redis, its sources and its receivers. Exit 1 if something is not as it should be.
    """

    async def work() -> tuple[dict[str, Any], bool]:
        settings = reach_of(config)
        seen = daemons_of(settings)
        daemons = seen or []
        try:
            found = await _whole(settings, daemons)
        except StoreUnavailable as error:
            if not daemons:
                raise
            found = {"at": rfc3339(system_clock()), "redis": {"error": str(error)}}
        found |= {"daemons": [_row(daemon, settings) for daemon in daemons]}
        if desk is not None:
            found = seen_by(found, DeskView(desk, Books(settings, told), load_nothing))
        return found, seen is not None

    found, known = guarded(work)
    if json:
        print_json(found, pretty=True)
    else:
        _show(found, known=known)
    if not _well(found):
        raise typer.Exit(FAULTS)


def _row(daemon: RunState, settings: Reach) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.to_builtins(daemon)
    return row | {"url": web_address(settings, daemon) if daemon.web else ""}


async def _whole(settings: Reach, daemons: Sequence[RunState]) -> dict[str, Any]:
    """Give what the store and the daemons say. Raises StoreUnavailable."""
    async with command_store(settings) as store:
        found = await collect_status(store, settings.sources, settings.receivers, system_clock())
        found["models"] = await spent_today(settings.models, store, system_clock())
        findings = await store.check_server(relaxed=settings.relaxed)
    found["redis"]["findings"] = msgspec.to_builtins(findings)
    for daemon in daemons:
        live = live_status(settings, daemon)
        overlay(found, live)
        found |= {name: live[name] for name in LIVE if live and name in live}
        if live and live["redis"].get("paused"):
            found["redis"]["paused"] = live["redis"]["paused"]
    return found


def _well(found: dict[str, Any]) -> bool:
    return (
        bool(found["daemons"])
        and not found["redis"].get("error")
        and all(daemon["reload_ok"] and not daemon["positions"] for daemon in found["daemons"])
        and not any(finding["level"] == "refuse" for finding in found["redis"]["findings"])
        and not any(found.get(name, {}).get("error") for name in ("archive", "history"))
        and not found.get("heartbeat", {}).get("silent")
        and not any(_source_trouble(row) for row in found["sources"])
        and not any(row["failures"] or row["dead"] or row["parked"] for row in found["receivers"])
    )


def model_line(model: dict[str, Any]) -> str:
    """Say how a model stands: what it was asked today, what that cost, whether it is left alone."""
    breaker = {"closed": "", "half_open": "; [yellow]tried again[/yellow]", "open": "; [red]left alone[/red]"}
    cost = f", {model['cost_today']:.4f} {plain(model['currency'])}" if model["currency"] else ""
    error = f"; {plain(model['last_error'])}" if model["last_error"] else ""
    asked = f"asked {model['calls_today']} times today, {model['tokens_today']:,} tokens{cost}"
    return f"{plain(model['id'])} ({plain(model['model'])}): {asked}{breaker.get(model['breaker'], '')}{error}"


def _show(found: dict[str, Any], *, known: bool) -> None:
    """Print it. Not `known`: whether a daemon runs."""
    console = stdout()
    now = parse_rfc3339(found["at"])
    if known and not found["daemons"]:
        console.print("[red]no daemon runs here[/red]; what follows is what it left")
    for row in found["daemons"]:
        _show_daemon(console, msgspec.convert(row, RunState), row["url"], now)
    if error := found["redis"].get("error"):
        console.print(f"[red]redis   {plain(error)}[/red]")
        return
    events, redis = found["events"], found["redis"]
    limit = redis["memory_limit_bytes"]
    used = f", {redis['memory_bytes'] / limit:.0%} of {limit / (1 << 20):.0f} MB in use" if limit else ""
    console.print(f"redis   {redis['roundtrip_ms']:g} ms there and back{used}")
    if redis["paused"]:
        console.print(f"[red]  sources are {plain(redis['paused'])}; sending goes on[/red]")
    for finding in redis["findings"]:
        console.print(f"[{'red' if finding['level'] == 'refuse' else 'yellow'}]  {plain(finding['text'])}[/]")
    oldest = f", the oldest stored {ago(events['oldest_at'], now)}" if events["backlog"] else ""
    console.print(f"events  {events['backlog']} waiting to be matched{oldest}")
    _show_archive(console, found, now)
    if beat := found.get("heartbeat"):
        last = f"sent {ago(beat['last_at'], now)}" if beat["last_at"] else "none sent yet"
        silent = f"; [red]silent: {plain(beat['silent'])}[/red]" if beat["silent"] else ""
        console.print(f"heartbeat {last}{silent}")
    for model in found.get("models", ()):
        console.print(f"model   {model_line(model)}")
    console.print()
    print_table(
        "Sources",
        ["id", "state", "polls", "events", "duplicates", "last read", "of it rejected", "last success"],
        [
            [s["id"], s["state"], s["polls"], s["events"], s["duplicates"], s["entries"],
             s["rejected"], ago(s["last_success_at"], now) or "never"]
            for s in found["sources"]
        ],
    )  # fmt: skip
    _show_trouble(console, {s["id"]: _source_trouble(s) or _moved(s) for s in found["sources"]})
    console.print()
    print_table(
        "Receivers",
        ["id", "type", "queued", "waiting", "dead", "failures", "last sent"],
        [
            [r["id"], r["type"], r["queued"], r["waiting"], r["dead"], r["failures"],
             ago(r["last_sent_at"], now) or "never"]
            for r in found["receivers"]
        ],
    )  # fmt: skip
    _show_trouble(console, {r["id"]: _receiver_trouble(r, now) for r in found["receivers"]})


def _show_daemon(console: Console, daemon: RunState, url: str, now: int) -> None:
    web = f", {url}" if url else ""
    roles = "" if set(daemon.roles) == set(ROLES) else f", only {', '.join(daemon.roles)}"
    console.print(f"alertd  {daemon.version}, pid {daemon.pid}, started {ago(daemon.started_at, now)}{roles}{web}")
    console.print(f"rules   {counted(daemon.portfolios, 'portfolio')}, version {daemon.rules_version[:12]}")
    if daemon.without_core:
        console.print(f"        {daemon.without_core}")
    if daemon.processes:
        named = (f"{name} ({f'pid {one.pid}' if one.pid else 'died'})" for name, one in daemon.processes.items())
        console.print(f"runs    {', '.join(named)}")
    for name, process in daemon.processes.items():
        if process.starts > 1:
            often = counted(process.starts - 1, "time")
            last = f"it was started again {ago(process.started_at, now)}"
            console.print(f"[yellow]  {name} died {often} since the daemon started; {last}[/yellow]")
    if not daemon.reload_ok:
        what = "has not come to its end" if daemon.reload_hangs else "was refused"
        console.print(f"[red]  the reload {ago(daemon.reload_at, now)} {what}; the old rules stay in force:[/red]")
        for fault in daemon.faults:
            console.print("    " + plain(fault))
    for one in daemon.positions:
        console.print(f"[red]  positions of {one.portfolio}: {plain(one.text)}[/red]")


def _show_archive(console: Console, found: dict[str, Any], now: int) -> None:
    """Say how far archive and history are: as their process says, else as the store has heard."""
    for row in found["archives"]:
        ours = found.get("archive", {}).get("id") == row["id"]
        behind = f", {row['behind_s']:g} s behind the journal" if row["behind_s"] else ""
        heard = "" if ours else f", last heard of {ago(row['reported_at'], now)}"
        until = (
            f"archived up to {ago(row['archived_until'], now)}" if row["archived_until"] else "nothing archived yet"
        )
        console.print(f"archive {row['id']}: {until}{behind}{heard}")
    for name in ("archive", "history"):
        if error := found.get(name, {}).get("error"):
            console.print(f"[red]  {name}: {plain(str(error))}[/red]")


def _show_trouble(console: Console, troubles: dict[str, str]) -> None:
    for name, trouble in troubles.items():
        if trouble:
            console.print(f"[red]  {plain(name)}: {plain(trouble)}[/red]")


def _source_trouble(source: dict[str, Any]) -> str:
    """Say what is wrong with a source; an older daemon's row has no `why`."""
    return str(source.get("why") or source["error"] or "") if source["state"] in TROUBLE else ""


def _moved(source: dict[str, Any]) -> str:
    return f"moved for good to {source['moved_to']}: change its url" if source["moved_to"] else ""


def _receiver_trouble(receiver: dict[str, Any], now: int) -> str:
    parts = []
    if receiver["failures"]:
        why = f": {receiver['error'][:200]}" if receiver.get("error") and not receiver["parked"] else ""
        parts.append(f"failed {counted(receiver['failures'], 'time')} in a row{why}")
    paused = receiver["paused_until"] and parse_rfc3339(receiver["paused_until"]) > now
    if receiver["parked"]:
        again = f"asks again {ago(receiver['paused_until'], now)}" if paused else "is being asked"
        parts.append(f"parked: {receiver['parked']}; {again}, what waits for it is kept")
    elif paused:
        parts.append(f"paused, goes on {ago(receiver['paused_until'], now)}")
    if receiver["dead"]:
        parts.append(f"{counted(receiver['dead'], 'dead letter')}: see alertd dead")
    return "; ".join(parts)
