"""`alertd send-test`: try a receiver before trusting it."""

from __future__ import annotations

import secrets
from typing import Annotated

import typer

from alertd import __version__
from alertd.base.clock import rfc3339, system_clock
from alertd.base.ids import make_id
from alertd.cli.connect import settings_of
from alertd.cli.output import USAGE, ConfigOption, JsonOption, fail, guarded, plain, print_json, stdout
from alertd.model import Message
from alertd.net.client import HttpClient
from alertd.notify.catalog import build_notifier
from alertd.notify.outcome import Dead, Later, Outcome, Sent
from alertd.notify.protocol import Attempt, NotifierDeps


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("send-test")(send_test)


def send_test(
    receivers: Annotated[list[str] | None, typer.Argument(help="Receiver ids; every one otherwise.")] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Send a test message to receivers, at once and past the queue, and say what came of it. Exit 1 if one failed."""
    outcomes = guarded(lambda: _send(receivers or [], config))
    failed = [outcome for _, outcome in outcomes if not isinstance(outcome, Sent)]
    for receiver, outcome in outcomes:
        if json:
            print_json({"receiver": receiver, "outcome": type(outcome).__name__.lower(), "detail": _detail(outcome)})
        else:
            good = isinstance(outcome, Sent)
            word = "[green]sent[/green]" if good else "[red]failed[/red]"
            stdout().print(f"{plain(receiver)}: {word} {plain(_detail(outcome))}")
    if failed:
        raise typer.Exit(1)


async def _send(wanted: list[str], config: object) -> list[tuple[str, Outcome]]:
    settings = settings_of(config)  # type: ignore[arg-type]
    known = {receiver.id: receiver for receiver in settings.receivers}
    if unknown := sorted(set(wanted) - known.keys()):
        fail(f"no receiver {', '.join(unknown)}; there are {', '.join(known) or 'none'}", USAGE)
    contact = f" {settings.contact}" if settings.contact else ""
    outcomes: list[tuple[str, Outcome]] = []
    async with HttpClient(user_agent=f"alertd/{__version__}{contact}") as http:
        deps = NotifierDeps(http=http, smtp=settings.smtp, clock=system_clock)
        for receiver_id in wanted or list(known):
            notifier = build_notifier(known[receiver_id], deps)
            now = system_clock()
            delivery = make_id("dl", receiver_id, "test", secrets.token_hex(8))
            message = Message(
                type="test",
                delivery=delivery,
                receiver=receiver_id,
                at=rfc3339(now),
                reason="alertd send-test",
                dispatched_by=f"alertd {__version__}",
            )
            attempt = Attempt(delivery_id=delivery, number=1, in_doubt=False, now=now)
            outcomes.append((receiver_id, await notifier.send(notifier.render(message), attempt)))
            await notifier.close()
    return outcomes


def _detail(outcome: Outcome) -> str:
    if isinstance(outcome, Later):
        return f"{outcome.error} (the daemon would try again)"
    return outcome.error if isinstance(outcome, Dead) else outcome.detail
