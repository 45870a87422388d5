"""`POST /v1/note`: what an event that is given means, as whoever asks may know it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.conftest import Api

LEASE = {"title": "Vega Grid leases Orion to Lumen Labs"}


async def test_a_note_is_written_for_the_portfolios_that_somebody_sees(whole: Api) -> None:
    status, found = await whole.ask("POST", "/v1/note", {"event": LEASE}, token="ai")
    (one,) = found["notes"]
    assert (status, one["portfolio"], one["alert"]) == (200, "ai", None)
    told = [said for said in one["note"]["statements"] if said.get("holding")]
    assert told and "Vega Grid" in str(told)
    (named,) = (await whole.ask("POST", "/v1/note", {"event": LEASE, "portfolio": "ai"}, token="reader"))[1]["notes"]
    assert named["note"]["statements"] == one["note"]["statements"]
    status, found = await whole.ask("POST", "/v1/note", {"event": LEASE, "portfolio": "energy"})
    assert (status, [one["portfolio"] for one in found["notes"]]) == (200, ["energy"])


async def test_how_far_relations_carry_is_asked_for(whole: Api) -> None:
    about = {"event": {"title": "Lumen Labs cuts its forecast"}, "portfolio": "ai"}

    def touching(found: Any) -> list[Any]:
        return [said for said in found["notes"][0]["note"]["statements"] if said.get("holding")]

    assert touching((await whole.ask("POST", "/v1/note", about | {"hops": 1}))[1])
    assert not touching((await whole.ask("POST", "/v1/note", about | {"hops": 0}))[1])


async def test_of_a_timeline_the_last_is_meant(whole: Api) -> None:
    timeline = {"event": [LEASE, {"title": "Vega Grid and Lumen Labs end their lease", "at": "30d"}]}
    status, found = await whole.ask("POST", "/v1/note", timeline, token="ai")
    alone = (await whole.ask("POST", "/v1/note", {"event": timeline["event"][-1:]}, token="ai"))[1]
    assert (status, len(found["notes"])) == (200, 1)
    assert len(found["notes"][0]["note"]["statements"]) >= len(alone["notes"][0]["note"]["statements"])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"event": LEASE, "portfolio": "energy"}, 404), ({"event": LEASE, "portfolio": "none"}, 404),
        ({"event": [{}] * 101}, 400),
        ({"event": {"title": 7}}, 400), ({"event": []}, 400), ({"event": LEASE, "hops": 3}, 400), ({}, 400),
    ],
)  # fmt: skip
async def test_what_cannot_be_answered_is_refused(whole: Api, body: Any, status: int) -> None:
    assert (await whole.ask("POST", "/v1/note", body, token="ai"))[0] == status
