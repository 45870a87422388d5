"""`alertd archive prune`: what was kept long enough goes; the daemon does the same once a day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from alertd.base.clock import system_clock
from alertd.cli.archive_errors import told_in_a_line
from alertd.cli.connect import reach_from, settings_of
from alertd.cli.output import FAULTS, ConfigOption, JsonOption, counted, plain, print_json, stdout, warn
from alertd.errors import HistoryRefused
from alertd.history.archive.layout import about, locked, writing
from alertd.history.archive.prune import PrunedDay
from alertd.history.archive.prune import prune as pruned
from alertd.history.archive.reader import Reader
from alertd.history.projection.projector import Projector

AT_WORK = "a daemon writes this archive, and does it by itself once a day; --dry-run says what it would remove"


def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Remove what was kept as long as `archive.keep` says, and texts whose time by their source's rights is over.

    A running daemon does it once a day; without one this does. Days under a legal hold, and days that are not as they
    were sealed, are not touched; of the latter the exit code is 1.
    """
    with told_in_a_line("archive prune"):
        settings = settings_of(config)
        reach = reach_from(settings)
        about(reach.archive)
        with _alone(reach.archive, dry_run=dry_run):
            days = pruned(
                reach.archive, settings.archive.keep, system_clock(), dry_run=dry_run, level=settings.archive.level
            )
            done = list(days if dry_run else _told(days, reach.archive, reach.history))
    if json:
        print_json({"dry_run": dry_run, "days": [_row(day) for day in done]}, pretty=True)
    else:
        _show(done, dry_run=dry_run)
    if any(day.fault for day in done):
        raise typer.Exit(FAULTS)


@contextmanager
def _alone(archive: Path, *, dry_run: bool) -> Iterator[None]:
    """Keep a daemon out meanwhile: what is made of the archive has to follow it."""
    if dry_run:
        yield
        return
    with locked(writing(archive), wait=False, who=AT_WORK):
        yield


def _told(days: Iterator[PrunedDay], archive: Path, history: Path) -> Iterator[PrunedDay]:
    """Take the same out of the projection, if there is one; gives the days."""
    done: list[PrunedDay] = []

    def kept() -> Iterator[PrunedDay]:
        for day in days:
            done.append(day)
            if not day.fault:
                yield day

    if not history.exists():
        yield from days
        return
    try:
        with closing(Projector(history)) as projector:
            projector.sync_removed(Reader(archive), kept())
    except HistoryRefused as error:
        warn(f"alertd: {error}", "yellow")
        done += days
    yield from done


def _row(day: PrunedDay) -> dict[str, Any]:
    return {
        "day": day.day,
        "removed": len(day.removed),
        "texts": len(day.redacted),
        "gone": day.gone,
        "bytes_before": day.before,
        "bytes_after": day.after,
        "fault": day.fault or None,
    }


def _show(done: list[PrunedDay], *, dry_run: bool) -> None:
    would = "would go" if dry_run else "gone"
    for day in done:
        if day.fault:
            warn(f"{day.day}: {day.fault}")
            continue
        what = "the whole day" if day.gone else counted(len(day.removed), "line")
        texts = f", {counted(len(day.redacted), 'text')}" if day.redacted else ""
        stdout().print(f"{plain(day.day)}  {what}{texts} {would}")
    if not done:
        stdout().print("nothing is over")
