"""A report from the real daemon: made of its own archive, sent as a mail once, whatever is killed meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.daemon import eventually
from tests.support.desk import Desk, item, logged, rss
from tests.support.http import FaultServer, answer
from tests.support.smtp import FakeRelay, Mail

TITLE = "Vega Grid leases Orion"
COMPANIES = "companies:\n  - {id: vega, name: Vega Grid, private: true}\n"


@pytest.fixture
def world() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest.fixture
def relay() -> Iterator[FakeRelay]:
    with FakeRelay() as server:
        yield server


def two_minutes_ago() -> str:
    """Give the time of day, UTC: due, and long enough ago that the history is not waited for."""
    return f"{datetime.now(UTC) - timedelta(minutes=2):%H:%M}"


def reported(folder: Path, world: FaultServer, relay: FakeRelay) -> Desk:
    """Make a desk with a holding in the news, and nobody who gets its alerts by mail."""
    desk = Desk(folder, world)
    desk.settings["smtp"] = {"host": "127.0.0.1", "port": relay.port, "tls": "none", "from": "alertd@desk.example"}
    mail = {"id": "pm", "type": "email", "to": ["pm@desk.example"], "min_severity": "critical"}
    desk.receivers.append(mail)
    desk.feed("wire", answer(rss(item(TITLE))))
    (folder / "rules/companies").mkdir(parents=True)
    (folder / "rules/companies/own.yaml").write_text(COMPANIES)
    return desk


def wants_report(desk: Desk) -> None:
    desk.settings["reports"] = [
        {"id": "daily", "portfolio": "p", "to": ["pm"], "every": "day", "at": two_minutes_ago(), "timezone": "UTC"}
    ]


def reports(relay: FakeRelay) -> list[Mail]:
    return [mail for mail in relay.mails if " · 1 day to " in str(mail.message["Subject"])]


async def test_a_report_is_mailed_once_over_a_reload_and_a_crash(
    tmp_path: Path, world: FaultServer, relay: FakeRelay
) -> None:
    desk = reported(tmp_path, world, relay)

    async def came() -> bool:
        return bool(reports(relay))

    async with desk.daemon() as daemon:
        await eventually(desk.fired(TITLE), "the alert is sent")
        wants_report(desk)
        desk.write()
        await eventually(came, "the report is mailed")
        assert logged(daemon, "report_queued", report="daily", receiver="pm")
        daemon.kill()
        await daemon.wait()
    async with desk.daemon() as daemon:
        await eventually(daemon.quiet, "all is quiet")
    (mail,) = reports(relay)
    assert mail.recipients == ["pm@desk.example"]
    assert "P: " in mail.part("plain") and "The portfolio holds nothing now," in mail.part("plain")
    assert mail.part("html").startswith("<!DOCTYPE html>")
