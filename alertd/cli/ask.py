"""Commands that ask a running daemon: status, tail, dead, why."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

from alertd.app.state import RunState, read_run_states
from alertd.base.clock import rfc3339
from alertd.cli import why_text
from alertd.cli.connect import command_store, now_ms, settings_of
from alertd.cli.output import (
    FAULTS,
    ConfigOption,
    JsonOption,
    fail,
    guarded,
    plain,
    print_json,
    print_table,
    stdout,
)
from alertd.model import Delivery
from alertd.workers.status import collect_status


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("status")(status)
    app.command("tail")(tail)
    app.command("dead")(dead)
    app.command("why")(why)


def status(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Say what is running and healthy: the daemon, its sources, its receivers. Exit 1 if something is not."""

    async def work() -> dict[str, Any]:
        settings = settings_of(config)
        async with command_store(settings) as store:
            found = await collect_status(store, settings.sources, settings.receivers, now_ms())
        running = read_run_states(settings.state_dir)
        return found | {"daemons": [msgspec.to_builtins(state) for state in running]}

    found = guarded(work)
    if json:
        print_json(found, pretty=True)
    else:
        _show_status(found)
    unwell = [s for s in found["sources"] if s["state"] in ("failing", "gone")]
    unwell += [r for r in found["receivers"] if r["dead"] or r["failures"]]
    refused = [d for d in found["daemons"] if not d["reload_ok"]]
    if unwell or refused or not found["daemons"]:
        raise typer.Exit(FAULTS)


def _show_status(found: dict[str, Any]) -> None:
    console = stdout()
    daemons = [msgspec.convert(daemon, RunState) for daemon in found["daemons"]]
    if not daemons:
        console.print("[red]no daemon runs here[/red]; what follows is what it left")
    for daemon in daemons:
        _show_daemon(console, daemon)
    events = found["events"]
    console.print(
        f"redis: {found['redis']['roundtrip_ms']} ms round trip · events waiting: {events['backlog']}"
        f" (being matched: {events['pending']})"
    )
    console.print()
    print_table(
        "Sources",
        ["id", "state", "polls", "events", "duplicates", "rejected", "last success", "trouble"],
        [
            [s["id"], s["state"], s["polls"], s["events"], s["duplicates"], s["rejected"], s["last_success_at"],
             s["error"] or (f"moved to {s['moved_to']}" if s["moved_to"] else None)]
            for s in found["sources"]
        ],
    )  # fmt: skip
    console.print()
    print_table(
        "Receivers",
        ["id", "type", "queued", "waiting", "dead", "failures", "paused until", "last sent"],
        [
            [r["id"], r["type"], r["queued"], r["waiting"], r["dead"], r["failures"], r["paused_until"],
             r["last_sent_at"]]
            for r in found["receivers"]
        ],
    )  # fmt: skip


def _show_daemon(console: Console, daemon: RunState) -> None:
    console.print(
        f"alertd {daemon.version}, pid {daemon.pid}, since {daemon.started_at}"
        + (f", page at http://{daemon.web}" if daemon.web else "")
    )
    console.print(f"rules: {daemon.portfolios} portfolios, version {daemon.rules_version[:12]}")
    restarts = {name: starts - 1 for name, starts in daemon.processes.items() if starts > 1}
    if restarts:
        console.print("[yellow]started again:[/yellow] " + ", ".join(f"{n} {c} times" for n, c in restarts.items()))
    if not daemon.reload_ok:
        console.print(f"[red]the reload of {daemon.reload_at} was refused, the rules before it stay in force:[/red]")
        for fault in daemon.faults:
            console.print("  " + plain(fault))


def tail(
    config: ConfigOption = None,
    json: JsonOption = False,
    follow: Annotated[bool, typer.Option("--follow/--no-follow", "-f", help="Wait for more.")] = True,
    since: Annotated[str, typer.Option(help="Begin after this journal id; 0 is the oldest, $ is now.")] = "$",
) -> None:
    """Show the journal as it is written: what was decided about which event, and what was sent."""

    async def work() -> None:
        settings = settings_of(config)
        console = stdout()
        async with command_store(settings) as store:
            after = await store.journal_end() if since == "$" else since
            while True:
                lines = await store.read_journal(after, 200, 1000 if follow else 0)
                for journal_id, record in lines:
                    after = journal_id
                    if json:
                        print_json({"id": journal_id, **msgspec.to_builtins(record)})
                    else:
                        console.print(plain(why_text.journal_line(record)))
                if not lines and not follow:
                    return

    guarded(work)


def dead(
    config: ConfigOption = None,
    json: JsonOption = False,
    retry: Annotated[list[str] | None, typer.Option(help="Queue this dead delivery again (repeatable).")] = None,
    retry_all: Annotated[bool, typer.Option("--retry-all", help="Queue every dead delivery again.")] = False,
    limit: Annotated[int, typer.Option(help="Show at most so many.", min=1)] = 1000,
) -> None:
    """List what could not be delivered or matched, with the reason; or send it again."""

    async def work() -> tuple[list[Delivery], list[Any], list[str]]:
        settings = settings_of(config)
        async with command_store(settings) as store:
            letters = await store.dead_deliveries(limit)
            events = await store.dead_events(limit)
            wanted = [letter.id for letter in letters] if retry_all else list(retry or ())
            queued = await store.retry_dead(wanted, now_ms()) if wanted else []
        return letters, events, queued

    letters, events, queued = guarded(work)
    if retry or retry_all:
        unknown = sorted(set(retry or ()) - set(queued))
        if json:
            print_json({"queued": queued, "unknown": unknown}, pretty=True)
        else:
            stdout().print(f"{len(queued)} queued again")
        if unknown:
            fail(f"not a dead letter: {', '.join(unknown)}")
        return
    if json:
        print_json({"deliveries": letters, "events": events}, pretty=True)
        return
    print_table(
        "Dead letters",
        ["delivery", "receiver", "alert", "attempts", "gave up", "reason"],
        [[d.id, d.receiver, d.alert or "-", d.attempts, rfc3339(d.finished_ms), d.error] for d in letters],
    )
    if events:
        print_table(
            "Dead events", ["event", "at", "reason"], [[e.event_id, rfc3339(e.at_ms), e.reason] for e in events]
        )


def why(
    thing: Annotated[str, typer.Argument(metavar="EVENT", help="An event, alert, delivery or source id.")],
    portfolio: Annotated[
        str | None, typer.Argument(help="Only this portfolio; with the rules that did not hold.")
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
    full: Annotated[bool, typer.Option("--full", help="With every clock.")] = False,
) -> None:
    """Say what became of an event and why: what matched, what was decided, what was sent to whom."""

    async def work() -> Any:
        settings = settings_of(config)
        async with command_store(settings) as store:
            lines = await store.trace(thing)
            # An event's line names its alerts and deliveries: their own lines tell the rest.
            related = {i for _, record in lines for i in record.ids if i.startswith(("dl_", "al_")) and i != thing}
            more = [line for other in sorted(related) for line in await store.trace(other)]
        return settings, sorted(dict(lines + more).items(), key=_order)

    settings, lines = guarded(work)
    if not lines:
        fail(f"nothing is known of {thing}: it was never seen here, or the journal no longer reaches back to it")
    if json:
        print_json([{"id": i, **msgspec.to_builtins(record)} for i, record in lines], pretty=True)
        return
    console = stdout()
    for line in why_text.story([record for _, record in lines], thing, portfolio, settings.rules, full=full):
        console.print(plain(line))


def _order(line: tuple[str, Any]) -> tuple[int, int]:
    ms, _, sequence = line[0].partition("-")
    return int(ms), int(sequence or 0)
