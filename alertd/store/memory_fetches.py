"""Full texts that are to be fetched, in memory: the rules are those of scripts/fetches.lua and its neighbours."""

from __future__ import annotations

from msgspec.structs import replace

from alertd.store.records import TEXT_WAIT_MS
from alertd.store.types import FetchJob


class FetchBook:
    """The jobs, when each is due, and when its waiting is to be ended."""

    def __init__(self) -> None:
        self.jobs: dict[str, FetchJob] = {}
        self.due: dict[str, int] = {}
        self.ends: dict[str, int] = {}

    def put(self, job: FetchJob, now: int) -> None:
        """Queue a job in the place of the one that the event has."""
        self.jobs[job.event] = job
        self.due[job.event] = now
        self.ends[job.event] = now + TEXT_WAIT_MS

    def forget(self, event: str) -> None:
        """Drop the job of an event, if there is one."""
        for kept in (self.jobs, self.due, self.ends):
            kept.pop(event, None)

    def held_by(self, event: str, token: str) -> FetchJob | None:
        """Give the job of an event if its lease has this token."""
        job = self.jobs.get(event)
        return job if job is not None and job.token == token else None

    def claim(self, token: str, now: int, lease_ms: int, limit: int) -> list[FetchJob]:
        """Take the lease on jobs that are due, the newest first."""
        mine = [event for event, due in self._in_order() if due == now + lease_ms and self.held_by(event, token)]
        if mine:
            return [self.jobs[event] for event in mine]
        claimed = [event for event, due in reversed(self._in_order()) if due <= now][:limit]
        for event in claimed:
            job = self.jobs[event]
            self.jobs[event] = replace(job, token=token, attempts=job.attempts + 1)
            self.due[event] = now + lease_ms
        return [self.jobs[event] for event in claimed]

    def overdue(self, now: int, keep: int, limit: int) -> list[FetchJob]:
        """Give jobs whose wait is to be ended, and those that are too many, the oldest; without headers."""
        ends = sorted((at, event) for event, at in self.ends.items() if at <= now)[:limit]
        wanted = [event for _, event in ends]
        more = len(self.due) - keep
        if more > 0:
            wanted += [event for event, _ in self._in_order()[: min(more, limit)]]
        return [replace(self.jobs[event], header=b"") for event in dict.fromkeys(wanted)]

    def _in_order(self) -> list[tuple[str, int]]:
        return sorted(self.due.items(), key=lambda pair: (pair[1], pair[0]))
