"""`alertd ack`: answer alerts from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from alertd.alerts.policy import ReceiverPolicy
from alertd.app.receivers import receiver_policies
from alertd.asking.named_alerts import named
from alertd.base.clock import system_clock
from alertd.cli.connect import command_store, reach_of, settings_of
from alertd.cli.moments import to_come
from alertd.cli.output import (
    FAULTS,
    USAGE,
    ConfigOption,
    JsonOption,
    fail,
    guarded,
    plain,
    print_json,
    stdout,
    warn,
)
from alertd.cli.person import whoami, zone_of
from alertd.errors import ConfigError
from alertd.model import Answer, AnswerKind
from alertd.workers.answers import Answers, Given

_SHOWN = {"done": "green", "already": "dim", "refused": "red", "unknown": "red"}


def ack(
    alerts: Annotated[list[str], typer.Argument(metavar="ALERT...", help="Ids, or beginnings of ids that fit one.")],
    config: ConfigOption = None,
    json: JsonOption = False,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who says it.", show_default="you")] = None,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Why; it stands in the audit log.")] = "",
    close: Annotated[bool, typer.Option("--close", help="Close it instead.")] = False,
    snooze: Annotated[
        str | None, typer.Option("--snooze", metavar="TIME", help="Put it off so long instead: 2h, 3d.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="Put it off until then instead: 07:30, mon 07:30.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option("--timezone", metavar="ZONE", help="Whose clock that is.", show_default="ours")
    ] = None,
    useful: Annotated[bool, typer.Option("--useful", help="Call it useful instead.")] = False,
    noise: Annotated[bool, typer.Option("--noise", help="Call it noise instead.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Open it again instead.")] = False,
) -> None:
    """Acknowledge alerts, or say something else about them.

    Who was told of an alert is told of the answer, quietly; nobody is told by escalation any more. Exit 1 if one of
    the alerts is not there, or if the answer makes no sense for it.
    """
    later = snooze or until
    kinds: Mapping[AnswerKind, bool] = {
        "close": close, "snooze": later is not None, "useful": useful, "noise": noise, "unacknowledge": undo,
    }  # fmt: skip
    asked = [kind for kind, wanted in kinds.items() if wanted]
    if len(asked) > 1 or (snooze and until):
        fail("say one thing at a time: --close, --snooze, --until, --useful, --noise or --undo", USAGE)
    try:
        until_ms = to_come(later, system_clock(), zone_of(timezone)) if later else 0
    except ValueError as error:
        fail(str(error), USAGE)

    async def work() -> list[tuple[str, Given]]:
        reach = reach_of(config)
        async with command_store(reach) as store:
            door = Answers(store, _receivers(config), system_clock)
            given = []
            for alert in dict.fromkeys(await named(store, alerts)):
                answer = Answer(
                    kind=asked[0] if asked else "acknowledge",
                    alert=alert,
                    who=by or whoami(),
                    via="cli",
                    at_ms=system_clock(),
                    until_ms=until_ms,
                    note=note,
                    all_desks=True,
                )
                given.append((alert, await door.give(answer)))
            return given

    given = guarded(work)
    if json:
        print_json([one for _, one in given], pretty=True)
    else:
        for alert, one in given:
            carried = f", as {one.alert}" if one.alert != alert else ""
            title = f"  {plain(one.title)}" if one.title else ""
            stdout().print(f"{plain(alert)}{carried}  [{_SHOWN[one.outcome]}]{plain(one.text)}[/]{title}")
    if any(one.outcome in ("refused", "unknown") for _, one in given):
        raise typer.Exit(FAULTS)


def _receivers(config: Path | None) -> Mapping[str, ReceiverPolicy]:
    """Give whom an answer may be told. Whose settings cannot be read is told nothing: their rights are not known."""
    try:
        return receiver_policies(settings_of(config))
    except ConfigError as error:
        warn(f"the receivers are not told of it, as the settings cannot be read whole: {error.faults[0]}", "yellow")
        return {}
