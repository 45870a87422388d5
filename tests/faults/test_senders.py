"""A sender dies between a message that people read and its record: F7 over Slack and mail, with their bounds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tests.faults.case import Case, fault
from tests.faults.receivers import Told, in_slack, mailed, with_receivers
from tests.faults.world import World, logged, world
from tests.support.daemon import eventually
from tests.support.slack_api import CHANNEL, TOKEN, SlackApi
from tests.support.smtp import FakeRelay, certificate

SLACK_BOUND, MAIL_BOUND = 1, 2
"""Sends under way at once in one process: to one Slack receiver, to the relay."""
DIES = {"ALERTD_FAILPOINT": "deliver.sent:4:exit"}
ITEMS = 12
"""Slack takes a message a second."""


@fault("F7", "kill-sender-after-send-to-slack", slow=True)
async def test_a_message_in_slack_whose_sender_died_after_it_comes_once_more_and_says_so(case: Case) -> None:
    async with SlackApi() as slack, world(case, receivers=[], env=DIES, start=False) as w:
        channel = {
            "id": "desk", "type": "slack", "token": TOKEN, "channel": CHANNEL, "base_url": slack.base_url,
            "allow_private": True, "storm": "off", "timeout": "5s",
        }  # fmt: skip
        with_receivers(w, [channel])
        await dies_after_a_send(w, lambda: in_slack(slack), SLACK_BOUND)


@fault("F7", "kill-sender-after-send-by-mail", slow=True)
async def test_a_mail_whose_sender_died_after_it_comes_once_more_under_its_id_and_says_so(case: Case) -> None:
    context, ca_file = certificate(case.folder)
    with FakeRelay(tls=context) as relay:
        async with world(case, receivers=[], env=DIES, start=False) as w:
            smtp = {"host": "localhost", "port": relay.port, "from": "alertd@example.com", "ca_file": str(ca_file)}
            with_receivers(w, [{"id": "pm", "type": "email", "to": ["pm@example.com"], "storm": "off"}], smtp=smtp)
            await dies_after_a_send(w, lambda: mailed(relay), MAIL_BOUND)


async def dies_after_a_send(w: World, came: Callable[[], list[Told]], bound: int) -> None:
    """Let the sender die at its fourth send; what repeats is the same, within the bound, and is marked."""
    w.came = came
    await w.daemon.start()
    await w.publish(ITEMS)
    await eventually(partial(_died, w), "the sender dies", 300)
    await eventually(partial(_all, w, came), "all of it comes", 300)
    verdict = await w.settled(bound=bound, note=f"{bound} at once; the repeat says that it may be one")
    assert verdict.repeats >= 1, "the one that was sent is in doubt"
    assert len(logged(w.folder, "process_died")) == 1
    met: set[str] = set()
    for message in came():
        assert message.marked or message.id not in met, "a repeat says that it may be one"
        met.add(message.id)
    assert sum(message.marked for message in came()) <= bound, "and nothing says so that was not in doubt"
    assert await w.verified() == ""


async def _died(w: World) -> bool:
    return bool(logged(w.folder, "process_died"))


async def _all(w: World, came: Callable[[], list[Told]]) -> bool:
    return set(w.feeds.published) <= {token for message in came() for token in message.tokens}
