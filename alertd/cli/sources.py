"""`alertd sources`: how each source is doing, and why.

alertd sources              a line for each; short for `alertd sources show`
alertd sources ID           one in full
alertd sources COMMAND …    a command of the group
"""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from alertd.app.state import read_run_states
from alertd.base import suggest
from alertd.base.clock import parse_rfc3339, system_clock
from alertd.cli.connect import Reach, command_store, live_status, reach_of
from alertd.cli.output import (
    FAULTS,
    ConfigOption,
    JsonOption,
    ago,
    counted,
    fail,
    guarded,
    plain,
    print_json,
    print_table,
    stdout,
    warn,
)
from alertd.cli.status import TROUBLE, overlay
from alertd.workers.status import collect_status

_ORDER = {state: place for place, state in enumerate(("gone", "failing", "silent", "late", "new", "fine"))}
_BLIND = "the times in which it was not seen, and what became of them"


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
    trouble: Annotated[bool, typer.Option("--trouble", help="Only those that are not as they should be.")] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Say how each source is doing, and why.

    A line for each, those in trouble first; of one all that is known: when it was not seen and what became of that,
    counts, where it has moved to. Exit 1 if one of those shown is late, silent, failing or gone.
    """
    settings = reach_of(config)
    found = guarded(lambda: _collect(settings))
    rows, now = found["sources"], parse_rfc3339(found["at"])
    if source is not None:
        rows = [row for row in rows if row["id"] == source]
        if not rows:
            fail(f"there is no source {source}{_meant(source, [row['id'] for row in found['sources']])}")
    rows = sorted(rows, key=lambda row: _ORDER.get(row["state"], 0))
    if trouble:
        rows = [row for row in rows if row["state"] in TROUBLE]
    if json:
        print_json(rows if source is None else rows[0], pretty=True)
    elif source is not None:
        _show_one(rows[0], now)
    else:
        if not found["daemon"]:
            warn("no daemon runs here; what follows is what it left")
        _show_all(rows, found["sources"], now)
    if any(row["state"] in TROUBLE for row in rows):
        raise typer.Exit(FAULTS)


def _meant(text: str, known: list[str]) -> str:
    near = suggest.closest(text, known)
    return f"; did you mean {near}?" if near else ""


async def _collect(settings: Reach) -> dict[str, Any]:
    async with command_store(settings) as store:
        found = await collect_status(store, settings.sources, settings.receivers, system_clock())
    daemons = read_run_states(settings.state_dir)
    for daemon in daemons:
        overlay(found, live_status(settings, daemon))
    return found | {"daemon": bool(daemons)}


def _show_all(rows: list[dict[str, Any]], every: list[dict[str, Any]], now: int) -> None:
    fine = sum(row["state"] == "fine" for row in every)
    print_table(
        f"Sources: {fine} of {len(every)} fine",
        ["id", "type", "state", "for", "last item", "last answer", "rate", "why"],
        [_line(row, now) for row in rows],
    )


def _line(row: dict[str, Any], now: int) -> list[object]:
    item, answer = ago(row["last_new_at"], now) or "never", ago(row["last_success_at"], now) or "never"
    since, rate = _for(row["since_at"], now), _rate(row["per_day"])
    return [row["id"], row["type"], row["state"], since, item, answer, rate, row["why"]]


def _for(at: str | None, now: int) -> str:
    return ago(at, now).removesuffix(" ago")


def _rate(per_day: float | None) -> str:
    """Write a rate of items as a person would: by the day, or by the week where it is less than one a day."""
    if not per_day:
        return ""
    if per_day < 1:
        return f"{per_day * 7:.1g}/week"
    return f"{per_day:.0f}/day" if per_day >= 10 else f"{per_day:.1f}/day"


def _show_one(row: dict[str, Any], now: int) -> None:
    console = stdout()
    since = f" for {_for(row['since_at'], now)}" if row["since_at"] else ""
    why = f": {plain(row['why'])}" if row["why"] else ""
    console.print(f"{plain(row['id'])}  {row['type']}, {row['state']}{since}{why}")
    lag = f", usually {row['usual_lag_s']:.0f} s after publication" if row["usual_lag_s"] else ""
    rate = _rate(row["per_day"])
    lines = {
        "asked at": row["asked_at"],
        "moved to": row["moved_to"],
        "last item": f"{ago(row['last_new_at'], now) or 'never'}{f', {rate}' if rate else ''}{lag}",
        "last answer": ago(row["last_success_at"], now) or "never",
        "last asked": ago(row["last_poll_at"], now) or "never",
        "counts": f"{counted(row['polls'], 'poll')}, {counted(row['events'], 'event')}, "
        f"{counted(row['duplicates'], 'duplicate')}; {row['entries']} on the last page, {row['rejected']} rejected",
    }
    for name, value in lines.items():
        if value:
            console.print(f"  {name:<12} {plain(value)}")
    if not row["spells"]:
        return
    console.print()
    print_table(
        f"Not seen ({_BLIND})",
        ["from", "to", "why", "became"],
        [
            [spell["since_at"], spell["until_at"], spell["why"] or "not asked", spell["text"]]
            for spell in reversed(row["spells"])
        ],
    )
