"""What an archive holds, for `alertd archive status`; read from the manifest, so it takes no time."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alertd.history.archive import holds, manifest
from alertd.history.archive.holds import LegalHold
from alertd.history.archive.importing import imported
from alertd.history.archive.layout import Layout, about
from alertd.history.archive.line import Place
from alertd.history.archive.reader import Reader
from alertd.history.archive.special import gaps
from alertd.model import JournalRecord


@dataclass(frozen=True, slots=True)
class Copy:
    """An archive of elsewhere that was imported."""

    id: str
    path: str
    days: int
    oldest: str | None
    newest: str | None
    lines: int
    size: int
    """Bytes of the days' files."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What there is."""

    id: str
    path: str
    head: str
    """The chain of the manifest: noted elsewhere, it shows later that nothing was written anew."""
    sealed_days: int
    open_days: list[str]
    oldest: str | None
    newest: str | None
    lines: int
    removed_days: int
    """Days of which nothing is left."""
    changed_lines: int
    """Lines whose record was removed, or a part of it, in days of which something is left."""
    size: int
    """Bytes of the days' files."""
    kinds: dict[str, int] = field(default_factory=dict)
    """Kind -> lines in sealed days."""
    bytes_a_line: int | None = None
    """In sealed days."""
    gaps: list[dict[str, Any]] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    """Files that were set aside because they could not be read."""
    holds: list[LegalHold] = field(default_factory=list)
    imported: list[Copy] = field(default_factory=list)


def summary(path: Path | str) -> Summary:
    """Sum up an archive. Raises ArchiveRefused, OSError."""
    at, reader = Layout(Path(path)), Reader(path)
    known, days = manifest.read(at.manifest), reader.days()
    sealed = [entry for day in days if (entry := reader.entry(day)) is not None]
    opened = [day for day in at.open_days() if reader.entry(day) is None]
    kinds: dict[str, int] = {}
    for entry in sealed:
        for kind, count in entry.kinds.items():
            kinds[kind] = kinds.get(kind, 0) + count
    last = [place.n for day in opened if (place := reader.last(day)) is not None]
    lines, size = sum(entry.lines for entry in sealed), sum(entry.size for entry in sealed)
    return Summary(
        id=about(at.root).id,
        path=str(at.root),
        head=known.head,
        sealed_days=len(sealed),
        open_days=opened,
        oldest=days[0] if days else None,
        newest=days[-1] if days else None,
        lines=lines + sum(last),
        removed_days=sum(entry.t == "removed" for entry in known.days().values()),
        changed_lines=sum(entry.gone for entry in sealed),
        size=size + sum(at.open(day).stat().st_size for day in opened),
        kinds=dict(sorted(kinds.items(), key=lambda one: -one[1])),
        bytes_a_line=round(size / lines) if lines else None,
        gaps=[_gap(place, record) for place, record in gaps(path, reader)],
        damaged=sorted(found.name for found in at.root.glob("*.damaged-*.zst")),
        holds=holds.read(path),
        imported=[_copy(found) for found in imported(path)],
    )


def _copy(path: Path) -> Copy:
    entries = [entry for entry in manifest.read(Layout(path).manifest).days().values() if entry.t != "removed"]
    days = sorted(entry.day for entry in entries)
    return Copy(
        id=path.name,
        path=str(path),
        days=len(days),
        oldest=days[0] if days else None,
        newest=days[-1] if days else None,
        lines=sum(entry.lines for entry in entries),
        size=sum(entry.size for entry in entries),
    )


def _gap(place: Place, record: JournalRecord) -> dict[str, Any]:
    data = record.data
    return {"day": place.day, "line": place.n, "at": record.at, "from": data.get("from"), "to": data.get("to")}
