"""Times that are gone, as people write them."""

from __future__ import annotations

import datetime

from alertd.base.clock import parse_rfc3339
from alertd.base.config import parse_duration


def since_ms(text: str, now: int) -> int:
    """Read `2h`, `2026-03-01` or a time with a zone as milliseconds. Raises ValueError."""
    try:
        return now - round(parse_duration(text) * 1000)
    except ValueError:
        pass
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return parse_rfc3339(text)
    return parse_rfc3339(f"{day.isoformat()}T00:00:00Z")
