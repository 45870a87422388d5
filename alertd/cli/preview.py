"""`alertd preview`: the message that a receiver would get, exactly; nothing is sent."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

import typer
from msgspec.structs import replace

from alertd import __version__, telemetry
from alertd.alerts.concern import Concern, raised
from alertd.alerts.deliver import delivery, digest_item
from alertd.alerts.excerpt import excerpt
from alertd.alerts.notes import kept
from alertd.alerts.policy import ReceiverPolicy, loudest
from alertd.alerts.rights import closed_to, limits, marked, narrowed
from alertd.alerts.route import routed
from alertd.alerts.weights import holding_shown
from alertd.app.link import Snapshot
from alertd.app.snapshot import secrets_of
from alertd.base import suggest
from alertd.base.clock import rfc3339, system_clock
from alertd.cli.given_event import event_given, snapshot_of_now
from alertd.cli.output import FAULTS, USAGE, ConfigOption, fail, printable, quiet_logs, warn
from alertd.enrich.enricher import Enricher
from alertd.errors import ConfigError
from alertd.model import Alert, AlertState, Change, Digest, Event, Message, MessageType
from alertd.net.exchange import PostFailed, PostOptions, PostResult
from alertd.notify.catalog import build_notifier
from alertd.notify.config import ReceiverConfig
from alertd.notify.own_template import NOTHING, SKIPPED
from alertd.notify.protocol import NotifierDeps
from alertd.notify.samples import SAMPLES
from alertd.notify.shown import SHAPES, NotShown, Shape, shown
from alertd.pipeline.noting import note_on, wanted_of
from alertd.rules.loaded import Loaded
from alertd.rules.match import Matcher
from alertd.ruletests.stream import Stream

TYPES: tuple[MessageType, ...] = (
    "alert.fired", "alert.updated", "alert.acknowledged", "alert.closed", "note", "digest",
)  # fmt: skip
"""What an event can be shown as."""


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
        message = _sample(sample, policy, now)
    else:
        assert event is not None
        given = event_given(snapshot, loaded, event)
        message = _of_event(snapshot, loaded, policy, given, _kind(kind), now)
    rendering = _Rendering(snapshot, chosen)
    text = rendering.text(message, shape)
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


# --- the message ----------------------------------------------------------------------------------------------


def _sample(name: str, policy: ReceiverPolicy, now: int) -> Message:
    if name not in SAMPLES:
        fail(f"there is no sample {name}; there are {', '.join(SAMPLES)}", USAGE)
    message = SAMPLES[name](policy.id, now)
    if message.digest is not None:
        items = [
            replace(item, holdings=[holding_shown(one, policy.show_weights) for one in item.holdings])
            for item in message.digest.items
        ]
        return replace(message, digest=replace(message.digest, items=items))
    if message.alert is None or message.event is None:
        return message
    return replace(message, alert=narrowed(message.alert, message.event, policy))


def _of_event(
    snapshot: Snapshot, loaded: Loaded, policy: ReceiverPolicy, event: Event, kind: MessageType, now: int
) -> Message:
    """Make the message that a receiver gets when the event has raised its first alert there."""
    matcher = Matcher(snapshot.book, understanding=Enricher.of(loaded.book.event_types, loaded.table))
    with Stream(matcher) as stream:
        taken = stream.take(replace(event, seen_at=event.seen_at or rfc3339(now)))
    if why := closed_to(policy, limits(taken.event)):
        fail(f"receiver {policy.id} may not be told of this event: {why}")
    found: AlertState | None = None
    for concern in raised(taken.event, taken.matches, matcher.portfolio):
        state = _state(concern, matcher, taken.event, now)
        seen = routed(state.alert, (policy.id,), list(concern.portfolio.receivers))
        if not concern.on_trial and policy.id in concern.portfolio.tells() and seen.matches:
            found = found or state
    if found is None:
        held = sorted({f"{match.portfolio}/{match.rule}" for match in taken.matches})
        why = f"those that hold tell others: {', '.join(held)}" if held else "alertd match and explain say why"
        fail(f"no rule that tells {policy.id} holds for this event; {why}")
    return _message(found, policy, kind, now)


def _state(concern: Concern, matcher: Matcher, event: Event, now: int) -> AlertState:
    portfolio = concern.portfolio
    event, world = matcher.seen_by(event, portfolio.desk), matcher.worlds.of(portfolio.desk)
    matches = marked(list(concern.matches), event)
    holding = {match.rule for match in matches}
    wanted = wanted_of(rule for rule in portfolio.rules if rule.id in holding)
    desks = matcher.book.source_desks
    said = note_on(event, portfolio, world, (), desks, rfc3339(now)) if wanted != "off" else None
    alert = Alert(
        id=concern.alert,
        revision=1,
        portfolio=portfolio.id,
        subject=concern.subject,
        severity=loudest([match.severity for match in matches]),
        title=event.title or event.url or event.id,
        first_title=event.title or event.url or event.id,
        matches=matches,
        story=concern.subject,
        first_at=rfc3339(now),
        updated_at=rfc3339(now),
        note=kept(said, event),
    )
    return AlertState(
        alert=alert,
        event=excerpt(event),
        portfolio_title=portfolio.title,
        timezone=portfolio.timezone,
        desk=portfolio.desk,
        receivers=list(portfolio.receivers),
    )


_CHANGED: Mapping[MessageType, str] = {
    "alert.updated": "something has changed",
    "alert.acknowledged": "acknowledged by somebody",
    "alert.closed": "closed by somebody",
}


def _message(state: AlertState, policy: ReceiverPolicy, kind: MessageType, now: int) -> Message:
    if kind == "digest":
        item = digest_item(state, policy, reason="quiet_until", since=now)
        made = Digest(
            kind="brief", since=rfc3339(now), until=rfc3339(now), items=[item], counts={item.severity: 1}
        )  # fmt: skip
        first = delivery(state, policy, kind="digest", reason="quiet_until", now=now).message
        return replace(first, alert=None, event=None, digest=made)
    alert = state.alert
    if kind in _CHANGED:
        text = _CHANGED[kind]
        change = Change(
            at=rfc3339(now), revision=2, event=state.event.id if state.event else "", event_revision=1,
            reason="update_material", text=text,
        )  # fmt: skip
        alert = replace(alert, revision=2, changes=[change])
    if kind in ("alert.acknowledged", "alert.closed"):
        status = "acknowledged" if kind == "alert.acknowledged" else "closed"
        alert = replace(alert, status=status, acknowledged_by="somebody", acknowledged_at=rfc3339(now))
    if kind == "note" and alert.note is None:
        fail("the alert has no note: nothing follows from its facts, or its rules want none")
    news = [_CHANGED[kind]] if kind in _CHANGED else []
    made_of = replace(state, alert=alert)
    message = delivery(made_of, policy, kind=kind, reason="preview", now=now, news=news).message
    return replace(message, told_before=kind != "alert.fired", dispatched_by=f"alertd {__version__}")


# --- rendering ------------------------------------------------------------------------------------------------


class _NoNetwork:
    """Stands where the HTTP client would."""

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], options: PostOptions, now: int = 0
    ) -> PostResult:
        """Post nothing."""
        raise PostFailed("a preview sends nothing", sent=False)


@dataclass(slots=True)
class _Rendering:
    """Renders for one receiver, and remembers what its templates failed at."""

    snapshot: Snapshot
    config: ReceiverConfig
    faults: list[str] = field(default_factory=list)

    def text(self, message: Message, shape: Shape | None) -> str:
        """Give what would be sent. Ends the command where there is nothing to show."""
        smtp = self.snapshot.settings.smtp
        deps = NotifierDeps(http=_NoNetwork(), smtp=smtp, template_failed=self._failed, clock=system_clock)
        try:
            payload = build_notifier(self.config, deps).render(message)
        except ConfigError as error:
            fail(error)
        if payload == SKIPPED:
            return NOTHING
        try:
            return shown(self.config, smtp, payload, shape)
        except NotShown as error:
            fail(str(error), USAGE)

    def _failed(self, receiver: str, version: str, why: str) -> None:
        self.faults.append(why)
