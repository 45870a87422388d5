"""What is appended is there, in order and once, whatever interrupts the writer."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from alertd.base.failpoints import Failpoint, arm
from alertd.errors import ArchiveRefused, ArchiveUnavailable
from alertd.history.archive.archive import Archive
from alertd.history.archive.layout import Layout
from alertd.history.archive.line import Place
from alertd.history.archive.writer import Writer
from alertd.model import JournalRecord
from tests.history.archive.making import (
    DAY,
    HOUR,
    MONDAY,
    archive,
    event_record,
    lines,
    numbers,
    record,
    rewritten,
    rows,
    told,
)
from tests.support.http import DEADLINE_S


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    arm("")


def test_what_is_appended_is_read_in_order(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.append(rows(3))
    writer.append(rows(2, MONDAY + HOUR, first=4))
    found = lines(tmp_path)
    assert [line.place for line in found] == [Place("2026-11-23", n) for n in range(1, 6)]
    assert [line.record for line in found] == [one for _, one in [*rows(3), *rows(2, MONDAY + HOUR, first=4)]]
    assert found[0].journal_id == f"{MONDAY}-0"
    assert writer.position == f"{MONDAY + HOUR + 1000}-0"
    assert writer.place == Place("2026-11-23", 5)
    writer.close()


def test_an_archive_goes_on_where_it_was(tmp_path: Path) -> None:
    archive(tmp_path, 3, 2)
    writer = Writer(tmp_path)
    assert writer.position == f"{MONDAY + DAY + 1000}-0"
    writer.append(rows(1, MONDAY + DAY + HOUR, first=3))
    writer.close()
    assert numbers(tmp_path) == [1, 2, 3, 1, 2, 3]
    assert told(tmp_path) == []


def test_an_empty_archive_has_no_position(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "new")
    assert (writer.position, writer.place, writer.unsealed) == ("", None, [])
    writer.close()
    assert Archive.open(tmp_path / "new").id == writer.id
    assert lines(tmp_path / "new") == []


def test_a_day_begins_by_the_clock_of_the_store(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.append(rows(4, MONDAY + DAY - 2000))
    assert [line.place for line in lines(tmp_path)] == [
        Place("2026-11-23", 1), Place("2026-11-23", 2), Place("2026-11-24", 1), Place("2026-11-24", 2),
    ]  # fmt: skip
    assert writer.unsealed == ["2026-11-23"]
    writer.close()


def test_a_clock_that_goes_back_does_not_break_the_order(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.append([*rows(1, MONDAY + DAY), *rows(1, MONDAY, first=2)])
    writer.seal("2026-11-24")
    writer.append(rows(1, MONDAY + DAY + HOUR, first=3))
    writer.close()
    assert numbers(tmp_path) == [1, 2, 3]
    assert [line.place.day for line in lines(tmp_path)] == ["2026-11-24", "2026-11-24", "2026-11-25"]
    assert told(tmp_path) == []


def test_only_one_process_writes(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    with pytest.raises(ArchiveUnavailable, match="another alertd writes this archive"):
        Writer(tmp_path)
    writer.close()
    Writer(tmp_path).close()


def test_an_archive_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    archive(tmp_path, 1)
    about = tmp_path / "archive.json"
    about.write_text(about.read_text().replace('"format":1', '"format":2'))
    for opening in (Writer, Archive.open):
        with pytest.raises(ArchiveRefused, match=r"newer alertd \(format 2; this one reads 1\): update"):
            opening(tmp_path)


def test_a_directory_that_is_none_is_refused_for_reading(tmp_path: Path) -> None:
    with pytest.raises(ArchiveRefused, match=r"is no archive: there is no archive\.json in it"):
        Archive.open(tmp_path)


@pytest.mark.parametrize("cut", [1, 3, 10, 40])
def test_a_torn_end_is_cut_off_and_said(tmp_path: Path, cut: int) -> None:
    archive(tmp_path, 10, flushes=2)
    file = Layout(tmp_path).open("2026-11-23")
    os.truncate(file, file.stat().st_size - cut)
    writer = Writer(tmp_path)
    assert writer.position == rows(5)[-1][0]
    assert [f.kind for f in writer.findings] == ["mended"]
    assert "was cut off" in writer.findings[0].text
    writer.append(rows(10)[5:])
    writer.close()
    assert numbers(tmp_path) == list(range(1, 11))
    assert told(tmp_path) == []


def test_a_file_can_end_at_any_byte(tmp_path: Path) -> None:
    archive(tmp_path / "whole", 6, flushes=3)
    whole = Layout(tmp_path / "whole").open("2026-11-23").read_bytes()
    for size in (*range(0, len(whole), 9), *range(len(whole) - 4, len(whole) + 1)):
        path = tmp_path / f"cut-{size}"
        archive(path)
        Layout(path).open("2026-11-23").write_bytes(whole[:size])
        writer = Writer(path)
        there = numbers(path)
        assert there == list(range(1, len(there) + 1))
        writer.append(rows(6)[len(there) :])
        writer.close()
        assert numbers(path) == [1, 2, 3, 4, 5, 6]
        assert told(path) == []


def test_zeros_behind_the_end_are_cut_off(tmp_path: Path) -> None:
    archive(tmp_path, 4)
    with Layout(tmp_path).open("2026-11-23").open("ab") as file:
        file.write(bytes(4096))
    writer = Writer(tmp_path)
    writer.append(rows(1, MONDAY + HOUR, first=5))
    writer.close()
    assert numbers(tmp_path) == [1, 2, 3, 4, 5]
    assert told(tmp_path) == []


def test_damage_before_whole_frames_is_left_as_it_is(tmp_path: Path) -> None:
    archive(tmp_path, 10, flushes=5)
    file = Layout(tmp_path).open("2026-11-23")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)
    writer = Writer(tmp_path)
    assert writer.position == rows(10)[-1][0]
    writer.append(rows(1, MONDAY + HOUR, first=11))
    writer.close()
    assert numbers(tmp_path) == [1, 2, 3, 4, 7, 8, 9, 10, 11]


@pytest.mark.parametrize("place", ["before_write", "before_sync", "after_sync"])
def test_a_crash_while_appending_loses_and_doubles_nothing(tmp_path: Path, place: str) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from alertd.base.failpoints import arm\n"
        "from alertd.history.archive.writer import Writer\n"
        "from tests.history.archive.making import rows\n"
        f"arm('archive.append.{place}:3:exit')\n"
        "writer = Writer(Path(sys.argv[1]))\n"
        "for i in range(10): writer.append(rows(10)[i:i + 1])\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], timeout=DEADLINE_S, check=False)
    assert done.returncode == 137
    writer = Writer(tmp_path)
    there = [number for number, _ in rows(10)].index(writer.position) + 1
    assert there in (2, 3)
    writer.append(rows(10)[there:])
    writer.close()
    assert numbers(tmp_path) == list(range(1, 11))
    assert told(tmp_path) == []


@pytest.mark.parametrize("place", ["after_scratch", "after_entry", "after_rename"])
def test_a_crash_while_sealing_is_mended(tmp_path: Path, place: str) -> None:
    archive(tmp_path, 20, 3, sealed=False)
    writer = Writer(tmp_path)
    arm(f"archive.seal.{place}:1:raise")
    with pytest.raises(Failpoint):
        writer.seal("2026-11-23")
    writer.close()
    writer = Writer(tmp_path)
    for day in writer.unsealed:
        writer.seal(day)
    writer.append(rows(1, MONDAY + DAY + HOUR, first=4))
    writer.close()
    assert numbers(tmp_path) == [*range(1, 21), 1, 2, 3, 4]
    assert told(tmp_path) == []
    assert Layout(tmp_path).open_days() == ["2026-11-24"]
    assert Layout(tmp_path).scratches() == []


def test_a_torn_manifest_is_cut_off_and_the_day_sealed_again(tmp_path: Path) -> None:
    archive(tmp_path, 5, 5, 5, sealed=False)
    writer = Writer(tmp_path)
    writer.seal("2026-11-23")
    arm("archive.seal.after_entry:1:raise")
    with pytest.raises(Failpoint):
        writer.seal("2026-11-24")
    writer.close()
    manifest = Layout(tmp_path).manifest
    os.truncate(manifest, manifest.stat().st_size - 7)
    writer = Writer(tmp_path)
    assert [str(f) for f in writer.findings] == [
        "manifest:2: the end of the manifest, which a crash left half written, was cut off"
    ]
    assert writer.unsealed == ["2026-11-24"]
    writer.seal("2026-11-24")
    writer.close()
    assert told(tmp_path) == []


def test_days_are_sealed_in_their_order(tmp_path: Path) -> None:
    archive(tmp_path, 2, 2, 2, sealed=False)
    writer = Writer(tmp_path)
    entry = writer.seal("2026-11-24")
    assert entry is not None
    assert entry.day == "2026-11-24"
    assert writer.unsealed == []
    writer.close()
    assert told(tmp_path) == []


def test_a_sealed_day_takes_no_more_lines(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.append(rows(2))
    writer.seal("2026-11-23")
    writer.append(rows(1, MONDAY + HOUR, first=3))
    writer.close()
    assert [line.place for line in lines(tmp_path)][-1] == Place("2026-11-24", 1)
    assert told(tmp_path) == []


def test_lines_that_cannot_be_read_when_a_day_is_sealed_stay_beside_it(tmp_path: Path) -> None:
    archive(tmp_path, 10, 1, sealed=False)
    file = Layout(tmp_path).open("2026-11-23")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)
    writer = Writer(tmp_path)
    entry = writer.seal("2026-11-23")
    writer.close()
    assert entry is not None
    assert entry.missing == [(5, 6)]
    assert (tmp_path / "2026-11-23.damaged-1.zst").read_bytes() == bytes(content)
    assert told(tmp_path) == ["2026-11-23:5: lines 5 to 6 are missing: unreadable when the day was sealed"]
    rewritten(tmp_path, "2026-11-23", lambda lines: lines)  # which hides no later change
    assert "2026-11-23:1: lines 1 to 10 are not as they were written" in " ".join(told(tmp_path))


def test_a_full_disk_harms_nothing_that_is_there(tmp_path: Path) -> None:
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from alertd.errors import ArchiveUnavailable\n"
        "from alertd.history.archive.writer import Writer\n"
        "from tests.history.archive.making import record, rows\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "writer = Writer(Path(sys.argv[1]))\n"
        "writer.append(rows(3))\n"
        "import os\n"
        "large = [(f'{i}-1', record(i, text=os.urandom(4000).hex())) for i in range(4, 8)]\n"
        "soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (6000, hard))\n"
        "try: writer.append(large)\n"
        "except ArchiveUnavailable as error: print(error)\n"
        "print(writer.position == rows(3)[-1][0])\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))\n"
        "writer.append(large)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], timeout=DEADLINE_S, check=True, capture_output=True, text=True
    )
    assert done.stdout.splitlines() == ["the archive: File too large", "True"]
    assert numbers(tmp_path) == [1, 2, 3, 4, 5, 6, 7]
    assert told(tmp_path) == []
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_a_file_that_somebody_removed_is_begun_anew(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.append(rows(2))
    Layout(tmp_path).open("2026-11-23").unlink()
    writer.append(rows(2))
    writer.close()
    assert numbers(tmp_path) == [1, 2]


def test_a_record_that_is_too_large_leaves_its_place(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.append([("1-0", record(1, text="x" * (9 << 20))), ("1-1", record(2))])
    writer.close()
    found = [line.record for line in lines(tmp_path)]
    assert isinstance(found[0], JournalRecord)
    assert found[0].data == {"dropped": "9437290 bytes are more than a line may have"}
    assert isinstance(found[1], JournalRecord)


def test_a_body_that_may_hardly_be_kept_is_never_written(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.append([("1-0", event_record(1, keep_body_s=3600)), ("1-1", event_record(1, keep_body_s=30 * 86400))])
    writer.close()
    bodies = [line.record.data["event"]["body"] for line in lines(tmp_path) if line.record]
    assert bodies == ["", "The body."]
