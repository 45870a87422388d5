"""Files that change are told, each way in which people and machines change them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from alertd.app import watch as watching
from tests.support.daemon import eventually
from tests.support.http import DEADLINE_S


class Desk:
    """A folder with settings and rules, under watch."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rules = folder / "rules"
        (self.rules / "portfolios").mkdir(parents=True, exist_ok=True)
        self.config = folder / "alertd.yaml"
        self.config.write_text("{}")
        (self.rules / "portfolios" / "a.yaml").write_text("a: 1")
        self.told: list[set[str]] = []

    async def changed(self, paths: set[Path]) -> None:
        self.told.append({path.name for path in paths})

    def has_told(self, name: str) -> bool:
        return any(name in names for names in self.told)

    @asynccontextmanager
    async def watched(self, config: str = "alertd.yaml") -> AsyncIterator[None]:
        stop = asyncio.Event()
        task = asyncio.create_task(watching.watch(self.rules, [self.config], self.changed, stop))
        await self.until(lambda: self._sees(config))
        self.told.clear()
        yield
        stop.set()
        await asyncio.wait_for(task, DEADLINE_S)

    def _sees(self, config: str) -> bool:
        probe = self.rules / "portfolios" / "probe.yaml"
        for path in (probe, self.config):
            path.write_text(f"{len(self.told)}: {os.urandom(4).hex()}")
        return self.has_told(probe.name) and self.has_told(config)

    async def until(self, check: Callable[[], bool]) -> None:
        async def ask() -> bool:
            return check()

        await eventually(ask, "the change is told")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_a_file_that_is_written_replaced_added_or_removed_is_told(desk: Desk) -> None:
    portfolios = desk.rules / "portfolios"
    async with desk.watched():
        (portfolios / "a.yaml").write_text("a: 2")
        await desk.until(lambda: desk.has_told("a.yaml"))
        desk.told.clear()
        (portfolios / ".a.yaml.swp").write_text("a: 3")
        (portfolios / ".a.yaml.swp").rename(portfolios / "a.yaml")  # as editors do
        await desk.until(lambda: desk.has_told("a.yaml"))
        (portfolios / "deeper").mkdir()
        (portfolios / "b.yaml").write_text("b: 1")
        await desk.until(lambda: desk.has_told("b.yaml"))
        (portfolios / "b.yaml").unlink()
        desk.told.clear()
        await desk.until(lambda: desk.has_told("b.yaml"))


async def test_what_lies_beside_the_settings_is_not_told_but_they_are(desk: Desk) -> None:
    (desk.folder / "var").mkdir()
    async with desk.watched():
        (desk.folder / "var" / "state.yaml").write_text("x")
        (desk.folder / "notes.yaml").write_text("x")
        desk.config.write_text("a: 1")
        await desk.until(lambda: desk.has_told("alertd.yaml"))
        assert not desk.has_told("state.yaml")
        assert not desk.has_told("notes.yaml")


async def test_a_link_that_leads_to_another_release_is_noticed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LOOK_MS", 100)
    (desk.folder / "one").mkdir()
    (desk.folder / "two" / "portfolios").mkdir(parents=True)
    desk.rules.rename(desk.folder / "one" / "rules")
    desk.rules.symlink_to(desk.folder / "one" / "rules")
    async with desk.watched():
        link = desk.folder / "next"
        link.symlink_to(desk.folder / "two")
        link.replace(desk.rules)
        await desk.until(lambda: set() in desk.told)
        (desk.folder / "two" / "portfolios" / "c.yaml").write_text("c: 1")

        def written() -> bool:
            (desk.folder / "two" / "portfolios" / "c.yaml").write_text(os.urandom(4).hex())
            return desk.has_told("c.yaml")

        await desk.until(written)


async def test_a_file_that_is_a_link_is_told_when_it_leads_elsewhere_and_when_its_target_changes(desk: Desk) -> None:
    release = desk.folder / "release"
    release.mkdir()
    for name in ("one.yaml", "two.yaml"):
        (release / name).write_text("{}")
    desk.config.unlink()
    desk.config.symlink_to(release / "one.yaml")
    async with desk.watched("one.yaml"):
        (release / "one.yaml").write_text("a: 1")
        await desk.until(lambda: desk.has_told("one.yaml"))
        (desk.folder / "next").symlink_to(release / "two.yaml")
        (desk.folder / "next").replace(desk.config)
        await desk.until(lambda: desk.has_told("alertd.yaml"))


async def test_where_the_system_gives_no_watch_it_looks(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    real = watching.awatch  # type: ignore[attr-defined]

    def scarce(*roots: Path, **options: object):  # type: ignore[no-untyped-def]
        if not options["force_polling"]:
            raise OSError(28, "no space left on device: inotify watch limit reached")
        return real(*roots, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(watching, "awatch", scarce)
    monkeypatch.setattr(watching, "POLL_MS", 50)
    async with desk.watched():
        (desk.rules / "portfolios" / "a.yaml").write_text("a: 2")
        await desk.until(lambda: desk.has_told("a.yaml"))
