"""The dates ahead of a portfolio, over the API: out of the texts of its alerts, as whoever asks may read them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.alerts.living import state
from tests.web.conftest import Api

PATH = "/v1/portfolios/ai/calendar"
CLOSING = "The parties expect to close the deal on 17 April 2027, the filing says."
LIMITED = {"rights": {"receivers": ["pm"]}}


def says(body: str, **more: Any) -> dict[str, Any]:
    """Give the fields of an event of today whose text says something."""
    return {"body": body, "event_at": "2027-01-15T07:00:00.000Z"} | more


async def test_they_stand_with_their_words_and_the_alert_that_says_so_the_soonest_first(whole: Api) -> None:
    await whole.life.put(state("al_later", desk="ai", event=says("The vote will take place on 1 June 2027.")))
    await whole.life.put(state("al_a", desk="ai", event=says(CLOSING)))
    await whole.life.put(state("al_same", desk="ai", event=says(CLOSING)))
    status, found = await whole.ask("GET", PATH, token="ai")
    assert (status, found["portfolio"], found["today"], found["alerts"]) == (200, "ai", "2027-01-15", 3), found
    first, second = found["dates"]
    assert (first["first"], first["last"], first["quote"]) == ("2027-04-17", "2027-04-17", CLOSING)
    assert "17 April" in first["what"]
    assert (second["last"], second["alert"]) == ("2027-06-01", "al_later")
    assert first["alert"] in {"al_a", "al_same"}


async def test_a_portfolio_that_nothing_was_said_of_has_none(whole: Api) -> None:
    _, found = await whole.ask("GET", PATH)
    assert found == {"portfolio": "ai", "today": "2027-01-15", "alerts": 0, "dates": []}


async def test_a_desk_reads_nothing_there_of_another_and_nothing_that_it_may_not_be_told(whole: Api) -> None:
    text = "CANARY: the vote will take place on 1 June 2027."
    await whole.life.put(state("al_theirs", desk="energy", event=says(text)))
    await whole.life.put(state("al_limited", desk="ai", event=says(text, provenance=LIMITED)))
    await whole.life.put(state("al_a", desk="ai", event=says(CLOSING)))
    _, everything = await whole.ask("GET", PATH)
    assert "CANARY" in str(everything)
    status, found = await whole.ask("GET", PATH, token="ai")
    assert (status, [one["alert"] for one in found["dates"]]) == (200, ["al_a"])
    assert "CANARY" not in str(found)


@pytest.mark.parametrize("name", ["energy", "made-up"])
async def test_one_that_is_not_there_for_them_is_404(whole: Api, name: str) -> None:
    assert (await whole.ask("GET", f"/v1/portfolios/{name}/calendar", token="ai"))[0] == 404
