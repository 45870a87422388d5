"""`/v1/jobs` and `/v1/sources/…/reconcile`: asked for once, seen by who sees all desks."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.asking.edgar_days import days_between
from alertd.asking.jobs import ask_to_reconcile
from alertd.store.records import MOST_JOBS
from tests.web.conftest import TOKENS, Api

PATH = "/v1/sources/edgar/reconcile"
ORDER = {"day": "2026-01-12", "to": "2026-01-14", "who": "jd"}


async def ask(api: Api, body: object, key: str = "", path: str = PATH) -> tuple[int, str, Any]:
    headers = {"Authorization": f"Bearer {TOKENS['all']}"} | ({"Idempotency-Key": key} if key else {})
    async with api.client.post(path, json=body, headers=headers) as answer:
        return answer.status, answer.headers.get("Location", ""), await answer.json()


async def test_what_takes_its_time_is_taken_on_and_found_where_it_says(whole: Api) -> None:
    status, place, job = await ask(whole, ORDER)
    assert (status, place) == (202, f"/v1/jobs/{job['id']}")
    assert (job["state"], job["who"], job["days"]) == (
        "queued", "jd (api)", ["2026-01-12", "2026-01-13", "2026-01-14"],
    )  # fmt: skip
    assert (job["result"], job["problem"]) == (None, None)
    assert await whole.ask("GET", place) == (200, job)


async def test_only_one_job_at_a_time_has_to_do_with_a_day(whole: Api) -> None:
    _, _, first = await ask(whole, ORDER, "k-1")
    status, place, same = await ask(whole, ORDER, "k-1")
    assert (status, place, same) == (202, f"/v1/jobs/{first['id']}", first), "a repeat is answered as the first was"
    whole.life.clock.pass_by(60)
    status, place, said = await ask(whole, {"day": "2026-01-14"})
    assert (status, place, said["detail"]) == (409, "", f"job {first['id']} has to do with one of these days already")
    assert (await ask(whole, {"day": "2026-01-15"}))[0] == 202


async def test_what_came_of_a_job_is_told_in_full(whole: Api) -> None:
    _, place, _ = await ask(whole, {"day": "2026-01-12"})
    store, now = whole.life.store, whole.life.clock()
    job = await store.claim_job("t1", now, now + 1000)
    assert job is not None
    failed = b'{"status": 409, "trouble": "edgar has not been polled yet", "ended_at": "2026-01-13T00:00:00.000Z"}'
    await store.end_job(job, "failed", failed)
    status, found = await whole.ask("GET", place)
    assert (status, found["state"], found["ended_at"]) == (200, "failed", "2026-01-13T00:00:00.000Z")
    assert found["problem"] == {
        "type": "about:blank", "title": "Conflict", "status": 409, "detail": "edgar has not been polled yet",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("/v1/sources/edgr/reconcile", ORDER, 404, "there is no source edgr; did you mean `edgar`?"),
        (PATH, {}, 400, "day"),
        (PATH, {"day": "12.1.2026"}, 400, "“12.1.2026” is no date, such as 2026-01-12"),
        (PATH, {"day": "2026-01-12", "to": "2026-01-11"}, 400, "to 2026-01-11 lies before 2026-01-12"),
        (PATH, {"day": "2026-01-12", "to": "2027-01-12"}, 400, "these are 366 days; ask for 60 at most"),
        (PATH, {"day": "2026-01-12", "days": 2}, 400, "unknown field `days`"),
    ],
)
async def test_what_cannot_be_meant_is_refused(whole: Api, path: str, body: object, status: int, words: str) -> None:
    got, _, said = await ask(whole, body, path=path)
    assert got == status
    assert words in said["detail"]


async def test_jobs_are_for_who_sees_all_desks_and_writes(whole: Api) -> None:
    _, place, _ = await ask(whole, ORDER)
    for token, words in (("ai", "this is for who sees all desks"), ("reader", "this token may read only")):
        status, said = await whole.ask("POST", PATH, {"day": "2026-01-20"}, token=token)
        assert (status, said["detail"]) == (403, words)
        assert (await whole.ask("GET", place, token=token))[0] == 403
    assert (await whole.ask("GET", "/v1/jobs/jo_nothing"))[0] == 404
    assert (await whole.ask("GET", "/v1/jobs/..%2Fjo_nothing"))[0] == 404


async def test_too_many_are_not_taken_on(whole: Api) -> None:

    store, now = whole.life.store, whole.life.clock()
    for n in range(MOST_JOBS):
        await ask_to_reconcile(store, f"other-{n}", days_between("2026-01-12", ""), "jd", now)
    status, _, said = await ask(whole, {"day": "2026-01-12"})
    assert (status, said["detail"]) == (503, "too many jobs wait: ask again when some of them have ended")
