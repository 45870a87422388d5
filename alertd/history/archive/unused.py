"""Files by content that no line names any more."""

from __future__ import annotations

from pathlib import Path

from alertd.history.archive.blobs import Blobs, named_in
from alertd.history.archive.reader import Reader
from alertd.history.archive.special import versions

YOUNG_MS = 2 * 86_400_000
"""A file that was put there a moment ago waits for the line that names it."""


def remove_unused(path: Path | str, now: int, *, dry_run: bool = False) -> list[str]:
    """Remove files that no line names, and give their names; none where not all lines can be read."""
    blobs, reader = Blobs(path), Reader(path)
    used = {name for _, record in versions(path, reader) for name in named_in(record.data)}
    if reader.findings:
        return []
    unused = [name for name in blobs.names() if name not in used and _age(blobs.path(name), now) > YOUNG_MS]
    for name in unused if not dry_run else []:
        blobs.path(name).unlink(missing_ok=True)
    return unused


def _age(file: Path, now: int) -> float:
    return now - file.stat().st_mtime_ns / 1e6
