"""Positions from a file under a running daemon: taken when they change; what is refused leaves the old ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.app.test_daemon import feed, messages, write_settings
from tests.support.daemon import Daemon, command, eventually
from tests.support.http import FaultServer, answer

PORTFOLIO = """\
portfolio: book
title: A book
receivers: [oms]
holdings: {file: ../../positions.csv, as_of: as_of, weight_unit: percent}
rules:
  - {id: large, title: News of a large holding, severity: high, when: {all: [{text: news}, {weight: ">= 5%"}]}}
"""
TICKERS = ("NVDA", "AAPL", "MSFT", "AMZN", "META", "TSLA", "AVGO", "JPM", "XOM", "UNH")


@pytest.fixture
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        server.script("/feed", answer(feed("Vega leases Orion")))
        server.script("/hook", answer(status=204))
        yield server


def write_positions(folder: Path, rows: int, weight: float = 5.0) -> None:
    """Write the file as an OMS does: beside its place, then moved there."""
    today = datetime.now(UTC).date().isoformat()
    lines = ["ticker,weight,as_of", *(f"{ticker},{weight},{today}" for ticker in TICKERS[:rows])]
    (folder / "positions.part").write_text("\n".join(lines) + "\n")
    (folder / "positions.part").replace(folder / "positions.csv")


def begin(folder: Path, world: FaultServer) -> Daemon:
    daemon = write_settings(folder, world)
    (folder / "rules/portfolios/book.yaml").write_text(PORTFOLIO)
    return daemon


def logged(daemon: Daemon, event: str) -> list[dict[str, Any]]:
    """Give the lines of the log about something."""
    lines = [json.loads(line) for line in daemon.log.read_text().splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == event]


def notices(world: FaultServer) -> list[str]:
    """Give what the operator was told of positions."""
    told = [message["data"]["notice"] for message in messages(world, "notice")]
    return [notice["text"] for notice in told if notice["kind"] in ("positions", "positions_healed")]


async def taken(daemon: Daemon, count: int) -> list[dict[str, Any]]:
    async def check() -> list[dict[str, Any]] | None:
        found = logged(daemon, "positions_taken")
        return found if len(found) >= count else None

    found: list[dict[str, Any]] = await eventually(check, f"positions are taken {count} times")
    return found


async def told(world: FaultServer, word: str) -> str:
    async def check() -> str | None:
        return next((text for text in notices(world) if word in text), None)

    text: str = await eventually(check, f"the operator is told of positions that are {word}")
    return text


async def test_a_new_file_is_taken_and_a_truncated_one_is_refused_and_said(
    tmp_path: Path, world: FaultServer
) -> None:
    write_positions(tmp_path, 10)
    async with begin(tmp_path, world) as daemon:
        (first,) = await taken(daemon, 1)
        assert (first["portfolio"], first["rows"], first["companies"]) == ("book", 10, 10)

        write_positions(tmp_path, 10, weight=6.0)
        await taken(daemon, 2)

        write_positions(tmp_path, 3)
        text = await told(world, "refused")
        assert text.startswith("Portfolio book: the new positions were refused, those of ")
        assert text.endswith(". File: positions.csv")
        assert len(logged(daemon, "positions_taken")) == 2
        page = await daemon.metrics()
        assert "alertd_config_last_reload_successful 1.0" in page
        assert 'alertd_positions_trouble{portfolio="book",state="refused"} 1.0' in page
        code, out, err = await command("status", folder=tmp_path)
        assert code == 1, err
        assert "  positions of book: the new positions were refused, those of " in out

    # The refused file is refused after a restart, too: what was in force is remembered.
    async with daemon:
        assert len(logged(daemon, "positions_taken")) == 2
        write_positions(tmp_path, 10, weight=7.0)
        await taken(daemon, 3)
        assert "Portfolio book: the positions are in order again, those of " in await told(world, "again")
        code, out, err = await command("status", folder=tmp_path)
        assert code == 0, out + err
        assert 'state="refused"} 0.0' in await daemon.metrics()
