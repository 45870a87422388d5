"""`GET /v1/stream`: alerts as they change, as server-sent events (WHATWG HTML, 9.2).

    id: 1767000000000-0           of the journal; sent back as Last-Event-ID it is what was seen last
    event: alert                  data: the alert's card
    event: reset                  what came between is not known: look at everything again

A line of comment every fifteen seconds shows either side that the other is there.
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import msgspec
import structlog
from aiohttp import hdrs, web

from alertd import telemetry
from alertd.alerts.rows import card
from alertd.asking.caller import Caller
from alertd.errors import AlertdError
from alertd.model import AlertState
from alertd.web import guards
from alertd.web.alerts import AlertReader, seen_by
from alertd.web.callers import Callers
from alertd.web.middleware import STREAM
from alertd.web.problems import SECURITY_HEADERS, failure

MAX_OF_ONE = 50
"""By one token of a desk: a program that forgets its streams must not take those of the others."""
BEAT_S = 15.0
SLOW_S = 10.0
"""Who has not taken a line for so long is let go, and comes again."""
SHARED_S = 2.0
"""How long the alerts of a change are the same for all; who comes later asks again."""
MOST_SHARED = 100
"""Changes of which the alerts are kept so long."""
LOOK_S = 1.0
"""How often it is looked at whether somebody is still let in; at each change would cost too much for a thousand."""
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

    def looking_on(self, since: str = "") -> AbstractAsyncContextManager[AsyncIterator[Change]]:
        """Look on from now, or from behind what was seen last. Raises StoreUnavailable."""
        ...


class StreamRoutes:
    """The stream."""

    def __init__(self, live: LiveDoor, callers: Callers, reader: AlertReader, most: int) -> None:
        """`most` may look on at once."""
        self._most = most
        self._live = live
        self._callers = callers
        self._reader = reader
        self._shared = _Shared(reader)
        self._open: Counter[str] = Counter()
        """Streams by who opened them: `_whose`."""

    def routes(self) -> list[web.RouteDef]:
        """Give it. Whoever asks for its head alone would be told that it goes on for hours, and then it would."""
        return [web.get(STREAM, self._stream, allow_head=False)]

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        caller = self._callers.let_in(request)
        since = request.headers.get("Last-Event-ID", "")
        if since and not _ID.fullmatch(since):
            return failure(400, "Last-Event-ID is the id of an event of this stream")
        whose = _whose(request, caller)
        if self._open.total() >= self._most:
            return failure(503, "too many look on", {hdrs.RETRY_AFTER: "10"})
        if whose and self._open[whose] >= MAX_OF_ONE:
            return failure(429, "too many look on by this token", {hdrs.RETRY_AFTER: "10"})
        self._open[whose] += 1
        telemetry.STREAMS.set(self._open.total())
        try:
            return await self._follow(request, caller, since)
        finally:
            self._open[whose] -= 1
            telemetry.STREAMS.set(self._open.total())

    async def _follow(self, request: web.Request, caller: Caller, since: str) -> web.StreamResponse:
        """Tell until either side has had enough. Raises StoreUnavailable before anything is said; later
        nothing, since an answer that has begun cannot become another.
        """
        response = web.StreamResponse(
            headers=SECURITY_HEADERS
            | {hdrs.CONTENT_TYPE: "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
        )
        try:
            async with self._live.looking_on(since) as changes:
                await response.prepare(request)
                await self._tell(response, request, caller, changes)
        except (ConnectionError, TimeoutError):
            if request.transport is not None:
                request.transport.abort()
        except Exception as error:  # whatever it is: a second answer into this one would be worse
            if not response.prepared:
                raise
            log.exception("stream_failed", error=str(error))
        return response

    async def _tell(
        self, response: web.StreamResponse, request: web.Request, caller: Caller, changes: AsyncIterator[Change]
    ) -> None:
        """Tell of changes until the session is over that let them in, or its holder has signed out."""
        left_s, look = self._callers.left_s(request), 0.0
        await _write(response, f"retry: {AGAIN_MS}\n\n")
        ends = time.monotonic() + left_s if left_s is not None else math.inf
        following = asyncio.ensure_future(anext(changes, None))
        try:
            while (left := ends - time.monotonic()) > 0:
                done, _ = await asyncio.wait([following], timeout=min(BEAT_S, left))
                if time.monotonic() >= look:
                    look = time.monotonic() + LOOK_S
                    if self._callers.of(request) != caller:
                        return
                if not done:
                    await _write(response, ": here\n\n")
                    continue
                change = following.result()
                if change is None:
                    return
                if text := await self._text(change, caller):
                    await _write(response, text)
                following = asyncio.ensure_future(anext(changes, None))
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    async def _text(self, change: Change, caller: Caller) -> str:
        if change.anew:
            return _reset(change.id)
        try:
            return written(change.id, await self._cards(change, caller))
        except AlertdError as error:  # Redis is away, or the alert does not decode: it is for them to look again
            log.warning("stream_reset", error=str(error))
            return _reset(change.id)

    async def _cards(self, change: Change, caller: Caller) -> list[dict[str, Any]]:
        """Give what a change brings for somebody. A card does not say who may see what of it: the alert does, as it
        is by now. Raises StoreUnavailable, Corrupt.
        """
        cards: list[dict[str, Any]] = [one for one in change.cards if caller.sees_desk(one.get("desk"))]
        if caller.all_desks or not cards:
            return cards
        there = await self._shared.of(change)
        states = (there.get(str(one.get("id", ""))) for one in cards)
        seen = [seen_by(self._reader, state, caller) for state in states]
        return [card(state) for state in seen if state is not None]


class _Shared:
    """The alerts of a change, loaded once for all who look on."""

    def __init__(self, reader: AlertReader) -> None:
        self._reader = reader
        self._loads: dict[str, tuple[float, asyncio.Future[dict[str, AlertState]]]] = {}
        """Id of a change -> when its alerts were asked for, and these."""

    async def of(self, change: Change) -> dict[str, AlertState]:
        """Give the alerts of a change as they are by now, or were moments ago. Raises StoreUnavailable, Corrupt."""
        now = time.monotonic()
        at, load = self._loads.get(change.id, (-math.inf, None))
        if load is None or now - at > SHARED_S:
            load = asyncio.ensure_future(self._load(change))
            while len(self._loads) >= MOST_SHARED:
                self._loads.pop(next(iter(self._loads)))
            self._loads[change.id] = (now, load)
        try:
            return await asyncio.shield(load)
        except AlertdError:
            self._loads.pop(change.id, None)
            raise

    async def _load(self, change: Change) -> dict[str, AlertState]:
        there = await self._reader.load_alerts([str(one.get("id", "")) for one in change.cards])
        return {name: found.state for name, found in there.items() if found.state is not None}


def written(journal_id: str, cards: Sequence[dict[str, Any]]) -> str:
    """Write a change with the cards that it has for whoever looks on; empty where it has none."""
    lines = [f"event: alert\ndata: {msgspec.json.encode(one).decode()}\n\n" for one in cards]
    # The id stands with the last one: who got only some of them is told of all again.
    return "".join([*lines[:-1], f"id: {journal_id}\n{lines[-1]}"]) if lines else ""


def _reset(journal_id: str) -> str:
    return f"id: {journal_id}\nevent: reset\ndata:\n\n" if journal_id else "event: reset\ndata:\n\n"


def _whose(request: web.Request, caller: Caller) -> str:
    """Name the desk's token by which somebody came; empty: by another way, which counts for nobody."""
    by_token = guards.token_given(request.headers.get(hdrs.AUTHORIZATION)) is not None
    return caller.name if by_token and not caller.all_desks else ""


async def _write(response: web.StreamResponse, text: str) -> None:
    async with asyncio.timeout(SLOW_S):
        await response.write(text.encode())
