"""`alertd companies suggest`: relations that archived events report and nobody has declared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from alertd.asking.companies import Known
from alertd.base.clock import rfc3339, system_clock
from alertd.base.files import write_whole
from alertd.cli.known_companies import RulesOption, known_to
from alertd.cli.output import (
    USAGE,
    ConfigOption,
    DeskOption,
    JsonOption,
    counted,
    fail,
    print_json,
    warn,
)
from alertd.cli.past_time import past_time
from alertd.cli.progress import progress
from alertd.cli.proposals_text import HEAD, as_yaml, print_proposals
from alertd.errors import AlertdError
from alertd.history.past import PastEvent
from alertd.history.past_line import past_of, unreadable
from alertd.history.past_read import read_raw
from alertd.history.past_skips import Why
from alertd.history.proposals import Proposing
from alertd.history.walls import UNKNOWN
from alertd.rules.walls import Walls

MOST_FAULTS = 5
"""Lines that could not be read which are named; the others are counted."""


def suggest(
    events: Annotated[
        list[Path] | None,
        typer.Option(
            "--events",
            metavar="PATH",
            help="An archive, an export of one, or a file of enriched events. Repeatable.",
            show_default="the archive of the settings",
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN", help="From when on: so long ago (90d), or a date or time.", show_default="the first event"
        ),
    ] = None,
    least: Annotated[int, typer.Option("--min", metavar="N", min=1, help="Stories that must report it.")] = 3,
    write: Annotated[
        Path | None, typer.Option("--write", metavar="FILE", help="Write them as YAML that is commented out.")
    ] = None,
    rules: RulesOption = None,
    config: ConfigOption = None,
    desk: DeskOption = None,
    json: JsonOption = False,
) -> None:
    """Propose relations: those between parties of archived events that no file of the rules declares.

    Nothing is added to the rules: what you can stand for you declare yourself, with a document as its source.
    """
    whole = known_to(rules, config)
    known = whole.seen_by(desk)
    if write is not None:
        _refuse_rules(write, known)
    begin = past_time("--since", since, system_clock())
    undeclared = UNKNOWN if desk is not None else None
    proposing = Proposing(known.table, desk, Walls(whole.table.declared.values(), undeclared=undeclared))
    try:
        skipped = _read(_paths(events, known), begin, proposing)
    except AlertdError as error:
        fail(error)
    found = proposing.proposals(known.relations, least)
    if write is not None:
        _write(write, as_yaml(found, known.table, rfc3339(system_clock())[:10]))
    if json:
        left_out = {"withheld": proposing.withheld, "skipped": skipped}
        print_json({"proposals": found, "events": proposing.events, **left_out}, pretty=True)
    else:
        print_proposals(found, known.table)
    told = f"{counted(proposing.events, 'event')} looked at"
    if proposing.withheld:
        told += f"; {proposing.withheld} left out, of which only some may be told"
    warn(told if write is None else f"{told}; wrote {counted(len(found), 'proposal')} to {write}", "dim")


def _paths(events: Sequence[Path] | None, known: Known) -> list[Path]:
    """Give what is to be read. Ends the command if there is nothing."""
    if events:
        return list(events)
    if known.settings is None:
        fail("there are no settings here that say where the archive is: name events by --events", USAGE)
    archive = known.settings.archive
    if not archive.exists():
        fail(f"there is no archive in {archive}: name one, or a file of events, by --events", USAGE)
    return [archive]


def _read(paths: Sequence[Path], begin: int | None, proposing: Proposing) -> dict[Why, int]:
    """Take in what happened; gives how many lines could not be, by why. Raises ConfigError."""
    now = system_clock()
    skipped: Counter[Why] = Counter()

    def skip(why: Why, where: str) -> None:
        skipped[why] += 1
        if why in ("unreadable", "no_time") and skipped[why] <= MOST_FAULTS:
            warn(where, "yellow")

    lines = read_raw(paths, begin, skipped=skip)
    first = next(lines, None)
    if first is None:
        return dict(skipped)
    at = first.at_ms
    with progress("events", max(now - at, 0), silent=True) as advance:
        for line in chain([first], lines):
            try:
                past = past_of(line)
            except AlertdError as error:
                skip("unreadable", unreadable(line, str(error)))
            else:
                if isinstance(past, PastEvent):
                    proposing.add(past)
            advance(line.at_ms - at)
            at = line.at_ms
    return dict(skipped)


# --- the file -----------------------------------------------------------------------------------------------------


def _refuse_rules(path: Path, known: Known) -> None:
    """End the command if a file would lie among the rules, where the daemon reads it, or is not one of ours."""
    folders = [known.rules, *([known.settings.rules] if known.settings is not None else [])]
    target = path.resolve()
    if any(target.is_relative_to(folder.resolve()) for folder in folders):
        fail(f"--write takes a file outside of the rules, not {path}: nothing is added to them unseen", USAGE)
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            ours = file.readline().startswith(HEAD)
    except FileNotFoundError:
        return
    except OSError as error:
        fail(f"cannot write {path}: {error.strerror}")
    if not ours:
        fail(f"{path} is there, and holds no proposals: give the name of a new file", USAGE)


def _write(path: Path, text: str) -> None:
    try:
        write_whole(path, text.encode())
    except OSError as error:
        fail(f"cannot write {path}: {error.strerror}")
