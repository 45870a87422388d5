"""`alertd preview`: the message that a receiver would get, exactly; nothing is sent."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from alertd import telemetry
from alertd.alerts.policy import ReceiverPolicy
from alertd.app.link import Snapshot
from alertd.app.snapshot import secrets_of
from alertd.asking.preview import TYPES, Rendering, message_of, sample_for
from alertd.base import suggest
from alertd.base.clock import system_clock
from alertd.cli.given_event import event_given, snapshot_of_now
from alertd.cli.output import FAULTS, USAGE, ConfigOption, fail, printable, quiet_logs, warn
from alertd.enrich.enricher import Enricher
from alertd.errors import ConfigError, NotThere
from alertd.model import MessageType
from alertd.notify.config import ReceiverConfig
from alertd.notify.samples import SAMPLES
from alertd.notify.shown import SHAPES, NotShown, Shape
from alertd.rules.match import Matcher


def preview(
    receiver: Annotated[str, typer.Argument(metavar="RECEIVER", help="Its id.")],
    event: Annotated[
        str | None,
        typer.Argument(metavar="EVENT", help="A file of JSON, -, JSON itself, or an id of the journal."),
    ] = None,
    sample: Annotated[
        str | None, typer.Option("--sample", metavar="NAME", help=f"A message that is there: {', '.join(SAMPLES)}.")
    ] = None,
    kind: Annotated[
        str, typer.Option("--type", metavar="TYPE", help=f"As what an event is shown: {', '.join(TYPES)}.")
    ] = "alert.fired",
    form: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help="text, json or html; otherwise as it is sent.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Show the message that a receiver would get, as it would be sent.

    Exactly so, and nothing is sent. Of an event that a rule holds for, by the rules and receivers of the files; or of
    a sample. Exit 1 if a template fails, with the built-in message that would stand in for it.
    """
    quiet_logs()
    shape = _shape(form)
    if (event is None) == (sample is None):
        fail("name an event, or --sample and one of: " + ", ".join(SAMPLES), USAGE)
    snapshot, loaded = snapshot_of_now(config)
    telemetry.hide_values(secrets_of(snapshot.settings))
    chosen, policy = _receiver(snapshot, receiver)
    now = system_clock()
    if sample is not None:
        if sample not in SAMPLES:
            fail(f"there is no sample {sample}; there are {', '.join(SAMPLES)}", USAGE)
        message = sample_for(sample, policy, now)
    else:
        assert event is not None
        given = event_given(snapshot, loaded, event)
        wanted = _kind(kind)
        matcher = Matcher(snapshot.book, understanding=Enricher.of(loaded.book.event_types, loaded.table))
        try:
            message = message_of(matcher, policy, given, wanted, now)
        except NotThere as error:
            fail(error)
    rendering = Rendering(chosen, snapshot.settings.smtp)
    try:
        text = rendering.text(message, shape)
    except ConfigError as error:
        fail(error)
    except NotShown as error:
        fail(str(error), USAGE)
    sys.stdout.write("".join(f"{printable(telemetry.safe_text(line, 200_000))}\n" for line in text.splitlines()))
    if rendering.faults:
        for fault in rendering.faults:
            warn(f"the template failed, so this is the built-in message: {fault}")
        raise typer.Exit(FAULTS)


# --- what is asked for ----------------------------------------------------------------------------------------


def _shape(form: str | None) -> Shape | None:
    found = next((one for one in SHAPES if one == form), None)
    if form is not None and found is None:
        fail(f"--format is text, json or html, not {form}", USAGE)
    return found


def _kind(kind: str) -> MessageType:
    found = next((one for one in TYPES if one == kind), None)
    if found is None:
        fail(f"--type is one of {', '.join(TYPES)}, not {kind} {suggest.hint(kind, TYPES)}".rstrip(), USAGE)
    return found


def _receiver(snapshot: Snapshot, name: str) -> tuple[ReceiverConfig, ReceiverPolicy]:
    known = {one.id: one for one in snapshot.settings.receivers}
    if name not in known:
        there = suggest.hint(name, known) or f"there are {', '.join(known) or 'none'}"
        fail(f"there is no receiver {name}; {there}", USAGE)
    return known[name], snapshot.receivers[name]
