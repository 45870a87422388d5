"""The end of a job that fetches a full text, in memory: its revision in the stream, or its reason in the journal."""

from __future__ import annotations

from msgspec.structs import replace

from alertd.store.memory_events import MemoryEvents
from alertd.store.memory_marks import Owner
from alertd.store.records import checked_id, clean
from alertd.store.types import FetchJob


class MemoryTexts(MemoryEvents):
    """See the protocol; the rules are those of scripts/fetch_*.lua."""

    async def claim_fetches(self, token: str, now: int, lease_ms: int, limit: int) -> list[FetchJob]:
        """Take the lease on jobs that are due, the newest first."""
        return self._fetches.claim(checked_id(token, "a token"), now, lease_ms, limit)

    async def retry_fetch(self, job: FetchJob, due_ms: int, error: str, attempts: int) -> bool:
        """Let a job be tried again. False: it is another's by now, or gone."""
        held = self._fetches.held_by(job.event, job.token)
        if held is None:
            return False
        self._fetches.jobs[job.event] = replace(held, attempts=attempts, error=clean(error))
        self._fetches.due[job.event] = due_ms
        return True

    async def drop_fetch(self, job: FetchJob, reason: str, now: int, *, force: bool = False) -> bool:
        """Give a job up, with the reason, whoever holds it if `force`. False: it is another's by now, or gone."""
        held = self._fetches.jobs.get(job.event)
        if held is None or (not force and held.token != checked_id(job.token, "a token")):
            return False
        owner = self._owner(held)
        if held.held and owner is not None:
            owner.revision += 1
            self._append(held.source, owner, "correction", held.header)
        self._fetches.forget(job.event)
        data: dict[str, str | int] = {"attempts": held.attempts, "full_text": "dropped"}
        self._journal_line("entry", now, [job.event, job.source], clean(reason), data)
        return True

    async def add_text(self, job: FetchJob, event: bytes, content_hash: str) -> int:
        """Store the revision with the text, and end the job; gives its number, 0 if the job is another's or gone."""
        checked_id(content_hash, "a hash")
        known = self._memory[job.source].owner(job.identity)
        there = self._fetches.jobs.get(job.event)
        if there is None and known is not None and known.event == job.event and content_hash in known.hashes:
            return known.revision
        if there is None or there.token != job.token:
            return 0
        owner = self._owner(there)
        self._fetches.forget(job.event)
        if owner is None:
            return 0
        owner.revision += 1
        self._append(job.source, owner, "correction" if there.held else "full_text", event)
        owner.remember_hash(content_hash)
        return owner.revision

    async def overdue_fetches(self, now: int, keep: int, limit: int) -> list[FetchJob]:
        """Give jobs whose wait is to be ended, and those that are more than `keep`, the oldest; without headers."""
        return self._fetches.overdue(now, keep, limit)

    async def release_fetch(self, job: FetchJob) -> bool:
        """Let a correction go out that waits for its text; the text follows. False: none waits."""
        there = self._fetches.jobs.get(job.event)
        owner = self._owner(there) if there is not None and there.held else None
        if there is None or owner is None:
            return False
        owner.revision += 1
        self._append(there.source, owner, "correction", there.header)
        self._fetches.jobs[job.event] = replace(there, held=False, revision=owner.revision)
        return True

    async def put_off_fetch(self, event: str, at_ms: int) -> None:
        """Say when the wait for a text is to be ended next."""
        if event in self._fetches.ends:
            self._fetches.ends[event] = at_ms

    def _owner(self, job: FetchJob) -> Owner | None:
        """Give the owner that a job was built on, if it is still at that revision."""
        owner = self._memory[job.source].owner(job.identity)
        same = owner is not None and owner.event == job.event and owner.revision == job.revision
        return owner if same else None
