"""Times gone by as a person writes them on a command line: `3d`, `2026-03-01`, or a time with a zone."""

from __future__ import annotations

from alertd.cli.output import USAGE, fail
from alertd.cli.why_rule import since_ms


def moment_of(option: str, text: str, now: int) -> int:
    """Read a time as milliseconds; ends the command where it is none."""
    try:
        return since_ms(text, now)
    except (ValueError, OverflowError):
        fail(f"{option} takes so long ago (2h, 30d), a date, or a time with a zone, not {text[:60]}", USAGE)
