"""`/v1/alerts`: what there is, and answers to it.

    GET  /v1/alerts                  rows, the newest first; ?portfolio= status= severity= since= limit=
    GET  /v1/alerts/ID               one in full
    POST /v1/alerts/ID/acknowledge   also unacknowledge, snooze, close, useful, noise; {"who", "note", "until"}

An alert that is not there for whoever asks is 404, an answer that makes no sense for it 409.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol, TypeVar, get_args

import msgspec
from aiohttp import web

from alertd.alerts.rows import Wanted, in_full, row
from alertd.base import suggest
from alertd.base.clock import Clock, parse_rfc3339
from alertd.base.config import parse_duration
from alertd.base.ids import usable_id
from alertd.model import SEVERITIES, AlertState, Answer, AnswerKind, StoredAlert, Struct
from alertd.web.callers import Callers
from alertd.web.middleware import as_json, failure

READ = 50
"""Alerts that are read at once: the loop is others', too."""
MOST = 5_000
"""Alerts that one list looks through, the newest; of more it says that there may be more."""
LIMIT, MAX_LIMIT = 50, 500
SINCE_S = 7 * 86_400.0
NOT_THERE = "there is no such alert"
STATUSES = ("open", "acknowledged", "closed", "snoozed")
ASKED = ("portfolio", "status", "severity", "since", "limit")


class Given(Protocol):
    """What came of an answer (`workers.answers.Given`)."""

    @property
    def outcome(self) -> Literal["done", "already", "refused", "unknown"]:
        """Whether it was taken."""
        ...

    @property
    def text(self) -> str:
        """In words for a person."""
        ...


class AnswerDoor(Protocol):
    """What takes answers (`workers.answers.Answers`)."""

    async def give(self, given: Answer) -> Given:
        """Take an answer. Raises Temporary."""
        ...


class AlertReader(Protocol):
    """What lists ask of the store."""

    async def alerts(self, since_ms: int, limit: int) -> list[str]:
        """Give the ids of alerts that changed since then, the one that changed last first."""
        ...

    async def load_alerts(self, ids: Sequence[str]) -> dict[str, StoredAlert]:
        """Give alerts with their versions."""
        ...


class Said(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of an answer."""

    who: str = ""
    note: str = ""
    until: str = ""
    """Of a snooze: a time with a zone, or so long: `2h`."""


B = TypeVar("B")


class BadRequest(Exception):
    """What was asked cannot be meant; the text says what to write."""


class AlertRoutes:
    """The routes about alerts."""

    def __init__(self, reader: AlertReader, door: AnswerDoor, callers: Callers, clock: Clock) -> None:
        self._reader = reader
        self._door = door
        self._callers = callers
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """Give them."""
        return [
            web.get("/v1/alerts", self.all),
            web.get("/v1/alerts/{alert}", self.one),
            web.post("/v1/alerts/{alert}/{kind}", self.answer),
        ]

    async def all(self, request: web.Request) -> web.Response:
        """List alerts."""
        caller, now = self._callers.let_in(request), self._clock()
        try:
            wanted, since, limit = _asked(request, now)
        except BadRequest as error:
            return failure(400, str(error))
        found: list[dict[str, Any]] = []
        ids = await self._reader.alerts(since, MOST)
        for start in range(0, len(ids), READ):
            part = ids[start : start + READ]
            there = await self._reader.load_alerts(part)
            states = [there[alert].state for alert in part]
            found += [row(s) for s in states if s is not None and caller.sees(s) and wanted.fits(s)]
            if len(found) > limit:
                break
        return as_json({"alerts": found[:limit], "more": len(found) > limit or len(ids) == MOST})

    async def one(self, request: web.Request) -> web.Response:
        """Give one alert in full."""
        state = await self._state(request)
        if state is None:
            return failure(404, NOT_THERE)
        return as_json(in_full(state))

    async def answer(self, request: web.Request) -> web.Response:
        """Take an answer."""
        kind, caller, now = request.match_info["kind"], self._callers.let_in(request), self._clock()
        if kind not in get_args(AnswerKind):
            return failure(404, f"there is no such answer; {suggest.hint(kind[:40], get_args(AnswerKind))}")
        state = await self._state(request)
        if state is None:
            return failure(404, NOT_THERE)
        try:
            said = await body_of(request, Said)
            until = to_come(said.until, now) if kind == "snooze" else 0
        except BadRequest as error:
            return failure(400, str(error))
        given = await self._door.give(
            Answer(
                kind=kind,  # type: ignore[arg-type]  # checked above
                alert=state.alert.id,
                who=caller.who(said.who),
                via="api",
                at_ms=now,
                until_ms=until,
                note=said.note,
                desk=caller.desk,
                all_desks=caller.all_desks,
            )
        )
        if given.outcome == "unknown":
            return failure(404, NOT_THERE)
        return failure(409, given.text) if given.outcome == "refused" else as_json(given)

    async def _state(self, request: web.Request) -> AlertState | None:
        """Give the alert that a path names, if it is there for whoever asks."""
        alert = request.match_info["alert"]
        if not (alert.startswith("al_") and usable_id(alert)):
            return None
        found = (await self._reader.load_alerts([alert])).get(alert)
        state = found.state if found is not None else None
        return state if state is not None and self._callers.let_in(request).sees(state) else None


async def body_of(request: web.Request, kind: type[B]) -> B:
    """Read the JSON of a request; none is an empty object. Raises BadRequest, saying where it is wrong."""
    try:
        return msgspec.json.decode(await request.read() or b"{}", type=kind)
    except msgspec.ValidationError as error:
        raise BadRequest(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequest("the body is no JSON") from error


def to_come(text: str, now: int) -> int:
    """Read a time with a zone, or so long from now, as milliseconds. Raises BadRequest."""
    try:
        return now + round(parse_duration(text) * 1000)
    except (ValueError, OverflowError):
        pass
    try:
        return parse_rfc3339(text)
    except (ValueError, OverflowError):
        raise BadRequest("write a time with a zone, such as 2026-01-15T07:30:00Z, or so long: 2h") from None


def _asked(request: web.Request, now: int) -> tuple[Wanted, int, int]:
    query = request.query
    for name in query:
        if name not in ASKED:
            raise BadRequest(f"there is no `{name[:40]}` to ask by; {suggest.hint(name, ASKED)}")
    status, severity = query.get("status"), query.get("severity")
    if status is not None and status not in STATUSES:
        raise BadRequest(f"status is one of {', '.join(STATUSES)}")
    if severity is not None and severity not in SEVERITIES:
        raise BadRequest(f"severity is one of {', '.join(SEVERITIES)}")
    wanted = Wanted(portfolio=query.get("portfolio"), status=status, severity=severity, now=now)
    return wanted, _since(query.get("since"), now), _limit(query.get("limit"))


def _since(text: str | None, now: int) -> int:
    if text is None:
        return now - round(SINCE_S * 1000)
    try:
        return now - round(parse_duration(text) * 1000)
    except (ValueError, OverflowError):
        return to_come(text, now)


def _limit(text: str | None) -> int:
    if text is None:
        return LIMIT
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= MAX_LIMIT:
        raise BadRequest(f"limit is a number from 1 to {MAX_LIMIT}")
    return int(text)
