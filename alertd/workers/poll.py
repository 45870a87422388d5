"""One poll of one source.

    fetch (conditional) -> changed? -> parse (in a killable worker) -> known? -> decide -> ingest -> end of poll

Validators are stored by the last step, after the entries: a crash before it costs a second poll, never an entry (C1).
When polls run is decided in `timetable.py` of the sources and done in `workers/schedule.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import msgspec
import structlog

from alertd import telemetry
from alertd.base.clock import Clock, rfc3339
from alertd.base.failpoints import failpoint
from alertd.errors import FetchPermanent, FetchTemporary, ParseFailed, ParseKilled
from alertd.model import (
    IngestItem,
    IngestResult,
    JournalRecord,
    Known,
    ParsedFeed,
    SourceState,
)
from alertd.net.address import AddressPolicy
from alertd.net.client import GetOptions, HttpClient, Response
from alertd.sources.feed import FeedConfig
from alertd.sources.feed_xml import NO_TIME
from alertd.sources.novelty import PageVerdict, decide, is_flag, marks
from alertd.sources.parsepool import ParseJob, ParsePool
from alertd.workers.account import account
from alertd.workers.notices import Notices
from alertd.workers.source_health import HealthStore, SourceHealth, healthy

log = structlog.get_logger(__name__)

STORE_LOST = (
    "Redis has lost its memory: what the sources show now is recorded and, unless it was published since they were "
    "last asked, not sent, because it may have been sent before"
)
READ_AGAIN_MS = 86_400_000
"""A page that does not change is read once a day all the same: what is on it would count as not seen since, and be
forgotten the moment it leaves the page, to come back as news with the next stale copy. Heals a server's wrong 304s,
too."""
CHUNK = 64
"""Entries of one ingest script: one fsync for many, and never a script that blocks Redis for long."""
ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"


class PollStore(HealthStore, Protocol):
    """What polling needs of the store, beside keeping the sources' states."""

    async def prepare(self) -> None:
        """Set the store up where it is empty."""
        ...

    async def epoch(self) -> str:
        """Give the id that the store got when it was set up."""
        ...

    async def known_marks(self, source: str, marks: Sequence[str]) -> dict[str, Known]:
        """Tell which marks are known, and who owns them."""
        ...

    async def ingest(self, source: str, items: Sequence[IngestItem], now: int) -> list[IngestResult]:
        """Store what is new, atomically and idempotently."""
        ...

    async def end_poll(self, source: str, state: SourceState, sighted: Sequence[str], now: int) -> None:
        """Refresh what was seen and write the state, validators included."""
        ...


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll came to, for the timetable."""

    state: SourceState
    outcome: Literal["new", "nothing_new", "unchanged", "failed", "gone"]
    """`unchanged`: a 304, or the bytes of the last time, which are not even parsed."""
    max_age_s: float | None = None
    ttl_s: float | None = None
    retry_after_s: float | None = None


class FeedPoll:
    """Polls feeds: everything but the timetable."""

    def __init__(
        self,
        store: PollStore,
        http: HttpClient,
        pool: ParsePool,
        notices: Notices,
        clock: Clock,
        *,
        epoch: str = "",
        lost: bool = False,
    ) -> None:
        """`epoch` is the store's; `lost` says that it is not the one of the last run, so nothing is remembered."""
        self._store = store
        self._epoch = epoch
        self._lost = lost
        self._http = http
        self._pool = pool
        self._notices = notices
        self._clock = clock
        self._health = SourceHealth(store, notices, clock)
        self._anew: dict[str, str] = {}
        """Source -> the URL whose first page is being taken in, also over polls that the store cut short."""

    async def poll(self, source: FeedConfig, state: SourceState) -> Polled:
        """Take one source through one poll. Raises StoreUnavailable when Redis is the one that fails."""
        started = self._clock()
        try:
            polled = await self._take(source, state, await self._fetch(source, state, started))
        except (FetchTemporary, ParseKilled, ParseFailed) as error:
            if isinstance(error, ParseKilled):
                telemetry.PARSE_KILLS.labels(source=source.id).inc()
            retry_after_s = error.retry_after if isinstance(error, FetchTemporary) else None
            polled = Polled(
                await self._health.failed(state, str(error), retry_after_s), "failed", retry_after_s=retry_after_s
            )
        except FetchPermanent as error:
            polled = Polled(await self._health.gone(source, state, error), "gone")
        telemetry.POLLS.labels(source=source.id, outcome=polled.outcome).inc()
        telemetry.POLL_SECONDS.labels(source=source.id).observe((self._clock() - started) / 1000)
        return polled

    async def _fetch(self, source: FeedConfig, state: SourceState, now: int) -> Response:
        fresh = _is_fresh(state, now)
        options = GetOptions(
            headers={name: value.reveal() for name, value in source.headers.items()},
            etag=state.etag if fresh else "",
            last_modified=state.last_modified if fresh else "",
            validators_url=state.validators_url or source.url,
            accept=ACCEPT,
            timeout_s=source.timeout,
            max_wire_bytes=source.max_bytes,
            max_bytes=source.max_bytes,
            allow=AddressPolicy.of(source.allow_private),
        )
        return await self._http.get(source.url, options, now)

    async def _take(self, source: FeedConfig, state: SourceState, response: Response) -> Polled:
        """Go on from an answer of the server."""
        same = response.sha256 == state.body_sha256 and state.url == source.url and state.state == "fine"
        if response.not_modified or (same and _is_fresh(state, self._clock())):
            after = healthy(source, state, response, self._clock())
            await self._health.quiet(state, after)
            return Polled(after, "unchanged", max_age_s=response.max_age_s)
        failpoint("poll.fetched")
        parsed = await self._parse(source, response)
        known = await self._store.known_marks(source.id, marks(parsed))
        state = await self._begun(source, state, known)
        now = self._clock()
        verdict = await self._judge(source, state, parsed, known, now)
        results = await self._ingest(source, verdict, now)
        await self._account(source, parsed, verdict, results)
        failpoint("poll.ingested")
        return await self._end(source, state, response, parsed, verdict, results)

    async def _begun(self, source: FeedConfig, state: SourceState, known: Mapping[str, Known]) -> SourceState:
        """Begin anew where the id leads to another feed: its first page is a first subscription, not all news.

        Written down before the first entry is: then some of the page are known, and the rest would pass for news.
        """
        if self._anew.get(source.id) == source.url:
            return msgspec.structs.replace(state, baseline_done=False)
        if not state.baseline_done or known or state.url in ("", source.url):
            return state
        anew = msgspec.structs.replace(state, baseline_done=False)
        await self._store.save_source_state(anew)
        self._anew[source.id] = source.url
        log.info("source_begun_anew", source=source.id)
        return anew

    async def _judge(
        self, source: FeedConfig, state: SourceState, parsed: ParsedFeed, known: Mapping[str, Known], now: int
    ) -> PageVerdict:
        """Decide what is new. Where the store has lost its memory, what a source shows is a baseline (C21)."""
        first = not state.baseline_done
        verdict = decide(parsed, known, state, "none" if first and self._lost else source.backlog, now)
        if all(note.kind != "gap_suspected" for note in verdict.notes):
            return verdict
        if (epoch := await self._store.epoch()) == state.epoch:
            return verdict
        if epoch != self._epoch:
            await self._store.prepare()
            self._epoch = await self._store.epoch()
            await self._notices.tell("store_lost", "redis", STORE_LOST, self._epoch)
        fresh = decide(parsed, known, SourceState(source=source.id), "none", now)
        items = [
            msgspec.structs.replace(item, verdict="new") if _since(item, state.last_success_ms) else item
            for item in fresh.items
        ]
        return msgspec.structs.replace(fresh, items=items)

    async def _parse(self, source: FeedConfig, response: Response) -> ParsedFeed:
        job = ParseJob(
            type=source.type,
            body=response.body,
            content_type=response.content_type,
            base_url=response.url.partition("?")[0],  # of a link `#top` it would become part, with the feed's key
            source=source.facts(),
            seen_at_ms=response.received_at_ms,
            http_date=response.http_date,
        )
        started = self._clock()
        parsed = await self._pool.parse(job)
        telemetry.PARSE_SECONDS.observe((self._clock() - started) / 1000)
        return parsed

    async def _ingest(
        self, source: FeedConfig, verdict: PageVerdict, now: int
    ) -> list[tuple[IngestItem, IngestResult]]:
        done: list[tuple[IngestItem, IngestResult]] = []
        for start in range(0, len(verdict.items), CHUNK):
            chunk = verdict.items[start : start + CHUNK]
            done += zip(chunk, await self._store.ingest(source.id, chunk, now), strict=True)
            failpoint("poll.chunk_ingested")
        return done

    async def _account(
        self,
        source: FeedConfig,
        parsed: ParsedFeed,
        verdict: PageVerdict,
        results: Sequence[tuple[IngestItem, IngestResult]],
    ) -> None:
        """Leave a reason for each entry that becomes no event of its own, and tell the operator what is odd."""
        for line in account(source.id, parsed, verdict, results):
            record = JournalRecord(
                kind="entry", at=rfc3339(self._clock()), ids=line.ids, reason=line.reason, data=line.data
            )
            # Once: the entry is on the page at each poll, the reason stays the same.
            await self._store.journal(record, once=f"entry:{source.id}:{line.key}")
        for item, result in results:
            if not is_flag(item):
                baseline = item.verdict == "baseline" and result.outcome == "new"
                outcome = "baseline" if baseline else result.outcome
                telemetry.ENTRIES.labels(source=source.id, outcome=outcome).inc()
        for note in verdict.notes:
            # Once a day: a feed with random GUIDs, or one too fast for its interval, is like this at each poll.
            await self._notices.tell(note.kind, source.id, note.text, rfc3339(self._clock())[:10])

    async def _end(
        self,
        source: FeedConfig,
        state: SourceState,
        response: Response,
        parsed: ParsedFeed,
        verdict: PageVerdict,
        results: Sequence[tuple[IngestItem, IngestResult]],
    ) -> Polled:
        """Store marks and state, validators among them, as the last step of the poll."""
        now = self._clock()
        new = sum(result.outcome in ("new", "revised") for _, result in results)
        aliases = sum(result.outcome == "alias" and not is_flag(item) for item, result in results)
        # What no time was left for is read at the next poll: a page that does not change would never be asked again.
        read = all(rejected.reason != NO_TIME for rejected in parsed.rejected)
        after = msgspec.structs.replace(
            healthy(source, state, response, now),
            etag=response.etag if read else "",
            last_modified=response.last_modified if read else "",
            validators_url=response.url,
            body_sha256=response.sha256 if read else "",
            baseline_done=True,
            epoch=self._epoch,
            last_new_ms=now if new else state.last_new_ms,
            last_read_ms=now,
            entries=len(parsed.candidates) + len(parsed.duplicates) + len(parsed.rejected),
            events=state.events + new,
            duplicates=state.duplicates + aliases,
            rejected=len(parsed.rejected) + len(verdict.skipped),
        )
        await self._store.end_poll(source.id, after, verdict.sighted, now)
        self._anew.pop(source.id, None)
        await self._health.well(state)
        if new:
            telemetry.EVENTS.labels(source=source.id).inc(new)
            log.info("entries_taken", source=source.id, new=new, entries=after.entries)
        ttl_s = float(parsed.ttl_seconds) if parsed.ttl_seconds is not None else None
        return Polled(after, "new" if new else "nothing_new", max_age_s=response.max_age_s, ttl_s=ttl_s)


def _is_fresh(state: SourceState, now: int) -> bool:
    """Tell whether the page was read so lately that one that has not changed since need not be."""
    return now - state.last_read_ms < READ_AGAIN_MS


def _since(item: IngestItem, ms: int) -> bool:
    """Tell whether a baseline item was published after a time, and so cannot have been told before it."""
    published = item.candidate.published_ms
    return item.verdict == "baseline" and published is not None and published > ms
