"""Whether somebody writes an archive now."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from alertd.history.archive.layout import writing


def is_written(path: Path) -> bool:
    """Tell whether a daemon writes an archive now; False also where that cannot be known."""
    try:
        fd = os.open(writing(path), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False
