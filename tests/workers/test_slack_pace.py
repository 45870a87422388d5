"""A burst for one channel, from two receivers and two processes: a message a second, silence kept, nothing lost."""

from __future__ import annotations

import pytest

from alertd.base.clock import rfc3339, system_clock
from alertd.demo.local_slack import MessageRate
from alertd.model import Message, NewDelivery
from alertd.net.client import HttpClient
from alertd.notify.protocol import NotifierDeps
from alertd.notify.slack import SlackConfig, SlackNotifier
from alertd.store.protocol import Store
from alertd.workers.deliver import Deliverer
from alertd.workers.notices import Notices
from alertd.workers.progress import Progress
from tests.support.slack_api import CHANNEL, TOKEN, Limited, SlackApi

pytestmark = pytest.mark.asyncio(loop_scope="module")
EACH = 3
RECEIVERS = ("desk", "pm-phone")


def notifiers(http: HttpClient, store: Store, slack: SlackApi) -> list[tuple[str, SlackNotifier]]:
    known = {"token": TOKEN, "channel": CHANNEL, "base_url": slack.base_url, "allow_private": True}
    deps = NotifierDeps(http=http, turns=store)
    return [(name, SlackNotifier(SlackConfig.model_validate(known | {"id": name}), deps)) for name in RECEIVERS]


def delivery(receiver: str, number: int) -> NewDelivery:
    now = system_clock()
    name = f"dl_{receiver}_{number}"
    message = Message(type="test", delivery=name, receiver=receiver, at=rfc3339(now), reason=name)
    return NewDelivery(
        id=name, receiver=receiver, lane="normal", mode="latest", chain=name, due_ms=now,
        expires_ms=now + 3_600_000, message=message,
    )  # fmt: skip


async def test_a_channel_gets_a_message_a_second_whoever_sends(any_store: Store, http: HttpClient) -> None:
    async with SlackApi(rate=lambda: MessageRate(burst=2)) as slack:
        slack.script("chat.postMessage", None, None, Limited(2))
        processes = [
            Deliverer(any_store, Notices(any_store, {}, system_clock), system_clock, Progress()) for _ in range(2)
        ]
        for process in processes:
            await process.start(notifiers(http, any_store, slack))
        sent = [delivery(receiver, number) for number in range(EACH) for receiver in RECEIVERS]
        await any_store.enqueue(sent, system_clock())
        await slack.until(lambda: len(slack.messages) == len(sent), 60)
        for process in processes:
            await process.stop(5)
        assert slack.answers.count("ratelimited") == 1, "only the one that the test asked for"
        said = [message.said for message in slack.messages]
        assert all(sum(one.id in text for text in said) == 1 for one in sent), "each once"
        times = [message.at for message in slack.messages]
        assert all(later - first > 1.0 for first, later in zip(times, times[2:], strict=False))
