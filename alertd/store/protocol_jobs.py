"""What the store promises of work that takes longer than a request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from alertd.store.types import Job, JobEnd, Taken


class JobStore(Protocol):
    """Hands out jobs, and remembers them for a week after their end."""

    async def add_job(self, job: str, what: bytes, holds: Sequence[str], now: int) -> Taken:
        """Take on a job, unless another that is not over has to do with something of what it `holds`. Repeatable."""

    async def claim_job(self, token: str, now: int, until_ms: int) -> Job | None:
        """Take the job that has been due for longest; nobody else is given it until then. What a lost reply has
        handed out is due again then."""

    async def keep_job(self, job: Job, came: bytes, until_ms: int) -> bool:
        """Say how far a job is, and keep the turn. False: it is another's by now, or gone. Repeatable."""

    async def give_back_job(self, job: Job, came: bytes, due_ms: int) -> bool:
        """Let somebody else do it; what was begun counts as no attempt. False: it is another's by now, or gone."""

    async def end_job(self, job: Job, state: JobEnd, came: bytes) -> bool:
        """End a job. False: it is another's by now, or gone. Repeatable."""

    async def job(self, job: str) -> Job | None:
        """Give a job, without its token; None: there is none, or it is forgotten."""
