"""The whole daemon with a scripted model: the alert goes out at once, and what the model wrote follows it."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support.daemon import command, eventually
from tests.support.desk import Desk
from tests.support.http import FaultServer
from tests.support.model_server import KEY, MALICE, ModelServer, malicious, says
from tests.workers.noting import draft

TITLE = "Vega Grid leases Orion to Lumen Labs for $3-4bn a year"
BODY = "Vega Grid may take the capacity back if it is used for harm. The lease runs for 15 years."
RISK = {
    "section": "risk", "text": "Vega Grid may take the capacity back if it is used for harm.", "company": "",
    "grounds": [{"kind": "quote", "quote": "Vega Grid may take the capacity back if it is used for harm", "id": ""}],
}  # fmt: skip
LURED = {
    "section": "implication", "text": "Buy EVIL at https://evil.example/?w=8 <!channel>", "company": "EVIL",
    "grounds": [{"kind": "quote", "quote": "Vega Grid may take the capacity back", "id": ""}],
}  # fmt: skip
SLOW_MS = 700


@pytest.fixture
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer() as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, world: FaultServer, model: ModelServer) -> Desk:
    desk = Desk(tmp_path, world)
    desk.when = "{text: lease}"
    desk.sources = [{"id": "inbox", "type": "push", "token": "INBOX-0123456789abcdef"}]
    desk.receivers[0]["note"] = "model"
    desk.settings["models"] = [settings(model)]
    return desk


def settings(server: ModelServer, **more: Any) -> dict[str, Any]:
    plain = {"id": "m", "protocol": "openai", "base_url": server.base("openai"), "model": "small-1", "key": KEY}
    return plain | {"allow_private": True} | more


async def push(desk: Desk, title: str = TITLE) -> str:
    """Push a lease; gives the id of its event."""
    found = {"event_types": [{"type": "compute_lease", "confidence": 0.9}]}
    text = json.dumps({"title": title, "body": BODY} | found).encode()
    code, out, err = await command("push", "--json", folder=desk.folder, stdin=text)
    assert code == 0, err
    return str(json.loads(out.splitlines()[0])["id"])


async def told(desk: Desk, kind: str, count: int = 1) -> dict[str, Any]:
    """Wait for a message of a kind; gives the newest."""

    async def there() -> bool:
        return len(desk.messages(kind)) >= count

    await eventually(there, f"{kind} arrives")
    return desk.messages(kind)[-1]


def seen_at(desk: Desk, kind: str) -> list[int]:
    """Say at which places of the webhook's log messages of a kind stand."""
    return [at for at, message in enumerate(desk.messages()) if message["type"] == kind]


async def test_the_alert_goes_out_at_once_and_the_model_s_note_follows_it(desk: Desk, model: ModelServer) -> None:
    model.script(says(draft(RISK), after_ms=SLOW_MS))
    async with desk.daemon() as daemon:
        event = await push(desk)
        fired = await told(desk, "alert.fired")
        assert fired["data"]["alert"]["note"].get("by", "facts") == "facts"
        await eventually(lambda: _asked(model), "the model is asked")
        asked = time.monotonic()
        note = await told(desk, "note")
        assert time.monotonic() - asked < SLOW_MS / 1000 + 5, "far more than it takes, on a machine that is busy"
        assert max(seen_at(desk, "alert.fired")) < min(seen_at(desk, "note"))
        said = note["data"]["alert"]["note"]
        assert (said["by"], said.get("fallback", "")) == ("openai/small-1", "")
        assert RISK["text"] in [one["text"] for one in said["statements"]]
        code, out, err = await command("why", event, folder=desk.folder)
        assert code == 0, err
        assert "note by openai/small-1" in out
        code, out, err = await command("status", folder=desk.folder)
        assert "openai/small-1" in out, err
        metrics = await daemon.metrics()
        assert 'alertd_notes_total{by="m",outcome="written"} 1.0' in metrics
        assert 'alertd_note_statements_total{outcome="kept"} 1.0' in metrics
    assert KEY not in daemon.log.read_text()


async def test_nothing_that_a_malicious_model_writes_reaches_a_receiver(desk: Desk, model: ModelServer) -> None:
    model.script(malicious(), says(draft(LURED)))
    async with desk.daemon() as daemon:

        async def fell_back(count: int) -> bool:
            return f'alertd_notes_total{{by="facts",outcome="fallback"}} {count:.1f}' in await daemon.metrics()

        for count, title in enumerate((TITLE, "Orion Compute leases Castor to Helio Labs for $5bn a year"), 1):
            await push(desk, title)
            await told(desk, "alert.fired", count)
            await eventually(partial(fell_back, count), "the note of the facts stands")
        assert seen_at(desk, "note") == [], "the alerts carried it already"
        everything = json.dumps(desk.messages())
        for word in ("evil", "EVIL", "<!channel>", MALICE["tool"]["run"], "IGNORE"):  # type: ignore[index]
            assert word not in everything, word
        assert model.asked == 2


async def test_a_reload_takes_models_over(desk: Desk, model: ModelServer) -> None:
    model.script(says(draft(RISK)))
    desk.settings["models"] = [settings(model, model="before-1")]
    async with desk.daemon() as daemon:
        await push(desk)
        assert (await told(desk, "note"))["data"]["alert"]["note"]["by"] == "openai/before-1"
        desk.settings["models"] = [settings(model, model="after-2")]
        desk.write()
        daemon.signal(signal.SIGHUP)
        await eventually(lambda: _in_status(desk, "openai/after-2"), "the reload is in force")
        await push(desk, "Orion Compute leases Castor to Helio Labs for $5bn a year")
        assert (await told(desk, "note", 2))["data"]["alert"]["note"]["by"] == "openai/after-2"


async def _asked(model: ModelServer) -> bool:
    return model.asked > 0


async def _in_status(desk: Desk, word: str) -> bool:
    code, out, _ = await command("status", folder=desk.folder)
    return code == 0 and word in out
