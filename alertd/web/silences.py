"""`/v1/silences`: what is held back, and by whom.

    GET    /v1/silences      those that are not over
    POST   /v1/silences      a new one: {"reason", "until", "portfolios", "rules", "companies", …}
    DELETE /v1/silences/ID   ends it now

A token of a desk makes, sees and ends silences of that desk alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import msgspec

from alertd.alerts.silencing import MATCHERS, BadSilence, ended, may_touch, new_silence, record_of
from alertd.asking.caller import Caller
from alertd.base.clock import Clock
from alertd.base.config import check_timezone
from alertd.base.wall_clock import minute_of
from alertd.model import JournalRecord, Silence, Struct, Weekly
from alertd.web.moments import to_come
from alertd.web.operations import Asked, Nothing, Operation
from alertd.web.problems import Refusal

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NOT_THERE = "there is no such silence, or it is over"
MAX_NAME = 200
"""Characters of what a silence names."""


class SilenceStore(Protocol):
    """What is asked of the store."""

    async def silences(self, now: int) -> list[Silence]:
        """Give the silences that are not over."""
        ...

    async def put_silence(self, silence: Silence, record: JournalRecord, now: int) -> None:
        """Write a silence with its line of the journal."""
        ...

    def replicated(self) -> AbstractAsyncContextManager[None]:
        """End when the replicas have what was done within."""
        ...


class EveryWeek(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A time that comes again each week."""

    days: list[str]
    start: str
    end: str
    timezone: str = "UTC"


class Wanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of a new silence."""

    reason: str
    until: str
    """A time with a zone, or so long: `2h`."""
    starts: str = ""
    """The same; empty: now."""
    who: str = ""
    desk: str | None = None
    """Only for who sees all desks: whose it is."""
    everything: bool = False
    portfolios: list[str] = msgspec.field(default_factory=list)
    rules: list[str] = msgspec.field(default_factory=list)
    companies: list[str] = msgspec.field(default_factory=list)
    event_types: list[str] = msgspec.field(default_factory=list)
    sources: list[str] = msgspec.field(default_factory=list)
    receivers: list[str] = msgspec.field(default_factory=list)
    weekly: list[EveryWeek] = msgspec.field(default_factory=list)


class SilenceList(Struct, frozen=True, kw_only=True):
    """Silences that are not over."""

    silences: list[Silence]


class SilenceRoutes:
    """What can be asked about silences."""

    def __init__(self, store: SilenceStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def operations(self) -> list[Operation[Any, Any]]:
        """Give it."""
        return [
            Operation(
                name="listSilences", method="GET", path="/v1/silences", summary="List the silences that are not over",
                does=self._all, query=Nothing, body=Nothing, answer=SilenceList,
            ),
            Operation(
                name="addSilence", method="POST", path="/v1/silences", status=201,
                summary="Make a silence; the same again changes nothing",
                does=self._add, query=Nothing, body=Wanted, answer=Silence, makes=True,
            ),
            Operation(
                name="endSilence", method="DELETE", path="/v1/silences/{silence}", summary="End a silence now",
                does=self._end, query=Nothing, body=Nothing, answer=Silence, fails={404: NOT_THERE},
                parameters={"silence": "The id of a silence."},
            ),
        ]  # fmt: skip

    async def _all(self, asked: Asked[Nothing, Nothing]) -> object:
        return SilenceList(silences=await self._known(asked.caller))

    async def _add(self, asked: Asked[Nothing, Wanted]) -> object:
        now = self._clock()
        try:
            made = _made(asked.body, asked.caller, now)
        except BadSilence as error:
            raise Refusal(400, str(error)) from error
        async with self._store.replicated():
            await self._store.put_silence(made, record_of(made, "added", made.author, "api", now), now)
        return made

    async def _end(self, asked: Asked[Nothing, Nothing]) -> object:
        caller, now = asked.caller, self._clock()
        found = next((one for one in await self._known(caller) if one.id == asked.path["silence"]), None)
        if found is None:
            raise Refusal(404, NOT_THERE)
        over = ended(found, now)
        async with self._store.replicated():
            await self._store.put_silence(over, record_of(over, "ended", caller.name, "api", now), now)
        return over

    async def _known(self, caller: Caller) -> list[Silence]:
        there = await self._store.silences(self._clock())
        seen = [one for one in there if may_touch(one, caller.desk, all_desks=caller.all_desks)]
        return [one for one in seen if _within(one.portfolios, caller)]


def _made(wanted: Wanted, caller: Caller, now: int) -> Silence:
    """Make the silence that is asked for. Raises Refusal, BadSilence."""
    named: dict[str, list[str]] = {name: getattr(wanted, name) for name in MATCHERS}
    if wanted.everything == any(named.values()):
        raise Refusal(400, f"name what is held back ({', '.join(MATCHERS)}), or say everything")
    if any(not one or len(one) > MAX_NAME or not one.isprintable() for names in named.values() for one in names):
        raise Refusal(400, f"a name is printable and has at most {MAX_NAME} characters")
    if not caller.all_desks and wanted.desk not in (None, caller.desk):
        raise Refusal(400, "this token is another desk's")
    if not _within(wanted.portfolios, caller):
        own = ", ".join(sorted(caller.portfolios or ()))
        raise Refusal(400, f"name `portfolios` out of {own}: this token is for these")
    desk = wanted.desk if caller.all_desks else caller.desk
    return new_silence(
        author=caller.who(wanted.who),
        reason=wanted.reason,
        starts_ms=to_come(wanted.starts, now) if wanted.starts else now,
        ends_ms=to_come(wanted.until, now),
        now=now,
        weekly=[_weekly(one) for one in wanted.weekly],
        desk=desk,
        all_desks=desk is None,
        **named,
    )


def _within(portfolios: Sequence[str], caller: Caller) -> bool:
    """Tell whether portfolios are all among those that a token is for, where it is for single ones."""
    return caller.portfolios is None or (bool(portfolios) and caller.portfolios.issuperset(portfolios))


def _weekly(one: EveryWeek) -> Weekly:
    days = sorted({DAYS.index(day) for day in one.days if day in DAYS})
    if not days or len(days) < len(set(one.days)):
        raise Refusal(400, f"days are some of {', '.join(DAYS)}")
    try:
        if minute_of(one.start) == minute_of(one.end):
            raise ValueError("hours that begin and end at the same time would be all of the day, or none of it")
        return Weekly(days=days, start=one.start, end=one.end, timezone=check_timezone(one.timezone))
    except ValueError as error:
        raise Refusal(400, f"weekly: {error}") from error
