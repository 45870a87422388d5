"""`GET /v1/notices`: what the operator was told: sources that fail, a store that went back, refused reloads.

Whoever sees all desks reads all of them, a desk those that its page of the system shows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Annotated, Any

import msgspec

from alertd.asking.desk_view import owners_of
from alertd.asking.house import House
from alertd.asking.kept import Kept
from alertd.asking.notices_seen import is_for
from alertd.history.projection.notices import NoticeFilter, NoticesRead, notices
from alertd.history.projection.read import History
from alertd.model import JournalRecord, Struct
from alertd.web import cursors
from alertd.web.alert_types import LIMIT, MAX_LIMIT, SINCE
from alertd.web.moments import gone_by
from alertd.web.operations import Asked, Nothing, Operation

ROUNDS = 20
"""Reads of so many lines for one page of a desk: most notices may be for others."""
PLACE = "notice"
"""Stands in a cursor beside the line: those of other lists have an id there."""


class WhichNotices(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which notices are listed."""

    kind: Annotated[str, msgspec.Meta(description="Of this kind: `store_rolled_back`.")] | None = None
    subject: Annotated[str, msgspec.Meta(description="About this one: a source, a receiver, a portfolio.")] | None = (
        None
    )
    since: Annotated[
        str, msgspec.Meta(description="Told on that day in UTC or later: a time with a zone, or so long ago.")
    ] = SINCE
    cursor: Annotated[str, msgspec.Meta(description="`next` of the page before.")] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_LIMIT, description="So many at most.")] = LIMIT


class NoticeRow(Struct, frozen=True, kw_only=True):
    """Something that the operator was told."""

    at: str
    kind: str
    subject: str
    """What it is about: a source, a receiver, a portfolio, a part of alertd."""
    text: str
    desk: str | None
    """Whose it is; others were told only that the desk has such trouble. Null: nobody's."""
    receivers: list[str]
    """Whom it was sent to; a desk is told of its own receivers alone."""


class NoticeList(Struct, frozen=True, kw_only=True):
    """Notices, the newest first."""

    notices: list[NoticeRow]
    next: str | None
    """What to put behind `cursor=` for what comes behind these: also where a page has few or none."""


class NoticeRoutes:
    """What can be asked about notices."""

    def __init__(self, house: House) -> None:
        self._house = house

    def operations(self) -> list[Operation[Any, Any]]:
        """Give it."""
        return [
            Operation(
                name="listNotices", method="GET", path="/v1/notices",
                summary="List what the operator was told, the newest first",
                does=self._all, query=WhichNotices, body=Nothing, answer=NoticeList,
            ),
        ]  # fmt: skip

    async def _all(self, asked: Asked[WhichNotices, Nothing]) -> object:
        which = asked.query
        wanted = NoticeFilter(
            since_ms=max(gone_by(which.since, self._house.clock()), 0), kind=which.kind, subject=which.subject,
            before=cursors.read(which.cursor)[0] if which.cursor else None,
        )  # fmt: skip

        reach, caller = self._house.in_force.reach, asked.caller
        owners = owners_of(reach)

        def look(kept: Kept) -> NoticesRead:
            return _seen(kept.needed(), wanted, which.limit, lambda one: is_for(one, caller, owners))

        found = await self._house.past.ask(look)
        after = cursors.written((found.next, PLACE)) if found.next is not None else None
        own = None if caller.all_desks else {one.id for one in reach.receivers if caller.sees_desk(one.desk)}
        return NoticeList(notices=[_row(one, own) for one in found.records], next=after)


def _seen(history: History, wanted: NoticeFilter, limit: int, sees: Callable[[JournalRecord], bool]) -> NoticesRead:
    """Give those that somebody may see: so many, or as many as some reads find.

    Each read asks for what is still missing, so the last one ends where the page does.
    """
    found, place = list[JournalRecord](), wanted.before
    for _ in range(ROUNDS):
        read = notices(history, replace(wanted, before=place), limit - len(found))
        found += filter(sees, read.records)
        place = read.next
        if place is None or not read.records or len(found) == limit:
            break
    return NoticesRead(found, place)


def _row(one: JournalRecord, own: Collection[str] | None) -> NoticeRow:
    """Write it, with these receivers alone; None: with all."""
    data = one.data
    told = [str(name) for name in data.get("receivers", [])]
    return NoticeRow(
        at=one.at, kind=one.reason, subject=str(data.get("subject", "")), text=str(data.get("text", "")),
        desk=data.get("desk"), receivers=[name for name in told if own is None or name in own],
    )  # fmt: skip
