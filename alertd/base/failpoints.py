"""Failpoints: named places in the code where a test can make the process die, fail or wait.

For tests of crash safety only. Production code calls `failpoint("name")`, which does nothing until a test
arms it through the environment of the process it starts:

    ALERTD_ENV=test ALERTD_FAILPOINT="ingest.after_xadd:1:exit,deliver.before_finish:3:sleep=0.5"

Each entry is `<name>:<nth>:<action>`: at the nth time that the place is passed (from 1) it acts, once. Actions:
`exit` ends the process at once as SIGKILL would (status 137, nothing is flushed or closed), `raise` raises
Failpoint, `sleep=<seconds>` blocks the thread. Several entries are separated by commas.
"""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass

_ENTRY = re.compile(
    r"(?P<name>[a-z0-9_.-]+):(?P<nth>[1-9][0-9]*):(?P<action>exit|raise|sleep=(?P<s>[0-9]+(\.[0-9]+)?))"
)


class Failpoint(Exception):
    """Raised by an armed failpoint with the action `raise`. Nothing in the code expects it, on purpose."""


@dataclass(slots=True)
class _Armed:
    name: str
    left: int
    action: str
    seconds: float


_armed: list[_Armed] = []


def arm(spec: str, *, environment: str = "test") -> None:
    """Arm the failpoints of a spec in this process, in place of those armed before; "" disarms all.

    `environment` is the value of ALERTD_ENV where the spec comes from the environment too. Raises ValueError for a
    malformed spec, and for any spec at all unless it is `test`: one that was left behind kills no daemon of a desk.
    """
    entries = []
    for part in filter(None, (p.strip() for p in spec.split(","))):
        found = _ENTRY.fullmatch(part)
        if not found:
            raise ValueError(f"not a failpoint: {part!r}; write <name>:<nth>:exit|raise|sleep=<seconds>")
        entries.append(_Armed(found["name"], int(found["nth"]), found["action"], float(found["s"] or 0)))
    if entries and environment != "test":
        raise ValueError("ALERTD_FAILPOINT is for tests: it needs ALERTD_ENV=test")
    _armed[:] = entries


def failpoint(name: str) -> None:
    """Mark a place where a test may interrupt. Does nothing unless armed. Raises Failpoint if armed to."""
    if not _armed:
        return
    for entry in [e for e in _armed if e.name == name]:
        entry.left -= 1
        if entry.left == 0:
            _act(entry)


def _act(entry: _Armed) -> None:
    if entry.action == "exit":
        os._exit(137)
    if entry.action == "raise":
        raise Failpoint(entry.name)
    time.sleep(entry.seconds)
