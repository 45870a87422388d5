"""One poll of a JSON API.

    newest page, and those after it until one was reached before -> what an earlier poll left unread -> join -> intake

What is remembered (`SourceState.cursor`): `front`, the names on the newest page of the last poll; `newest_ms`, for
`{since}`; `token`, where the vendor gives what is new since; `rest`, the place from which pages are still unread,
with the front (or the since) that ends it. It is written after the entries: a poll that is cut short anywhere is read
again down to the old front. A rest that cannot be read is told to the operator.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import msgspec
import structlog

from alertd import telemetry
from alertd.base.clock import Clock, rfc3339
from alertd.base.failpoints import failpoint
from alertd.errors import FetchPermanent, FetchTemporary, ParseFailed, ParseKilled
from alertd.model import ParsedFeed, SourceState
from alertd.net.client import Response
from alertd.sources.json_config import JsonConfig
from alertd.sources.json_paging import front_of, holds_secret, is_older, join, reaches
from alertd.workers.feed_poll import READ_AGAIN_MS
from alertd.workers.intake import Intake
from alertd.workers.json_pages import JsonPages, Sweep
from alertd.workers.notices import Notices
from alertd.workers.poll import Polled
from alertd.workers.source_health import SourceHealth, healthy

log = structlog.get_logger(__name__)

TRIES = 3
"""Polls in a row that fail to read on until the operator is told…"""
GIVE_UP = 30
"""…and until the rest is given up, and told so."""
MOST_PAGES = 1_000
"""Pages of a rest, over all polls: so many are no gap, but an API that does not show its newest items first."""
_DAY_MS = 86_400_000
_SLACK_MS = 3_600_000
"""How much older than the last poll's newest item a page must be to count as known by its times alone."""


class JsonPoll:
    """Asks JSON APIs."""

    def __init__(
        self, intake: Intake, pages: JsonPages, health: SourceHealth, notices: Notices, clock: Clock
    ) -> None:
        self._intake = intake
        self._pages = pages
        self._health = health
        self._notices = notices
        self._clock = clock

    async def take(self, source: JsonConfig, state: SourceState, now: int) -> Polled:
        """Ask an API and take in what is new."""
        moved = state.url not in ("", source.address)
        # A place of other settings may lead to another host, which must not get these headers.
        unplaced = {name: value for name, value in state.cursor.items() if name not in ("rest", "token")}
        cursor: dict[str, Any] = unplaced if moved else dict(state.cursor)
        rest: dict[str, Any] | None = cursor.get("rest")
        since_ms = int(rest["since_ms"]) if rest and source.to_the_end else self._since(source, cursor, now)
        top: Sweep | None = None
        if rest is None or not source.to_the_end:
            plain = rest is None and not moved and not cursor.get("token")
            response = await self._first(source, state, cursor, since_ms, plain=plain)
            if plain and self._same(source, state, response):
                after = healthy(source, state, self._clock(), response)
                await self._health.quiet(state, after)
                return Polled(after, "unchanged", max_age_s=response.max_age_s)
            failpoint("poll.fetched")
            top = await self._top(source, state, cursor, since_ms, response, now)
        below = await self._below(source, rest, top, since_ms) if rest else None
        pages = [page for sweep in (top, below) if sweep is not None for page in sweep.pages]
        parsed = join(pages, newest_last=source.paging is not None and source.paging.keep)
        first = "first" in cursor or not state.baseline_done
        judged = msgspec.structs.replace(state, baseline_done=False) if first else state
        taken = await self._intake.take(
            source,
            judged,
            parsed,
            backlog="24h" if cursor.get("again") else source.backlog,
            gaps=source.paging is None and not source.asks_since,
        )
        remembered = await self._remembered(source, cursor, parsed, top, below, since_ms, first=first)
        if not taken.read:  # rows for which there was no time are looked for again from where this poll began
            remembered = {**cursor, "layout": remembered.get("layout")}
        after = msgspec.structs.replace(
            healthy(source, taken.before, self._clock(), top.first if top is not None else None),
            error=self._trouble(source, state, top, below),
            cursor=remembered,
            **self._validators(source, top, whole=taken.read),
        )
        after = await self._intake.end(after, taken)
        outcome: Literal["new", "nothing_new"] = "new" if taken.new else "nothing_new"
        waits = [s.retry_after_s for s in (top, below) if s is not None and s.retry_after_s]
        return Polled(after, outcome, max_age_s=_max_age(top), retry_after_s=max(waits, default=None))

    # --- reading -------------------------------------------------------------------------------------------------

    async def _first(
        self, source: JsonConfig, state: SourceState, cursor: dict[str, Any], since_ms: int, *, plain: bool
    ) -> Response:
        """Ask for the newest page, only if it has changed where nothing is left unread."""
        fresh = plain and not source.asks_since and self._clock() - state.last_read_ms < READ_AGAIN_MS
        token = cursor.get("token")
        try:
            return await self._pages.fetch(source, token, since_ms, state if fresh else None)
        except (FetchTemporary, FetchPermanent) as error:
            if not token or not _refuses_token(error):
                raise
            text = (
                f"Source {source.id} takes its token no more ({error}). It is read anew from the beginning: what is "
                "there counts as known unless it was published in the last 24 hours, so some items may be missing."
            )
            await self._notices.tell("gap_suspected", source.id, text, rfc3339(self._clock())[:10])
        cursor.pop("token")
        cursor["first"] = cursor["again"] = True
        return await self._pages.fetch(source, None, since_ms)

    def _same(self, source: JsonConfig, state: SourceState, response: Response) -> bool:
        """Tell whether the page is that of the last poll, which was read to its end and lately."""
        if response.not_modified:
            return True
        fresh = self._clock() - state.last_read_ms < READ_AGAIN_MS
        settled = state.state == "fine" and state.url == source.address
        return fresh and settled and response.sha256 == state.body_sha256

    async def _top(
        self,
        source: JsonConfig,
        state: SourceState,
        cursor: dict[str, Any],
        since_ms: int,
        response: Response,
        now: int,
    ) -> Sweep:
        """Read from the newest page down to what was read before; at the first poll as far as `backlog` says."""
        front = frozenset(cursor.get("front", ()))
        if source.to_the_end:
            reached = _never
        elif front:
            reached = partial(reaches, front=front, floor_ms=self._floor(source, cursor))
        elif source.backlog == "all":
            reached = _never
        else:
            reached = partial(is_older, ms=now - _DAY_MS) if source.backlog == "24h" else _always
        most = source.paging.most if source.paging is not None else 1
        return await self._pages.read(source, cursor.get("token"), since_ms, reached, most, response)

    async def _below(
        self, source: JsonConfig, rest: dict[str, Any], top: Sweep | None, since_ms: int
    ) -> Sweep | None:
        """Read on where an earlier poll stopped. None if there is more above it."""
        assert source.paging is not None
        if top is not None and not top.done:
            return None
        room = max(1, source.paging.most - (len(top.pages) if top is not None else 0))
        front = frozenset(rest["front"])
        reached = _never if source.to_the_end else partial(reaches, front=front, floor_ms=int(rest["floor_ms"]))
        try:
            return await self._pages.read(source, rest["at"], since_ms, reached, room)
        except (FetchTemporary, FetchPermanent, ParseFailed, ParseKilled) as error:
            if top is None:
                raise
            retry_after_s = error.retry_after if isinstance(error, FetchTemporary) else None
            return Sweep(place=rest["at"], error=telemetry.safe_text(str(error), 300), retry_after_s=retry_after_s)

    def _trouble(self, source: JsonConfig, state: SourceState, *sweeps: Sweep | None) -> str:
        """Say which later page cannot be read, as it stands beside a source that is fine; a log line once."""
        broken = next((sweep for sweep in sweeps if sweep is not None and sweep.error), None)
        error = f"its older pages cannot be read: {broken.error}" if broken is not None else ""
        if broken is not None and error != state.error:
            log.warning("json_pages_cut_short", source=source.id, error=broken.error, pages=len(broken.pages))
        return error

    # --- remembering ---------------------------------------------------------------------------------------------

    def _since(self, source: JsonConfig, cursor: dict[str, Any], now: int) -> int:
        newest = int(cursor.get("newest_ms", 0))
        since = source.since
        return newest - int(since.overlap * 1000) if newest else now - int(since.first * 1000)

    async def _remembered(
        self,
        source: JsonConfig,
        cursor: dict[str, Any],
        parsed: ParsedFeed,
        top: Sweep | None,
        below: Sweep | None,
        since_ms: int,
        *,
        first: bool,
    ) -> dict[str, Any]:
        """Say what the next poll needs to know."""
        keep = source.paging is not None and source.paging.keep
        rest = None if keep else await self._rest(source, cursor, top, below, since_ms)
        newest = max(int(parsed.more.get("newest_ms", 0)), int(cursor.get("newest_ms", 0)))
        after: dict[str, Any] = {}
        if top is not None and top.pages and source.paging is not None and not source.to_the_end:
            after["front"] = front_of(top.pages[0]) or cursor.get("front", [])
        if rest is not None:
            after["rest"] = rest
        # Until all that was asked for has come, the next poll asks for the same.
        after["newest_ms"] = newest if rest is None or not source.to_the_end else cursor.get("newest_ms", 0)
        if keep and top is not None:
            after["token"] = top.token if not holds_secret(source, top.token) else cursor.get("token")
        unfinished = rest is not None if not keep else top is not None and not top.done
        if first and source.to_the_end and unfinished:
            after |= {"first": True, "again": cursor.get("again")}
        after |= await self._layout(source, cursor, parsed)
        return {name: value for name, value in after.items() if value}

    async def _rest(
        self, source: JsonConfig, cursor: dict[str, Any], top: Sweep | None, below: Sweep | None, since_ms: int
    ) -> dict[str, Any] | None:
        """Say what is still unread, and tell the operator if it will not be read."""
        before: dict[str, Any] | None = cursor.get("rest")
        told = rfc3339(self._clock())[:10]
        if top is not None and not top.done:  # above what an earlier poll may have left: one rest down to its end
            front = before or {"front": cursor.get("front", []), "floor_ms": self._floor(source, cursor)}
            rest = {**front, "at": top.place, "since_ms": since_ms}
            stuck = bool(top.error)
        elif before is None or (below is not None and below.done):
            return None
        else:
            rest = {**before, "at": below.place if below is not None else before["at"]}
            stuck = below is None or bool(below.error)
        rest["tries"] = int(rest.get("tries", 0)) + 1 if stuck else 0
        rest["pages"] = int(rest.get("pages", 0)) + sum(len(s.pages) for s in (top, below) if s is not None)
        lost = rest["at"] is None or holds_secret(source, rest["at"])
        if lost or rest["tries"] >= GIVE_UP or rest["pages"] > MOST_PAGES:
            text = f"Some items of {source.id} may be missing: the pages after the newest ones cannot be read"
            await self._notices.tell("gap_suspected", source.id, f"{text}{_why(top, below)}.", told)
            return None
        if rest["tries"] == TRIES:
            text = f"Source {source.id} answers, but not for its older pages{_why(top, below)}. It is tried again."
            await self._notices.tell("pages_unread", source.id, text, told)
        log.info("json_pages_left", source=source.id, tries=rest["tries"])
        return rest

    def _floor(self, source: JsonConfig, cursor: dict[str, Any]) -> int:
        """Give the time below which nothing can be new; 0 where nobody can say."""
        if newest := int(cursor.get("newest_ms", 0)):
            return newest - _SLACK_MS
        return self._clock() - _DAY_MS if source.backlog == "24h" else 0

    async def _layout(self, source: JsonConfig, cursor: dict[str, Any], parsed: ParsedFeed) -> dict[str, Any]:
        """Tell once that most rows lack what they should have, and once when they have it again."""
        odd, since = str(parsed.more.get("layout", "")), cursor.get("layout")
        if odd and not since:
            since = self._clock()
            await self._notices.tell("layout_changed", source.id, f"Source {source.id}: {odd}", str(since))
        elif since and not odd and not parsed.more.get("lacks") and parsed.candidates:
            text = f"Source {source.id} has all its fields again."
            await self._notices.tell("layout_healed", source.id, text, str(since))
            since = None
        return {"layout": since}

    def _validators(self, source: JsonConfig, top: Sweep | None, *, whole: bool) -> dict[str, str]:
        """Keep what the newest page is known by, if all of it was read.

        Not where redirects led elsewhere: that address may hold a key, and must not be written down.
        """
        response = top.first if top is not None and top.done and whole else None
        if response is None:
            return {"etag": "", "last_modified": "", "body_sha256": "", "validators_url": ""}
        own = response.url.partition("?")[0] == source.url.partition("?")[0]
        return {
            "etag": response.etag if own else "",
            "last_modified": response.last_modified if own else "",
            "body_sha256": "" if source.to_the_end and source.paging is not None else response.sha256,
            "validators_url": "",
        }


def _refuses_token(error: FetchTemporary | FetchPermanent) -> bool:
    """Say whether an answer says that a token is none, or is too old."""
    return error.said_so if isinstance(error, FetchPermanent) else error.status in (400, 404, 422)


def _never(page: ParsedFeed) -> bool:
    return False


def _always(page: ParsedFeed) -> bool:
    return True


def _max_age(top: Sweep | None) -> float | None:
    return top.first.max_age_s if top is not None and top.first is not None else None


def _why(*sweeps: Sweep | None) -> str:
    error = next((sweep.error for sweep in sweeps if sweep is not None and sweep.error), "")
    return f" ({error})" if error else ""
