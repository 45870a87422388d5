"""Reading: all of it, from a place on, of a time, single lines, while it is written, and past what is damaged."""

from __future__ import annotations

import random
import tracemalloc
from pathlib import Path

import pytest
import zstandard

from alertd.errors import Corrupt
from alertd.history.archive.frames import MAX_TEXT, pack, unpack
from alertd.history.archive.layout import Layout
from alertd.history.archive.line import Place
from alertd.history.archive.reader import Reader
from alertd.history.archive.writer import Writer
from tests.history.archive.making import DAY, MONDAY, archive, lines, numbers, record, rewritten, rows, told


def test_it_is_read_on_from_a_place_in_any_day(tmp_path: Path) -> None:
    archive(tmp_path, 30, 30, 30)
    whole = lines(tmp_path)
    for start in (0, 1, 14, 29, 30, 45, 59, 60, 75, 88, 89):
        assert list(Reader(tmp_path).lines(after=whole[start].place)) == whole[start + 1 :]
    assert list(Reader(tmp_path).lines(after=Place("2026-11-20", 9))) == whole
    assert list(Reader(tmp_path).lines(after=Place("2026-11-30", 1))) == []


def test_a_reader_follows_a_writer(tmp_path: Path) -> None:
    writer, place, seen = Writer(tmp_path), None, []
    writer.append(rows(1))
    reader = Reader(tmp_path)
    for number in range(2, 40):
        for line in reader.lines(after=place):
            place = line.place
            seen.append(line.record.data["no"] if line.record else 0)
        writer.append(rows(1, MONDAY + number * DAY // 15, first=number))
        for day in writer.unsealed if number % 4 == 0 else []:
            writer.seal(day)
    writer.close()
    assert seen == list(range(1, 39))
    assert reader.findings == []


def test_a_time_is_read(tmp_path: Path) -> None:
    archive(tmp_path, 30, 30, 30)
    reader = Reader(tmp_path)

    def of(since: int | None, until: int | None) -> int:
        return len(list(reader.lines(since_ms=since, until_ms=until)))

    assert of(None, None) == 90
    assert of(MONDAY + DAY, MONDAY + 2 * DAY) == 30
    assert of(MONDAY + 10_000, MONDAY + DAY + 10_000) == 30
    assert of(MONDAY + 29_001, None) == 60
    assert of(None, MONDAY) == 0
    assert of(MONDAY + 90 * DAY, None) == 0


def test_single_lines_are_found_in_sealed_and_open_days(tmp_path: Path) -> None:
    archive(tmp_path, 500, 500, flushes=50)
    whole = lines(tmp_path)
    wanted = random.Random(7).sample(whole, 60)
    reader = Reader(tmp_path)
    assert reader.at([line.place for line in wanted]) == sorted(wanted, key=lambda line: line.place)
    assert reader.at([Place("2026-11-23", 501), Place("2026-11-25", 1), Place("2026-11-24", 7)]) == [whole[506]]


def test_single_lines_are_found_without_a_manifest(tmp_path: Path) -> None:
    archive(tmp_path, 50, 50)
    whole = lines(tmp_path)
    Layout(tmp_path).manifest.unlink()
    assert Reader(tmp_path).at([whole[3].place, whole[77].place]) == [whole[3], whole[77]]
    assert lines(tmp_path) == whole


def test_what_is_damaged_is_passed_over_and_said(tmp_path: Path) -> None:
    archive(tmp_path, 40, 40, flushes=8)
    file = Layout(tmp_path).open("2026-11-24")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0x55
    file.write_bytes(content)
    reader = Reader(tmp_path)
    assert len(list(reader.lines())) == 75
    assert [f.kind for f in reader.findings] == ["unreadable"]
    assert [line.place.n for line in reader.at([Place("2026-11-24", 1), Place("2026-11-24", 40)])] == [1, 40]


def test_a_file_of_nonsense_ends(tmp_path: Path) -> None:
    archive(tmp_path, 3, 3)
    nonsense = random.Random(3).randbytes(50_000) + b"\x28\xb5\x2f\xfd" * 5_000 + bytes(10_000)
    Layout(tmp_path).sealed("2026-11-23").write_bytes(nonsense)
    reader = Reader(tmp_path)
    assert len(list(reader.lines())) == 3
    assert len(reader.findings) >= 1


@pytest.mark.parametrize("size", [MAX_TEXT + 1, 1 << 30])
def test_a_frame_that_would_unpack_to_very_much_is_refused(size: int) -> None:
    bomb = zstandard.ZstdCompressor(level=1, write_checksum=True)
    parts = bomb.compressobj(size=size)
    chunk = bytes(1 << 20)
    frame = b"".join(parts.compress(chunk[: min(len(chunk), size - i)]) for i in range(0, size, 1 << 20))
    frame += parts.flush()
    tracemalloc.start()
    with pytest.raises(Corrupt, match="must say its size, at most 16 MiB"):
        unpack(frame)
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


def test_a_frame_that_does_not_say_its_size_is_refused() -> None:
    frame = zstandard.ZstdCompressor(write_content_size=False).compress(b"abc")
    with pytest.raises(Corrupt, match="must say its size"):
        unpack(frame)
    assert unpack(pack(b"", 3)) == b""


def test_kinds_of_a_later_version_are_skipped_and_counted(tmp_path: Path) -> None:
    archive(tmp_path, 5, 1)
    rewritten(
        tmp_path,
        "2026-11-23",
        lambda ls: [line.replace(b'"kind":"notice"', b'"kind":"prophecy"') for line in ls[:2]] + ls[2:],
    )
    reader = Reader(tmp_path)
    assert [line.place.n for line in reader.lines()] == [3, 4, 5, 1]
    assert reader.skipped == {"kind": 2}
    assert reader.findings == []


BRACKETS = b"[" * 100_000 + b"]" * 100_000
HOSTILE = {
    "brackets in brackets": b'{"n":2,"j":"1-1","c":"x","r":{"kind":"notice","data":' + BRACKETS + b"}}\n",
    "a number beyond all": b'{"n":99999999999999999999999,"j":"1-1","c":"x","r":{}}\n',
    "a time beyond all": b'{"n":2,"j":"999999999999999-1","c":"x","r":{}}\n',
    "no UTF-8": b'{"n":2,"j":"1-1","c":"\xff","r":{}}\n',
    "no journal id": b'{"n":2,"j":"../x","c":"x","r":{}}\n',
    "no record": b'{"n":2,"j":"1-1","c":"x","r":7}\n',
    "a line feed less": b'{"n":2,"j":"1-1","c":"x","r":{}}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_line_costs_only_itself(tmp_path: Path, name: str) -> None:
    archive(tmp_path, 3, 3)
    rewritten(tmp_path, "2026-11-23", lambda ls: [ls[0], HOSTILE[name], ls[2]], frame_lines=1)
    reader = Reader(tmp_path)
    assert [line.place.n for line in reader.lines()] == [1, 3, 1, 2, 3]
    assert [f.kind for f in reader.findings] == ["unreadable"]
    assert told(tmp_path)[0].startswith("2026-11-23:2: ")


def test_memory_does_not_grow_with_the_archive(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    for day in range(3):
        for start in range(0, 3000, 500):
            base = MONDAY + day * DAY + start * 1000
            writer.append([(f"{base + i}-0", record(i, base, text="word " * 200)) for i in range(500)])
        for name in writer.unsealed:
            writer.seal(name)
    writer.close()

    def peak(days: int) -> int:
        tracemalloc.start()
        for _ in Reader(tmp_path).lines(until_ms=MONDAY + days * DAY):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(1)
    assert peak(3) < 1.3 * peak(1)
    assert len(numbers(tmp_path)) == 9000
