"""What a disk damaged is told of, not taken for what a crash left, and stops nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from alertd.history.archive.export import export
from alertd.history.archive.layout import Layout
from alertd.history.archive.line import Place
from alertd.history.archive.prune import prune
from alertd.history.archive.writer import Writer
from alertd.history.config import KeepConfig
from tests.history.archive.making import DAY, MONDAY, archive, rows, told, with_writer


@pytest.mark.parametrize("day", ["2026-11-2<", "2926-11-24"])
def test_an_altered_manifest_does_not_keep_the_writer_from_going_on(tmp_path: Path, day: str) -> None:
    archive(tmp_path, 3, 3, 3)
    file = Layout(tmp_path).manifest
    file.write_bytes(file.read_bytes().replace(b'"day":"2026-11-24"', f'"day":"{day}"'.encode()))
    writer = Writer(tmp_path)
    writer.append(rows(1, MONDAY + 2 * DAY + 5000))
    writer.close()
    assert (writer.place, told(tmp_path)[0]) == (
        Place("2026-11-25", 4),
        "manifest:2: line 2 of the manifest was altered, or one before it is missing",
    )


def test_a_day_that_is_missing_is_gone_on_behind(tmp_path: Path) -> None:
    archive(tmp_path, 3, 3)
    with_writer(tmp_path, lambda writer: writer.seal("2026-11-24"))
    Layout(tmp_path).sealed("2026-11-24").unlink()
    writer = Writer(tmp_path)
    assert writer.position == rows(3, MONDAY + DAY)[-1][0], "nothing of it is read again"
    writer.append(rows(1, MONDAY + 2 * DAY))
    writer.close()
    assert told(tmp_path) == ["2026-11-24: the day's file is missing; it had 3 lines"]


@pytest.mark.parametrize("restarted", [True, False])
def test_an_end_that_cannot_be_read_when_a_day_is_sealed_stays_beside_it_and_is_told_of(
    tmp_path: Path, *, restarted: bool
) -> None:
    """It is no crash's doing, and the daemon would not read it again: it is behind that."""
    archive(tmp_path, 10, 1, sealed=False)
    file = Layout(tmp_path).open("2026-11-23")
    writer = Writer(tmp_path)
    content = bytearray(file.read_bytes())
    content[-20] ^= 0xFF
    file.write_bytes(content)
    if restarted:
        writer.close()
        writer = Writer(tmp_path)
    assert writer.findings == []
    assert writer.seal("2026-11-23") is not None
    assert (tmp_path / "2026-11-23.damaged-1.zst").read_bytes() == bytes(content)
    lost = "2026-11-23:9: what stood behind line 8 is missing: unreadable when the day was sealed"
    assert told(tmp_path) == [lost]
    writer.append(rows(1, MONDAY + 2 * DAY))
    writer.seal("2026-11-24")
    writer.close()
    assert told(tmp_path) == [lost]
    export(tmp_path, tmp_path / "out", now=MONDAY)
    assert told(tmp_path / "out") == [lost]
    assert len(list(prune(tmp_path, KeepConfig(notice=DAY / 1000), MONDAY + 400 * DAY))) == 2
    assert told(tmp_path) == []
