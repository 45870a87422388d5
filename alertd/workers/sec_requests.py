"""Requests to EDGAR, as the SEC wants them: spaced over all processes, and none for ten minutes after a refusal.

    a turn of all processes' (Redis) -> wait for it -> still wanted? -> GET -> refused? then silence for all

The SEC allows ten requests a second in all (www.sec.gov/os/accessing-edgar-data); we take eight. Who is refused stays
so until ten minutes have passed in which he stayed below.
"""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from typing import Literal, Protocol

import structlog

from alertd import telemetry
from alertd.base.clock import Clock, rfc3339
from alertd.errors import FetchTemporary
from alertd.net.client import GetOptions, HttpClient, Response
from alertd.sources.edgar_refusal import is_refused, no_feed
from alertd.store.types import Turn
from alertd.workers.notices import Notices

log = structlog.get_logger(__name__)

LIMIT = "edgar"
"""Name of the limit in the store: one for everything that is asked of EDGAR, whichever source it is for."""
INTERVAL_MS = 125
QUIET_S = 600.0
LONGEST_QUIET_S = 86_400.0
SHORT_WAIT_S = 2.0
"""For what is not urgent, `longest_s`: it comes again later rather than stand before the next poll."""
_PAGE = 20_000


class TurnStore(Protocol):
    """What asking EDGAR needs of the store."""

    async def take_turn(self, limit: str, token: str, now: int, interval_ms: int, longest_ms: int) -> Turn:
        """Take the next moment at which to send; asked again with the same token it gives the same moment."""
        ...

    async def keep_quiet(self, limit: str, until_ms: int, now: int) -> None:
        """Give nobody a turn until then."""
        ...


class SecRequests:
    """Asks EDGAR. One for a process; processes know of one another through the store."""

    def __init__(self, http: HttpClient, store: TurnStore, notices: Notices, clock: Clock) -> None:
        self._http = http
        self._store = store
        self._notices = notices
        self._clock = clock
        self._refused = False
        """Whether the last answer was a refusal, of which the operator was told."""

    async def get(self, url: str, options: GetOptions, *, longest_s: float = 30.0) -> Response:
        """Fetch `url` when our turn has come. Nothing is sent if that would take longer than `longest_s`.

        Raises FetchTemporary where HttpClient does, with EDGAR's own words in a sentence, `status` and `page`; and
        with `retry_after` where nothing may be sent now. FetchPermanent as HttpClient; StoreUnavailable: without the
        store nobody knows what the others send.
        """
        await self._turn(longest_s)
        try:
            response = await self._http.get(url, replace(options, max_refusal=_PAGE), self._clock())
        except FetchTemporary as error:
            raise await self._explained(error) from error
        telemetry.SEC_REQUESTS.labels(outcome="ok").inc()
        self._refused = False
        return response

    async def _turn(self, longest_s: float) -> None:
        token, now = uuid.uuid4().hex, self._clock()
        turn = await self._ask(token, now, longest_s)
        if turn.at_ms > now:
            await asyncio.sleep((turn.at_ms - now) / 1000)
            # With the same token, for the same moment: a silence may have begun meanwhile.
            await self._ask(token, max(self._clock(), turn.at_ms), longest_s)

    async def _ask(self, token: str, now: int, longest_s: float) -> Turn:
        turn = await self._store.take_turn(LIMIT, token, now, INTERVAL_MS, int(longest_s * 1000))
        if turn.kind != "turn":
            raise self._not_now(turn.kind, turn.at_ms, now)
        return turn

    @staticmethod
    def _not_now(kind: Literal["quiet", "full"], at_ms: int, now: int) -> FetchTemporary:
        telemetry.SEC_REQUESTS.labels(outcome=kind).inc()
        if kind == "quiet":
            error = FetchTemporary(f"EDGAR has refused requests from here and is left alone until {rfc3339(at_ms)}")
        else:
            error = FetchTemporary("too many requests to EDGAR wait for their turns")
        error.retry_after = (at_ms - now) / 1000
        return error

    async def _explained(self, error: FetchTemporary) -> FetchTemporary:
        """Say what EDGAR said, and keep quiet where it does not want to be asked."""
        text = error.page.decode("latin-1")
        said = no_feed(text) if error.page else ""
        explained = FetchTemporary(f"{error}: {said}" if said else str(error))
        explained.status, explained.page, explained.retry_after = error.status, error.page, error.retry_after
        explained.too_large = error.too_large
        if not is_refused(error.status, text):
            telemetry.SEC_REQUESTS.labels(outcome="failed").inc()
            return explained
        telemetry.SEC_REQUESTS.labels(outcome="refused").inc()
        now = self._clock()
        silence_s = min(max(QUIET_S, error.retry_after or 0.0), LONGEST_QUIET_S)
        explained.retry_after = silence_s
        await self._store.keep_quiet(LIMIT, now + int(silence_s * 1000), now)
        log.warning("edgar_refused", status=error.status, silent_s=silence_s, said=said)
        if not self._refused:
            self._refused = True
            text = (
                f"EDGAR refuses requests from here ({explained}); it is left alone for {silence_s / 60:.0f} minutes"
            )
            # Processes that are refused in the same ten minutes tell of it together.
            episode = str(now // int(QUIET_S * 1000))
            await self._notices.tell("edgar_refused", LIMIT, telemetry.safe_text(text), episode)
        return explained
