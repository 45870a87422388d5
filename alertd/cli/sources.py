"""`alertd sources`: how each source is doing, and why.

alertd sources              a line for each; short for `alertd sources show`
alertd sources ID           one in full
alertd sources COMMAND …    a command of the group
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from alertd.asking.status import TROUBLE, in_order, overlay
from alertd.base import suggest
from alertd.base.clock import parse_rfc3339, system_clock
from alertd.cli.connect import command_store, daemons_of, live_status, reach_of
from alertd.cli.output import (
    FAULTS,
    ConfigOption,
    JsonOption,
    fail,
    guarded,
    print_json,
    warn,
)
from alertd.cli.sources_reconcile import reconcile
from alertd.cli.sources_text import show_all, show_one
from alertd.workers.status import collect_status


class _Group(TyperGroup):
    """A group whose first word is a command of it, or else the id that `show` is asked for."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `show` before what names no command."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = ["show", *args]
        return super().parse_args(ctx, args)


sources = typer.Typer(cls=_Group, add_completion=False)
"""The commands of this group; those of other files of `cli/` are hung in here."""
sources.command()(reconcile)


@sources.callback()
def _about() -> None:
    """Say how each source is doing, and why."""


@sources.command()
def show(
    source: Annotated[
        str | None, typer.Argument(metavar="ID", help="One in full.", show_default="a line for each")
    ] = None,
    trouble: Annotated[bool, typer.Option("--trouble", help="Only those that are not as they should be.")] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Say how each source is doing, and why.

    A line for each, those in trouble first; of one all that is known: when it was not seen and what became of that,
    counts, where it has moved to. Exit 1 if one of those shown is late, silent, failing or gone.
    """
    found = guarded(lambda: _collect(config))
    rows, now = found["sources"], parse_rfc3339(found["at"])
    if source is not None:
        rows = [row for row in rows if row["id"] == source]
        if not rows:
            fail(f"there is no source {source}{_meant(source, [row['id'] for row in found['sources']])}")
    rows = in_order(rows)
    if trouble:
        rows = [row for row in rows if row["state"] in TROUBLE]
    if json:
        print_json(rows if source is None else rows[0], pretty=True)
    elif source is not None:
        show_one(rows[0], now)
    else:
        if not found["daemon"]:
            warn("no daemon runs here; what follows is what it left")
        show_all(rows, found["sources"], now)
    if any(row["state"] in TROUBLE for row in rows):
        raise typer.Exit(FAULTS)


def _meant(text: str, known: list[str]) -> str:
    near = suggest.closest(text, known)
    return f"; did you mean {near}?" if near else ""


async def _collect(config: Path | None) -> dict[str, Any]:
    settings = reach_of(config)
    async with command_store(settings) as store:
        found = await collect_status(store, settings.sources, settings.receivers, system_clock())
    daemons = daemons_of(settings)
    for daemon in daemons or ():
        overlay(found, live_status(settings, daemon))
    return found | {"daemon": daemons is None or bool(daemons)}
