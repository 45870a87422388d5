"""The daily line from the real daemon: what it saw, once, over restarts and a reload."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from alertd.store.embedded import socket_url
from alertd.store.redis import open_store
from alertd.store.standings import QUARTER_MS
from tests.support.daemon import Daemon, eventually
from tests.support.desk import Desk, item, logged, rss
from tests.support.http import FaultServer, answer

HOLDINGS = "holdings:\n  - {company: vega, weight: 5%}\n"
VEGA = "companies:\n  - {id: vega, name: Vega Grid, private: true}\n"


@pytest.fixture
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


def quarter_ago() -> str:
    """Give the quarter of an hour that began last, as UTC's wall clock shows it."""
    now = datetime.now(UTC)
    return f"{now.hour:02}:{now.minute // 15 * 15:02}"


def wants_line(desk: Desk) -> None:
    desk.receivers[0]["coverage"] = {"at": quarter_ago(), "timezone": "UTC"}


def digests(desk: Desk) -> list[dict[str, Any]]:
    return [message["data"]["coverage"] for message in desk.messages("digest")]


async def test_a_line_that_was_due_while_nobody_ran_is_sent_at_the_start_and_only_once(
    tmp_path: Path, world: FaultServer
) -> None:
    desk = Desk(tmp_path, world)
    desk.feed("wire", answer(rss(item("Vega Grid leases Orion"), item("Nothing else happens"))))
    wants_line(desk)

    async def came() -> bool:
        return bool(digests(desk))

    async with desk.daemon() as daemon:
        await eventually(came, "the line is sent")
        await eventually(desk.fired("Vega Grid leases Orion"), "the alert is sent")
    (first,) = digests(desk)
    assert first["sources"] == 1
    async with desk.daemon() as daemon:
        await eventually(daemon.quiet, "all is quiet")
    until = {line["until"] for line in digests(desk)}
    assert len(until) == len(digests(desk)), "one for each day: a quarter may have begun meanwhile"


async def test_a_reload_that_asks_for_the_line_gets_it(tmp_path: Path, world: FaultServer) -> None:
    desk = Desk(tmp_path, world)
    desk.feed("wire", answer(rss(item("Vega Grid leases Orion"))))

    async def came() -> bool:
        return bool(digests(desk))

    async with desk.daemon() as daemon:
        await eventually(daemon.quiet, "all is quiet")
        assert digests(desk) == []
        wants_line(desk)
        desk.write()
        await eventually(came, "the line is sent")
        assert logged(daemon, "coverage_told", receiver="oms")


async def test_what_is_matched_is_counted_for_the_receiver(tmp_path: Path, world: FaultServer) -> None:
    desk = Desk(tmp_path, world)
    desk.feed("wire", answer(rss(item("Vega Grid leases Orion"), item("Nothing else happens"))))
    desk.receivers[0]["coverage"] = "07:00"
    desk.write()
    portfolio = tmp_path / "rules/portfolios/p.yaml"
    portfolio.write_text(portfolio.read_text().replace("rules:", f"{HOLDINGS}rules:"))
    (tmp_path / "rules/companies").mkdir()
    (tmp_path / "rules/companies/vega.yaml").write_text(VEGA)
    async with Daemon(tmp_path) as daemon:
        await eventually(desk.fired("Vega Grid leases Orion", "Nothing else happens"), "both alerts are sent")
        await eventually(daemon.quiet, "all is quiet")
        url = socket_url(tmp_path / "var")
        assert url is not None
        store = await open_store(url, "alertd", name="test")
        try:
            now = int(datetime.now(UTC).timestamp() * 1000) // QUARTER_MS * QUARTER_MS
            names = ["items:oms", "names:oms", "alerts:oms"]
            counted = await store.tallied(now - 2 * QUARTER_MS, now + QUARTER_MS, names)
        finally:
            await store.aclose()
    assert counted == {"items:oms": 2, "names:oms": 1, "alerts:oms": 2}
