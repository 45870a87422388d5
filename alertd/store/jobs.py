"""Work that takes longer than a request: taken on once, done by whoever has the turn, known for a week after its end.

add_job -> queued -> claim_job -> running -> keep_job: so far it is, and the turn goes on
                                        |--> end_job: done or failed
                                        |--> give_back_job: queued again
                                        `--> nothing: its process died; when the turn is over the next one has it
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from alertd.errors import Corrupt
from alertd.store.part import Part
from alertd.store.records import MOST_JOBS, checked_holds, checked_id
from alertd.store.types import Job, JobEnd, JobState, Taken

KEPT_MS = 7 * 86_400_000
"""How long a job is known after its end."""


class JobsPart(Part):
    """`add_job`, `claim_job`, `keep_job`, `give_back_job`, `end_job` and `job`."""

    async def add_job(self, job: str, what: bytes, holds: Sequence[str], now: int) -> Taken:
        """Take on a job, unless another has to do with something of what it `holds`. Repeatable."""
        names = [f"job:{checked_id(job, 'a job')}", "job_due", "job_holds"]
        reply = await self.link.run("job_add", names, job, what, ",".join(checked_holds(holds)), now, MOST_JOBS)
        if reply[0] == b"held":
            return Taken(outcome="held", by=reply[1].decode())
        return Taken(outcome="full") if reply[0] == b"full" else Taken(outcome="ok")

    async def claim_job(self, token: str, now: int, until_ms: int) -> Job | None:
        """Take the job that has been due for longest; nobody else is given it until then."""
        reply = await self.link.run("job_claim", ["job_due"], checked_id(token, "a token"), now, until_ms)
        if len(reply) == 1:
            return None
        _, job, what, attempts, came = reply
        return Job(
            id=job.decode(), what=what or b"", state="running", attempts=int(attempts), came=came or b"", token=token
        )

    async def keep_job(self, job: Job, came: bytes, until_ms: int) -> bool:
        """Say how far a job is, and keep the turn. False: it is another's by now, or gone."""
        return await self._set(job, "running", came, until_ms)

    async def give_back_job(self, job: Job, came: bytes, due_ms: int) -> bool:
        """Let somebody else do it; what was begun counts as no attempt. False: it is another's by now, or gone."""
        return await self._set(job, "queued", came, due_ms)

    async def end_job(self, job: Job, state: JobEnd, came: bytes) -> bool:
        """End a job. False: it is another's by now, or gone. Repeatable."""
        return await self._set(job, state, came, 0)

    async def _set(self, job: Job, state: JobState, came: bytes, due_ms: int) -> bool:
        names = [f"job:{job.id}", "job_due", "job_holds"]
        reply = await self.link.run("job_set", names, job.id, job.token, state, came, due_ms, KEPT_MS)
        return bool(reply[0] == b"ok")

    async def job(self, job: str) -> Job | None:
        """Give a job. Raises Corrupt."""
        key = self.keys(f"job:{checked_id(job, 'a job')}")
        what, state, attempts, came = await self.link.call("HMGET", key, "what", "state", "attempts", "came")
        if what is None:
            return None
        known: dict[bytes, JobState] = {one.encode(): one for one in get_args(JobState)}
        if state not in known or attempts is None:
            raise Corrupt(f"job {job} does not decode")
        return Job(id=job, what=what, state=known[state], attempts=int(attempts), came=came or b"")
