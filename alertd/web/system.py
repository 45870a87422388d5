"""`/v1/sources`, `/v1/receivers`, `/v1/status` and `/v1/verify`: how all of it does.

GET  /v1/status                     what is running and healthy
GET  /v1/sources                    those in trouble first; GET /v1/sources/SOURCE, and its days
GET  /v1/receivers                  what is on its way to each
POST /v1/receivers/RECEIVER/test    sends a test message
GET  /v1/verify                     whether everything that was taken in has an end
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

import msgspec

from alertd import telemetry
from alertd.asking.house import House
from alertd.asking.send import detail_of, end_pauses, send_one
from alertd.asking.status import in_order, seen_by
from alertd.asking.verify_asked import VerifyAsked
from alertd.base.config import parse_duration
from alertd.model import Struct
from alertd.notify.outcome import Sent
from alertd.notify.protocol import NotifierDeps
from alertd.web.eyes import NO_RECEIVER, Eyes
from alertd.web.operations import Asked, Nothing, Operation
from alertd.web.problems import Refusal
from alertd.web.source_days import SourceDayRoutes

PATIENCE = "10m"
NO_SOURCE = "there is no such source, or it is another desk's"
LOCAL = ("console",)
"""Types of receivers that print where the daemon runs: nothing is tested by sending to them from afar."""


class SourceList(Struct, frozen=True, kw_only=True):
    """Sources, those in trouble first."""

    sources: list[dict[str, Any]]
    """As `alertd sources --json` has them (docs/sources.md)."""


class ReceiverList(Struct, frozen=True, kw_only=True):
    """Receivers with what is on its way to them."""

    receivers: list[dict[str, Any]]
    """As `alertd status --json` has them."""


class Sending(Struct, frozen=True, kw_only=True):
    """What came of a test message."""

    receiver: str
    outcome: Literal["sent", "failed"]
    detail: str


class HowPatient(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is looked at."""

    patience: Annotated[str, msgspec.Meta(description="How long past its time something may be.")] = PATIENCE
    since: Annotated[str, msgspec.Meta(description="Only what came in so long: 24h.")] = ""


class SystemRoutes:
    """What can be asked about the whole."""

    def __init__(self, house: House, status: Callable[[], Awaitable[dict[str, Any]]]) -> None:
        """`status` gives what `alertd status --json` shows, of this daemon."""
        self._house = house
        self._status = status

    def operations(self) -> list[Operation[Any, Any]]:
        """Give it."""
        source, receiver = {"source": "The id of a source."}, {"receiver": "The id of a receiver."}
        return [
            Operation(
                name="getStatus", method="GET", path="/v1/status", summary="What is running and healthy",
                does=self._whole, query=Nothing, body=Nothing, answer=dict[str, Any],
            ),
            Operation(
                name="listSources", method="GET", path="/v1/sources", summary="List sources, those in trouble first",
                does=self._sources, query=Nothing, body=Nothing, answer=SourceList,
            ),
            Operation(
                name="getSource", method="GET", path="/v1/sources/{source}", summary="How one source does",
                does=self._source, query=Nothing, body=Nothing, answer=dict[str, Any],
                fails={404: NO_SOURCE}, parameters=source,
            ),
            *SourceDayRoutes(self._house, self._known, NO_SOURCE).operations(),
            Operation(
                name="listReceivers", method="GET", path="/v1/receivers",
                summary="List receivers with what is on its way to them",
                does=self._receivers, query=Nothing, body=Nothing, answer=ReceiverList,
            ),
            Operation(
                name="sendTest", method="POST", path="/v1/receivers/{receiver}/test", makes=True,
                summary="Send a test message to a receiver, at once and past the queue",
                does=self._send, query=Nothing, body=Nothing, answer=Sending,
                fails={404: NO_RECEIVER}, parameters=receiver,
            ),
            Operation(
                name="verify", method="GET", path="/v1/verify", whole=True, slow=True,
                summary="Say whether everything that was taken in has an end",
                does=self._verify, query=HowPatient, body=Nothing, answer=dict[str, Any],
            ),
        ]  # fmt: skip

    async def _whole(self, asked: Asked[Nothing, Nothing]) -> dict[str, Any]:
        found = await self._all(asked)
        if not asked.caller.all_desks:
            return found
        findings = await self._house.store.check_server(relaxed=self._house.in_force.reach.relaxed)
        return found | {"redis": found["redis"] | {"findings": msgspec.to_builtins(findings)}}

    async def _all(self, asked: Asked[Any, Any]) -> dict[str, Any]:
        found = await self._status()
        if asked.caller.all_desks:
            return found
        return _of_desk(seen_by(found, await Eyes(asked.caller, self._house).view()))

    async def _sources(self, asked: Asked[Nothing, Nothing]) -> object:
        return {"sources": in_order((await self._all(asked))["sources"])}

    async def _source(self, asked: Asked[Any, Any]) -> dict[str, Any]:
        rows: list[dict[str, Any]] = (await self._all(asked))["sources"]
        found = next((row for row in rows if row["id"] == asked.path["source"]), None)
        if found is None:
            raise Refusal(404, NO_SOURCE)
        return found

    async def _known(self, asked: Asked[Any, Any]) -> str:
        """Give the source that is asked about. Raises Refusal, Temporary."""
        return str((await self._source(asked))["id"])

    async def _receivers(self, asked: Asked[Nothing, Nothing]) -> object:
        return {"receivers": (await self._all(asked))["receivers"]}

    async def _send(self, asked: Asked[Nothing, Nothing]) -> object:
        config, _ = Eyes(asked.caller, self._house).receiver(asked.path["receiver"])
        if config.type in LOCAL:
            raise Refusal(409, f"a receiver of type {config.type} prints where the daemon runs: use alertd send-test")
        deps = NotifierDeps(http=self._house.http, smtp=self._house.in_force.setup.smtp, clock=self._house.clock)
        outcome = await send_one(config, deps)
        if isinstance(outcome, Sent):
            await end_pauses(self._house.store, [config.id])
        detail = telemetry.safe_text(detail_of(outcome))
        return Sending(receiver=config.id, outcome="sent" if isinstance(outcome, Sent) else "failed", detail=detail)

    async def _verify(self, asked: Asked[HowPatient, Nothing]) -> object:
        try:
            patience = round(parse_duration(asked.query.patience) * 1000)
            since = self._house.clock() - round(parse_duration(asked.query.since) * 1000) if asked.query.since else 0
        except (ValueError, OverflowError) as error:
            raise Refusal(400, "patience and since are so long: 10m, 24h") from error
        return await self._house.apart.ask(VerifyAsked(patience, max(since, 0)))


def _of_desk(found: dict[str, Any]) -> dict[str, Any]:
    """Leave of a status what is a desk's matter: how models and archives do is that of who runs alertd."""
    return {name: found[name] for name in ("at", "redis", "sources", "receivers", "events") if name in found}
