"""Which days of which source of EDGAR somebody means, by a command or over the API. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from alertd.base import suggest
from alertd.errors import NotThere

MOST_DAYS = 60
"""Of one order."""


def days_between(first: str, last: str) -> tuple[date, ...]:
    """Give the days that are meant. Raises ValueError, saying what to write."""
    begin = _date(first)
    end = _date(last) if last else begin
    if end < begin:
        raise ValueError(f"to {end} lies before {begin}")
    count = (end - begin).days + 1
    if count > MOST_DAYS:
        raise ValueError(f"these are {count} days; ask for {MOST_DAYS} at most")
    return tuple(begin + timedelta(days=n) for n in range(count))


def edgar_source(sources: Sequence[Any], name: str) -> Any:
    """Give the source of this name that has indexes of days. Raises NotThere; ValueError for one of another type."""
    found = next((one for one in sources if one.id == name), None)
    if found is None:
        hint = suggest.hint(name, [one.id for one in sources])
        raise NotThere(f"there is no source {name[:100]}; {hint or 'the settings name none like it'}")
    if found.type != "edgar":
        raise ValueError(f"{name} is of type {found.type}; only EDGAR has indexes of days")
    return found


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"“{text[:40]}” is no date, such as 2026-01-12") from None
