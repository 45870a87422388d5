"""`/v1/route`, `/v1/preview` and `/v1/dead`: what would be sent, to whom and how, and what could not be.

POST /v1/route                  whom an event would be told if it came now; {"event": {"title": "…"}}
POST /v1/preview/RECEIVER       the message that a receiver would get; {"event": …} or {"sample": "fired"}
GET  /v1/dead                   what could not be delivered or matched
POST /v1/dead/DELIVERY/retry    sends it again
POST /v1/dead/retry             sends several again: {"deliveries": […]}, {"receiver": "…"} or {"everything": true}
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from alertd.asking.dead import MOST, dead_letters, letter_row, send_again
from alertd.asking.house import House
from alertd.asking.preview import TYPES
from alertd.asking.tried import PreviewAsked, RouteAsked
from alertd.base import suggest
from alertd.errors import ConfigError, NotThere
from alertd.model import MessageType, Struct
from alertd.notify.samples import SAMPLES
from alertd.web.eyes import NO_RECEIVER, Eyes
from alertd.web.given_event import asked_of_event
from alertd.web.moments import gone_by
from alertd.web.operations import Asked, Nothing, Operation
from alertd.web.problems import Refusal

NO_LETTER = "there is no such dead letter, or it is another desk's"


class Comes(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of a question whom an event would be told."""

    event: dict[str, Any]
    """As short as `{"title": "…"}`."""
    portfolio: str | None = None
    """Only this one."""
    at: str = ""
    """As if it came then: a time with a zone, or so long ago; empty: now."""


class Told(Struct, frozen=True, kw_only=True):
    """What would become of one alert."""

    at: str
    portfolio: str
    alert: str
    reason: str
    detail: str
    rules: list[dict[str, str]]
    receivers: dict[str, str]
    """Receiver -> `now`, or why not now."""


class Routed(Struct, frozen=True, kw_only=True):
    """What would become of an event."""

    alerts: list[Told]


class Shown(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of a preview: an event or a sample."""

    event: dict[str, Any] | None = None
    sample: str = ""
    type: str = "alert.fired"
    format: Literal["", "text", "json", "html"] = ""
    """Otherwise as it is sent."""


class Preview(Struct, frozen=True, kw_only=True):
    """A message as it would be sent."""

    receiver: str
    text: str
    faults: list[str]
    """What templates failed at: then it is the built-in message."""


class Letter(Struct, frozen=True, kw_only=True):
    """A delivery that was given up."""

    id: str
    receiver: str
    alert: str | None
    alert_revision: int
    attempts: int
    created_at: str
    died_at: str
    reason: str


class DeadList(Struct, frozen=True, kw_only=True):
    """What could not be delivered or matched, the newest first."""

    deliveries: list[Letter]
    events: list[dict[str, Any]]
    """Only for who sees all desks: they are no desk's."""


class WhichDead(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=1000, description="So many at most.")] = 100


class Again(Struct, frozen=True, kw_only=True):
    """What was queued again."""

    queued: list[str]


class WhichAgain(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of a request to send several again: one of these."""

    deliveries: Annotated[list[str], msgspec.Meta(max_length=100)] = msgspec.field(default_factory=list)
    receiver: str = ""
    """All that this one did not get."""
    everything: bool = False
    """Only for who sees all desks."""


class TryRoutes:
    """What can be tried, and what has failed."""

    def __init__(self, house: House) -> None:
        self._house = house

    def operations(self) -> list[Operation[Any, Any]]:
        """Give it."""
        return [
            Operation(
                name="routeEvent", method="POST", path="/v1/route", reads=True,
                summary="Say whom an event would be told if it came now, and why",
                does=self._route, query=Nothing, body=Comes, answer=Routed, slow=True,
                fails={404: "there is no such portfolio"},
            ),
            Operation(
                name="previewMessage", method="POST", path="/v1/preview/{receiver}", reads=True,
                summary="Show the message that a receiver would get; nothing is sent",
                does=self._preview, query=Nothing, body=Shown, answer=Preview, slow=True,
                fails={404: NO_RECEIVER, 409: "There is nothing to show, or not so."},
                parameters={"receiver": "The id of a receiver."},
            ),
            Operation(
                name="listDead", method="GET", path="/v1/dead", summary="List what could not be delivered or matched",
                does=self._dead, query=WhichDead, body=Nothing, answer=DeadList,
            ),
            Operation(
                name="retryDead", method="POST", path="/v1/dead/{delivery}/retry", makes=True,
                summary="Send what could not be delivered again, under its own id",
                does=self._retry, query=Nothing, body=Nothing, answer=Again, fails={404: NO_LETTER},
                parameters={"delivery": "The id of a dead delivery."},
            ),
            Operation(
                name="retrySeveralDead", method="POST", path="/v1/dead/retry", makes=True,
                summary="Send several that could not be delivered again: these, those of a receiver, or all",
                does=self._retry_several, query=Nothing, body=WhichAgain, answer=Again,
            ),
        ]  # fmt: skip

    async def _route(self, asked: Asked[Nothing, Comes]) -> object:
        eyes, named = Eyes(asked.caller, self._house), asked.body.portfolio
        wanted = [eyes.named(named)] if named is not None else eyes.portfolios()
        now = self._house.clock()
        at = gone_by(asked.body.at, now) if asked.body.at else now
        question = RouteAsked(eyes.desk, [one.id for one in wanted], asked.body.event, at)
        return {"alerts": await asked_of_event(self._house, question)}

    async def _preview(self, asked: Asked[Nothing, Shown]) -> object:
        eyes, name, body = Eyes(asked.caller, self._house), asked.path["receiver"], asked.body
        config, policy = eyes.receiver(name)
        question = PreviewAsked(
            config, policy, [one.id for one in eyes.portfolios()], body.event, body.sample, _kind(body),
            body.format or None, self._house.clock(),
        )  # fmt: skip
        try:
            found = await asked_of_event(self._house, question)
        except (NotThere, ConfigError) as error:
            raise Refusal(409, str(error)) from error
        return Preview(receiver=name, text=found.text, faults=found.faults)

    async def _dead(self, asked: Asked[WhichDead, Nothing]) -> object:
        view = await Eyes(asked.caller, self._house).view()
        letters, events = await dead_letters(self._house.store, view, asked.query.limit)
        return {"deliveries": [letter_row(one) for one in letters], "events": events}

    async def _retry(self, asked: Asked[Nothing, Nothing]) -> object:
        view = await Eyes(asked.caller, self._house).view()
        queued = await send_again(self._house.store, view, [asked.path["delivery"]], self._house.clock())
        if not queued:
            raise Refusal(404, NO_LETTER)
        return Again(queued=queued)

    async def _retry_several(self, asked: Asked[Nothing, WhichAgain]) -> object:
        wanted, now = asked.body, self._house.clock()
        if sum(map(bool, (wanted.deliveries, wanted.receiver, wanted.everything))) != 1:
            raise Refusal(400, "name deliveries, or a receiver, or say everything")
        if wanted.everything and not asked.caller.all_desks:
            raise Refusal(403, "everything is for who sees all desks: name a receiver")
        view = await Eyes(asked.caller, self._house).view()
        ids = wanted.deliveries
        if wanted.receiver:
            letters, _ = await dead_letters(self._house.store, view, MOST)
            ids = [one.id for one in letters if one.receiver == wanted.receiver]
        return Again(queued=await send_again(self._house.store, view, ids, now, everything=wanted.everything))


def _kind(body: Shown) -> MessageType:
    """Give as what an event is shown. Raises Refusal, also where there is nothing to show."""
    if (body.event is None) == (not body.sample):
        raise Refusal(400, f"give an event, or a sample out of {', '.join(SAMPLES)}")
    if body.event is None and body.sample not in SAMPLES:
        raise Refusal(400, f"there is no sample {body.sample[:40]}; {suggest.hint(body.sample[:40], SAMPLES)}")
    kind: MessageType | None = next((one for one in TYPES if one == body.type), None)
    if kind is None and body.event is not None:
        raise Refusal(400, f"type is one of {', '.join(TYPES)}")
    return kind or "alert.fired"
