"""A burst for one channel, from two receivers and two processes: a message a second, silence kept, nothing lost."""

from __future__ import annotations

from typing import Any

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
from tests.notify.cases import alert, message
from tests.support.daemon import eventually
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


async def test_what_waited_for_slack_is_told_by_what_took_its_place(any_store: Store, http: HttpClient) -> None:
    def queued(number: int, **changes: Any) -> NewDelivery:
        now = system_clock()
        said = message(delivery=f"dl_{number}", receiver="desk", alert=alert(revision=number), **changes)
        return NewDelivery(
            id=f"dl_{number}", receiver="desk", lane="normal", mode="latest", chain=alert().id, due_ms=now,
            expires_ms=now + 3_600_000, message=said,
        )  # fmt: skip

    def update(number: int, news: str, *, loud: bool) -> NewDelivery:
        return queued(number, type="alert.updated", news=[news], loud=loud, told_before=True)

    async def waits(name: str) -> bool:
        found = await any_store.delivery(name)
        return found is not None and found.state == "queued" and found.attempts == 1

    async with SlackApi() as slack:
        slack.script("chat.postMessage", Limited(2), None, Limited(2))
        process = Deliverer(any_store, Notices(any_store, {}, system_clock), system_clock, Progress())
        await process.start(notifiers(http, any_store, slack)[:1])
        await any_store.enqueue([queued(1)], system_clock())
        await eventually(lambda: waits("dl_1"), "Slack has asked for silence")
        await any_store.enqueue([update(2, "also reported by Second Wire", loud=False)], system_clock())
        await slack.until(lambda: len(slack.messages) == 1)
        assert "UPDATE" not in slack.messages[0].said, "it is the first message"
        assert "Second Wire" not in slack.messages[0].said
        # The thread is kept with the alert, which this store does not have: each goes as a root.
        await any_store.enqueue([update(3, "corrected: $4bn a year", loud=True)], system_clock())
        await eventually(lambda: waits("dl_3"), "Slack has asked for silence")
        await any_store.enqueue([update(4, "also reported by Third Wire", loud=False)], system_clock())
        await slack.until(lambda: len(slack.messages) == 2)
        await process.stop(5)
        assert "corrected: $4bn a year" in slack.messages[1].said and "Third Wire" in slack.messages[1].said
