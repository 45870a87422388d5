"""The whole daemon and Slack: one alert that lives in a channel, and people who answer it there."""

from __future__ import annotations

import json
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.daemon import command, eventually
from tests.support.desk import Desk
from tests.support.http import FaultServer, refused_port
from tests.support.slack_api import CHANNEL, TOKEN, Limited, Posted, SlackApi, Word
from tests.support.slack_app import APP_TOKEN, SECRET, SlackPeople


@pytest.fixture
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest.fixture
async def people() -> AsyncIterator[SlackPeople]:
    slack = SlackApi()
    people = SlackPeople(slack)
    async with slack:
        yield people


@pytest.fixture
def desk(tmp_path: Path, world: FaultServer, people: SlackPeople) -> Desk:
    desk = Desk(tmp_path, world)
    desk.sources = [{"id": "inbox", "type": "push", "token": "INBOX-0123456789abcdef"}]
    slack(desk, people)
    return desk


def slack(desk: Desk, people: SlackPeople, **more: Any) -> None:
    """Let the desk have a channel in Slack beside its webhook, which is the operator's."""
    channel = {
        "id": "desk", "type": "slack", "token": TOKEN, "channel": CHANNEL, "base_url": people.slack.base_url,
        "allow_private": True, "updates": "all", **more,
    }  # fmt: skip
    desk.receivers = [desk.receivers[0], channel]


async def push(desk: Desk, title: str, **more: Any) -> None:
    """Push an event."""
    item = {"id": "a", "title": title, **more}
    code, out, err = await command("push", "--json", folder=desk.folder, stdin=json.dumps(item).encode())
    assert code == 0, out + err


async def root(people: SlackPeople) -> Posted:
    """Wait for the alert, and give its message."""
    await people.slack.until(lambda: bool(people.slack.roots()))
    return people.slack.roots()[0]


async def test_an_alert_is_told_corrected_and_acknowledged_in_one_place(desk: Desk, people: SlackPeople) -> None:
    slack(desk, people, app_token=APP_TOKEN)
    async with desk.daemon() as daemon:
        await people.connected()
        await push(desk, "Vega Grid leases its Orion supercomputer for $3bn a year")
        message = await root(people)
        await push(desk, "Vega Grid leases its Orion supercomputer for $4bn a year")
        await people.slack.until(lambda: bool(people.slack.replies(message.ts)))
        await people.slack.until(lambda: "$4bn" in message.said)
        await people.press(message, "acknowledge")
        await people.slack.until(lambda: "ACKNOWLEDGED" in message.said)
        assert "ana (U0123)" in message.said
        assert "unacknowledge" in message.actions() and "acknowledge" not in message.actions()
        await people.press(message, "why")
        assert "Rule any (Any) held" in await people.whispered(2)
        assert people.slack.roots() == [message], "one alert, one message"
        metrics = await daemon.metrics()
        assert 'alertd_slack_clicks_total{outcome="done"} 1.0' in metrics
        assert 'alertd_answers_total{kind="acknowledge",outcome="done",via="slack"} 1.0' in metrics
    log = daemon.log.read_text()
    assert '"event": "slack_click"' in log and '"event": "slack_socket_opened"' in log
    for secret in (TOKEN, APP_TOKEN, "planted"):
        assert secret not in log


async def test_a_button_is_answered_by_a_signed_request(desk: Desk, people: SlackPeople) -> None:
    port = refused_port()
    slack(desk, people, signing_secret=SECRET)
    desk.settings["web"] = {
        "bind": "127.0.0.1:0",
        "public": {"bind": f"127.0.0.1:{port}", "url": f"http://127.0.0.1:{port}"},
    }
    async with desk.daemon():
        await push(desk, "Vega Grid leases its Orion supercomputer")
        message = await root(people)
        url = f"http://127.0.0.1:{port}/slack/actions"
        assert await people.post(url, message, "snooze", "snooze:4h") == 200
        assert "snoozed" in await people.whispered()
        assert await people.post(url, message, "noise") == 200
        await people.whispered(2)

        async def counted() -> bool:
            code, out, _ = await command("alerts", "--by-rule", "--json", folder=desk.folder)
            return code == 0 and '"noise": 1' in out

        await eventually(counted, "the rule's noise is counted")


async def test_what_waits_for_a_channel_that_was_archived_is_not_lost(desk: Desk, people: SlackPeople) -> None:
    people.slack.channels[CHANNEL] = "is_archived"
    async with desk.daemon() as daemon:
        await push(desk, "Vega Grid leases its Orion supercomputer")

        async def parked() -> bool:
            [receiver] = [one for one in (await daemon.status())["receivers"] if one["id"] == "desk"]
            return "is_archived" in str(receiver)

        await eventually(parked, "the receiver is parked")
        await eventually(desk.told("receiver_gone", "desk"), "the operator is told")
        people.slack.channels[CHANNEL] = ""
        slack(desk, people, min_severity="low")
        desk.write()
        daemon.signal(signal.SIGHUP)
        assert "Orion" in (await root(people)).said


async def test_no_limit_and_no_fault_of_slack_loses_or_doubles_anything(desk: Desk, people: SlackPeople) -> None:
    people.slack.script("chat.postMessage", Limited(2), Word("internal_error"))
    async with desk.daemon():
        await push(desk, "Vega Grid leases its Orion supercomputer")
        message = await root(people)
        assert message.text.startswith("Possible repeat")
        people.slack.script("chat.update", Limited(2))
        await push(desk, "Vega Grid leases its Orion supercomputer for $4bn a year")
        await people.slack.until(lambda: "$4bn" in message.said)
        assert len(people.slack.messages) == 2
