"""`/v1/alerts`: what there is, and answers to it.

    GET  /v1/alerts                  rows, the newest first, page by page; chosen as `Which` says
    GET  /v1/alerts/ID               one in full
    POST /v1/alerts/ID/acknowledge   also unacknowledge, snooze, close, useful, noise; {"who", "note", "until"}

One that Redis has forgotten is told from the history, as far as that goes, and takes no answers any more. An alert
that is not there for whoever asks is 404, an answer that makes no sense for it 409.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol, get_args

from alertd.alerts.rows import AlertInFull, in_full, in_past
from alertd.asking.alert_pages import Page, PageAsked, Sees
from alertd.asking.caller import Caller
from alertd.base import suggest
from alertd.base.clock import Clock
from alertd.base.ids import usable_id
from alertd.history.projection.query import AlertFilter
from alertd.history.projection.search import NotSearchable
from alertd.model import AlertState, Answer, AnswerKind, StoredAlert
from alertd.web import cursors
from alertd.web.alert_types import SINCE, AlertList, Said, Taken, Which
from alertd.web.moments import gone_by, to_come
from alertd.web.operations import Asked, Nothing, Operation
from alertd.web.problems import Refusal

MAX_MERGES = 8
"""How many alerts one after the other may have carried one on."""
NOT_THERE = "there is no such alert"
OVER = "it is over, and Redis keeps it no more: it takes no answers"


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

    @property
    def alert(self) -> str:
        """The alert that took it."""
        ...


class AnswerDoor(Protocol):
    """What takes answers (`workers.answers.Answers`)."""

    async def give(self, given: Answer) -> Given:
        """Take an answer. Raises Temporary."""
        ...


class AlertReader(Protocol):
    """What is asked of alerts, for lists, pages and the stream."""

    async def page(self, asked: PageAsked, sees: Sees, *, whole: bool) -> Page:
        """Give a page of a list. Raises Temporary; NotSearchable."""
        ...

    async def gone(self, alert: str, wanted: AlertFilter, *, whole: bool) -> dict[str, Any] | None:
        """Give the row of an alert that the store has no more. Raises Temporary."""
        ...

    async def load_alerts(self, ids: Sequence[str]) -> dict[str, StoredAlert]:
        """Give alerts with their versions."""
        ...

    def looked_at(self, state: AlertState, desk: str | None) -> AlertState | None:
        """Give an alert of a desk as whoever looks on for that desk may see it; None: it is not there for them."""
        ...


class AlertRoutes:
    """What can be asked about alerts."""

    def __init__(self, reader: AlertReader, door: AnswerDoor, clock: Clock) -> None:
        self._reader = reader
        self._door = door
        self._clock = clock

    def operations(self) -> list[Operation[Any, Any]]:
        """Give it."""
        one = {"alert": "The id of an alert."}
        kinds = f"What is said: {', '.join(get_args(AnswerKind))}."
        return [
            Operation(
                name="listAlerts", method="GET", path="/v1/alerts",
                summary="List alerts, the one that changed last first",
                does=self._all, query=Which, body=Nothing, answer=AlertList,
            ),
            Operation(
                name="getAlert", method="GET", path="/v1/alerts/{alert}",
                summary="One alert with all that it carries",
                does=self._one, query=Nothing, body=Nothing, answer=AlertInFull, fails={404: NOT_THERE},
                parameters=one,
            ),
            Operation(
                name="answerAlert", method="POST", path="/v1/alerts/{alert}/{kind}", summary="Answer an alert",
                does=self._answer, query=Nothing, body=Said, answer=Taken, makes=True,
                fails={404: f"{NOT_THERE}, or no such answer", 409: "It makes no sense for this alert."},
                parameters={**one, "kind": kinds},
            ),
        ]  # fmt: skip

    async def _all(self, asked: Asked[Which, Nothing]) -> object:
        found = await page_of(self._reader, asked.caller, asked.query, self._clock())
        return {"alerts": found.rows, "more": found.more, "next": cursors.written(found.next) if found.next else None}

    async def _one(self, asked: Asked[Nothing, Nothing]) -> object:
        name, caller = asked.path["alert"], asked.caller
        try:
            return in_full(await state_of(self._reader, name, caller))
        except Refusal:
            past = await gone(self._reader, name, caller)
            if past is None:
                raise
            return in_past(past)

    async def _answer(self, asked: Asked[Nothing, Said]) -> object:
        kind, caller, said, now = asked.path["kind"], asked.caller, asked.body, self._clock()
        if kind not in get_args(AnswerKind):
            raise Refusal(404, f"there is no such answer; {suggest.hint(kind[:40], get_args(AnswerKind))}")
        await self._takes(asked.path["alert"], caller)
        until = to_come(said.until, now) if kind == "snooze" else 0
        given = await self._door.give(answer_of(caller, asked.path["alert"], kind, said, until_ms=until, now=now))
        if given.outcome == "unknown":
            raise Refusal(404, NOT_THERE)
        if given.outcome == "refused":
            raise Refusal(409, given.text)
        alert = (await state_of(self._reader, given.alert, caller)).alert  # as it is there for whoever asks
        return Taken(
            outcome="already" if given.outcome == "already" else "done",
            text=given.text,
            alert=alert.id,
            title=alert.title,
            status=alert.status,
            severity=alert.severity,
            snoozed_until=alert.snoozed_until,
        )

    async def _takes(self, alert: str, caller: Caller) -> None:
        """Raise Refusal for an alert that takes no answers, saying whether it ever was there for whoever asks."""
        try:
            await taker_of(self._reader, alert, caller)
        except Refusal as error:
            if await gone(self._reader, alert, caller) is None:
                raise
            raise Refusal(404, OVER) from error


async def page_of(reader: AlertReader, caller: Caller, which: Which, now: int) -> Page:
    """Give the page of a list that somebody asks for. Raises Refusal, Temporary."""
    if which.sort == "relevance" and not which.text:
        raise Refusal(400, "sort=relevance is for a search: give `text`; a list has what changed last first")
    if which.sort == "relevance" and which.cursor:
        raise Refusal(400, "by relevance there is one page: take `limit` up to 500, or sort=time for what is behind")
    since = which.since or ("" if which.text else SINCE)
    wanted = AlertFilter(
        portfolio=which.portfolio, status=which.status, severity=which.severity, rule=which.rule,
        company=which.company, event_type=which.event_type, source=which.source, receiver=which.receiver,
        since_ms=gone_by(since, now) if since else None, until_ms=gone_by(which.until, now) if which.until else None,
        now_ms=now, **_walls(caller),
    )  # fmt: skip
    before = cursors.read(which.cursor) if which.cursor else None
    asked = PageAsked(wanted, which.limit, which.text, before, which.sort)
    try:
        return await reader.page(asked, lambda state: seen_by(reader, state, caller), whole=caller.all_desks)
    except NotSearchable as error:
        raise Refusal(400, f"text: {error}") from error


def _walls(caller: Caller) -> dict[str, Any]:
    """Give the part of a filter that says what somebody may see."""
    return {
        "desks": None if caller.all_desks else (caller.desk,),
        "portfolios": None if caller.portfolios is None else tuple(sorted(caller.portfolios)),
    }


async def gone(reader: AlertReader, alert: str, caller: Caller) -> dict[str, Any] | None:
    """Give the row of an alert that the store has no more, as lists have it, if it is there for whoever asks.

    Raises Refusal, Temporary.
    """
    if not alert.startswith("al_") or not usable_id(alert):
        return None
    return await reader.gone(alert, AlertFilter(**_walls(caller)), whole=caller.all_desks)


async def state_of(reader: AlertReader, alert: str, caller: Caller) -> AlertState:
    """Give an alert, if it is there for whoever asks. Raises Refusal, Temporary."""
    if alert.startswith("al_") and usable_id(alert):
        found = (await reader.load_alerts([alert])).get(alert)
        state = seen_by(reader, found.state if found is not None else None, caller)
        if state is not None:
            return state
    raise Refusal(404, NOT_THERE)


def seen_by(reader: AlertReader, state: AlertState | None, caller: Caller) -> AlertState | None:
    """Give an alert as it is there for somebody; None: it is not. Every answer to a desk passes here."""
    if state is None or not caller.sees(state):
        return None
    return state if caller.all_desks else reader.looked_at(state, caller.desk)


async def taker_of(reader: AlertReader, alert: str, caller: Caller) -> AlertState:
    """Give an alert that is to be answered, or the one that carries it on. Raises Refusal where it is not there."""
    state = await state_of(reader, alert, caller)
    for _ in range(MAX_MERGES):
        if not state.alert.merged_into:
            break
        state = await state_of(reader, state.alert.merged_into, caller)
    return state


def answer_of(
    caller: Caller, alert: str, kind: str, said: Said, *, until_ms: int, now: int, via: Literal["api", "page"] = "api"
) -> Answer:
    """Write down what somebody says of an alert; `kind` is one of AnswerKind."""
    return Answer(
        kind=kind,  # type: ignore[arg-type]
        alert=alert,
        who=caller.who(said.who),
        via=via,
        at_ms=now,
        until_ms=until_ms,
        note=said.note,
        desk=caller.desk,
        all_desks=caller.all_desks,
    )
