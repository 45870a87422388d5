"""The message that a receiver would get, as it would be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from alertd import __version__
from alertd.alerts.concern import Concern, raised
from alertd.alerts.deliver import delivery, digest_item
from alertd.alerts.excerpt import excerpt
from alertd.alerts.notes import kept
from alertd.alerts.policy import ReceiverPolicy, loudest
from alertd.alerts.rights import closed_to, limits, marked, narrowed
from alertd.alerts.route import routed
from alertd.alerts.weights import holding_shown
from alertd.base.clock import rfc3339, system_clock
from alertd.errors import NotThere
from alertd.model import Alert, AlertState, Change, Digest, Event, Message, MessageType
from alertd.net.exchange import PostFailed, PostOptions, PostResult
from alertd.notify.catalog import build_notifier
from alertd.notify.config import ReceiverConfig
from alertd.notify.own_template import NOTHING, SKIPPED
from alertd.notify.protocol import NotifierDeps
from alertd.notify.samples import SAMPLES
from alertd.notify.shown import Shape, shown
from alertd.notify.smtp import SmtpConfig
from alertd.pipeline.noting import note_on, wanted_of
from alertd.research.study import Study
from alertd.rules.match import Matcher
from alertd.ruletests.stream import Stream

TYPES: tuple[MessageType, ...] = (
    "alert.fired", "alert.updated", "alert.acknowledged", "alert.closed", "note", "digest",
)  # fmt: skip
"""What an event can be shown as."""


def sample_for(name: str, policy: ReceiverPolicy, now: int) -> Message:
    """Give the sample of this name as a receiver gets it."""
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


def message_of(matcher: Matcher, policy: ReceiverPolicy, event: Event, kind: MessageType, now: int) -> Message:
    """Make the message that a receiver gets when the event has raised its first alert there. Raises NotThere."""
    with Stream(matcher) as stream:
        taken = stream.take(replace(event, seen_at=event.seen_at or rfc3339(now)))
    if why := closed_to(policy, limits(taken.event)):
        raise NotThere(f"receiver {policy.id} may not be told of this event: {why}")
    found: AlertState | None = None
    for concern in raised(taken.event, taken.matches, matcher.portfolio):
        state = _state(concern, matcher, taken.event, now)
        seen = routed(state.alert, (policy.id,), list(concern.portfolio.receivers))
        if not concern.on_trial and policy.id in concern.portfolio.tells() and seen.matches:
            found = found or state
    if found is None:
        held = sorted({f"{match.portfolio}/{match.rule}" for match in taken.matches})
        why = f"those that hold tell others: {', '.join(held)}" if held else "alertd match and explain say why"
        raise NotThere(f"no rule that tells {policy.id} holds for this event; {why}")
    return _message(found, policy, kind, now)


def _state(concern: Concern, matcher: Matcher, event: Event, now: int) -> AlertState:
    portfolio = concern.portfolio
    event, world = matcher.seen_by(event, portfolio.desk), matcher.worlds.of(portfolio.desk)
    matches = marked(list(concern.matches), event)
    holding = {match.rule for match in matches}
    wanted = wanted_of(rule for rule in portfolio.rules if rule.id in holding)
    desks = matcher.book.source_desks
    said = note_on(Study(event), portfolio, world, (), desks, rfc3339(now)) if wanted != "off" else None
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
        raise NotThere("the alert has no note: nothing follows from its facts, or its rules want none")
    news = [_CHANGED[kind]] if kind in _CHANGED else []
    made_of = replace(state, alert=alert)
    message = delivery(made_of, policy, kind=kind, reason="preview", now=now, news=news).message
    return replace(message, told_before=kind != "alert.fired", dispatched_by=f"alertd {__version__}")


# --- rendering ------------------------------------------------------------------------------------------------


class NoNetwork:
    """Stands where the HTTP client would."""

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], options: PostOptions, now: int = 0
    ) -> PostResult:
        """Post nothing."""
        raise PostFailed("a preview sends nothing", sent=False)


@dataclass(slots=True)
class Rendering:
    """Renders for one receiver, and remembers what its templates failed at."""

    config: ReceiverConfig
    smtp: SmtpConfig | None
    faults: list[str] = field(default_factory=list)

    def text(self, message: Message, shape: Shape | None) -> str:
        """Give what would be sent. Raises ConfigError; NotShown where it has no such shape."""
        deps = NotifierDeps(http=NoNetwork(), smtp=self.smtp, template_failed=self._failed, clock=system_clock)
        payload = build_notifier(self.config, deps).render(message)
        return NOTHING if payload == SKIPPED else shown(self.config, self.smtp, payload, shape)

    def _failed(self, receiver: str, version: str, why: str) -> None:
        self.faults.append(why)
