"""`GET /v1/stream`: alerts as they change, as server-sent events (WHATWG HTML, 9.2).

    id: 1767000000000-0           of the journal; sent back as Last-Event-ID it is what was seen last
    event: alert                  data: the alert's card
    event: reset                  what came between is not known: look at everything again

A line of comment every fifteen seconds shows either side that the other is there.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import msgspec
import structlog
from aiohttp import hdrs, web

from alertd import telemetry
from alertd.alerts.rows import card
from alertd.errors import StoreUnavailable
from alertd.web.alerts import AlertReader, seen_by
from alertd.web.callers import Caller, Callers
from alertd.web.middleware import STREAM
from alertd.web.problems import SECURITY_HEADERS, failure

MAX_STREAMS = 1_000
BEAT_S = 15.0
SLOW_S = 10.0
"""Who has not taken a line for so long is let go, and comes again."""
AGAIN_MS = 2_000
"""When a browser whose stream ended asks again."""
_ID = re.compile(r"[0-9]{1,19}-[0-9]{1,19}")

log = structlog.get_logger(__name__)


class Change(Protocol):
    """What one line of the journal says (`workers.live.Change`)."""

    @property
    def id(self) -> str:
        """Of the line."""
        ...

    @property
    def cards(self) -> Any:
        """Of each alert its card."""
        ...

    @property
    def anew(self) -> bool:
        """What came between is not known."""
        ...


class LiveDoor(Protocol):
    """What tells of changes (`workers.live.Live`)."""

    @property
    def onlookers(self) -> int:
        """How many look on."""
        ...

    def looking_on(self, since: str = "") -> AbstractAsyncContextManager[AsyncIterator[Change]]:
        """Look on from now, or from behind what was seen last. Raises StoreUnavailable."""
        ...


class StreamRoutes:
    """The stream."""

    def __init__(self, live: LiveDoor, callers: Callers, reader: AlertReader) -> None:
        self._reader = reader
        self._live = live
        self._callers = callers

    def routes(self) -> list[web.RouteDef]:
        """Give it."""
        return [web.get(STREAM, self._stream)]

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        caller = self._callers.let_in(request)
        since = request.headers.get("Last-Event-ID", "")
        if since and not _ID.fullmatch(since):
            return failure(400, "Last-Event-ID is the id of an event of this stream")
        if self._live.onlookers >= MAX_STREAMS:
            return failure(503, "too many look on", {hdrs.RETRY_AFTER: "10"})
        response = web.StreamResponse(
            headers=SECURITY_HEADERS
            | {hdrs.CONTENT_TYPE: "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
        )
        async with self._live.looking_on(since) as changes:
            await response.prepare(request)
            telemetry.STREAMS.set(self._live.onlookers)
            try:
                await self._tell(response, caller, changes)
            except (ConnectionError, TimeoutError):
                if request.transport is not None:
                    request.transport.abort()
            except StoreUnavailable as error:  # the browser comes again
                log.debug("stream_ended", error=str(error))
        telemetry.STREAMS.set(self._live.onlookers)
        return response

    async def _tell(self, response: web.StreamResponse, caller: Caller, changes: AsyncIterator[Change]) -> None:
        await _write(response, f"retry: {AGAIN_MS}\n\n")
        following = asyncio.ensure_future(anext(changes, None))
        try:
            while True:
                done, _ = await asyncio.wait([following], timeout=BEAT_S)
                if not done:
                    await _write(response, ": here\n\n")
                    continue
                change = following.result()
                if change is None:
                    return
                if text := written(change, await self._cards(change, caller)):
                    await _write(response, text)
                following = asyncio.ensure_future(anext(changes, None))
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    async def _cards(self, change: Change, caller: Caller) -> list[dict[str, Any]]:
        """Give what a change brings for somebody. A card does not say who may see what of it: the alert does, as it
        is by now. Raises StoreUnavailable.
        """
        cards: list[dict[str, Any]] = [one for one in change.cards if caller.sees_desk(one.get("desk"))]
        if caller.all_desks or not cards:
            return cards
        there = await self._reader.load_alerts([str(one.get("id", "")) for one in cards])
        seen = [seen_by(self._reader, found.state, caller) for found in there.values()]
        return [card(state) for state in seen if state is not None]


def written(change: Change, cards: Sequence[dict[str, Any]]) -> str:
    """Write a change with the cards that it has for whoever looks on; empty where it has none."""
    if change.anew:
        return f"id: {change.id}\nevent: reset\ndata:\n\n" if change.id else "event: reset\ndata:\n\n"
    lines = [f"event: alert\ndata: {msgspec.json.encode(one).decode()}\n\n" for one in cards]
    # The id stands with the last one: who got only some of them is told of all again.
    return "".join([*lines[:-1], f"id: {change.id}\n{lines[-1]}"]) if lines else ""


async def _write(response: web.StreamResponse, text: str) -> None:
    async with asyncio.timeout(SLOW_S):
        await response.write(text.encode())
