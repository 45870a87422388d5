"""Sealing a day, and mending what a crash in the middle of it left.

    write the whole day anew       <year>/.<day>.new, durable
    say what it will be            an entry of the manifest, durable
    put it in its place            rename
    remove what it was made of     <day>.open.jsonl.zst

A crash after the first step: the new file is thrown away and made again. After the second: it is the file that the
manifest speaks of, and is put in its place. After the third: what is left over is removed. Retention goes the same
way.
"""

from __future__ import annotations

from contextlib import suppress

from msgspec import structs

from alertd.base.clock import rfc3339
from alertd.base.failpoints import failpoint
from alertd.base.files import sha256_of
from alertd.history.archive import manifest
from alertd.history.archive.chain import START
from alertd.history.archive.day import frames_of
from alertd.history.archive.finding import Finding
from alertd.history.archive.layout import Layout, locked, rewriting, sync_folder
from alertd.history.archive.manifest import Entry
from alertd.history.archive.sealed_file import SealedFile


def seal(at: Layout, day: str, level: int, now: int) -> Entry | None:
    """Seal a day; None if nothing stands in its file, which is removed then. Raises OSError, ArchiveUnavailable."""
    with locked(rewriting(at.root)):
        known = manifest.read(at.manifest).days()
        earlier = [entry for name, entry in known.items() if name < day]
        end_lost = False
        with SealedFile(at.scratch(day), level) as made, at.open(day).open("rb") as file:
            for frame in frames_of(file, day):
                last = frame.lines[-1].n if frame.lines else 0
                end_lost = any(finding.n > last for finding in frame.findings) or (end_lost and not last)
                for line in frame.lines:
                    if made.last is None or line.n > made.last.n:
                        made.add(line)
            entry = None
            if made.last is not None:
                entry = made.finish("sealed", day, rfc3339(now), earlier[-1].head if earlier else START)
                entry = structs.replace(entry, end_lost=end_lost)
        if entry is None:
            _set_aside(at, day)
            return None
        sync_folder(at.scratch(day).parent)
        failpoint("archive.seal.after_scratch")
        manifest.append(at.manifest, [entry])
        failpoint("archive.seal.after_entry")
        _put(at, entry)
        return entry


def replace(at: Layout, entry: Entry) -> None:
    """Put a rewritten day, whose new file is durable, in its place; hold the lock of rewriting. Raises OSError."""
    at.scratch(entry.day).parent.mkdir(mode=0o700, exist_ok=True)
    sync_folder(at.scratch(entry.day).parent)
    failpoint("archive.prune.after_scratch")
    manifest.append(at.manifest, [entry])
    failpoint("archive.prune.after_entry")
    _put(at, entry)


def mend(at: Layout) -> list[Finding]:
    """Finish or undo what a crash interrupted. Raises OSError, ArchiveUnavailable."""
    findings: list[Finding] = []
    with locked(rewriting(at.root)):
        known = manifest.read(at.manifest)
        if any(one.kind == "torn" for one in known.findings):
            manifest.append(at.manifest, [])
            text = "the end of the manifest, which a crash left half written, was cut off"
            findings.append(Finding("mended", "manifest", len(known.heads) + 1, text))
        days = known.days()
        for day in at.scratches():
            entry = days.get(day)
            if entry is None or entry.sha256 != sha256_of(at.scratch(day)):
                at.scratch(day).unlink()
        for day, entry in days.items():
            if (
                at.scratch(day).exists()
                or at.open(day).exists()
                or (entry.t == "removed" and at.sealed(day).exists())
            ):
                _put(at, entry)
    return findings


def _put(at: Layout, entry: Entry) -> None:
    """Do what an entry of the manifest says, as far as it is not done."""
    day, folder = entry.day, at.sealed(entry.day).parent
    if entry.t == "removed":
        at.sealed(day).unlink(missing_ok=True)
    elif at.scratch(day).exists():
        at.scratch(day).replace(at.sealed(day))
    with suppress(FileNotFoundError):
        sync_folder(folder)
    failpoint("archive.seal.after_rename")
    if at.open(day).exists() and (entry.t == "removed" or at.sealed(day).exists()):
        if entry.missing or entry.end_lost:  # somebody may yet read more in it than we can
            _set_aside(at, day)
        else:
            at.open(day).unlink()
            sync_folder(at.root)


def _set_aside(at: Layout, day: str) -> None:
    """Keep a damaged file under another name; an empty one is removed."""
    if at.open(day).stat().st_size:
        at.open(day).rename(at.aside(day))
    else:
        at.open(day).unlink()
    sync_folder(at.root)
