"""The whole daemon with a receiver that fails: a note never comes before its alert, and not without it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.test_notes import BODY, RISK, push, seen_at, settings, told
from tests.support.daemon import command, eventually
from tests.support.desk import SECRET, Desk, says
from tests.support.http import FaultServer, answer
from tests.support.model_server import ModelServer
from tests.support.model_server import says as model_says
from tests.workers.noting import draft

assert str(RISK["text"]) in BODY


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer() as running:
        running.script(model_says(draft(RISK)))
        yield running


@pytest.fixture
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, world: FaultServer, model: ModelServer) -> Desk:
    """A desk whose webhook is scripted by the test; the operator's is another."""
    desk = Desk(tmp_path, world)
    desk.when = "{text: lease}"
    desk.sources = [{"id": "inbox", "type": "push", "token": "INBOX-0123456789abcdef"}]
    desk.receivers[0]["note"] = "model"
    desk.settings["models"] = [settings(model)]
    ops = {"id": "ops", "type": "webhook", "url": world.script("/ops", answer(status=204)), "secret": SECRET}
    desk.receivers.append(ops | {"allow_private": True})
    desk.settings["operator"] = ["ops"]
    return desk


async def test_a_note_waits_for_its_alert_that_is_tried_again(desk: Desk, world: FaultServer) -> None:
    world.script("/hook", answer(status=503), answer(status=204))
    async with desk.daemon():
        await push(desk)
        note = await told(desk, "note")
        assert note["data"]["alert"]["note"]["by"] == "openai/small-1"
        assert [message["type"] for message in desk.messages()][:3] == ["alert.fired", "alert.fired", "note"]
        assert len(seen_at(desk, "note")) == 1


async def test_a_note_whose_alert_nobody_could_be_sent_is_dropped_and_says_why(
    desk: Desk, world: FaultServer
) -> None:
    world.script("/hook", answer(status=400), answer(status=204))
    async with desk.daemon() as daemon:
        event = await push(desk)
        await eventually(says(daemon, "dead_letter", receiver="oms"), "the alert is a dead letter")
        await eventually(says(daemon, "delivery_behind_unsent", receiver="oms"), "its note is dropped")
        assert [message["type"] for message in desk.messages()] == ["alert.fired"]
        code, out, err = await command("why", event, folder=desk.folder)
        assert code == 0, err
        assert "what it goes behind was never sent" in out
