"""How far a folder has been read, and where to go on. Pure.

same folder, same UIDVALIDITY      the mails numbered above the last one
first poll                         none, those of the last 24 hours, or all, as `backlog` says
renumbered, or another address     those that came up to a day before the last poll: what is known of them is
                                   known by name, so nothing is lost and nothing comes twice
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from alertd.base.clock import to_datetime
from alertd.sources.dates import parse_date
from alertd.sources.polled import Backlog

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Place:
    """Up to where a folder was read."""

    validity: int
    """UIDVALIDITY; with another one the number means nothing."""
    uid: int
    since_ms: int | None = None
    """More is to be read, and of it only what the server took in from then on."""

    def cursor(self) -> dict[str, Any]:
        """Write it as the state of the source keeps it."""
        since = {"since": self.since_ms} if self.since_ms is not None else {}
        return {"validity": self.validity, "uid": self.uid, **since}


@dataclass(frozen=True, slots=True)
class Begin:
    """Which mails of a folder are to be read."""

    uid: int
    """From this number on."""
    since_ms: int | None = None
    """Only those that the server took in from then on."""
    renumbered: bool = False

    @property
    def day(self) -> date | None:
        """From which day on to search: a server's days are of its own time zone, so one more."""
        return to_datetime(self.since_ms).date() - timedelta(days=1) if self.since_ms is not None else None

    def covers(self, received: str) -> bool:
        """Say whether a mail is to be read, by when the server took it in. One without a readable time is."""
        stamp = parse_date(received) if self.since_ms is not None else None
        return stamp is None or self.since_ms is None or stamp.ms >= self.since_ms

    def end(self, validity: int, last: int, next_uid: int, *, more: bool) -> Place:
        """Give the place after the mails up to number `last` were read; `more`: there are others.

        Where only some were asked for, those between them are done with, too, and so are all that there were.
        """
        if more:
            return Place(validity, last, self.since_ms)
        return Place(validity, max(last, next_uid - 1) if self.since_ms is not None else last)


def read_place(cursor: Mapping[str, Any]) -> Place | None:
    """Read what the state of a source keeps; None if it keeps nothing of this kind."""
    validity, uid, since = cursor.get("validity"), cursor.get("uid"), cursor.get("since")
    if not isinstance(validity, int) or not isinstance(uid, int):
        return None
    return Place(validity, uid, since if isinstance(since, int) else None)


def where_to_begin(
    place: Place | None,
    validity: int,
    next_uid: int,
    *,
    same_address: bool,
    backlog: Backlog,
    last_success_ms: int,
    now: int,
) -> Begin | None:
    """Say which mails to read; None: those that are there are passed over.

    `next_uid` is the number that the next mail will have at the least, 0 if the server does not say. A place beyond
    it is of other numbers, whatever the server says of them.
    """
    if place is None:
        if backlog == "none":
            return None
        return Begin(1, now - DAY_MS if backlog == "24h" else None)
    if same_address and place.validity == validity and (not next_uid or place.uid < next_uid):
        return Begin(place.uid + 1, place.since_ms)
    return Begin(1, last_success_ms - DAY_MS, renumbered=True)
