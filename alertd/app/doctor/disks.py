"""The disks of the state directory and the archive: room, files, growth, speed, and what they are."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from alertd.app.doctor.verdict import Verdict, size
from alertd.errors import ArchiveRefused
from alertd.history.archive.reader import Reader
from alertd.store.state_dir import MIN_FREE

DAYS = 14
"""Days that tell how much comes in a day."""
FEW_DAYS = 3
"""With fewer than these nothing is known of it."""
SOON_DAYS, NOW_DAYS = 30, 3
LOW_SHARE, LAST_SHARE = 0.10, 0.02
"""Of the disk, or of its files: from here on it is told, and is bad."""
WRITES = 50
SLOW_MS, STALLS_MS = 20, 200
"""A flush to the disk; the embedded Redis makes one before each answer."""
VANISH = {"tmpfs", "ramfs"}
LAYERS = {"overlay", "aufs"}
DISTANT = {"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "fuse.s3fs", "ceph", "glusterfs"}


@dataclass(frozen=True, slots=True)
class Disk:
    """What is known of the disk on which a folder lies; bytes."""

    holds: str
    """What of ours lies there, in words."""
    total: int
    free: int
    """For us: what is kept for root is not."""
    files: int
    """How many it can hold; 0: no limit is known."""
    files_free: int
    a_day: float | None = None
    """What comes to it in a day; None: not known yet."""


def measure_disks(folders: Sequence[tuple[str, Path]], a_day: float | None) -> list[Disk]:
    """Measure the disks of named folders, each disk once; what is not there yet is measured where it would be."""
    named: dict[int, tuple[list[str], os.statvfs_result]] = {}
    for name, folder in folders:
        there = existing(folder)
        names, _ = named.setdefault(there.stat().st_dev, ([], os.statvfs(there)))
        names.append(name)
    return [
        Disk(
            holds=" and ".join(names),
            total=found.f_blocks * found.f_frsize,
            free=found.f_bavail * found.f_frsize,
            files=found.f_files,
            files_free=found.f_favail,
            a_day=a_day if "the archive" in names else None,
        )
        for names, found in named.values()
    ]


def existing(folder: Path) -> Path:
    """Give the folder, or the nearest one above that is there."""
    folder = folder.absolute()
    while not folder.is_dir():
        folder = folder.parent
    return folder


def growth(archive: Path, history: Path) -> float | None:
    """Give the bytes by which archive and history grow in a day; None while too few days are whole."""
    try:
        entries = [entry for entry in Reader(archive).sealed().values() if entry.t == "sealed"]
    except (ArchiveRefused, OSError):
        return None
    last = sorted(entries, key=lambda entry: entry.day)[-DAYS:]
    if len(last) < FEW_DAYS:
        return None
    kept = 0
    with suppress(OSError):
        kept = history.stat().st_size
    return sum(entry.size for entry in last) / len(last) + kept / len(entries)


def judge_disk(disk: Disk) -> Verdict:
    """Say how much room there is, and for how long."""
    share = disk.free / max(disk.total, 1)
    says = f"{size(disk.free)} of {size(disk.total)} free for {disk.holds}"
    days = disk.free / disk.a_day if disk.a_day else None
    if disk.a_day is not None and days is not None:
        says += f"; grows by {size(disk.a_day)} a day: " + (f"{days:,.0f} days" if days < 36_500 else "for ever")
    if disk.files:
        says += f"; {disk.files_free / disk.files:.0%} of its files (inodes) free"
    files = disk.files_free / disk.files if disk.files else 1.0
    left = min(share, files)
    if disk.free < MIN_FREE or left < LAST_SHARE or (days is not None and days < NOW_DAYS):
        return Verdict("bad", "disk", says, "make room now: a full disk ends the embedded Redis and the archive")
    if left < LOW_SHARE or (days is not None and days < SOON_DAYS):
        return Verdict("warn", "disk", says, "make room, or keep the archive for less long (`archive.keep`)")
    return Verdict("ok", "disk", says)


# --- what it is ---------------------------------------------------------------------------------------------


def kind_of(folder: Path, mounts: str) -> str:
    """Give the type of the file system that holds a folder, by the text of /proc/self/mountinfo; empty: not known."""
    best, kind = "", ""
    path = str(existing(folder).resolve())
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields, types = before.split(), after.split()
        if len(fields) < 5 or not types:
            continue
        point = fields[4].replace("\\040", " ")
        if len(point) >= len(best) and (path == point or path.startswith(point.rstrip("/") + "/")):
            best, kind = point, types[0]
    return kind


def judge_kind(holds: str, kind: str) -> Iterator[Verdict]:
    """Say what is wrong with keeping something on a file system of a type, if anything is."""
    if kind in VANISH:
        advice = "name a folder on a disk: what is in memory is gone when the machine restarts"
        yield Verdict("warn", "disk", f"{holds} lies in memory ({kind})", advice)
    elif kind in LAYERS:
        advice = "mount a volume there: it is gone together with the container"
        yield Verdict("warn", "disk", f"{holds} lies in a container's own layer ({kind})", advice)
    elif kind in DISTANT:
        advice = "name a folder on a disk of this machine: locks and flushes of such a share cannot be relied on"
        yield Verdict("warn", "disk", f"{holds} lies on a share of the network ({kind})", advice)


# --- how fast it is -----------------------------------------------------------------------------------------


def flush_times(folder: Path) -> list[float]:
    """Write and flush a small file there again and again; gives the ms of each. Empty where we may not write."""
    times: list[float] = []
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
            for _ in range(WRITES):
                began = time.perf_counter()
                os.write(file.fileno(), b"\0" * 4096)
                os.fdatasync(file.fileno())
                times.append((time.perf_counter() - began) * 1000)
    except OSError:
        return times
    return times


def judge_flushes(times: Sequence[float]) -> Iterator[Verdict]:
    """Judge the ms that flushes took; nothing where there were none."""
    if not times:
        return
    ordered = sorted(times)
    middle, high = ordered[len(ordered) // 2], at_share(ordered, 0.99)
    says = f"a flush of the state directory's disk takes {middle:.1f} ms, 99 % of them {high:.1f} ms or less"
    if high > STALLS_MS:
        yield Verdict(
            "bad", "disk", says, "find what else writes there, or use a faster disk: each alert waits for it"
        )
    elif high > SLOW_MS:
        yield Verdict("warn", "disk", says, "a disk for itself, or a faster one, makes alerts faster")
    else:
        yield Verdict("ok", "disk", says)


def at_share(ordered: Sequence[float], share: float) -> float:
    """Give the value that such a share of ordered ones does not exceed."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
