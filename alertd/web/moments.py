"""Times in requests: a time with a zone, or so long."""

from __future__ import annotations

from alertd.base.clock import parse_rfc3339
from alertd.base.config import parse_duration
from alertd.web.problems import Refusal


def to_come(text: str, now: int) -> int:
    """Read a time with a zone, or so long from now, as milliseconds. Raises Refusal."""
    try:
        return now + round(parse_duration(text) * 1000)
    except (ValueError, OverflowError):
        return _time(text)


def gone_by(text: str, now: int) -> int:
    """Read a time with a zone, or so long ago, as milliseconds. Raises Refusal."""
    try:
        return now - round(parse_duration(text) * 1000)
    except (ValueError, OverflowError):
        return _time(text)


def _time(text: str) -> int:
    try:
        return parse_rfc3339(text)
    except (ValueError, OverflowError):
        raise Refusal(400, "write a time with a zone, such as 2026-01-15T07:30:00Z, or so long: 2h") from None
