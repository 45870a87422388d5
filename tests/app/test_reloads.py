"""What a reload tells the processes, and what it keeps: each kind of change, without a daemon."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from alertd.app.link import Reload, Tell
from alertd.app.reloading import Reloaded, Reloading
from alertd.app.reloads import HANGS_S, Reloads
from alertd.base.sdnotify import SdNotify
from alertd.cli.run import Signals
from alertd.companies.report import Trouble
from alertd.rules.compiled import CompiledParts
from alertd.rules.places import kept_rules
from alertd.telemetry import REGISTRY
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
REFUSED = {"portfolio": "p", "state": "refused"}


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
        self.notes: list[str] = []
        self.trouble: list[str] = []
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

    def note_reload(self, *, ok: bool, faults: list[str], hangs: bool = False) -> None:
        self.notes.append("taken" if ok else "hangs" if hangs else "refused")

    def note_positions(self, trouble: Sequence[Trouble]) -> None:
        self.trouble = [f"{one.portfolio}: {one.state}" for one in trouble]

    def notices(self, kind: str) -> list[Tell]:
        return [told for told in self.io.told if isinstance(told, Tell) and told.kind == kind]

    @asynccontextmanager
    async def started(self, hangs_s: float = HANGS_S, reloading: Reloading | None = None) -> AsyncIterator[Reloads]:
        reloading = reloading or Reloading(self.folder / "alertd.yaml", {})
        guards: Any = [self.io, self.match]
        reloads = Reloads(reloading, reloading.load(), SdNotify(None), guards, self, hangs_s=hangs_s)
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
    assert desk.notes == ["refused", "taken"]
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


def positions(desk: Desk, *weights: str, date: str) -> None:
    """Write a positions file with one row for each weight."""
    rows = "".join(f"{ticker},{weight},{date}\n" for ticker, weight in zip(("NVDA", "AMZN"), weights, strict=False))
    desk.write("rules/portfolios/p.csv", f"ticker,weight,date\n{rows}")


async def test_trouble_with_positions_is_told_by_their_portfolio_and_so_is_its_end(desk: Desk) -> None:
    today = datetime.now(UTC).date().isoformat()
    positions(desk, "8%", "4%", date=today)
    desk.portfolio(holdings="{file: p.csv, as_of: date}")
    async with desk.started() as reloads:
        assert [told for told in desk.io.told if isinstance(told, Tell)] == []
        for _ in range(2):
            positions(desk, "8%", date=today)
            assert await reloads.reload(patient=True)
            assert await reloads.reload(patient=True)
            assert desk.trouble == ["p: refused"]
            assert REGISTRY.get_sample_value("alertd_positions_trouble", REFUSED) == 1
            positions(desk, "8%", "4%", date=today)
            assert await reloads.reload(patient=True)
            assert desk.trouble == []
            assert REGISTRY.get_sample_value("alertd_positions_trouble", REFUSED) == 0
    first, second = desk.notices("positions")
    assert (first.subject, first.text) == (
        "p",
        f"Portfolio p: the new positions were refused, those of {today} stay in force: it has 1 rows, 50 % fewer"
        f" than the 2 of {today} (`alertd holdings` shows what it holds). File: p.csv",
    )
    assert first.episode != second.episode, "after it was mended, the same trouble is told again"
    healed, again = desk.notices("positions_healed")
    assert (healed.subject, healed.text) == ("p", f"Portfolio p: the positions are in order again, those of {today}")
    assert healed.episode != again.episode


async def test_of_a_portfolio_that_is_gone_it_is_not_said_that_its_positions_are_in_order(desk: Desk) -> None:
    desk.write("rules/portfolios/q.yaml", PORTFOLIO.format(word="rent", holdings=INLINE).replace(": p\n", ": q\n"))
    desk.write("rules/portfolios/p.csv", "ticker,weight,date\nNVDA,8%,2020-01-01\n")
    desk.portfolio(holdings="{file: p.csv, as_of: date}")
    async with desk.started() as reloads:
        assert desk.trouble == ["p: stale"]
        (stale,) = desk.notices("positions")
        (desk.folder / "rules/portfolios/p.yaml").unlink()
        assert await reloads.reload()
    assert (desk.trouble, desk.notices("positions_healed")) == ([], [])
    assert stale.text == (
        "Portfolio p: the positions are of 2020-01-01, stale for longer than 4d (is the file still written?)."
        " File: p.csv"
    )


async def test_a_reload_that_does_not_end_is_said_and_taken_when_it_does(desk: Desk) -> None:
    async with desk.started(hangs_s=0.05) as reloads:
        settings = desk.folder / "alertd.yaml"
        settings.unlink()
        os.mkfifo(settings)  # to read it waits for a writer, as a mount waits for its server
        under_way = asyncio.create_task(reloads.reload(patient=True))
        await until(lambda: desk.notes == ["hangs"], "it is said that it hangs")
        (told,) = desk.notices("reload_hangs")
        assert told.text == (
            f"A reload does not come to its end, the old rules stay in force: {desk.folder}/rules: settings and rules"
            " have not been read within 50ms: does a file or a mount not answer?"
        )
        await asyncio.to_thread(settings.write_text, SETTINGS)
        assert await under_way
        assert desk.notes == ["hangs", "taken"]
        assert len(desk.match.reloads()) == 1, "the processes are told, so that the metric is right again"


async def test_rules_are_kept_before_they_are_in_force_and_a_disk_that_fails_is_told_once(desk: Desk) -> None:
    desk.portfolio("lease")
    async with desk.started() as reloads:
        await reloads.keep()
        first = reloads.found.loaded.snapshot.book
        assert kept_rules(desk.folder / "var").load(first.version) == first
        desk.portfolio("sells")
        await reloads.reload()
        second = reloads.found.loaded.snapshot.book
        assert kept_rules(desk.folder / "var").load(second.version) == second
        shutil.rmtree(desk.folder / "var/rules-kept")
        (desk.folder / "var/rules-kept").write_text("no folder")
        for word in ("buys", "leases"):
            desk.portfolio(word)
            assert await reloads.reload()
        (told,) = desk.notices("rules_not_kept")
        assert "rules-kept" in told.text


class Breaks(Reloading):
    """Fails as no rule file should make it fail."""

    broken = True

    def reload(self, paths: set[Path] | None) -> Reloaded:
        if self.broken:
            raise ZeroDivisionError("no way to divide")
        return super().reload(paths)


async def test_an_error_of_ours_is_said_and_the_next_change_is_taken(desk: Desk) -> None:
    reloading = Breaks(desk.folder / "alertd.yaml", {})
    async with desk.started(reloading=reloading) as reloads:
        desk.portfolio("sale")
        assert not await reloads.reload(patient=True)
        (told,) = desk.notices("reload_refused")
        assert "alertd itself failed" in told.text
        assert "ZeroDivisionError: no way to divide" in told.text
        reloading.broken = False
        assert await reloads.reload(patient=True)
        assert desk.notes == ["refused", "taken"]


def test_what_was_half_read_when_an_error_of_ours_came_is_read_anew(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    reloading = Reloading(desk.folder / "alertd.yaml", {})
    before = reloading.load().loaded.snapshot.book
    desk.portfolio("sale")
    with monkeypatch.context() as broken, pytest.raises(ZeroDivisionError):
        broken.setattr(CompiledParts, "update", lambda *_, **__: 1 / 0)
        reloading.reload(None)
    assert reloading.reload(None).loaded.snapshot.book.version != before.version


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
    assert [line["settings"] for line in logs if line["event"] == "needs_restart"] == [
        ["state_dir", "namespace", "archive"]
    ]
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
