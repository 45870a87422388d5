"""`alertd verify`: whether everything that was taken in has an end."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Any

import typer

from alertd.asking.verify import limits_of
from alertd.base.clock import parse_rfc3339, system_clock
from alertd.base.config import parse_duration
from alertd.cli.connect import command_store, reach_of
from alertd.cli.output import (
    FAULTS,
    USAGE,
    ConfigOption,
    JsonOption,
    counted,
    fail,
    guarded,
    plain,
    print_json,
    print_table,
    stdout,
)
from alertd.cli.progress import progress
from alertd.history.verify.archived import archived_in
from alertd.history.verify.model import MOST, Report
from alertd.history.verify.run import KINDS, verify

PATIENCE = "10m"
AGAIN_S = 2.0
"""Between two looks at what seems wrong."""
NAMED = 100
"""Faults that are printed; `--json` has more."""

WHAT = {
    "events": "taken in, and decided on",
    "stream": "waiting to be matched",
    "sent": "messages sent, each once",
    "pending": "being matched",
    "deliveries": "queued, and sent or ended",
    "chains": "deliveries in their order",
    "queues": "entries with a record",
    "windows": "alerts held until a time",
    "timers": "alerts' timers",
    "notes": "notes that a model is to write",
    "texts": "full texts to be fetched",
    "alerts": "told as they say",
}


def verify_(
    config: ConfigOption = None,
    json: JsonOption = False,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN", help="Only what was seen, decided or queued since then (24h, or a time with a zone).",
            show_default="all there is",
        ),
    ] = None,
    patience: Annotated[
        str, typer.Option(metavar="TIME", help="How long past its time something may be.")
    ] = PATIENCE,
) -> None:  # fmt: skip
    """Say whether everything that was taken in has an end.

    Each event, message, alert, window and timer. Reads Redis and the archive while the daemon works, and
    changes nothing. What seems wrong is looked at three times, as it may be in motion. Exit code 1 if
    something has no end or no counterpart.
    """
    wait_ms, since_ms = _wait(patience), _since(since)
    began = time.monotonic()

    async def work() -> Report:
        reach = reach_of(config)
        async with command_store(reach) as store:
            with progress("verifying", len(KINDS), silent=json) as advance:
                return await verify(
                    store,
                    lambda: limits_of(reach, wait_ms, since_ms),
                    lambda: asyncio.sleep(AGAIN_S),
                    archived=archived_in(reach.archive, reach.history),
                    step=lambda _: advance(1),
                )

    report = guarded(work)
    if json:
        print_json(report.row(), pretty=True)
    else:
        _show(report, time.monotonic() - began)
    if report.faults:
        raise typer.Exit(FAULTS)


def _wait(text: str) -> int:
    try:
        return round(parse_duration(text) * 1000)
    except ValueError as error:
        fail(f"--patience: {error}", USAGE)


def _since(text: str | None) -> int:
    if text is None:
        return 0
    try:
        return max(0, system_clock() - round(parse_duration(text) * 1000))
    except (ValueError, OverflowError):
        pass
    try:
        return parse_rfc3339(text)
    except (ValueError, OverflowError):
        fail(f"--since takes a time such as 24h, or 2026-01-15T07:30:00Z, not {text}", USAGE)


def _show(report: Report, seconds: float) -> None:
    rows: list[list[Any]] = [
        [name, WHAT[name], tally.count, tally.fine, tally.under_way, tally.unknown, len(tally.faults)]
        for name, tally in report.kinds.items()
    ]
    print_table("Everything has an end", ["kind", "", "count", "fine", "under way", "unknown", "faults"], rows)
    console = stdout()
    if unknown := report.kinds["events"].unknown:
        console.print(
            f"{counted(unknown, 'event')} older than the journal, and in no archive: nothing is left to tell by"
        )
    if report.dead_letters:
        console.print(f"{counted(report.dead_letters, 'dead letter')}, each with its reason: see alertd dead")
    if report.repeats:
        console.print(f"{counted(report.repeats, 'message')} may have come twice, under one id")
    faults = report.faults
    for fault in faults[:NAMED]:
        console.print(f"[red]{plain(fault.kind)}  {plain(fault.id)}[/red]  {plain(fault.what)}")
        console.print(f"    {plain(fault.do)}", style="dim")
    if len(faults) > NAMED:
        console.print(f"and {len(faults) - NAMED} more; --json names up to {MOST:,} of each kind")
    said = counted(len(faults), "fault") if faults else "no faults"
    console.print(f"{said}, in {seconds:.1f} s")
