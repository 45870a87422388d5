"""What a rule made of the events since a time, over the API: as `alertd why --rule` tells it, behind its walls."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.model import JournalRecord
from tests.history.projection.past import card, event
from tests.web.conftest import Api

SINCE = "since=2020-01-01T00:00:00Z"
PATH = "/v1/rules/ai/lease/why"
LIMITED = {"classification": "public", "rights": {"receivers": ["pm"]}}


def missed(name: str, title: str, **more: Any) -> JournalRecord:
    """Make the record of an event that no rule held for."""
    return event(name, title=title, **more)


async def put(api: Api, *records: JournalRecord) -> None:
    for record in records:
        await api.life.store.journal(record)


async def test_a_rule_says_which_events_it_held_for_and_which_not_and_why(whole: Api) -> None:
    await put(whole, event("ev_held", card("al_a", desk="ai")), missed("ev_not", "Quiet day"))
    status, found = await whole.ask("GET", f"{PATH}?{SINCE}", token="ai")
    assert (status, found["rule"], found["more"]) == (200, "ai/lease", False), found
    assert found["counts"] == {"held": 1, "nearly": 0, "not": 1, "not asked": 0}
    (held,) = found["held"]
    assert (held["event"], held["reasons"], held["receivers"]) == ("ev_held", ["first"], {"desk": "dl_ev_held"})
    (one,) = found["missed"]
    assert (one["event"], one["title"], one["group"], one["failing"]) == ("ev_not", "Quiet day", "not", 1)
    assert "leases" in one["because"]


async def test_so_many_are_given_and_all_are_counted(whole: Api) -> None:
    await put(whole, *(missed(f"ev_{n}", f"Quiet day {n}") for n in range(4)))
    _, found = await whole.ask("GET", f"{PATH}?{SINCE}&limit=2")
    assert (found["counts"]["not"], [one["event"] for one in found["missed"]]) == (4, ["ev_3", "ev_2"])
    assert (await whole.ask("GET", f"{PATH}?limit=0"))[0] == 400
    assert (await whole.ask("GET", f"{PATH}?since=yesterday"))[0] == 400


async def test_a_desk_is_told_nothing_of_events_that_are_not_for_it(whole: Api) -> None:
    secret = missed("ev_limited", "CANARY for few", provenance=LIMITED)
    theirs = missed("ev_theirs", "CANARY of another desk", desk="energy")
    await put(whole, missed("ev_all", "Quiet day"), secret, theirs)
    _, whole_ = await whole.ask("GET", f"{PATH}?{SINCE}")
    assert whole_["counts"]["not"] == 3
    status, found = await whole.ask("GET", f"{PATH}?{SINCE}", token="ai")
    assert (status, [one["event"] for one in found["missed"]]) == (200, ["ev_all"])
    assert "CANARY" not in str(found)


@pytest.mark.parametrize("path", ["/v1/rules/energy/any/why", "/v1/rules/ai/nothing/why", "/v1/rules/no/any/why"])
async def test_a_rule_that_is_not_there_for_them_is_404(whole: Api, path: str) -> None:
    assert (await whole.ask("GET", path, token="ai"))[0] == 404
