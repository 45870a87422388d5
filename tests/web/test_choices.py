"""What commands can be told by flags, and so the API: a receiver, a time, a kind of relation, several at once."""

from __future__ import annotations

from tests.alerts.living import state
from tests.store.make import NOW, delivery
from tests.web.conftest import Api, problem


async def test_alerts_are_chosen_by_whom_they_were_told_to(api: Api) -> None:
    await api.life.put(state("al_told"))
    await api.life.put(state("al_silent", told={}))
    assert await api.ids("?receiver=desk") == ["al_told"]
    assert await api.ids("?receiver=nobody") == []


async def test_an_event_is_routed_as_if_it_came_at_a_time(whole: Api) -> None:
    body = {"event": {"title": "Vega Grid leases Orion"}, "portfolio": "ai", "at": "2026-10-25T00:30:00Z"}
    status, found = await whole.ask("POST", "/v1/route", body)
    assert (status, [one["at"] for one in found["alerts"]]) == (200, ["2026-10-25T00:30:00.000Z"])
    assert (await whole.ask("POST", "/v1/route", body | {"at": "some day"}))[0] == 400


async def test_relations_are_chosen_by_what_a_company_is_to_others(whole: Api) -> None:
    path = "/v1/companies/vega/graph"
    assert len((await whole.ask("GET", f"{path}?type=supplier&type=lessor"))[1]["relations"]) == 1
    assert (await whole.ask("GET", f"{path}?type=lessor"))[1]["relations"] == []
    assert (await whole.ask("GET", f"{path}?type=friend"))[0] == 400
    assert (await whole.ask("GET", "/v1/companies/vega?exchange=XNYS"))[0] == 200, "an id needs no exchange"


async def give_up(api: Api, *names: str, receiver: str = "desk") -> None:
    """Let messages to a receiver be given up."""
    store = api.life.store
    await store.enqueue([delivery(name, receiver, chain=name) for name in names], NOW)
    for name in names:
        await store.bury(f"dl_{name}", "", NOW, "gone")


async def test_several_that_were_given_up_are_sent_again_by_id_by_receiver_or_all(whole: Api) -> None:
    await give_up(whole, "a", "b", "c")
    await give_up(whole, "x", receiver="others")
    path = "/v1/dead/retry"
    _, found = await whole.ask("POST", path, {"deliveries": ["dl_a", "dl_nothing"]})
    assert found == {"queued": ["dl_a"]}
    _, found = await whole.ask("POST", path, {"receiver": "desk"})
    assert sorted(found["queued"]) == ["dl_b", "dl_c"]
    assert await whole.ask("POST", path, {"everything": True}) == (200, {"queued": ["dl_x"]})
    for body in ({}, {"receiver": "desk", "everything": True}):
        said = problem(400, "name deliveries, or a receiver, or say everything")
        assert await whole.ask("POST", path, body) == (400, said)


async def test_a_desk_sends_its_own_again_and_nothing_of_others(whole: Api) -> None:
    await whole.life.put(state("al_1", desk="ai"))
    await give_up(whole, "ours")
    await give_up(whole, "theirs", receiver="others")
    path = "/v1/dead/retry"
    assert (await whole.ask("POST", path, {"everything": True}, token="ai"))[0] == 403
    assert (await whole.ask("POST", path, {"receiver": "desk"}, token="reader"))[0] == 403
    for body in ({"deliveries": ["dl_theirs"]}, {"receiver": "others"}):
        assert await whole.ask("POST", path, body, token="ai") == (200, {"queued": []})
    left = [one["id"] for one in (await whole.ask("GET", "/v1/dead"))[1]["deliveries"]]
    assert sorted(left) == ["dl_ours", "dl_theirs"], "nothing of others was sent"


async def test_a_search_is_sorted_by_relevance_on_one_page(whole: Api) -> None:
    status, found = await whole.ask("GET", "/v1/alerts?text=canary&sort=relevance")
    assert (status, found["next"], found["more"]) == (200, None, False)
    said = "sort=relevance is for a search: give `text`; a list has what changed last first"
    assert await whole.ask("GET", "/v1/alerts?sort=relevance") == (400, problem(400, said))
    for more, named in (("sort=best", "time, relevance"), ("sort=relevance&cursor=x", "one page")):
        status, refused = await whole.ask("GET", f"/v1/alerts?text=canary&{more}")
        assert (status, named in refused["detail"]) == (400, True), refused
