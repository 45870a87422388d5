"""Processes that outlive who started them: the supervisor becomes their parent, and nothing of them is left.

Children of a fork server that died, parse workers of an I/O process that was killed. Where the supervisor is the
first process of a container they come to it anyway, and would stay in its table of processes for ever.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import sys

import structlog

log = structlog.get_logger(__name__)

_PR_SET_CHILD_SUBREAPER = 36
LOOK_S = 5.0
"""What has ended and stands at two looks is nobody's: whoever started a process waits for it at once."""


def adopt(wanted: bool = True) -> None:
    """Become the parent of descendants whose own parent ends (prctl(2)); on other systems than Linux nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(wanted))


def code_of(pid: int) -> int | None:
    """Give the exit code of a child of ours that has ended, negative for a signal; it is reaped. None for others."""
    try:
        found, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return None
    return os.waitstatus_to_exitcode(status) if found else None


def reap(seen: int) -> int:
    """Reap what has ended and was seen so the last time; gives what is seen now, 0 for nothing."""
    while (ended := _ended()) and ended == seen:
        log.debug("orphan_reaped", pid=ended, code=code_of(ended))
    return ended


async def reap_for_ever() -> None:
    """Look every few seconds, until cancelled."""
    seen = 0
    while True:
        await asyncio.sleep(LOOK_S)
        seen = reap(seen)


def _ended() -> int:
    """Give a child that has ended and is not waited for yet, without waiting for it."""
    try:
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:  # there is none at all
        return 0
    return found.si_pid if found is not None else 0
