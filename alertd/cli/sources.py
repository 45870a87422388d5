"""`alertd sources`: how each source is doing, and why.

alertd sources              a line for each; short for `alertd sources show`
alertd sources ID           one in full
alertd sources COMMAND …    a command of the group
"""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from alertd.base.clock import parse_rfc3339, system_clock
from alertd.cli.connect import Reach, command_store, reach_of
from alertd.cli.output import ConfigOption, JsonOption, ago, guarded, print_json, print_table
from alertd.workers.status import collect_status


class _Group(TyperGroup):
    """A group whose first word is a command of it, or else the id that `show` is asked for."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `show` before what names no command."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = ["show", *args]
        return super().parse_args(ctx, args)


sources = typer.Typer(cls=_Group, add_completion=False)
"""The commands of this group; other files of `cli/` hang theirs in here."""


@sources.callback()
def _about() -> None:
    """Say how each source is doing, and why."""


@sources.command()
def show(
    source: Annotated[
        str | None, typer.Argument(metavar="ID", help="One in full.", show_default="a line for each")
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Say how each source is doing, and why."""
    settings = reach_of(config)
    found = guarded(lambda: _collect(settings))
    rows = [row for row in found["sources"] if source in (None, row["id"])]
    if json:
        print_json(rows, pretty=True)
        return
    now = parse_rfc3339(found["at"])
    print_table(
        "Sources",
        ["id", "type", "state", "last item", "last answer"],
        [
            [row["id"], row["type"], row["state"], ago(row["last_new_at"], now), ago(row["last_success_at"], now)]
            for row in rows
        ],
    )


async def _collect(settings: Reach) -> dict[str, Any]:
    async with command_store(settings) as store:
        return await collect_status(store, settings.sources, settings.receivers, system_clock())
