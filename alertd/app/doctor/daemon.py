"""The daemon that runs here, if one does, and who is told when it is in trouble."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from alertd.app.doctor.verdict import Verdict
from alertd.app.state import RunState
from alertd.base.users import closed_by, me
from alertd.settings import Settings


def judge_versions(installed: str, daemons: Sequence[RunState], pids: Sequence[int]) -> Iterator[Verdict]:
    """Compare what is installed with what runs; `pids` are the daemons by their locks."""
    python = ".".join(map(str, sys.version_info[:3]))
    mine = f"alertd {installed} on Python {python}"
    if not daemons:
        if pids:
            yield Verdict("warn", "alertd", f"{mine}; pid {pids[0]} runs here and has not started yet", "see its log")
        else:
            yield Verdict("warn", "alertd", f"{mine}; no daemon runs here", "alertd run, or is it another state_dir?")
    for one in daemons:
        if one.version != installed:
            says = f"{mine}, but pid {one.pid} still runs {one.version}"
            yield Verdict("warn", "alertd", says, "restart it: docs/upgrading.md")
        else:
            yield Verdict("ok", "alertd", f"{mine}; pid {one.pid} runs it ({', '.join(one.roles)})")
        if not one.reload_ok:
            yield Verdict("bad", "alertd", f"pid {one.pid} refused the last reload", "alertd status lists the faults")


def judge_watched(settings: Settings) -> Iterator[Verdict]:
    """Say whether anybody hears of trouble."""
    if settings.operator:
        yield Verdict("ok", "watched", f"trouble is told to {', '.join(settings.operator)}")
    else:
        advice = "name a receiver under `operator:`"
        yield Verdict("warn", "watched", "nobody is told of dead sources and dead letters", advice)
    if settings.heartbeat is None:
        advice = "set `heartbeat:` to a check outside (docs/operations.md#who-watches-the-watcher)"
        yield Verdict("warn", "watched", "nobody outside notices when alertd itself has died", advice)


def judge_shut(folder: Path) -> Iterator[Verdict]:
    """Say whether the state directory is another user's, and closed to us: then nothing in it can be looked at."""
    if (found := closed_by(folder)) is not None:
        path, owner = found
        says = f"{path} belongs to {owner} and is closed to {me()}: what lies there is not looked at"
        yield Verdict("bad", "state", says, f"run alertd doctor as the user of the daemon ({owner})")


def judge_closed(folder: Path) -> Iterator[Verdict]:
    """Say whether others on this machine may look into the state directory: tokens and positions are in it."""
    try:
        status = folder.stat()
    except OSError:
        return
    mode = stat.S_IMODE(status.st_mode)
    # A volume of Kubernetes is open to the pod's own group, which is nobody else.
    if mode & (0o007 if status.st_gid == os.getegid() else 0o077):
        says = f"the state directory is open to others (mode {mode:04o})"
        yield Verdict("bad", "state", says, f"chmod 0700 {folder}")
