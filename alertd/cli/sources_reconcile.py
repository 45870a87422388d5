"""`alertd sources reconcile`: hold EDGAR's index of a day against what was seen that day, by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

import typer

from alertd.base import suggest
from alertd.cli.connect import settings_of
from alertd.cli.output import (
    FAULTS,
    USAGE,
    ConfigOption,
    JsonOption,
    counted,
    fail,
    guarded,
    print_json,
    print_table,
    quiet_logs,
    warn,
)
from alertd.errors import ConfigError

MOST_DAYS = 60
_COLUMNS = ["day", "in index", "watched", "seen", "missing", "made late", "forms", "note"]


def reconcile(
    source: Annotated[str, typer.Argument(metavar="ID", help="A source of type edgar.")],
    day: Annotated[str, typer.Argument(metavar="DATE", help="A day, such as 2026-01-12.")],
    to: Annotated[str, typer.Option("--to", metavar="DATE", help="All business days up to this one.")] = "",
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Compare EDGAR's index of a day with what was seen; what is missing becomes late events.

    Asks EDGAR itself, over the store of the running daemon. Exit 1 if something was missing, or a day is not proved.
    """
    quiet_logs()
    first = _date(day)
    last = _date(to) if to else first
    if last < first:
        fail(f"--to {last} lies before {first}", USAGE)
    if (last - first).days >= MOST_DAYS:
        fail(f"these are {(last - first).days + 1} days; ask for {MOST_DAYS} at most", USAGE)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    try:
        settings = settings_of(config)
    except ConfigError as error:
        fail(error)
    names = [one.id for one in settings.sources]
    found = next((one for one in settings.sources if one.id == source), None)
    if found is None:
        fail(f"there is no source {source}; {suggest.hint(source, names) or 'the settings name none like it'}", USAGE)
    if found.type != "edgar":
        fail(f"{source} is of type {found.type}; only EDGAR has indexes of days", USAGE)
    # Only now: HTTP and parsing take a quarter of a second to load, which no mistake in the words should wait for.
    from alertd.cli.reconciling import reconcile_days

    rows = guarded(lambda: reconcile_days(settings, source, days))
    if json:
        print_json(rows, pretty=True)
    else:
        print_table(f"EDGAR's indexes and {source}", _COLUMNS, [_cells(row) for row in rows])
    missing = sum(row["missing"] for row in rows)
    unproved = [row for row in rows if not row["done"]]
    if missing:
        late = sum(row["late"] for row in rows)
        warn(f"{counted(missing, 'filing')} had not been seen, {counted(late, 'late event')} made", "yellow")
    if unproved:
        warn(f"{counted(len(unproved), 'day')} could not be proved to be complete", "yellow")
    if missing or unproved:
        raise typer.Exit(FAULTS)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"“{text}” is no date, such as 2026-01-12", USAGE)


def _cells(row: dict[str, Any]) -> list[object]:
    counts = [row["index"], row["watched"], row["seen"], row["missing"], row["late"]]
    return [row["day"], *(counts if row["forms"] else [""] * 5), ", ".join(row["forms"]), row["note"]]
