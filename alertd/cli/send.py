"""`alertd send-test`: try a receiver before trusting it."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Annotated

import typer

from alertd import __version__, telemetry
from alertd.app.snapshot import secrets_of
from alertd.asking.send import detail_of, end_pauses, send_one
from alertd.base.clock import system_clock
from alertd.cli.connect import command_store, reach_from, settings_of
from alertd.cli.output import FAULTS, USAGE, ConfigOption, JsonOption, fail, guarded, plain, print_json, stdout
from alertd.errors import StoreUnavailable
from alertd.net.client import HttpClient
from alertd.notify.outcome import Later, Outcome, Sent
from alertd.notify.protocol import NotifierDeps
from alertd.settings import Settings


def send_test(
    receivers: Annotated[
        list[str] | None, typer.Argument(metavar="RECEIVER…", help="Ids of receivers; every one otherwise.")
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Send a test message to receivers and say what came of it.

    At once and past the queue, so no daemon is needed; nothing is tried again. A receiver that was parked and takes
    it is asked by the daemon at once. Exit 1 if one did not take it.
    """
    if not guarded(lambda: _send(receivers or [], config, json=json)):
        raise typer.Exit(FAULTS)


async def _send(wanted: list[str], config: Path | None, *, json: bool) -> bool:
    settings = settings_of(config)
    telemetry.hide_values(secrets_of(settings))
    known = {receiver.id: receiver for receiver in settings.receivers}
    if unknown := sorted(set(wanted) - known.keys()):
        fail(f"there is no receiver {', '.join(unknown)}; there are {', '.join(known) or 'none'}", USAGE)
    if not known:
        fail("there are no receivers in the settings")
    contact = f" {settings.contact}" if settings.contact else ""
    took: list[str] = []
    async with HttpClient(user_agent=f"alertd/{__version__}{contact}") as http:
        # A console receiver prints its message; with --json that must not get among the results.
        stream = sys.stderr if json else None
        deps = NotifierDeps(http=http, smtp=settings.smtp, clock=system_clock, stream=stream)
        for receiver_id in dict.fromkeys(wanted or known):
            outcome = await send_one(known[receiver_id], deps)
            if isinstance(outcome, Sent):
                took.append(receiver_id)
            _show(receiver_id, outcome, json=json)
    await _end_pauses(settings, took)
    return len(took) == len(dict.fromkeys(wanted or known))


async def _end_pauses(settings: Settings, receivers: list[str]) -> None:
    """Let the daemon ask those that took the message now: one that was parked has been mended."""
    with contextlib.suppress(StoreUnavailable):  # no daemon runs here: there is nothing to end
        if not receivers:
            return
        async with command_store(reach_from(settings)) as store:
            await end_pauses(store, receivers)


def _show(receiver: str, outcome: Outcome, *, json: bool) -> None:
    detail = detail_of(outcome)
    if json:
        print_json({"receiver": receiver, "outcome": type(outcome).__name__.lower(), "detail": detail})
        return
    colour, word = _word(outcome)
    stdout().print(f"{plain(receiver)}: [{colour}]{word}[/{colour}]: {plain(detail)}")


def _word(outcome: Outcome) -> tuple[str, str]:
    if isinstance(outcome, Sent):
        return "green", "sent"
    would = "give up"
    if isinstance(outcome, Later):
        would = "keep what waits for it and ask once an hour" if outcome.gone else "try again"
    return "red", f"failed (the daemon would {would})"
