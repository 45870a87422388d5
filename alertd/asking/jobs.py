"""Work that takes longer than a request: asked for, and looked after. It is done by `workers/jobs.py`.

ask -> an order with an id -> the store, one at a time for each day of a source -> its row, as it stands
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

import msgspec

from alertd.base.clock import rfc3339
from alertd.base.ids import mark
from alertd.store.types import Job, Taken
from alertd.workers.jobs import ReconcileOrder, came_of, order_of


class JobStore(Protocol):
    """What is asked of the store."""

    async def add_job(self, job: str, what: bytes, holds: Sequence[str], now: int) -> Taken:
        """Take on a job, unless another has to do with the same."""
        ...

    async def job(self, job: str) -> Job | None:
        """Give a job."""
        ...


async def ask_to_reconcile(
    store: JobStore, source: str, days: Sequence[date], who: str, now: int
) -> tuple[str, Taken]:
    """Ask for days of a source; gives the id of the job. The same in the same moment is the same job."""
    order = ReconcileOrder(source=source, days=tuple(days), who=who, made_at=rfc3339(now))
    name = f"jo_{mark(order.kind, source, str(days[0]), str(days[-1]), str(now))}"
    holds = [f"{order.kind}/{source}/{day}" for day in days]
    return name, await store.add_job(name, msgspec.json.encode(order), holds, now)


async def job_row(store: JobStore, name: str) -> dict[str, Any] | None:
    """Say how a job stands; None: there is none. Raises Corrupt."""
    job = await store.job(name)
    if job is None:
        return None
    order, came = order_of(job), came_of(job)
    under_way = job.state == "running" and came.day is not None
    return {
        "id": name, "kind": order.kind, "state": job.state, "source": order.source,
        "days": [str(day) for day in order.days], "who": order.who, "made_at": order.made_at,
        "began_at": came.began_at, "ended_at": came.ended_at, "attempts": job.attempts,
        "progress": {
            "days_done": came.days_done, "days": len(order.days), "day": came.day if under_way else None,
            "missing": came.missing if under_way else 0, "fetched": came.fetched if under_way else 0,
        },
        "result": list(came.rows) if job.state == "done" else None,
        "trouble": (came.status, came.trouble) if job.state == "failed" else None,
    }  # fmt: skip
