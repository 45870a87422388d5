"""`alertd archive hold`: days of which nothing is to be removed until somebody says so."""

from __future__ import annotations

from typing import Annotated

import typer

from alertd.base.clock import rfc3339, system_clock
from alertd.base.ids import USER_ID
from alertd.cli.archive_errors import told_in_a_line
from alertd.cli.connect import reach_of
from alertd.cli.output import USAGE, ConfigOption, JsonOption, fail, plain, print_json, print_table, stdout
from alertd.cli.past_time import past_time
from alertd.history.archive import holds
from alertd.history.archive.holds import LegalHold

hold = typer.Typer(add_completion=False, no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="What it is called: letters, digits, hyphens.")]


@hold.callback()
def _about() -> None:
    """Keep days whole, whatever retention and the rights of sources say: a legal hold."""


@hold.command()
def add(
    name: Name,
    since: Annotated[str, typer.Option(metavar="WHEN", help="From this day on: a date or time, or so long ago.")],
    until: Annotated[
        str | None, typer.Option(metavar="WHEN", help="Until before this time.", show_default="no end")
    ] = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; others will ask.")] = "",
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Place a hold on the days of a time. It takes effect at once."""
    now = system_clock()
    begin, end = past_time("--since", since, now) or 0, past_time("--until", until, now)
    if not USER_ID.fullmatch(name):
        fail(f"{name[:80]} is no name: lower-case letters, digits and hyphens", USAGE)
    if end is not None and end <= begin:
        fail("the time is empty: --since is not before --until", USAGE)
    placed = LegalHold(
        name=name, since=rfc3339(begin), until=rfc3339(end) if end is not None else None, reason=reason[:1000],
        at=rfc3339(now),
    )  # fmt: skip
    with told_in_a_line("archive hold add"):
        if not holds.add(reach_of(config).archive, placed):
            fail(f"there is a hold named {name} already; remove it first, or take another name")
    if json:
        print_json(placed, pretty=True)
    else:
        stdout().print(f"held: {name}, {placed.since} to {placed.until or 'no end'}")


@hold.command("list")
def list_(config: ConfigOption = None, json: JsonOption = False) -> None:
    """List the holds."""
    with told_in_a_line("archive hold list"):
        found = holds.read(reach_of(config).archive)
    if json:
        print_json(found, pretty=True)
    elif found:
        rows = [[one.name, one.since, one.until or "no end", one.at, one.reason] for one in found]
        print_table("Legal holds", ["name", "since", "until", "placed", "reason"], rows)
    else:
        stdout().print("no holds")


@hold.command()
def remove(name: Name, config: ConfigOption = None) -> None:
    """Lift a hold: what it kept goes with the next retention, if its time is over."""
    with told_in_a_line("archive hold remove"):
        if not holds.remove(reach_of(config).archive, name):
            fail(f"there is no hold named {name[:80]}")
    stdout().print(f"lifted: {plain(name)}")
