"""`verify` finds what is wrong at its line, goes on, and finds the next."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from alertd.history.archive import manifest, wire
from alertd.history.archive.blobs import Blobs
from alertd.history.archive.chain import digest
from alertd.history.archive.layout import Layout
from alertd.history.archive.verify import bytes_of, verify
from alertd.history.archive.wire import Gone
from alertd.history.archive.writer import Writer
from tests.history.archive.making import archive, numbers, record, rewritten, rows, told, with_writer

Lines = list[bytes]


def _altered(lines: Lines, n: int, was: bytes = b"said", new: bytes = b"done") -> Lines:
    return [line.replace(was, new) if i == n - 1 else line for i, line in enumerate(lines)]


def _renumbered(lines: Lines) -> Lines:
    return [b'{"n":%d,' % (i + 1) + line.partition(b",")[2] for i, line in enumerate(lines)]


def _inserted(lines: Lines) -> Lines:
    return [*lines[:6], lines[6].replace(b'"no":7', b'"no":70'), *lines[6:]]


CHANGES: dict[str, tuple[Callable[[Lines], Lines], list[str]]] = {
    "an altered record": (
        lambda ls: _altered(ls, 17),
        [":17: the line was altered, or one before it was taken out"],
    ),
    "an altered journal id": (
        lambda ls: _altered(ls, 17, b'"j":"1', b'"j":"2'),
        [":17: the line was altered, or one before it was taken out"],
    ),
    "an altered chain": (
        lambda ls: _altered(ls, 17, b'"c":"', b'"c":"AAAAAA'[:6] + b"A")[:17] + ls[17:],
        [":17: the line was altered, or one before it was taken out"],
    ),
    "two altered lines": (
        lambda ls: _altered(_altered(ls, 3), 30),
        [":3: the line was altered, or one before it was taken out",
         ":30: the line was altered, or one before it was taken out"],
    ),
    "two altered lines, one behind the other": (
        lambda ls: _altered(_altered(ls, 3), 4),
        [":3: the line was altered, or one before it was taken out",
         ":4: the line was altered, or one before it was taken out"],
    ),
    "a missing line": (lambda ls: ls[:6] + ls[7:], [":7: line 7 is missing"]),
    "missing lines": (lambda ls: ls[:6] + ls[9:20] + ls[21:],
                      [":7: lines 7 to 9 are missing", ":21: line 21 is missing"]),
    "missing lines at the end": (lambda ls: ls[:35], [":36: lines 36 to 40 are missing"]),
    "missing lines at the beginning": (lambda ls: ls[2:], [":1: lines 1 to 2 are missing"]),
    "a missing line, the others renumbered": (
        lambda ls: _renumbered(ls[:6] + ls[7:]),
        [":7: the line was altered, or one before it was taken out", ":40: line 40 is missing"],
    ),
    "swapped lines": (lambda ls: [*ls[:6], ls[7], ls[6], *ls[8:]], [":7: the line stands behind line 8"]),
    "swapped lines, renumbered": (
        lambda ls: _renumbered([*ls[:6], ls[7], ls[6], *ls[8:]]),
        [":7: the line was added", ":9: the line was altered, or one before it was taken out"],
    ),
    "an added line": (_inserted, [":7: the line was added"]),
    "an added line, the others renumbered": (
        lambda ls: _renumbered(_inserted(ls)),
        [":7: the line was added", ":41: there are 41 lines, 40 when the day was sealed"],
    ),
    "a line twice": (lambda ls: [*ls[:7], ls[6], *ls[7:]], [":7: there is a second line 7"]),
    "a line that is none": (
        lambda ls: [*ls[:6], b"{]\n", *ls[7:]],
        [":7: no line of an archive: JSON is malformed: object keys must be strings (byte 1)",
         ":7: line 7 is missing"],
    ),
    "a line made to look removed": (
        lambda ls: [*ls[:6], b'{"n":7,"j":"1-1","c":"x","x":{"why":"","at":""}}\n', *ls[7:]],
        [":7: the line was altered: it says that something was removed, but not what"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_found_at_its_line(tmp_path: Path, name: str) -> None:
    archive(tmp_path, 3, 40, 3)
    assert told(tmp_path) == []
    change, expected = CHANGES[name]
    rewritten(tmp_path, "2026-11-24", change)
    assert sorted(told(tmp_path)) == sorted(f"2026-11-24{text}" for text in expected)


@pytest.mark.parametrize("sealed", [False, True])
def test_a_line_that_was_made_to_look_removed_is_found_where_nothing_was_removed_yet(
    tmp_path: Path, *, sealed: bool
) -> None:
    archive(tmp_path, 40)

    def forged(lines: Lines) -> Lines:
        line = wire.read(lines[16].rstrip())
        gone = wire.written_without(line, digest(line.record), Gone("kept long enough", "2026-11-23"))
        return [*lines[:16], gone, *lines[17:]]

    rewritten(tmp_path, "2026-11-23", forged)
    if sealed:
        with_writer(tmp_path, lambda writer: writer.seal("2026-11-23"))
    why = "it says that something was removed, and nothing was of this day"
    assert told(tmp_path) == [f"2026-11-23:17: the line was altered: {why}"]


@pytest.mark.parametrize("name", ["an altered record", "a missing line", "an added line", "swapped lines"])
def test_a_change_is_found_in_the_day_that_is_written(tmp_path: Path, name: str) -> None:
    archive(tmp_path, 3, 40)
    change, expected = CHANGES[name]
    rewritten(tmp_path, "2026-11-24", change)
    assert told(tmp_path) == [f"2026-11-24{text}" for text in expected]


def test_a_line_that_was_made_to_fit_the_chain_is_found_by_the_manifest(tmp_path: Path) -> None:
    archive(tmp_path / "a", 40, 1)
    with_writer(tmp_path / "b", lambda writer: writer.append([*rows(20), ("1-0", record(99)), *rows(20, first=21)]))
    shutil.copy(Layout(tmp_path / "b").open("2026-11-23"), Layout(tmp_path / "a").sealed("2026-11-23"))
    assert told(tmp_path / "a") == ["2026-11-23:41: there are 41 lines, 40 when the day was sealed"]


def test_a_day_written_anew_as_a_whole_is_found_by_the_manifest(tmp_path: Path) -> None:
    archive(tmp_path / "a", 40, 1)
    with_writer(tmp_path / "b", lambda writer: writer.append([*rows(39), ("1-0", record(99))]))
    shutil.copy(Layout(tmp_path / "b").open("2026-11-23"), Layout(tmp_path / "a").sealed("2026-11-23"))
    assert told(tmp_path / "a") == ["2026-11-23:40: the chain does not end as it did when the day was sealed"]


def test_a_file_packed_otherwise_is_found(tmp_path: Path) -> None:
    archive(tmp_path, 40, 1)
    rewritten(tmp_path, "2026-11-23", lambda lines: lines)
    assert told(tmp_path) == [
        "2026-11-23:1: lines 1 to 40 are not as they were written: something was removed, "
        "or what was left was changed"
    ]


def test_a_damaged_frame_costs_its_lines_and_no_others(tmp_path: Path) -> None:
    archive(tmp_path, 40, 40, flushes=8)
    file = Layout(tmp_path).open("2026-11-24")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0x55
    file.write_bytes(content)
    found = told(tmp_path)
    assert len(found) == 2
    assert (
        "2026-11-24:21: lines 21 to 25 are missing" in found or "2026-11-24:16: lines 16 to 20 are missing" in found
    )
    assert any("cannot be read" in text for text in found)
    assert len(numbers(tmp_path)) == 75


def test_a_missing_day_is_found(tmp_path: Path) -> None:
    archive(tmp_path, 5, 5, 5)
    Layout(tmp_path).sealed("2026-11-24").unlink()
    assert told(tmp_path) == ["2026-11-24: the day's file is missing; it had 5 lines"]


def test_a_day_that_is_missing_with_its_entry_is_found(tmp_path: Path) -> None:
    archive(tmp_path, 5, 5, 5, 5)
    at = Layout(tmp_path)
    at.sealed("2026-11-24").unlink()
    entries = at.manifest.read_bytes().splitlines(keepends=True)
    at.manifest.write_bytes(b"".join([entries[0], *entries[2:]]))
    assert told(tmp_path) == [
        "manifest:2: line 2 of the manifest was altered, or one before it is missing",
        "2026-11-25: the day does not follow the one before it: days are missing",
    ]


def test_an_altered_manifest_is_found_at_its_line(tmp_path: Path) -> None:
    archive(tmp_path, 5, 5, 5)
    at = Layout(tmp_path)
    at.manifest.write_bytes(at.manifest.read_bytes().replace(b'"at":"20', b'"at":"19', 1))
    assert told(tmp_path) == ["manifest:1: line 1 of the manifest was altered, or one before it is missing"]


def test_a_manifest_that_is_gone_is_found(tmp_path: Path) -> None:
    archive(tmp_path, 5, 5, 5)
    Layout(tmp_path).manifest.unlink()
    assert told(tmp_path) == [
        "2026-11-23: the manifest does not know the day's file",
        "2026-11-24: the manifest does not know the day's file",
    ]


def test_a_manifest_written_anew_is_found_by_a_head_that_was_noted(tmp_path: Path) -> None:
    archive(tmp_path / "a", 5, 5)
    archive(tmp_path / "b", 6, 6)
    head = manifest.read(Layout(tmp_path / "a").manifest).head
    assert list(verify(tmp_path / "a", head=head)) == []
    assert [str(f) for f in verify(tmp_path / "b", head=head)] == [
        f"manifest: {head} is not among its chains: it was written anew since"
    ]


def test_a_torn_end_is_said_unless_the_daemon_is_at_work(tmp_path: Path) -> None:
    archive(tmp_path, 5)
    file = Layout(tmp_path).open("2026-11-23")
    writer = Writer(tmp_path)
    with file.open("ab") as more:
        more.write(b"\x28\xb5\x2f")
    assert told(tmp_path) == []
    writer.close()
    assert [f.kind for f in verify(tmp_path)] == ["torn"]


def test_a_changed_or_missing_file_by_content_is_found(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    kept, lost = blobs.put(b"rules"), blobs.put(b"holdings")
    version = record(1, kind="version", files={"a.yaml": kept}, holdings={"b.csv": lost})
    with_writer(tmp_path, lambda writer: writer.append([("1-0", version)]))
    assert told(tmp_path) == []
    blobs.path(lost).unlink()
    blobs.path(kept).write_bytes(blobs.path(blobs.put(b"other rules")).read_bytes())
    assert told(tmp_path) == [
        f"1970-01-01:1: the content of b.csv is missing: blobs/{lost[:2]}/{lost}.zst",
        f"blobs: the file {kept} is not what it was",
    ]


def test_progress_comes_to_all_bytes(tmp_path: Path) -> None:
    archive(tmp_path, 40, 40, 40)
    Blobs(tmp_path).put(b"rules")
    read: list[int] = []
    assert list(verify(tmp_path, told=read.append)) == []
    assert sum(read) == bytes_of(tmp_path)


def test_nothing_is_changed_by_looking(tmp_path: Path) -> None:
    archive(tmp_path, 4, 4)
    before = {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in tmp_path.rglob("*")}
    assert told(tmp_path) == []
    assert {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in tmp_path.rglob("*")} == before
