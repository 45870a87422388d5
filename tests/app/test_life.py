"""The whole daemon and the life of alerts: they wait together, are passed on, answered and silenced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.daemon import command, eventually
from tests.support.desk import Desk, item, rss
from tests.support.http import FaultServer, answer

TITLES = ("Vega leases Orion", "Lyra sues Draco", "A merger of equals")


@pytest.fixture
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, world: FaultServer) -> Desk:
    desk = Desk(tmp_path, world)
    desk.feed("wire", answer(rss(*(item(title) for title in TITLES))))
    return desk


def receiver(desk: Desk, name: str, path: str, **more: Any) -> None:
    """Add a webhook."""
    url = desk.world.script(path, answer(status=204))
    desk.receivers.append(desk.receivers[0] | {"id": name, "url": url} | more)


def told(desk: Desk, path: str = "/hook") -> Counter[str]:
    """Count how often each alert was told, alone or in a digest, each message once."""
    once = {message["data"]["delivery"]["id"]: message for message in desk.messages(path=path)}
    titles: list[str] = []
    for message in once.values():
        if message["type"] == "alert.fired":
            titles.append(message["data"]["alert"]["title"])
        elif message["type"] == "digest":
            titles += [one["title"] for one in message["data"]["digest"]["items"]]
    return Counter(titles)


@pytest.mark.parametrize("place", ["", "due.decided", "due.released"])
async def test_alerts_that_wait_for_one_another_are_told_once_whatever_dies(desk: Desk, place: str) -> None:
    desk.receivers[0] |= {"group": "2s"}
    async with desk.daemon(env={"ALERTD_FAILPOINT": f"{place}:1:exit"} if place else {}) as daemon:

        async def all_told() -> bool:
            return set(told(desk)) >= set(TITLES)

        await eventually(all_told, "all alerts are told")
        await eventually(daemon.quiet, "all is quiet")
        assert ("process_died" in daemon.log.read_text()) is bool(place)
        if not place:
            assert 'alertd_releases_total{kind="group",outcome="sent"}' in await daemon.metrics()
    assert told(desk) == Counter(dict.fromkeys(TITLES, 1))
    assert desk.messages("digest"), "they came together"


async def test_what_nobody_takes_is_passed_on_and_what_somebody_takes_is_not(desk: Desk) -> None:
    receiver(desk, "pm", "/pm", portfolios=["p"], min_severity="critical")
    desk.receivers[0] |= {"escalate": {"after": "10s", "to": ["pm"]}}
    async with desk.daemon() as daemon:
        await eventually(desk.fired(*TITLES), "all alerts are told")
        listed = {title: await _id(desk, title) for title in TITLES}
        code, out, err = await command("ack", listed[TITLES[0]], "--by", "jd", folder=desk.folder)
        assert (code, "acknowledged by jd" in out) == (0, True), err

        async def passed_on() -> bool:
            return len(told(desk, "/pm")) == 2

        await eventually(passed_on, "the others are passed on")
        assert set(told(desk, "/pm")) == set(TITLES[1:])
        assert 'alertd_escalations_total{receiver="pm"} 2.0' in await daemon.metrics()
        (acknowledged,) = desk.messages("alert.acknowledged")
        assert acknowledged["data"]["alert"]["acknowledged_by"] == "jd"
        code, out, _ = await command("why", listed[TITLES[1]], folder=desk.folder)
        assert (code, "escalat" in out) == (0, True), out


async def test_a_timer_that_rings_as_its_process_dies_passes_on_once(desk: Desk) -> None:
    receiver(desk, "pm", "/pm", portfolios=["p"], min_severity="critical")
    desk.receivers[0] |= {"escalate": {"after": "10s", "to": ["pm"]}}
    async with desk.daemon(env={"ALERTD_FAILPOINT": "due.rang:1:exit"}) as daemon:

        async def passed_on() -> bool:
            return set(told(desk, "/pm")) >= set(TITLES)

        await eventually(passed_on, "all are passed on")
        await eventually(daemon.quiet, "all is quiet")
        assert "process_died" in daemon.log.read_text()
    assert len(desk.messages("alert.fired", path="/pm")) == len(TITLES), "none of them was sent when it died"


async def test_what_is_silenced_is_told_to_nobody_and_counted(desk: Desk) -> None:
    desk.sources = []
    desk.sources.append({"id": "inbox", "type": "push", "token": "INBOX-0123456789abcdef"})
    async with desk.daemon() as daemon:
        code, out, err = await command(
            "silence", "add", "--rule", "any", "--for", "1h", "--reason", "a test", folder=desk.folder
        )
        assert code == 0, err
        code, _, err = await command("push", folder=desk.folder, stdin=b'{"id": "a", "title": "Vega leases Orion"}')
        assert code == 0, err

        async def counted() -> bool:
            _, out, _ = await command("silence", "list", "--json", folder=desk.folder)
            return '"held_back": 1' in out

        await eventually(counted, "the silence says what it held back")
        await eventually(daemon.quiet, "all is quiet")
        assert desk.messages("alert.fired") == []
        code, _, err = await command("silence", "end", out.split()[0], folder=desk.folder)
        assert code == 0, err


async def _id(desk: Desk, title: str) -> str:
    found = [message["data"]["alert"] for message in desk.messages("alert.fired")]
    return next(str(alert["id"]) for alert in found if alert["title"] == title)
