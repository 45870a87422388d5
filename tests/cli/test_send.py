"""`alertd send-test`: a receiver is tried at once, and what came of it is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.run import Done, alertd
from tests.support.http import FaultServer, answer, refused_port

SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA=="


@pytest.fixture
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


def hook(id: str, url: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "type": "webhook", "url": url, "secret": SECRET, "allow_private": True} | more


def send(folder: Path, *words: str, receivers: list[dict[str, Any]]) -> Done:
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "alertd.yaml").write_text(json.dumps({"contact": "desk@example.com", "receivers": receivers}))
    return alertd("send-test", *words, cwd=folder)


def test_a_webhook_that_takes_it(tmp_path: Path, world: FaultServer) -> None:
    url = world.script("/hook", answer(status=204))
    done = send(tmp_path, receivers=[hook("oms", url)])
    assert (done.code, done.out, done.err) == (0, "oms: sent: HTTP 204\n", "")
    (request,) = world.requests
    assert json.loads(request.body)["type"] == "test"
    assert request.headers["webhook-signature"].startswith("v1,")
    assert "desk@example.com" in request.headers["user-agent"]


def test_a_webhook_that_fails_says_whether_the_daemon_would_try_again(tmp_path: Path, world: FaultServer) -> None:
    down = world.script("/down", answer(b"out of order", status=500))
    gone = world.script("/gone", answer(status=410))
    nobody = f"http://127.0.0.1:{refused_port()}/hook"
    receivers = [hook("down", down), hook("gone", gone), hook("nobody", nobody)]
    done = send(tmp_path, receivers=receivers)
    assert done.code == 1
    first, second, third = done.out.splitlines()
    assert first == "down: failed (the daemon would try again): HTTP 500 out of order"
    assert second == "gone: failed (the daemon would keep what waits for it and ask once an hour): HTTP 410"
    assert third.startswith("nobody: failed (the daemon would try again): 127.0.0.1: ")
    assert len(world.requests) == 2, "nothing is tried twice"


def test_results_as_json_are_one_line_for_each_receiver(tmp_path: Path, world: FaultServer) -> None:
    url = world.script("/hook", answer(status=503))
    screen = {"id": "screen", "type": "console", "format": "json"}
    done = send(tmp_path, "--json", receivers=[screen, hook("oms", url)])
    assert done.code == 1
    assert done.lines == [
        {"receiver": "screen", "outcome": "sent", "detail": "written"},
        {"receiver": "oms", "outcome": "later", "detail": "HTTP 503"},
    ]
    assert json.loads(done.err)["type"] == "test", "the console receiver's message keeps out of the results"


def test_only_the_receivers_that_are_named_are_tried_each_once(tmp_path: Path, world: FaultServer) -> None:
    url = world.script("/hook", answer())
    done = send(tmp_path, "b", "b", receivers=[hook("a", url), hook("b", url)])
    assert done.code == 0
    assert done.out == "b: sent: HTTP 200\n"
    assert len(world.requests) == 1


def test_an_unknown_receiver_sends_nothing(tmp_path: Path, world: FaultServer) -> None:
    url = world.script("/hook", answer())
    done = send(tmp_path, "oms", "omz", receivers=[hook("oms", url), {"id": "screen", "type": "console"}])
    assert (done.code, done.out) == (2, "")
    assert done.err == "alertd: there is no receiver omz; there are oms, screen\n"
    assert world.requests == []


def test_without_receivers_there_is_nothing_to_try(tmp_path: Path) -> None:
    done = send(tmp_path, receivers=[])
    assert (done.code, done.out, done.err) == (1, "", "alertd: there are no receivers in the settings\n")


def test_an_address_inside_the_house_is_refused_and_its_secret_not_shown(tmp_path: Path, world: FaultServer) -> None:
    slack = {"id": "desk", "type": "slack", "webhook_url": "https://127.0.0.1/services/T0/B0/sesame"}
    done = send(tmp_path, receivers=[slack])
    assert done.code == 1
    assert done.out.startswith(
        "desk: failed (the daemon would keep what waits for it and ask once an hour): 127.0.0.1"
    )
    assert "sesame" not in done.out + done.err


def test_broken_settings_are_said_fault_by_fault(tmp_path: Path) -> None:
    done = send(tmp_path, receivers=[{"id": "desk", "type": "slak"}, {"id": "oms", "type": "webhok"}])
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines()[-1] == "2 faults found"
    assert all(line.startswith("alertd.yaml:1:") for line in done.err.splitlines()[:-1])
