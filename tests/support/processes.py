"""The processes of a daemon, as the kernel shows them."""

from __future__ import annotations

import os
from pathlib import Path


def child_name(words: str) -> str:
    """Give the name of a child of a daemon (`io`, `match-0`, `fork-server`) from its command line; "" for another."""
    head, _, name = words.strip("\0 ").partition(" ")
    return name.strip() if head == "alertd" and " " not in name.strip() else ""


def descendants(root: int) -> dict[int, str]:
    """Give a process and everything below it, each with its command line."""
    children: dict[int, list[int]] = {}
    words: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            words[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        children.setdefault(parent, []).append(int(entry.name))
    found: dict[int, str] = {}
    queue = [root]
    while queue:
        pid = queue.pop()
        if pid in words:
            found[pid] = words[pid]
        queue += children.get(pid, [])
    return found


def cpu_s(pid: int) -> float:
    """Give the processor time that a process has used, all its threads together. Raises OSError."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
