"""`/v1/alerts`: what there is, and answers to it.

    GET  /v1/alerts                  rows, the newest first, page by page; chosen as `Which` says
    GET  /v1/alerts/ID               one in full
    POST /v1/alerts/ID/acknowledge   also unacknowledge, snooze, close, useful, noise; {"who", "note", "until"}

An alert that is not there for whoever asks is 404, an answer that makes no sense for it 409.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Protocol, get_args

import msgspec

from alertd.alerts.rows import AlertInFull, AlertRow, in_full
from alertd.asking.alert_pages import Page, PageAsked, Sees
from alertd.asking.caller import Caller
from alertd.base import suggest
from alertd.base.clock import Clock
from alertd.base.ids import usable_id
from alertd.history.projection.query import AlertFilter
from alertd.history.projection.search import NotSearchable
from alertd.model import AlertState, Answer, AnswerKind, Severity, StoredAlert, Struct
from alertd.web import cursors
from alertd.web.moments import gone_by, to_come
from alertd.web.operations import Asked, Nothing, Operation
from alertd.web.problems import Refusal

LIMIT, MAX_LIMIT = 50, 500
SINCE = "7d"
MAX_MERGES = 8
"""How many alerts one after the other may have carried one on."""
NOT_THERE = "there is no such alert"


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


class Which(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which alerts are listed."""

    portfolio: Annotated[str, msgspec.Meta(description="Of this portfolio.")] | None = None
    status: Literal["open", "acknowledged", "closed", "snoozed"] | None = None
    severity: Severity | None = None
    """At least so severe."""
    text: Annotated[
        str, msgspec.Meta(description='Words that stand in it: `lease`, `"a phrase"`, `begin*`, `-without`.')
    ] = ""
    event_type: Annotated[str, msgspec.Meta(description="With an event that reports this.")] | None = None
    company: Annotated[str, msgspec.Meta(description="About this one: id, ticker or a holding's label.")] | None = (
        None
    )
    source: Annotated[str, msgspec.Meta(description="With an event from there.")] | None = None
    rule: Annotated[str, msgspec.Meta(description="For which this rule held.")] | None = None
    since: Annotated[
        str,
        msgspec.Meta(
            description="Changed since: a time with a zone, or so long ago: 7d, and with `text` all there is."
        ),
    ] = ""
    until: Annotated[str, msgspec.Meta(description="First raised before: a time with a zone, or so long ago.")] = ""
    cursor: Annotated[str, msgspec.Meta(description="`next` of the page before.")] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_LIMIT, description="So many at most.")] = LIMIT


class AlertFound(AlertRow, frozen=True, kw_only=True):
    """An alert of a list."""

    snippet: str = ""
    """Of a search: words around what was found."""
    hits: list[tuple[int, int]] = msgspec.field(default_factory=list)
    """Where in these it stands, ends exclusive."""


class AlertList(Struct, frozen=True, kw_only=True):
    """Alerts, the one that changed last first."""

    alerts: list[AlertFound]
    more: bool
    """There are more, or there may be."""
    next: str | None
    """What to put behind `cursor=` for what comes behind these."""


class Said(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of an answer."""

    who: str = ""
    note: str = ""
    until: str = ""
    """Of a snooze: a time with a zone, or so long: `2h`."""


class Taken(Struct, frozen=True, kw_only=True):
    """What came of an answer."""

    outcome: Literal["done", "already"]
    text: str
    """In words for a person."""
    alert: str
    """The alert that took it: where another carries it on, that one."""
    title: str
    status: Literal["", "open", "acknowledged", "closed"]
    severity: Severity
    snoozed_until: str | None


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
        return in_full(await state_of(self._reader, asked.path["alert"], asked.caller))

    async def _answer(self, asked: Asked[Nothing, Said]) -> object:
        kind, caller, said, now = asked.path["kind"], asked.caller, asked.body, self._clock()
        if kind not in get_args(AnswerKind):
            raise Refusal(404, f"there is no such answer; {suggest.hint(kind[:40], get_args(AnswerKind))}")
        await taker_of(self._reader, asked.path["alert"], caller)
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


async def page_of(reader: AlertReader, caller: Caller, which: Which, now: int) -> Page:
    """Give the page of a list that somebody asks for. Raises Refusal, Temporary."""
    since = which.since or ("" if which.text else SINCE)
    wanted = AlertFilter(
        portfolio=which.portfolio, status=which.status, severity=which.severity, rule=which.rule,
        company=which.company, event_type=which.event_type, source=which.source,
        since_ms=gone_by(since, now) if since else None, until_ms=gone_by(which.until, now) if which.until else None,
        now_ms=now, **_walls(caller),
    )  # fmt: skip
    before = cursors.read(which.cursor) if which.cursor else None
    asked = PageAsked(wanted, which.limit, which.text, before)
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


async def listed(reader: AlertReader, caller: Caller, which: Which, now: int) -> tuple[list[dict[str, Any]], bool]:
    """Give the rows that somebody asks for, and whether there are more. Raises Refusal, Temporary."""
    found = await page_of(reader, caller, which, now)
    return found.rows, found.more


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
