"""`GET /v1/sources/SOURCE/days`: what came of a source by day, and what of it was refused, as its page shows it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Any

import msgspec

from alertd.asking.counts import DAYS, Span, refused_by, reports_of
from alertd.asking.house import House
from alertd.asking.kept import Kept
from alertd.model import Struct
from alertd.web.operations import Asked, Nothing, Operation

MOST_DAYS = 90
"""More would be counted for longer than others should wait."""


class WhichDays(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which days."""

    days: Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS, description="So many, of UTC, with today's.")] = DAYS


class DayOfSource(Struct, frozen=True, kw_only=True):
    """A day in UTC."""

    day: date
    reports: int
    """That were decided on."""


class RefusedEntries(Struct, frozen=True, kw_only=True):
    """Entries that became no event."""

    reason: str
    entries: int


class SourceDays(Struct, frozen=True, kw_only=True):
    """What came of a source."""

    source: str
    days: list[DayOfSource]
    """The oldest first."""
    refused: list[RefusedEntries]
    """Of these days, the most frequent reason first, 20 at most. Of very many lines the newest 20,000 are counted."""


class SourceDayRoutes:
    """What can be asked about a source's days."""

    def __init__(self, house: House, known: Callable[[Asked[Any, Any]], Awaitable[str]], gone: str) -> None:
        """`known` gives the source that is asked about, if it is there for whoever asks; `gone` is said if not."""
        self._house = house
        self._known = known
        self._gone = gone

    def operations(self) -> list[Operation[Any, Any]]:
        """Give it."""
        return [
            Operation(
                name="countSource", method="GET", path="/v1/sources/{source}/days",
                summary="The reports of a source by day, and why entries of it were refused",
                does=self._days, query=WhichDays, body=Nothing, answer=SourceDays, fails={404: self._gone},
                parameters={"source": "The id of a source."},
            ),
        ]  # fmt: skip

    async def _days(self, asked: Asked[WhichDays, Nothing]) -> object:
        source, span = await self._known(asked), Span.until(self._house.clock(), asked.query.days)

        def look(kept: Kept) -> tuple[list[int], list[tuple[str, int]]]:
            history = kept.needed()
            return reports_of(history, source, span), refused_by(history, source, span)

        reports, refused = await self._house.past.ask(look)
        return SourceDays(
            source=source,
            days=[DayOfSource(day=day, reports=count) for day, count in zip(span.days, reports, strict=True)],
            refused=[RefusedEntries(reason=reason, entries=count) for reason, count in refused],
        )
