"""The whole daemon with receivers that do not want everything at once: conditions, quiet hours, groups, a reload."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.daemon import command, eventually
from tests.support.desk import SECRET, Desk
from tests.support.http import FaultServer, answer

TOKEN = "INBOX-0123456789abcdef"


@pytest.fixture
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, world: FaultServer) -> Desk:
    desk = Desk(tmp_path, world)
    desk.sources = [{"id": "inbox", "type": "push", "token": TOKEN}]
    return desk


def phone(desk: Desk, **timing: object) -> None:
    """Let the receiver `phone` have these settings."""
    url = desk.world.script("/phone", answer(status=204))
    hook = {"id": "phone", "type": "webhook", "url": url, "secret": SECRET, "allow_private": True}
    desk.receivers = [*desk.receivers[:1], {**hook, **timing}]
    desk.write()


def around_now() -> str:
    """Give hours in which it is now, by UTC."""
    now = datetime.now(UTC)
    return "-".join(f"{now + timedelta(hours=hours):%H:%M}" for hours in (-2, 2))


async def push(desk: Desk, *titles: str) -> list[str]:
    text = "\n".join(json.dumps({"title": title}) for title in titles).encode()
    code, out, err = await command("push", "--json", folder=desk.folder, stdin=text)
    assert code == 0, err
    return [json.loads(line)["id"] for line in out.splitlines()]


def on_the_phone(desk: Desk, *titles: str) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        return set(titles) <= {m["data"]["alert"]["title"] for m in desk.messages("alert.fired", "/phone")}

    return check


def why(desk: Desk, event: str, text: str) -> Callable[[], Awaitable[str]]:
    async def check() -> str:
        code, out, _ = await command("why", event, folder=desk.folder)
        return out if not code and text in out else ""

    return check


async def test_a_receiver_is_told_what_fits_and_passes_and_a_reload_changes_that(desk: Desk) -> None:
    quiet = {"hours": around_now(), "timezone": "UTC", "pass": {"text": "urgent"}}
    phone(desk, only={"text": "clause"}, quiet=quiet)
    async with desk.daemon():
        ordinary, clause, _ = await push(desk, "An ordinary lease", "A harm clause", "An urgent clause")
        await eventually(on_the_phone(desk, "An urgent clause"), "what passes arrives")
        await eventually(desk.fired("An ordinary lease", "A harm clause"), "the other receiver gets all")
        await eventually(why(desk, clause, "held back during quiet hours"), "what waits says until when")
        await eventually(why(desk, ordinary, "it does not fit its `only`"), "what does not fit says so")
        phone(desk, only={"text": "ordinary"})

        async def taken() -> bool:
            (told,) = await push(desk, f"Ordinary lease number {len(desk.messages('alert.fired'))}")
            return bool(told) and len(desk.messages("alert.fired", "/phone")) > 1

        await eventually(taken, "the new condition is in force")
    titles = [m["data"]["alert"]["title"] for m in desk.messages("alert.fired", "/phone")]
    assert titles[0] == "An urgent clause"
    assert all(title.startswith("Ordinary lease number") for title in titles[1:])


async def test_alerts_of_a_group_come_in_one_message(desk: Desk) -> None:
    phone(desk, group="3s")
    async with desk.daemon():
        await push(desk, "Vega Grid leases Orion", "Lumen Labs buys a quarry", "Zephyr Foods cuts its guidance")

        async def together() -> bool:
            digests = desk.messages("digest", "/phone")
            alone = desk.messages("alert.fired", "/phone")
            return sum(sum(m["data"]["digest"]["counts"].values()) for m in digests) + len(alone) == 3

        await eventually(together, "all three have been told")
    assert desk.messages("digest", "/phone")
