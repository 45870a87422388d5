"""What a store does for full texts; a part of `alertd.store.protocol.Store`, whose promises count here too."""

from __future__ import annotations

from typing import Protocol

from alertd.store.types import FetchJob


class TextStore(Protocol):
    """The jobs that fetch full texts: queued by `ingest`, at most one for an event, ended by its text or a reason."""

    async def claim_fetches(self, token: str, now: int, lease_ms: int, limit: int) -> list[FetchJob]:
        """Take the lease on jobs that are due, the newest first. Repeatable: the token must be new for each claim."""

    async def retry_fetch(self, job: FetchJob, due_ms: int, error: str, attempts: int) -> bool:
        """Let a job be tried again. False: it is another's by now, or gone. Repeatable."""

    async def drop_fetch(self, job: FetchJob, reason: str, now: int, *, force: bool = False) -> bool:
        """Give a job up, with the reason, whoever holds it if `force`. False: it is another's by now, or gone.

        A correction that waited for the text goes out without it. Repeatable.
        """

    async def add_text(self, job: FetchJob, event: bytes, content_hash: str) -> int:
        """Store the revision with the text, and end the job; gives its number, 0 if the job is another's or gone.

        Nothing is stored that was built on a header which is not the newest any more. Repeatable.
        """

    async def overdue_fetches(self, now: int, keep: int, limit: int) -> list[FetchJob]:
        """Give jobs whose wait is to be ended, and those that are more than `keep`, the oldest; without headers."""

    async def release_fetch(self, job: FetchJob) -> bool:
        """Let a correction go out that waits for its text; the text follows. False: none waits. Repeatable."""

    async def put_off_fetch(self, event: str, at_ms: int) -> None:
        """Say when the wait for a text is to be ended next. Repeatable."""
