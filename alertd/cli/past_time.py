"""Times that are gone, as a person writes them on a command line: `2h`, `30d`, `2026-01-12`, or with a zone."""

from __future__ import annotations

from alertd.asking.moments import since_ms
from alertd.base.clock import rfc3339
from alertd.cli.output import USAGE, fail


def past_time(option: str, text: str | None, now: int) -> int | None:
    """Read the time of an option in ms; None where it is not given. Ends the command if it is no time."""
    if text is None:
        return None
    try:
        at = since_ms(text, now)
        rfc3339(at)
    except (ValueError, OverflowError):
        fail(f"{option} takes a time such as 2h or 30d, a date, or a time with a zone, not {text}", USAGE)
    return at
