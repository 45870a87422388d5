"""The daemon reads a vendor's API: pages, a quota, states, and a key that only the vendor sees."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.behaviours import Connection, Request, answer
from tests.support.daemon import command, eventually
from tests.support.desk import Desk
from tests.support.http import FaultServer
from tests.workers.json_polling import Api, row

KEY = "k3y-of-the-vendor-0123456789"


@pytest.fixture
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


def api_source(desk: Desk, path: str, **more: Any) -> None:
    desk.feed(
        "api", url=desk.world.url(path), type="json", headers={"Authorization": "Token ${VENDOR_KEY}"},
        params={"key": "${VENDOR_KEY}", "n": "3"}, list="$.items",
        fields={"id": "$.id", "title": "$.title", "published": "$.at", "tickers": "$.ticker"}, **more,
    )  # fmt: skip


async def test_pages_become_alerts_a_quota_is_told_and_the_key_stays_with_the_vendor(
    tmp_path: Path, world: FaultServer
) -> None:
    desk, api = Desk(tmp_path, world), Api(world)
    api.publish(*range(1, 8))
    api_source(desk, "/next", paging={"next": "$.next"})
    async with desk.daemon(env={"VENDOR_KEY": KEY}) as daemon:
        await eventually(desk.fired(*(f"Item {n}" for n in range(1, 8))), "all pages arrive")
        # The vendor repeats the key in its answer, as Alpha Vantage does.
        api.faults[0] = answer(json.dumps({"Information": f"Your key {KEY} has no requests left today."}).encode())
        await eventually(desk.told("source_failing", "api"), "the quota is told")
        _, status, _ = await command("status", "--json", folder=tmp_path, env={"VENDOR_KEY": KEY})
        _, why, _ = await command("why", "api", folder=tmp_path, env={"VENDOR_KEY": KEY})
        api.faults.clear()
        api.publish(8, 9, 10, 11, 12)
        await eventually(desk.fired(*(f"Item {n}" for n in range(8, 13))), "what came meanwhile arrives")
        await eventually(desk.told("source_healed", "api"), "the healing is told")
        metrics = await daemon.metrics()
    assert len(desk.titles()) == len(set(desk.titles())) == 12
    (notice,) = desk.notices("source_failing")
    assert "`information` says “Your key <secret> has no requests left today.”" in notice["text"]
    assert {asked.get("key") for asked in api.asked if "n" in asked} == {KEY}
    assert {r.headers.get("authorization") for r in world.requests if r.path == "/next"} == {f"Token {KEY}"}
    assert 'alertd_json_pages_total{source="api"}' in metrics
    told = json.dumps(desk.messages()) + status + why + metrics + daemon.log.read_text(errors="replace")
    assert KEY not in told
    kept = [path.read_bytes() for path in (tmp_path / "var").rglob("*") if path.is_file()]
    assert not any(KEY.encode() in content for content in kept)


async def test_a_halt_and_its_resumption_are_one_event_in_two_revisions(tmp_path: Path, world: FaultServer) -> None:
    desk = Desk(tmp_path, world)
    rows = [row(1, "Trading in GME halted: LUDP", resumed=None, ticker="GME")]

    async def halts(request: Request, connection: Connection) -> None:
        await answer(json.dumps({"items": rows}).encode())(request, connection)

    world.script("/halts", halts)
    api_source(desk, "/halts", state=["$.resumed"])
    async with desk.daemon(env={"VENDOR_KEY": KEY}):
        await eventually(desk.fired("Trading in GME halted: LUDP"), "the halt arrives")
        rows[0] = row(1, "Trading in GME resumed at 09:51", resumed="09:51", ticker="GME")
        resumed = desk.fired("Trading in GME resumed at 09:51", kind="alert.updated")
        await eventually(resumed, "the resumption arrives as an update")
    (fired,), (updated, *_) = desk.messages("alert.fired"), desk.messages("alert.updated")
    assert fired["data"]["event"]["id"] == updated["data"]["event"]["id"]
    assert (fired["data"]["event"]["revision"], updated["data"]["event"]["revision"]) == (1, 2)


async def test_a_source_whose_answer_is_redirected_does_not_take_its_key_along(
    tmp_path: Path, world: FaultServer
) -> None:
    with FaultServer() as elsewhere:
        elsewhere.script("/stolen", answer(b'{"items": []}'))
        desk = Desk(tmp_path, world)
        world.script("/api", answer(status=302, headers={"Location": elsewhere.url("/stolen")}))
        api_source(desk, "/api")
        async with desk.daemon(env={"VENDOR_KEY": KEY}):
            await elsewhere.seen(1)
        assert all(KEY not in repr(request.headers) + request.target for request in elsewhere.requests)
