"""Archives for the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from alertd.base.clock import parse_rfc3339, rfc3339
from alertd.history.archive.frames import pack
from alertd.history.archive.layout import Layout
from alertd.history.archive.line import Line
from alertd.history.archive.reader import Reader
from alertd.history.archive.verify import verify
from alertd.history.archive.wire import Wire, text_of
from alertd.history.archive.writer import Writer
from alertd.model import Event, JournalRecord, Provenance, Rights, event_to_dict

DAY = 86_400_000
MONDAY = parse_rfc3339("2026-11-23T00:00:00Z")
HOUR = 3_600_000


def record(number: int, at_ms: int = MONDAY, *, kind: Any = "notice", **data: Any) -> JournalRecord:
    """Make a record."""
    return JournalRecord(
        kind=kind, at=rfc3339(at_ms), ids=[f"id-{number}"], reason="said", data={"no": number, **data}
    )


def event_record(
    at_ms: int, *, body: str = "The body.", keep_body_s: int | None = None, export: bool = True, **data: Any
) -> JournalRecord:
    """Make the record of an event whose source may limit its text."""
    limited = keep_body_s is not None or not export
    rights = Rights(keep_body_s=keep_body_s, export=export) if limited else None
    event = Event(
        id="ev_aaaaaaaaaaaaaaaaaaaaaaaaaa", source="wire", title="Vega leases", body=body,
        provenance=Provenance(rights=rights),
    )  # fmt: skip
    fields = {"event": event_to_dict(event), "matches": [], "decisions": [], **data}
    return JournalRecord(kind="event", at=rfc3339(at_ms), ids=[event.id], reason="first", data=fields)


def rows(count: int, at_ms: int = MONDAY, step: int = 1000, first: int = 1) -> list[tuple[str, JournalRecord]]:
    """Make records with their journal ids, one after the other."""
    return [(f"{at_ms + i * step}-0", record(first + i, at_ms + i * step)) for i in range(count)]


def archive(path: Path, *days: int, sealed: bool = True, flushes: int = 5) -> Path:
    """Make an archive with so many lines on each day from Monday on; all but the last day are sealed."""
    with_writer(path, lambda writer: fill(writer, days, sealed=sealed, flushes=flushes))
    return path


def fill(writer: Writer, days: Iterable[int], *, sealed: bool = True, flushes: int = 5) -> None:
    """Write so many lines on each day."""
    for number, lines in enumerate(days):
        made = rows(lines, MONDAY + number * DAY)
        for start in range(0, lines, size := -(-lines // flushes) or 1):
            writer.append(made[start : start + size])
        for day in writer.unsealed if sealed else []:
            writer.seal(day)


def with_writer(path: Path, work: Callable[[Writer], object], **options: Any) -> None:
    """Write an archive and close it."""
    writer = Writer(path, **options)
    try:
        work(writer)
    finally:
        writer.close()


def lines(path: Path) -> list[Line]:
    """Read an archive."""
    return list(Reader(path).lines())


def numbers(path: Path) -> list[int]:
    """Give the numbers of the records that are there."""
    return [line.record.data["no"] for line in lines(path) if line.record is not None]


def told(path: Path) -> list[str]:
    """Give what `verify` says."""
    return [str(finding) for finding in verify(path)]


def rewritten(path: Path, day: str, change: Callable[[list[bytes]], list[bytes]], frame_lines: int = 10) -> None:
    """Change the lines in the file of a day, as somebody would who knows how it is packed but not the chain."""
    at = Layout(path)
    file = at.sealed(day) if at.sealed(day).exists() else at.open(day)
    found = [text_of(line) for frame in Reader(path).frames(day) for line in frame.lines]
    found = change(found)
    parts = [found[i : i + frame_lines] for i in range(0, len(found), frame_lines)]
    file.write_bytes(b"".join(pack(b"".join(part), 3) for part in parts))


def wires(path: Path, day: str) -> list[Wire]:
    """Give the lines of a day as they stand there."""
    return [line for frame in Reader(path).frames(day) for line in frame.lines]
