"""Work that takes longer than a request, in memory; nothing is forgotten."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from alertd.store.records import MOST_JOBS, checked_holds, checked_id
from alertd.store.types import Job, JobEnd, Taken


class MemoryJobs:
    """`add_job`, `claim_job`, `keep_job`, `give_back_job`, `end_job` and `job`, as Redis does them."""

    _jobs: dict[str, Job]
    _job_due: dict[str, int]
    """Those that are not over -> due time, or end of the turn."""
    _job_holds: dict[str, str]

    async def add_job(self, job: str, what: bytes, holds: Sequence[str], now: int) -> Taken:
        """Take on a job, unless another has to do with something of what it `holds`."""
        if checked_id(job, "a job") in self._jobs:
            return Taken(outcome="ok")
        for hold in checked_holds(holds):
            if hold in self._job_holds:
                return Taken(outcome="held", by=self._job_holds[hold])
        if len(self._job_due) >= MOST_JOBS:
            return Taken(outcome="full")
        self._job_holds |= dict.fromkeys(holds, job)
        self._jobs[job] = Job(id=job, what=what)
        self._job_due[job] = now
        return Taken(outcome="ok")

    async def claim_job(self, token: str, now: int, until_ms: int) -> Job | None:
        """Take the job that has been due for longest; nobody else is given it until then."""
        checked_id(token, "a token")
        due = sorted((at, job) for job, at in self._job_due.items() if at <= now)
        if not due:
            return None
        job = due[0][1]
        self._job_due[job] = until_ms
        before = self._jobs[job]
        self._jobs[job] = replace(before, state="running", token=token, attempts=before.attempts + 1)
        return self._jobs[job]

    async def keep_job(self, job: Job, came: bytes, until_ms: int) -> bool:
        """Say how far a job is, and keep the turn. False: it is another's by now, or gone."""
        if not self._mine(job) or job.id not in self._job_due:
            return False
        self._jobs[job.id] = replace(self._jobs[job.id], state="running", came=came)
        self._job_due[job.id] = until_ms
        return True

    async def give_back_job(self, job: Job, came: bytes, due_ms: int) -> bool:
        """Let somebody else do it; what was begun counts as no attempt. False: it is another's by now, or gone."""
        if not self._mine(job) or job.id not in self._job_due:
            return False
        before = self._jobs[job.id]
        self._jobs[job.id] = replace(before, state="queued", came=came, token="", attempts=before.attempts - 1)
        self._job_due[job.id] = due_ms
        return True

    async def end_job(self, job: Job, state: JobEnd, came: bytes) -> bool:
        """End a job. False: it is another's by now, or gone."""
        if not self._mine(job):
            return False
        self._jobs[job.id] = replace(self._jobs[job.id], state=state, came=came)
        self._job_due.pop(job.id, None)
        self._job_holds = {hold: by for hold, by in self._job_holds.items() if by != job.id}
        return True

    async def job(self, job: str) -> Job | None:
        """Give a job."""
        found = self._jobs.get(checked_id(job, "a job"))
        return replace(found, token="") if found is not None else None

    def _mine(self, job: Job) -> bool:
        found = self._jobs.get(job.id)
        return found is not None and found.token == job.token
