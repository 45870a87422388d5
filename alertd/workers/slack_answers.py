"""What people press in Slack becomes answers: by one door for Socket Mode and for signed requests.

    pressed -> whose button is it? -> seen before? -> Answers.give, or why -> a line that only they see

Slack wants its acknowledgement within three seconds, so that is sent first and the work is done behind it. What shows
the answer to the others is the edit of the message, which goes the way of every message.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast
from urllib.parse import urlsplit

import msgspec
import structlog

from alertd import telemetry
from alertd.alerts.deliver import as_seen
from alertd.alerts.lanes import lane
from alertd.alerts.policy import ReceiverPolicy
from alertd.base.clock import Clock
from alertd.base.secrets import Secret
from alertd.errors import Temporary
from alertd.model import AlertState, Answer, AnswerKind, StoredAlert
from alertd.net.exchange import PostFailed, PostOptions
from alertd.notify.config import ReceiverConfig
from alertd.notify.protocol import Poster
from alertd.notify.slack_actions import Pressed, signed
from alertd.notify.slack_blocks import SECTION_MAX, escape
from alertd.notify.slack_buttons import WHY
from alertd.notify.slack_config import API, SlackConfig
from alertd.notify.slack_why import why_text
from alertd.workers.answers import MAX_MERGES

log = structlog.get_logger(__name__)

MOST = 100
"""Clicks that are being worked on; more are refused, and Slack says so to whoever pressed."""
REMEMBERED = 2048
"""Clicks that are known when they come again: of a signed request that is sent a second time."""
_FRESH_MS = 300_000
_SLACK = ("slack.com", "slack-gov.com")
NOT_YOURS = "This button does nothing any more: its receiver has changed, or the alert is not there."
NOT_NOW = "That could not be done just now. Please press again in a moment."


class Given(Protocol):
    """What came of an answer."""

    @property
    def outcome(self) -> str:
        """`done`, `already`, `refused` or `unknown`."""
        ...

    @property
    def text(self) -> str:
        """In words for a person."""
        ...


class AnswerDoor(Protocol):
    """What takes answers (`workers.answers.Answers`)."""

    async def give(self, given: Answer) -> Given:
        """Take an answer. Raises Temporary."""
        ...


class AlertStore(Protocol):
    """What Why needs of the store."""

    async def load_alerts(self, ids: Sequence[str]) -> dict[str, StoredAlert]:
        """Give alerts with their versions."""
        ...


@dataclass(frozen=True, slots=True)
class App:
    """A Slack app as it proves itself: by its signing secret, or by the socket that its token opened."""

    secret: Secret


class SlackAnswers:
    """Takes clicks."""

    def __init__(self, answers: AnswerDoor, store: AlertStore, http: Poster, clock: Clock) -> None:
        self._answers = answers
        self._store = store
        self._http = http
        self._clock = clock
        self._receivers: dict[str, SlackConfig] = {}
        self._policies: Mapping[str, ReceiverPolicy] = {}
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._working: set[asyncio.Task[None]] = set()

    def serve(self, receivers: Sequence[ReceiverConfig], policies: Mapping[str, ReceiverPolicy]) -> None:
        """Take the receivers, at the start and from a reload."""
        self._receivers = {one.id: one for one in receivers if isinstance(one, SlackConfig) and one.interactive}
        self._policies = policies

    def opens(self, timestamp: str, signature: str, body: bytes) -> App | None:
        """Tell which app signed a request; None: none of ours."""
        secrets = {one.signing_secret for one in self._receivers.values() if one.signing_secret is not None}
        found = signed(list(secrets), timestamp, signature, body, self._clock() / 1000)
        return App(found) if found is not None else None

    def take(self, app: App, click: Pressed) -> bool:
        """Begin to work on a click; False: there is too much to do."""
        if click.name in self._seen:
            telemetry.SLACK_CLICKS.labels(outcome="repeated").inc()
            return True
        if len(self._working) >= MOST:
            telemetry.SLACK_CLICKS.labels(outcome="full").inc()
            log.warning("slack_clicks_full", working=len(self._working))
            return False
        self._seen[click.name] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        task = asyncio.create_task(self._work(app, click), name=f"slack:{click.click.alert}")
        self._working.add(task)
        task.add_done_callback(self._ended)
        return True

    async def aclose(self) -> None:
        """End what is under way."""
        if self._working:
            await asyncio.wait(set(self._working), timeout=5)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        if not task.cancelled() and (error := task.exception()):
            telemetry.SLACK_CLICKS.labels(outcome="failed").inc()
            log.error("slack_click_failed", exc_info=error)

    async def _work(self, app: App, click: Pressed) -> None:
        receiver = self._receivers.get(click.click.receiver)
        if receiver is None or not _is_from(receiver, app, click):
            # Whoever signs for one app must not press the buttons of another desk's.
            telemetry.SLACK_CLICKS.labels(outcome="foreign").inc()
            log.warning("slack_click_refused", receiver=click.click.receiver, alert=click.click.alert, who=click.who)
            await self._say(receiver, click, escape(NOT_YOURS, SECTION_MAX))
            return
        try:
            outcome, text = await self._answer(receiver, click)
        except Temporary as error:
            self._seen.pop(click.name, None)
            log.warning("slack_click_failed", alert=click.click.alert, error=str(error))
            outcome, text = "unavailable", NOT_NOW
        telemetry.SLACK_CLICKS.labels(outcome=outcome).inc()
        log.info(
            "slack_click",
            receiver=receiver.id,
            alert=click.click.alert,
            kind=click.click.kind,
            who=click.who,
            outcome=outcome,
        )
        await self._say(receiver, click, text)

    async def _answer(self, receiver: SlackConfig, click: Pressed) -> tuple[str, str]:
        """Give the outcome and what to say to whoever pressed."""
        pressed, now = click.click, self._clock()
        if pressed.kind == WHY:
            return await self._why(receiver, pressed.alert, now)
        at = _moment(click.at, now)
        given = await self._answers.give(
            Answer(
                kind=cast(AnswerKind, pressed.kind),
                alert=pressed.alert,
                who=click.who,
                via="slack",
                at_ms=at,
                until_ms=at + pressed.snooze_ms if pressed.snooze_ms else 0,
                desk=receiver.desk,
            )
        )
        return given.outcome, escape(given.text, SECTION_MAX)

    async def _why(self, receiver: SlackConfig, alert: str, now: int) -> tuple[str, str]:
        state = await self._load(alert)
        policy = self._policies.get(receiver.id)
        if state is None or policy is None or state.desk not in (None, receiver.desk):
            return "unknown", escape(NOT_YOURS, SECTION_MAX)
        seen = as_seen(state, policy).alert
        return "told", why_text(seen, lane(state, receiver.id), receiver.id, state.timezone, now)

    async def _load(self, alert: str) -> AlertState | None:
        """Load an alert; of one that another carries on, that one."""
        for _ in range(MAX_MERGES):
            stored = (await self._store.load_alerts([alert])).get(alert)
            if stored is None or stored.state is None or not stored.state.alert.merged_into:
                return stored.state if stored is not None else None
            alert = stored.state.alert.merged_into
        return None

    async def _say(self, receiver: SlackConfig | None, click: Pressed, text: str) -> None:
        """Answer whoever pressed, unseen by the others. It is only a courtesy: what fails here is logged."""
        if receiver is None or not _is_slacks(click.response_url, receiver):
            return
        body = msgspec.json.encode({"response_type": "ephemeral", "replace_original": False, "text": text})
        options = PostOptions(timeout_s=receiver.timeout, allow=receiver.policy)
        headers = {"Content-Type": "application/json; charset=utf-8"}
        try:
            answer = await self._http.post(click.response_url, body, headers, options, self._clock())
        except PostFailed as error:
            log.warning("slack_click_unanswered", receiver=receiver.id, error=str(error))
            return
        if answer.status != 200:
            log.warning("slack_click_unanswered", receiver=receiver.id, status=answer.status)


def _is_from(receiver: SlackConfig, app: App, click: Pressed) -> bool:
    """Tell whether a click came from the receiver's own app, and from its own channel (of a person: a `D…`)."""
    own = app.secret in (receiver.signing_secret, receiver.app_token)
    person = receiver.channel is not None and receiver.channel[0] in "UW"
    return own and (click.channel == receiver.channel or (person and click.channel.startswith("D")))


def _is_slacks(url: str, receiver: SlackConfig) -> bool:
    """Tell whether an address is Slack's own: nothing of ours goes elsewhere, whatever a payload says."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if receiver.base_url != API and parts.netloc == urlsplit(receiver.base_url).netloc:
        return True
    return parts.scheme == "https" and any(host == one or host.endswith(f".{one}") for one in _SLACK)


def _moment(action_ts: str, now: int) -> int:
    """Give when it was pressed, so that the same click has the same end of a snooze; now where it is too far off."""
    whole = action_ts.partition(".")[0]
    at = int(whole) * 1000 if whole.isascii() and whole.isdigit() and len(whole) <= 12 else now
    return at if abs(now - at) <= _FRESH_MS else now
