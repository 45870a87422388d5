"""What a process may use of the system."""

from __future__ import annotations

import resource


def raise_file_limit() -> None:
    """Take what the system allows: each kept connection to a source is an open file."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
