"""What the machine allows the daemon: open files and memory."""

from __future__ import annotations

import re
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from alertd.app.doctor.verdict import Verdict, size
from alertd.net.budget import AT_ONCE, KEPT_BACK

WEB_FILES = 200
"""Connections of the web interface (100), and what else is open."""
FEW_BYTES = 256 << 20
"""A daemon of four processes has some 300 MB in memory of its own; so much has to be there besides."""
NEARLY = 0.8


@dataclass(frozen=True, slots=True)
class Files:
    """Open files of a process."""

    most: int
    """How many it may have: what it may raise its limit to."""
    open: int | None = None
    """How many it has; None: it is another user's."""


def own_files() -> Files:
    """Give the limit that a daemon which is started like this command would have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return Files(1 << 20 if hard == resource.RLIM_INFINITY else hard)


def files_of(pid: int, proc: Path = Path("/proc")) -> Files | None:
    """Give limit and open files of a process; None where it is not there, or not to be looked at."""
    try:
        limits = (proc / str(pid) / "limits").read_text("ascii", "replace")
    except OSError:
        return None
    found = re.search(r"^Max open files\s+\S+\s+(\S+)", limits, re.MULTILINE)
    if found is None:
        return None
    most = 1 << 20 if found[1] == "unlimited" else int(found[1])
    try:
        count = sum(1 for _ in (proc / str(pid) / "fd").iterdir())
    except OSError:
        return Files(most)
    return Files(most, count)


def files_needed(sources: int) -> int:
    """Give how many files are needed to ask so many sources at once."""
    return KEPT_BACK + WEB_FILES + 2 * min(AT_ONCE, max(sources, 4))


def judge_files(whose: str, files: Files, sources: int) -> Verdict:
    """Judge the limit on open files by what so many sources need."""
    needed = files_needed(sources)
    says = f"{whose} may have {files.most:,} files open"
    if files.open is not None:
        says += f", has {files.open:,}"
    advice = "raise it: LimitNOFILE= of the unit, `ulimit -Hn`, or nofile of the container"
    if files.open is not None and files.open > NEARLY * files.most:
        return Verdict("bad", "limits", says, advice)
    if files.most < needed:
        return Verdict("warn", "limits", f"{says}, and needs {needed:,} to ask all sources at once", advice)
    return Verdict("ok", "limits", says)


def judge_memory(available: int | None) -> Iterator[Verdict]:
    """Judge the bytes of memory that could be had; nothing where it is not known."""
    if available is not None and available < FEW_BYTES:
        says = f"only {size(available)} of memory can be had"
        yield Verdict(
            "warn", "limits", says, "more memory, or a lower `redis_maxmemory`: the kernel ends what it lacks"
        )


def judge_group(limit: int | None, maxmemory: int) -> Iterator[Verdict]:
    """Judge the bytes that the control group (a container, a unit) may use, against those of the embedded Redis."""
    if limit is not None and limit < maxmemory + FEW_BYTES:
        yield Verdict(
            "bad",
            "limits",
            f"the container or unit may use {size(limit)}, its Redis alone {size(maxmemory)}",
            "raise its limit, or lower `redis_maxmemory`: the kernel would end Redis",
        )


def group_limit(root: Path = Path("/sys/fs/cgroup")) -> int | None:
    """Give the bytes that this control group may use (cgroups(7), version 2); None: no limit, or not known."""
    try:
        text = (root / "memory.max").read_text("ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdecimal() else None
