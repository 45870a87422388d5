"""The whole daemon with an inbox: `alertd push` to alert, rights on the way, roles apart, a reload."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.daemon import Daemon, command, eventually
from tests.support.desk import Desk
from tests.support.http import FaultServer
from tests.support.processes import descendants
from tests.support.redis import RedisServer, bundled_binary

TOKEN = "INBOX-0123456789abcdef"
BODY = "Vega Grid leases its Orion supercomputer. Few know of the planted harm clause."


@pytest.fixture
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, world: FaultServer) -> Desk:
    desk = Desk(tmp_path, world)
    desk.when = "{text: clause}"
    inbox(desk)
    return desk


def inbox(desk: Desk, token: str = TOKEN, **more: Any) -> None:
    desk.sources = [{"id": "inbox", "type": "push", "token": token, **more}]


async def push(
    desk: Desk, *items: dict[str, Any], words: tuple[str, ...] = ()
) -> tuple[int, list[dict[str, Any]], str]:
    text = "\n".join(json.dumps(item) for item in items).encode()
    code, out, err = await command("push", "--json", *words, folder=desk.folder, stdin=text)
    return code, [json.loads(line) for line in out.splitlines()], err


async def test_a_pushed_event_is_told_once_and_its_text_is_not_exported(desk: Desk) -> None:
    inbox(desk, rights={"export": "no", "keep_body": "1h"})
    async with desk.daemon() as daemon:
        item = {"id": "a", "title": "Vega Grid leases Orion", "body": BODY}
        code, lines, err = await push(desk, item, {"title": 7})
        assert (code, [line["outcome"] for line in lines]) == (1, ["new", "refused"]), err
        await eventually(desk.fired("Vega Grid leases Orion"), "the alert arrives")
        code, again, err = await push(desk, item)
        assert (code, again[0]["outcome"], again[0]["id"]) == (0, "known", lines[0]["id"]), err
        (fired,) = desk.messages("alert.fired")
        assert fired["data"]["event"]["excerpt"] == ""
        assert "planted" not in json.dumps(fired)
        code, out, err = await command("why", lines[0]["id"], "--json", folder=desk.folder)
        assert code == 0, err
        assert BODY not in out  # kept for an hour at most, so it never went into the journal
        code, out, err = await command("why", "inbox", "--json", folder=desk.folder)
        assert "rejected: title: expected" in out
        metrics = await daemon.metrics()
        assert 'alertd_pushes_total{outcome="partly",source="inbox"} 1.0' in metrics
    log = daemon.log.read_text()
    assert '"event": "push_taken"' in log
    assert TOKEN not in log


async def test_who_may_not_be_told_is_named_with_the_reason(desk: Desk) -> None:
    inbox(desk, classification="internal")
    async with desk.daemon():
        _, lines, _ = await push(desk, {"title": "A clause"})

        async def decided() -> str:
            code, out, _ = await command("why", lines[0]["id"], folder=desk.folder)
            return out if not code and "restricted" in out else ""

        said = await eventually(decided, "the decision is journalled")
        assert (
            "oms: a wall keeps it from the receiver (the item is internal and the receiver's accepts is public)"
            in said
        )
    assert desk.messages("alert.fired") == []


async def test_a_reload_opens_the_inbox_to_a_new_token(desk: Desk) -> None:
    async with desk.daemon() as daemon:
        assert (await push(desk, {"title": "One clause"}))[0] == 0
        inbox(desk, "OTHER-0123456789abcdef")
        desk.write()

        async def taken() -> bool:
            return (await push(desk, {"title": "Another clause"}))[0] == 0

        await eventually(taken, "the new token opens it")
        address = f"http://{daemon.state()['web']}/v1/push/inbox"
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with aiohttp.ClientSession() as http, http.post(address, json={"title": "x"}, headers=headers) as r:
            assert r.status == 401


async def test_the_inbox_is_open_where_the_web_role_runs_apart(desk: Desk) -> None:
    with RedisServer(bundled_binary(), {"appendfsync": "always"}) as redis:
        desk.settings["redis"] = redis.url
        desk.write()
        web = Daemon(desk.folder, words=("--only", "web"))
        rest = Daemon(desk.folder, words=("--only", "match", "--only", "deliver", "--only", "timers"))
        web.log, rest.log = desk.folder / "web.log", desk.folder / "rest.log"
        try:
            await asyncio.gather(web.start(), rest.start())
            assert "parse_worker" not in " ".join(descendants(web.pid).values())  # until it is needed
            code, lines, err = await push(desk, {"title": "A clause for Orion"})
            assert (code, lines[0]["outcome"]) == (0, "new"), err
            await eventually(desk.fired("A clause for Orion"), "the alert arrives")
        finally:
            await asyncio.gather(web.__aexit__(), rest.__aexit__())
        assert [web.returncode, rest.returncode] == [0, 0]
