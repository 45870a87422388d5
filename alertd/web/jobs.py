"""`/v1/jobs`: work that takes longer than a request, and what is done so.

POST /v1/sources/SOURCE/reconcile    EDGAR's indexes of days against what was seen: {"day": "2026-01-12"}
GET  /v1/jobs/JOB                    how it stands, and what came of it
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, Literal

from alertd.asking.edgar_days import days_between, edgar_source
from alertd.asking.house import House
from alertd.asking.jobs import ask_to_reconcile, job_row
from alertd.model import Struct
from alertd.web.operations import Asked, Nothing, Operation
from alertd.web.problems import Problem, Refusal

NO_JOB = "there is no such job, or it ended more than a week ago"
NO_SOURCE = "There is no such source."
_ID = re.compile(r"jo_[a-z0-9]{1,40}")


class Reconcile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days to be reconciled."""

    day: str
    """Such as `2026-01-12`."""
    to: str = ""
    """All days up to this one, 60 at most."""
    who: str = ""


class JobProgress(Struct, frozen=True, kw_only=True):
    """How far a job is."""

    days_done: int
    days: int
    """Asked for."""
    day: str | None
    """Under way."""
    missing: int
    """Filings of that day that had not been seen: they are fetched."""
    fetched: int


class ReconciledDay(Struct, frozen=True, kw_only=True):
    """What the index of a day showed."""

    day: str
    done: bool
    """It is proved what was missing of it, or there was nothing to prove."""
    note: str
    """Why not."""
    forms: list[str]
    """The forms that were watched that day."""
    index: int
    """Filings in the index, of whatever form."""
    watched: int
    """Those of the forms watched."""
    seen: int
    missing: int
    late: int
    """Those of the missing that have become late events."""
    before: int
    """Those filed before their form was watched."""


class JobAnswer(Struct, frozen=True, kw_only=True):
    """A job."""

    id: str
    kind: Literal["reconcile"]
    state: Literal["queued", "running", "done", "failed"]
    source: str
    days: list[str]
    who: str
    made_at: str
    began_at: str | None
    """The last time."""
    ended_at: str | None
    attempts: int
    """How often it was begun."""
    progress: JobProgress
    result: list[ReconciledDay] | None
    """A row for each day, when it is done."""
    problem: Problem | None
    """Why it failed."""


class JobRoutes:
    """What can be asked for that takes its time."""

    def __init__(self, house: House) -> None:
        self._house = house

    def operations(self) -> list[Operation[Any, Any]]:
        """Give it."""
        return [
            Operation(
                name="reconcileSource", method="POST", path="/v1/sources/{source}/reconcile", status=202, makes=True,
                whole=True, summary="Hold EDGAR's indexes of days against what was seen; what is missing comes late",
                does=self._reconcile, query=Nothing, body=Reconcile, answer=JobAnswer, at="/v1/jobs/{id}",
                fails={404: NO_SOURCE},
                parameters={"source": "The id of a source of type edgar."},
            ),
            Operation(
                name="getJob", method="GET", path="/v1/jobs/{job}", whole=True, summary="How a job stands",
                does=self._job, query=Nothing, body=Nothing, answer=JobAnswer, fails={404: NO_JOB},
                parameters={"job": "The id of a job."},
            ),
        ]  # fmt: skip

    async def _reconcile(self, asked: Asked[Nothing, Reconcile]) -> object:
        try:
            source = edgar_source(self._house.in_force.reach.sources, asked.path["source"])
        except ValueError as error:
            raise Refusal(409, str(error)) from error
        try:
            days = days_between(asked.body.day, asked.body.to)
        except ValueError as error:
            raise Refusal(400, str(error)) from error
        store, who = self._house.store, asked.caller.who(asked.body.who[:200])
        async with store.replicated():
            name, taken = await ask_to_reconcile(store, source.id, days, who, self._house.clock())
        if taken.outcome == "held":
            raise Refusal(409, f"job {taken.by} has to do with one of these days already")
        if taken.outcome == "full":
            raise Refusal(503, "too many jobs wait: ask again when some of them have ended")
        return await self._row(name)

    async def _job(self, asked: Asked[Nothing, Nothing]) -> object:
        return await self._row(asked.path["job"])

    async def _row(self, name: str) -> dict[str, Any]:
        found = await job_row(self._house.store, name) if _ID.fullmatch(name) else None
        if found is None:
            raise Refusal(404, NO_JOB)
        trouble = found.pop("trouble")
        status, text = trouble or (0, "")
        problem = Problem(title=HTTPStatus(status).phrase, status=status, detail=text) if trouble else None
        return {**found, "problem": problem}
