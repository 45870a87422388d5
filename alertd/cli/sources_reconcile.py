"""`alertd sources reconcile`: hold EDGAR's index of a day against what was seen that day, by hand."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from alertd.asking.edgar_days import days_between, edgar_source
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
from alertd.errors import ConfigError, NotThere

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
    try:
        days = days_between(day, to)
        settings = settings_of(config)
        edgar_source(settings.sources, source)
    except ConfigError as error:
        fail(error)
    except (NotThere, ValueError) as error:
        fail(str(error), USAGE)
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


def _cells(row: dict[str, Any]) -> list[object]:
    counts = [row["index"], row["watched"], row["seen"], row["missing"], row["late"]]
    return [row["day"], *(counts if row["forms"] else [""] * 5), ", ".join(row["forms"]), row["note"]]
