"""What a reload tells the processes, and what it keeps: each kind of change, without a daemon."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from alertd.app.link import Reload, Tell
from alertd.app.reloading import Reloading
from alertd.app.reloads import Reloads
from alertd.base.sdnotify import SdNotify
from alertd.cli.run import Signals
from tests.workers.make import until

SETTINGS = "state_dir: ./var\nrules: ./rules\nwatch: false\nreceivers: [{id: desk, type: console}]\n"
PORTFOLIO = """\
portfolio: p
title: A desk
receivers: [desk]
holdings: {holdings}
rules:
  - {{id: deal, title: A deal, severity: high, when: {{all: [{{text: {word}}}, {{mentions: [orbital]}}]}}}}
"""
INLINE = "[{ticker: NVDA, weight: 8%}]"
FILED = "{file: %s.csv}"


class Process:
    """Stands for the guard of a process, and keeps what it is told."""

    def __init__(self, *roles: str) -> None:
        self.roles = frozenset(roles)
        self.told: list[object] = []

    def send(self, message: object) -> None:
        self.told.append(message)

    def reloads(self) -> list[Reload]:
        return [message for message in self.told if isinstance(message, Reload)]


class Desk:
    """A folder with settings and rules, and the reloads of a daemon that was started on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.io, self.match = Process("deliver"), Process("match")
        self.notes: list[bool] = []
        self.write("alertd.yaml", SETTINGS)
        self.write("rules/companies/own.yaml", "companies: [{id: orbital, name: Orbital}]\n")
        self.portfolio()

    def write(self, name: str, content: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return path

    def portfolio(self, word: str = "lease", holdings: str = INLINE) -> None:
        self.write("rules/portfolios/p.yaml", PORTFOLIO.format(word=word, holdings=holdings))

    def note(self, *, ok: bool, faults: list[str]) -> None:
        self.notes.append(ok)

    @asynccontextmanager
    async def started(self) -> AsyncIterator[Reloads]:
        reloading = Reloading(self.folder / "alertd.yaml", {})
        processes = [self.io, self.match]
        reloads = Reloads(reloading, reloading.load(), SdNotify(None), processes, self.note)  # type: ignore[arg-type]
        reloads.start()
        yield reloads
        await reloads.stop()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_a_changed_rule_is_told_as_a_change_and_only_to_those_that_match(desk: Desk) -> None:
    async with desk.started() as reloads:
        before = reloads.found.loaded.snapshot.book.version
        desk.portfolio("rent")
        assert await reloads.reload()
        (to_match,), (to_io,) = desk.match.reloads(), desk.io.reloads()
    assert to_match.change is not None
    assert (to_match.change.before, to_match.change.version, to_match.book) == (before, to_match.version, None)
    assert (to_io.change, to_io.book, to_io.version) == (None, None, to_match.version)


async def test_a_company_that_is_only_called_otherwise_is_called_so_in_the_next_message(desk: Desk) -> None:
    async with desk.started() as reloads:
        desk.write("rules/companies/own.yaml", "companies: [{id: orbital, name: Orbital Labs}]\n")
        assert await reloads.reload(patient=True)
        (told,) = desk.match.reloads()
    assert told.change is not None
    assert told.change.labels["orbital"] == "Orbital Labs"


async def test_what_is_refused_is_said_once_and_its_repair_is_taken_although_nothing_is_new(desk: Desk) -> None:
    async with desk.started() as reloads:
        desk.portfolio("'!'")
        assert not await reloads.reload()
        assert not await reloads.reload()
        assert [type(message) for message in desk.io.told] == [Tell]
        assert desk.match.told == []
        desk.portfolio()
        assert await reloads.reload(patient=True)
    assert desk.notes == [False, True]
    assert [(message.change, message.book) for message in desk.match.reloads()] == [(None, None)]


async def test_after_a_directory_was_empty_for_a_while_all_rules_are_told_anew_if_they_are_others(desk: Desk) -> None:
    async with desk.started() as reloads:
        (desk.folder / "rules/portfolios/p.yaml").unlink()
        assert not await reloads.reload()
        desk.portfolio("rent")
        assert await reloads.reload()
    (told,) = desk.match.reloads()
    assert told.change is None
    assert told.book is not None
    assert told.book.version == told.version


async def test_a_positions_file_of_another_name_is_watched_although_it_says_the_same(desk: Desk) -> None:
    for name in ("one", "two"):
        desk.write(f"rules/portfolios/{name}.csv", "ticker,weight\nNVDA,8%\n")
    desk.portfolio(holdings=FILED % "one")
    async with desk.started() as reloads:
        desk.portfolio(holdings=FILED % "two")
        assert await reloads.reload(patient=True)
        assert {path.name for path in reloads.found.watched} == {"two.csv"}


async def test_what_needs_a_restart_stays_as_it_was_and_is_said_once(desk: Desk) -> None:
    changed = SETTINGS.replace("./var", "./elsewhere") + "namespace: other\ndrain: 5s\n"
    async with desk.started() as reloads:
        before = reloads.found.loaded.snapshot.settings
        desk.write("alertd.yaml", changed)
        with capture_logs() as logs:
            assert await reloads.reload()
            assert await reloads.reload(patient=True)
        after = reloads.found.loaded.snapshot.settings
    assert (after.state_dir, after.namespace, after.drain) == (before.state_dir, before.namespace, 5.0)
    assert [line["settings"] for line in logs if line["event"] == "needs_restart"] == [["state_dir", "namespace"]]
    assert desk.match.reloads()[-1].settings == after


class Slow:
    """Stands for the supervisor; its reload takes until it is let go on."""

    def __init__(self) -> None:
        self.began = 0
        self.go_on = asyncio.Event()

    async def reload(self) -> bool:
        self.began += 1
        await self.go_on.wait()
        return True


async def test_a_reload_that_is_asked_for_while_one_is_under_way_comes_after_it() -> None:
    supervisor = Slow()
    signals = Signals(supervisor, asyncio.Event())  # type: ignore[arg-type]
    signals.hangup()
    await until(lambda: supervisor.began == 1, "it has begun")
    signals.hangup()
    signals.hangup()
    supervisor.go_on.set()
    await until(lambda: supervisor.began == 2, "it comes once more")
