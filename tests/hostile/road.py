"""The whole road of an item: polled, parsed, stored, matched, written for three receivers and sent to real servers.

Slack is the local receiver that enforces Slack's limits, the webhook's signature is checked by the standard's own
package, and the mail goes to a real relay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from structlog.testing import capture_logs

from alertd.base.clock import system_clock
from alertd.base.secrets import Secret
from alertd.demo.local_slack import active_markup
from alertd.model import Event, Message
from alertd.net.client import HttpClient
from alertd.notify.email import EmailConfig, EmailNotifier
from alertd.notify.outcome import Sent
from alertd.notify.protocol import Attempt, NotifierDeps
from alertd.notify.slack import SlackConfig, SlackNotifier
from alertd.notify.smtp import SmtpConfig
from alertd.notify.webhook import WebhookConfig, WebhookNotifier
from alertd.pipeline import Pipeline
from alertd.store.protocol import Store
from alertd.workers.match import Matcher
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress
from tests.rules.make import book
from tests.support.daemon import eventually
from tests.support.desk import SECRET
from tests.support.slack import FakeSlack
from tests.support.smtp import FakeRelay, Mail
from tests.support.webhook import WebhookReceiver
from tests.workers.make import HandClock
from tests.workers.matching import RECEIVERS, brisk, matching

BOOK = book("kind: [news, filing]")


@dataclass(frozen=True)
class Arrived:
    """One item at the end of its road."""

    event: Event
    slack: dict[str, Any]
    mail: Mail
    hook: dict[str, Any]


class Road:
    """From what a poll has stored to the wires of Slack, email and a webhook."""

    def __init__(self, http: HttpClient, slack: FakeSlack, hooks: WebhookReceiver, relay: FakeRelay) -> None:
        self._to_slack, self._hooks, self._relay = slack, hooks, relay
        deps = NotifierDeps(
            http=http,
            smtp=SmtpConfig.model_validate(
                {"host": "127.0.0.1", "port": relay.port, "from": "alertd@desk.example", "tls": "none"}
            ),
        )
        self._slack = SlackNotifier(SlackConfig(id="s", webhook_url=Secret(slack.url), allow_private=True), deps)
        self._mail = EmailNotifier(EmailConfig.model_validate({"id": "m", "to": ["pm@example.com"]}), deps)
        hook = {"id": "w", "url": hooks.url, "secret": SECRET, "allow_private": True}
        self._hook = WebhookNotifier(WebhookConfig.model_validate(hook), deps)

    async def drive(self, stored: Store, clock: HandClock) -> list[Arrived]:
        """Match what is new and tell it; gives what arrived, in order of titles. No line of the log is an error."""
        store = brisk(stored)
        matcher = Matcher("me", Pipeline(BOOK, RECEIVERS, clock), store, Notices(store, {}, clock), clock, Progress())

        async def idle() -> bool:
            return not (await store.backlog()).events

        with capture_logs() as lines:
            async with matching(None, matcher):  # type: ignore[arg-type]
                await eventually(idle, "all is matched")
            due, _ = await store.due("desk", clock.now + 1000, 1000)
            arrived = [await self._tell(item.message) for item in due]
        assert not [line for line in lines if line["log_level"] in ("error", "critical")], lines
        return sorted(arrived, key=lambda one: one.event.title)

    async def _tell(self, message: Message) -> Arrived:
        attempt = Attempt(delivery_id=message.delivery, number=1, in_doubt=False, now=system_clock())
        for notifier in (self._slack, self._mail, self._hook):
            outcome = await notifier.send(notifier.render(message), attempt)
            assert isinstance(outcome, Sent), outcome
        sent = self._to_slack.messages[-1]
        assert active_markup(sent) == [], "nothing of it mentions, links or formats"
        assert message.event is not None
        hook = self._hooks.by_id[message.delivery][-1]  # ids are those of the content: a test before may have had it
        return Arrived(message.event, sent, self._relay.mails[-1], hook.payload)

    async def close(self) -> None:
        """Let go of the relay."""
        await self._mail.close()


def everything(arrived: Arrived) -> str:
    """Give all that a receiver was sent, as text."""
    wires = [msgspec.json.encode(arrived.slack).decode(), msgspec.json.encode(arrived.hook).decode()]
    return "\n".join([*wires, arrived.mail.part("plain"), arrived.mail.part("html")])
