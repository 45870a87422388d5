"""An alert in a mail is answered from the mail: the real daemon, a real relay, and a browser's requests."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.daemon import eventually
from tests.support.desk import Desk, item, rss
from tests.support.http import FaultServer, answer, refused_port
from tests.support.smtp import FakeRelay, Mail

TITLE = "Vega leases Orion"


@pytest.fixture
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest.fixture
def relay() -> Iterator[FakeRelay]:
    with FakeRelay() as server:
        yield server


async def mails(relay: FakeRelay, number: int) -> list[Mail]:
    return await asyncio.to_thread(relay.wait_for, number)


def link(mail: Mail, label: str) -> str:
    found = re.search(rf"^{label}: (\S+)", mail.part("plain"), re.MULTILINE)
    assert found is not None, mail.part("plain")
    return found[1]


async def press(url: str) -> str:
    """Open a link and press the button of its page."""
    async with aiohttp.ClientSession() as browser:
        async with browser.get(url) as page:
            assert page.status == 200, await page.text()
            token = re.search(r'name="token" value="([^"]+)"', await page.text())
        assert token is not None
        async with browser.post(url, data={"token": token[1]}) as answered:
            assert answered.status == 200, await answered.text()
            return await answered.text()


async def test_a_reader_acknowledges_from_the_mail(tmp_path: Path, world: FaultServer, relay: FakeRelay) -> None:
    desk = Desk(tmp_path, world)
    port = refused_port()
    desk.settings["smtp"] = {"host": "127.0.0.1", "port": relay.port, "tls": "none", "from": "alertd@desk.example"}
    desk.settings["web"] = {
        "bind": "127.0.0.1:0",
        "public": {"bind": f"127.0.0.1:{port}", "url": f"http://127.0.0.1:{port}"},
    }
    desk.receivers.append({"id": "pm-mail", "type": "email", "to": ["pm@example.com"]})
    desk.feed("wire", answer(rss(item(TITLE))))
    async with desk.daemon():
        (first,) = await mails(relay, 1)
        opened = link(first, "Acknowledge")
        async with aiohttp.ClientSession() as scanner, scanner.get(opened) as page:
            assert TITLE in await page.text()
        assert desk.messages("alert.acknowledged") == []

        assert "pm@example.com" in await press(opened)
        await eventually(lambda: acknowledged(desk), "the webhook hears of it")
        (told,) = desk.messages("alert.acknowledged")
        assert told["data"]["alert"]["status"] == "acknowledged"
        assert told["data"]["alert"]["acknowledged_by"] == "pm@example.com"
        _, reply = await mails(relay, 2)
        assert reply.message["Subject"] == first.message["Subject"]
        assert reply.message["In-Reply-To"] == first.message["Message-ID"]
        assert "acknowledged by pm@example.com" in reply.part("plain")

        assert "before" in await press(opened)
        assert "noise" in (await press(link(reply, "Noise"))).lower()
        async with aiohttp.ClientSession() as stranger, stranger.get(opened[:-3]) as page:
            assert page.status == 404 and TITLE not in await page.text()
    assert (tmp_path / "var" / "links.key").stat().st_mode & 0o777 == 0o600
    log = (tmp_path / "alertd.log").read_text()
    assert opened.rpartition("/")[2] not in log, "a link is a secret of its reader"


async def acknowledged(desk: Desk) -> list[dict[str, Any]]:
    return desk.messages("alert.acknowledged")
