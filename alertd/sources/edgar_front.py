"""How far to read EDGAR's current filings, and what to remember of it. Pure.

    what was remembered (Front) -> how far to read (Goal) -> pages -> whole, cut short or rolled over? -> Front

EDGAR shows the newest 5,000 entries or so, by acceptance, newest first. A walk over its pages is whole once it has
reached a filing that was there at the last whole walk. Until one is, what is remembered stays as it was: whatever
breaks in between, the next poll reads all of it again, and what is known by then is nothing new.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from alertd.model import ParsedFeed, Struct
from alertd.sources.sec_day import held_back_since

PAGE = 100
"""Entries of a page: the most that EDGAR gives."""
OVERLAP = 20
"""Entries that a page has in common with the one before it: while we read, filings come and are taken back, and two
servers of EDGAR need not be equally far."""
LAST_START = 5_000
"""The last entry that a page may begin with; one past the end is a 503."""
KEPT = 300
"""Filings that are remembered, the newest."""
LAG_MS = 60_000
"""A filing may be shown so long after one that was accepted later: we read so far below what is known."""
MOST_CUTS = 5
"""Walks cut short one after the other, until what they did not reach is given up as a gap."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 10.0, 300.0
_DAY_MS = 86_400_000
_KEY = "front"


class Front(Struct, frozen=True, kw_only=True):
    """What is remembered of the current filings: a part of `SourceState.cursor`."""

    marks: list[str] = msgspec.field(default_factory=list)
    """Of the newest filings that were listed at the last whole walk and before it, newest first."""
    newest_ms: int = 0
    """The newest acceptance among them."""
    asked: str = ""
    """The form that EDGAR's filter was set to: of another page nothing need be known."""
    looked_ms: int = 0
    """When it was last looked for what had been held back over night (`sec_day.held_back_since`)."""
    begun: dict[str, int] = msgspec.field(default_factory=dict)
    """Form -> from when on its filings are news: those that could be seen before were there when it began."""
    goal_ms: int | None = None
    """Down to where the first walk has still to read; None: nowhere."""
    cuts: int = 0
    """Walks cut short, in a row."""
    not_before_ms: int = 0
    """No walk beyond the first page before this, after one that was cut short."""


class Goal(Struct, frozen=True, kw_only=True):
    """How far a walk must read, and how far it should."""

    marks: frozenset[str] | None = None
    """One of these filings must be reached; None: none need be."""
    down_to_ms: int | None = None
    """An acceptance as old as this must be reached; None: none need be."""
    look_ms: int | None = None
    """An acceptance as old as this should be reached: what is held back, or comes late, stands above it."""
    backlog: bool = False
    """It is the first walk, which reads what was there before: what it does not reach is no gap."""
    held_back: bool = False
    """Whether what was held back over night may have come to light."""


def read_front(cursor: Mapping[str, Any]) -> Front:
    """Read what is remembered; nothing is, where it cannot be read."""
    try:
        return msgspec.convert(cursor.get(_KEY, {}), Front)
    except msgspec.ValidationError:
        return Front()


def with_front(cursor: Mapping[str, Any], front: Front) -> dict[str, Any]:
    """Give the cursor with this to be remembered."""
    return {**cursor, _KEY: msgspec.to_builtins(front)}


def goal_of(front: Front, *, first: bool, asked: str, backlog: Literal["none", "24h", "all"], now: int) -> Goal:
    """Say how far to read. `first`: nothing was taken in yet; `asked` is the filter of now."""
    if first:
        if backlog == "none":
            return Goal(backlog=True)
        since_ms = began(backlog, now)
        # What first could be seen since then may have been accepted on the evening before.
        held_ms = held_back_since(since_ms, now) if since_ms else None
        return Goal(down_to_ms=since_ms if held_ms is None else min(since_ms, held_ms), backlog=True)
    if front.goal_ms is not None:
        return Goal(down_to_ms=front.goal_ms, backlog=True)
    known_ms = front.newest_ms - LAG_MS
    held_ms = held_back_since(front.looked_ms, now)
    same = asked == front.asked and bool(front.marks)
    return Goal(
        marks=frozenset(front.marks) if same else None,
        down_to_ms=None if same else known_ms,
        look_ms=known_ms if held_ms is None else min(known_ms, held_ms),
        held_back=held_ms is not None,
    )


def began(backlog: Literal["none", "24h", "all"], now: int) -> int:
    """Say from when on filings are news, for what is begun now; what is shown late may have come just before."""
    return {"none": now - LAG_MS, "24h": now - _DAY_MS, "all": 0}[backlog]


def reached(goal: Goal, pages: Sequence[ParsedFeed], *, looked: bool = False) -> bool:
    """Say whether the pages read so far are enough; `looked`: also as far as a walk should."""
    if goal.marks is not None and not any(goal.marks.intersection(page.listed) for page in pages):
        return False
    oldest = min((page.oldest_ms for page in pages if page.oldest_ms is not None), default=None)
    downs = [goal.down_to_ms, goal.look_ms if looked else None]
    return all(down is None or (oldest is not None and oldest <= down) for down in downs)


def unsettled(front: Front, page: ParsedFeed) -> frozenset[str]:
    """Give the filings that may go on on the next page, but for those that were taken whole before."""
    return frozenset(page.unfinished) - frozenset(front.marks)


def is_last(page: ParsedFeed, start: int) -> bool:
    """Say whether nothing is shown after a page that begins there: it is not full, or the last one there is."""
    return page.shown < PAGE or start >= LAST_START


def next_start(start: int) -> int:
    """Say where the next page begins."""
    return min(start + PAGE - OVERLAP, LAST_START)


def missed_since(front: Front, goal: Goal, oldest_ms: int | None) -> int | None:
    """Say since when filings may have been missed by a walk to the end that has not reached its goal, in ms.

    None where none were: it was the backlog, or the walk has read further back than what is remembered, of which
    nothing is there any more.
    """
    if goal.backlog or (oldest_ms is not None and oldest_ms <= front.newest_ms - LAG_MS):
        return None
    return front.newest_ms


def after_whole(
    front: Front, page: ParsedFeed, asked: str, begun: Mapping[str, int], looked_ms: int, now: int
) -> Front:
    """Give what is remembered after a whole walk, or after one whose gap is written down; `page` is all it read."""
    before = front.marks if asked == front.asked else []
    return Front(
        marks=list(dict.fromkeys([*page.listed, *before]))[:KEPT],
        newest_ms=max(min(page.newest_ms or 0, now), front.newest_ms),
        asked=asked,
        looked_ms=looked_ms,
        begun=dict(begun),
    )


def after_cut(front: Front, goal: Goal, begun: Mapping[str, int], now: int, retry_after_s: float | None) -> Front:
    """Give what is remembered after a walk that was cut short: what was, and when to walk again."""
    pause_s = max(min(FIRST_PAUSE_S * 2.0**front.cuts, LONGEST_PAUSE_S), retry_after_s or 0.0)
    return msgspec.structs.replace(
        front,
        goal_ms=goal.down_to_ms if goal.backlog else None,
        begun=dict(begun),
        cuts=front.cuts + 1,
        not_before_ms=now + int(pause_s * 1000),
    )


def begun_forms(
    front: Front, forms: Sequence[str], backlog: Literal["none", "24h", "all"], now: int
) -> dict[str, int]:
    """Say from when on each watched form is news: one that is added begins now."""
    return {form: front.begun.get(form, began(backlog, now)) for form in forms}
