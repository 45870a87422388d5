"""Whatever an archive lives through, it is whole and has each line once: crashes, seals, retention, copies."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from alertd.base.failpoints import Failpoint, arm
from alertd.history.archive.export import export
from alertd.history.archive.importing import import_archive, imported
from alertd.history.archive.layout import Layout
from alertd.history.archive.line import Line
from alertd.history.archive.prune import prune
from alertd.history.archive.writer import Writer
from alertd.history.config import KeepConfig
from alertd.model import JournalRecord
from tests.history.archive.making import DAY, MONDAY, event_record, lines, record, told

POINTS = (
    "append.before_write", "append.before_sync", "append.after_sync", "seal.after_scratch", "seal.after_entry",
    "seal.after_rename", "prune.after_scratch", "prune.after_entry",
)  # fmt: skip
KEEP = KeepConfig()


class Life:
    """One archive, and what should be in it."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path, self.random = path, Random(seed)
        self.journal: list[tuple[str, JournalRecord]] = []
        self.now = MONDAY

    def grow(self) -> None:
        """Let the journal have more records."""
        for _ in range(self.random.randint(1, 30)):
            self.now += self.random.choice((1, 1000, 3_600_000, 20 * 3_600_000))
            kind = self.random.choice(("entry", "notice", "event", "delivery"))
            made = record(len(self.journal), self.now, kind=kind, text="x" * self.random.randint(0, 3000))
            if kind == "event" and self.random.random() < 0.5:
                made = event_record(self.now, keep_body_s=self.random.choice((60, 40 * 86400)), no=len(self.journal))
            self.journal.append((f"{self.now}-{len(self.journal)}", made))

    def write(self, writer: Writer) -> None:
        """Archive what is not, as the daemon does."""
        position = writer.position
        ids = [journal_id for journal_id, _ in self.journal]
        start = ids.index(position) + 1 if position else 0
        while start < len(ids):
            size = self.random.randint(1, 12)
            writer.append(self.journal[start : start + size])
            start += size
        for day in writer.unsealed:
            writer.seal(day)
        list(prune(self.path, KEEP, self.now + self.random.choice((0, 0, 30, 95)) * DAY))

    def crash(self, writer: Writer) -> None:
        """Die somewhere; a crash of the machine may leave half of what was written last."""
        arm(f"archive.{self.random.choice(POINTS)}:{self.random.randint(1, 3)}:raise")
        try:
            self.write(writer)
        except Failpoint:
            pass
        finally:
            arm("")
        writer.close()
        opened = Layout(self.path).open_days()
        if opened and self.random.random() < 0.3:
            file = Layout(self.path).open(opened[-1])
            os.truncate(file, max(0, file.stat().st_size - self.random.randint(0, 60)))


@pytest.mark.parametrize("seed", range(12))
def test_an_archive_is_whole_whatever_it_lives_through(tmp_path: Path, seed: int) -> None:
    life = Life(tmp_path / "archive", seed)
    for _ in range(6):
        life.grow()
        life.crash(Writer(life.path))
    writer = Writer(life.path)
    life.write(writer)
    writer.close()
    assert told(life.path) == []
    whole = lines(life.path)
    there = {line.journal_id: line for line in whole}
    assert len(there) == len(whole)
    assert [line.journal_id for line in whole] == [name for name, _ in life.journal if name in there]
    for journal_id, made in life.journal:
        _same(there.get(journal_id), made)
    copy = tmp_path / "copy.tar"
    export(life.path, copy, now=life.now)
    target = tmp_path / "other"
    Writer(target).close()
    import_archive(copy, target, life.now)
    assert lines(imported(target)[0]) == whole
    assert told(imported(target)[0]) == []


def _same(line: Line | None, made: JournalRecord) -> None:
    """Hold a line against what was decided: it is that, or what retention leaves of it."""
    if line is None or line.record is None:
        assert made.kind == "entry"  # of which nothing is left
        return
    if line.record != made:
        assert made.data["event"]["provenance"]["rights"]["keep_body_s"] in (60, 40 * 86400)
        assert line.record.data["event"]["body"] == ""
        assert line.record.data["no"] == made.data["no"]
