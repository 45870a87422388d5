"""Full texts that are to be fetched: queued by ingest, leased by workers, ended by the text or a reason.

ingest -> job -> claim -> add_text: the next revision of the event, in the stream; the job is gone
                    |---> retry: due again later
                    `---> drop: a reason in the journal
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import structlog

from alertd.base.beyond import beyond, kept
from alertd.base.clock import rfc3339
from alertd.errors import Corrupt
from alertd.model import event_from_json
from alertd.store.keys import FETCH_NAMES
from alertd.store.part import Part
from alertd.store.records import checked_id, clean, from_json, to_json
from alertd.store.types import FetchJob

log = structlog.get_logger(__name__)


def with_rest_of(header: bytes, event: bytes) -> bytes:
    """Lay what the parts of a header hold beyond what is known under the event that was built on it."""
    rest = beyond(header, event_from_json(header)) if header else None
    return event if rest is None else to_json(kept(rest, msgspec.json.decode(event)))


class FetchesPart(Part):
    """`claim_fetches`, `retry_fetch`, `drop_fetch`, `add_text`, `overdue_fetches` and what ends a wait."""

    async def claim_fetches(self, token: str, now: int, lease_ms: int, limit: int) -> list[FetchJob]:
        """Take the lease on jobs that are due, the newest first."""
        reply = await self.link.run("fetch_claim", FETCH_NAMES, checked_id(token, "a token"), now, lease_ms, limit)
        for event in reply[2]:
            log.error("fetch_job_unreadable", event_id=event.decode("utf-8", "replace"))
        jobs = [self._job(raw, header) for raw, header in reply[1]]
        return [job for job in jobs if job is not None]

    async def retry_fetch(self, job: FetchJob, due_ms: int, error: str, attempts: int) -> bool:
        """Let a job be tried again. False: it is another's by now, or gone."""
        names = FETCH_NAMES
        reply = await self.link.run("fetch_retry", names, job.event, job.token, due_ms, attempts, clean(error))
        return bool(reply[0] == b"ok")

    async def drop_fetch(self, job: FetchJob, reason: str, now: int, *, force: bool = False) -> bool:
        """Give a job up, with the reason, whoever holds it if `force`. False: it is another's by now, or gone."""
        names = ["events", "flow", "journal", f"seen:{job.source}", f"sight:{job.source}", *FETCH_NAMES]
        names += [f"trace:{job.event}", f"trace:{job.source}"]
        token = "" if force else checked_id(job.token, "a token")
        reply = await self.link.run("fetch_drop", names, job.event, token, job.source, rfc3339(now), clean(reason))
        return bool(reply[0] == b"ok")

    async def add_text(self, job: FetchJob, event: bytes, content_hash: str) -> int:
        """Store the revision with the text, and end the job; gives its number, 0 if the job is another's or gone."""
        names = ["events", "flow", f"seen:{job.source}", f"sight:{job.source}", *FETCH_NAMES]
        written = with_rest_of(job.header, event)
        args = (job.event, job.token, job.source, job.identity, checked_id(content_hash, "a hash"), written)
        reply = await self.link.run("fetch_text", names, *args)
        return int(reply[1])

    async def overdue_fetches(self, now: int, keep: int, limit: int) -> list[FetchJob]:
        """Give jobs whose wait is to be ended, and those that are more than `keep`, the oldest; without headers."""
        ends = await self.link.call("ZRANGEBYSCORE", self.keys("fetch_ends"), "-inf", now, "LIMIT", 0, limit)
        more = int(await self.link.call("ZCARD", self.keys("fetch_due"))) - keep
        if more > 0:
            ends += await self.link.call("ZRANGE", self.keys("fetch_due"), 0, min(more, limit) - 1)
        wanted: Sequence[bytes] = list(dict.fromkeys(ends))
        if not wanted:
            return []
        raws = await self.link.call("HMGET", self.keys("fetches"), *wanted)
        jobs = []
        for event, raw in zip(wanted, raws, strict=True):
            job = self._job(raw, b"") if raw is not None else None
            if job is None:
                await self.link.call("ZREM", self.keys("fetch_ends"), event)
            else:
                jobs.append(job)
        return jobs

    async def release_fetch(self, job: FetchJob) -> bool:
        """Let a correction go out that waits for its text; the text follows. False: none waits."""
        names = ["events", "flow", f"seen:{job.source}", f"sight:{job.source}", *FETCH_NAMES]
        reply = await self.link.run("fetch_release", names, job.event, job.source)
        return bool(reply[0] == b"ok")

    async def put_off_fetch(self, event: str, at_ms: int) -> None:
        """Say when the wait for a text is to be ended next."""
        await self.link.call("ZADD", self.keys("fetch_ends"), "XX", at_ms, event)

    def _job(self, raw: bytes, header: bytes) -> FetchJob | None:
        try:
            return msgspec.structs.replace(from_json(raw, FetchJob, "a fetch job"), header=header)
        except Corrupt as error:
            log.error("fetch_job_unreadable", error=str(error))
            return None
