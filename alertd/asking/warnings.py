"""What whoever asks is told beside the answer: a line, or a fault of a file."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from alertd.errors import Fault

Warn = Callable[[str | Fault], None]

log = structlog.get_logger(__name__)


def logged(what: str | Fault) -> None:
    """Write a warning into the log: where nobody looks on."""
    log.warning("asked", text=str(what))
