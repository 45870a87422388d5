"""Which rules and holdings are in force is journalled once for each content, and their files are kept."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from alertd.asking.journal_text import headline
from alertd.base.files import sha256_of
from alertd.history.archive.blobs import Blobs
from alertd.model import JournalRecord
from alertd.rules.files import fingerprint
from alertd.store.memory import MemoryStore
from alertd.workers.archive_version import CHANGED, MISSING, InForce, Versions

NOW = 1_800_000_000_000


class Rig:
    def __init__(self, folder: Path) -> None:
        self.rules, self.archive = folder / "rules", folder / "archive"
        self.rules.mkdir()
        self.positions = folder / "positions.csv"
        self.positions.write_text("ticker,weight\nNVDA,8%\n")
        self.store = MemoryStore(clock=lambda: NOW)
        self.versions = Versions(self.archive, self.store, lambda: NOW)

    def write(self, name: str, text: str) -> None:
        (self.rules / name).parent.mkdir(exist_ok=True)
        (self.rules / name).write_text(text)

    def loaded(self, version: str) -> InForce:
        files = {str(path): fingerprint(path.read_bytes()) for path in self.rules.rglob("*.yaml")}
        return InForce(version, self.rules, files, frozenset([self.positions]))

    async def journalled(self) -> list[JournalRecord]:
        return [record for _, record in await self.store.read_journal("", 10, 0)]


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    rig = Rig(tmp_path)
    rig.write("portfolios/p.yaml", "portfolio: p")
    rig.write("companies/c.yaml", "companies: []")
    return rig


async def test_it_names_each_file_by_its_content_and_keeps_it(rig: Rig) -> None:
    rig.versions.take(rig.loaded("abcdefghijklmnop"))
    await rig.versions.journal()
    (record,) = await rig.journalled()
    assert (record.kind, record.reason) == ("version", "in_force")
    assert record.data["files"] == {
        "companies/c.yaml": hashlib.sha256(b"companies: []").hexdigest(),
        "portfolios/p.yaml": hashlib.sha256(b"portfolio: p").hexdigest(),
    }
    kept = Blobs(rig.archive)
    assert kept.get(record.data["files"]["portfolios/p.yaml"]) == b"portfolio: p"
    assert kept.get(record.data["holdings"][str(rig.positions)]) == rig.positions.read_bytes()
    assert record.data["models"]["enrich/tone.model.json"]
    assert record.data["companies"]["registrants"] == "packaged"
    assert headline(record) == "rules abcdefghijkl in force, of 2 files"


async def test_the_same_is_journalled_once_and_what_changes_again(rig: Rig) -> None:
    for _ in range(2):
        rig.versions.take(rig.loaded("one"))
        await rig.versions.journal()
    rig.positions.write_text("ticker,weight\nNVDA,9%\n")
    rig.versions.take(rig.loaded("two"))
    await rig.versions.journal()
    await rig.versions.journal()
    first, second = await rig.journalled()
    assert first.data["files"] == second.data["files"]
    assert second.data["holdings"] == {str(rig.positions): sha256_of(rig.positions)}


async def test_a_file_that_is_another_by_now_is_not_taken_for_what_was_loaded(rig: Rig) -> None:
    found = rig.loaded("one")
    rig.write("portfolios/p.yaml", "portfolio: broken [")
    (rig.rules / "companies/c.yaml").unlink()
    rig.versions.take(found)
    await rig.versions.journal()
    (record,) = await rig.journalled()
    assert record.data["files"] == {"companies/c.yaml": MISSING, "portfolios/p.yaml": CHANGED}


async def test_what_cannot_be_kept_is_tried_again(rig: Rig) -> None:
    rig.archive.write_text("what stands in the way")
    rig.versions.take(rig.loaded("one"))
    with pytest.raises(OSError, match="archive"):
        await rig.versions.journal()
    assert await rig.journalled() == []
    rig.archive.unlink()
    await rig.versions.journal()
    assert len(await rig.journalled()) == 1
