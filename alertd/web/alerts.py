"""`/v1/alerts`: what there is, and answers to it.

    GET  /v1/alerts                  rows, the newest first; ?portfolio= status= severity= since= limit=
    GET  /v1/alerts/ID               one in full
    POST /v1/alerts/ID/acknowledge   also unacknowledge, snooze, close, useful, noise; {"who", "note", "until"}

An alert that is not there for whoever asks is 404, an answer that makes no sense for it 409.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Protocol, get_args

import msgspec

from alertd.alerts.rows import AlertInFull, AlertRow, Wanted, in_full, row
from alertd.base import suggest
from alertd.base.clock import Clock
from alertd.base.ids import usable_id
from alertd.model import AlertState, Answer, AnswerKind, Severity, StoredAlert, Struct
from alertd.web.callers import Caller
from alertd.web.moments import gone_by, to_come
from alertd.web.operations import Asked, Nothing, Operation
from alertd.web.problems import Refusal

READ = 50
"""Alerts that are read at once: the loop is others', too."""
MOST = 5_000
"""Alerts that one list looks through, the newest; of more it says that there may be more."""
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
    """What lists ask of the store."""

    async def alerts(self, since_ms: int, limit: int) -> list[str]:
        """Give the ids of alerts that changed since then, the one that changed last first."""
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
    since: Annotated[str, msgspec.Meta(description="Changed since: a time with a zone, or so long ago: 7d.")] = SINCE
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_LIMIT, description="So many at most.")] = LIMIT


class AlertList(Struct, frozen=True, kw_only=True):
    """Alerts, the one that changed last first."""

    alerts: list[AlertRow]
    more: bool
    """There are more, or there may be."""


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
                does=self._answer, query=Nothing, body=Said, answer=Taken,
                fails={404: f"{NOT_THERE}, or no such answer", 409: "It makes no sense for this alert."},
                parameters={**one, "kind": kinds},
            ),
        ]  # fmt: skip

    async def _all(self, asked: Asked[Which, Nothing]) -> object:
        rows, more = await listed(self._reader, asked.caller, asked.query, self._clock())
        return {"alerts": rows, "more": more}

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


async def listed(reader: AlertReader, caller: Caller, which: Which, now: int) -> tuple[list[dict[str, Any]], bool]:
    """Give the rows that somebody asks for, and whether there are more. Raises Refusal, Temporary."""
    wanted = Wanted(portfolio=which.portfolio, status=which.status, severity=which.severity, now=now)
    found: list[dict[str, Any]] = []
    ids = await reader.alerts(gone_by(which.since, now), MOST)
    for start in range(0, len(ids), READ):
        part = ids[start : start + READ]
        there = await reader.load_alerts(part)
        states = [seen_by(reader, there[alert].state, caller) for alert in part]
        found += [row(state) for state in states if state is not None and wanted.fits(state)]
        if len(found) > which.limit:
            break
    return found[: which.limit], len(found) > which.limit or len(ids) == MOST


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
