"""`alertd doctor`: what alertd rests on, and what to do where that is not sound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from alertd.app.doctor.look import Patient, is_embedded, look
from alertd.app.doctor.verdict import LEVELS, Verdict, worst
from alertd.app.snapshot import LoadedSnapshot, all_faults
from alertd.asking.reach import Reach
from alertd.base.clock import rfc3339, system_clock
from alertd.cli.connect import command_store, reach_of
from alertd.cli.output import USAGE, ConfigOption, JsonOption, environment, fail, guarded, plain, print_json, stdout
from alertd.errors import Fault

STYLES = {"ok": "green", "warn": "yellow", "bad": "red"}


def doctor(
    config: ConfigOption = None,
    json: JsonOption = False,
    offline: Annotated[bool, typer.Option("--offline", help="Connect to no host but Redis.")] = False,
    online: Annotated[
        bool, typer.Option("--online", help="Ask the sources' hosts what time it is, one HEAD each.")
    ] = False,
) -> None:
    """Look at what alertd rests on, and say what to do where it is not sound.

    Clock, disks, Redis, limits, rules and tables that grow old, the version that runs; and whether the hosts of
    sources and receivers can be reached, as far as TLS, and when their certificates end. Nothing is changed and
    nothing is sent. Exit 1 if something should be seen to, 2 if something is bad.
    """
    if offline and online:
        fail("--offline and --online exclude each other", USAGE)

    async def work() -> list[Verdict]:
        reach = reach_of(config)
        loaded, faults = all_faults(config, environment())
        return await look(_patient(reach, loaded, faults), offline=offline, online=online)

    found = guarded(work)
    level = worst(found)
    if json:
        rows = [{name: getattr(one, name) for name in Verdict.__slots__} for one in found]
        print_json({"at": rfc3339(system_clock()), "worst": level, "verdicts": rows}, pretty=True)
    else:
        _show(found)
    if level != "ok":
        raise typer.Exit(LEVELS.index(level))


def _patient(reach: Reach, loaded: LoadedSnapshot | None, faults: Sequence[Fault]) -> Patient:
    return Patient(
        state_dir=reach.state_dir,
        rules=reach.rules,
        archive=reach.archive,
        history=reach.history,
        embedded=is_embedded(reach.redis.reveal()),
        relaxed=reach.relaxed,
        open_store=lambda: command_store(reach),
        loaded=loaded,
        faults=faults,
    )


def _show(found: list[Verdict]) -> None:
    console = stdout()
    wide = max(len(one.area) for one in found)
    for one in found:
        level = f"[{STYLES[one.level]}]{one.level:<4}[/]"
        console.print(f"{level}  {one.area:<{wide}}  {plain(one.says)}")
        if one.advice and one.level != "ok":
            console.print(f"      {'':<{wide}}  {plain(one.advice)}", style="dim")
    counts = {level: sum(one.level == level for one in found) for level in LEVELS}
    console.print(", ".join(f"{count} {level}" for level, count in counts.items() if count))
